"""What leads to titles, and what a title leads to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from loaders import profiles as load_profiles
from loaders import titles as load
from loaders.pages import Paging
from loaders.reach import follows
from loaders.request import Asking
from loaders.stores.interface import Count
from loaders.tables import family, stream
from loaders.tables.facts import Row
from resolvers.arguments import column_value
from resolvers.links import by_one_of, needs, to_one, to_page
from resolvers.merged import MergedPage, merged

TITLES = {name: load.NODES[name] for name in ("Movie", "TmdbTitle")}

title = by_one_of(
    TITLES,
    movie_id=load.movie,
    tmdb_title_id=load.tmdb_title,
    tmdb_id=load.tmdb_title_by_tmdb_id,
)
episode = by_one_of(
    {"Episode": load.episode},
    episode_id=load.episode,
    tmdb_episode_id=load.episode_by_tmdb_id,
    number=load.episodes_of_number,
)
content_tag = by_one_of({"ContentTag": load.content_tag}, tag=load.content_tag_by_tag)
movies = to_page(load.movies_of_genre, given="genre", ranges={"release_years": "releaseYear"})
tmdb_titles = to_page(load.tmdb_titles_of_media_type, given="media_type")
content_tags = to_page(load.content_tags)
title_reports = to_page(load.reports_by_status, given="status")

movie = to_one(load.movie, via="movieId")
tmdb_title = to_one(load.tmdb_title, via="title_id")
episodes = to_page(load.episodes_of_title, via="id", season="season_number")
episode_of_link = to_one(load.episode, via="episode_id")
links_of_episode = to_page(
    load.links_of_episode, via="id", platform="platform", verified="verified"
)
reports_of_title = to_page(load.reports_of_title, via="id", status="status")
reports_of_family = to_page(load.reports_of_family, via="id", status="status")

_GENRE = stream.movies.columns["genre"]
_TITLE = stream.movies.columns["title"]
_GENRES = family.titles.columns["genres"]
_RELEASE_DATE = family.titles.columns["release_date"]


@follows(load.movies_named, load.tmdb_titles_named)
async def titles_named(
    _: None,
    info: Asking,
    named: str,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> MergedPage:
    """The titles of this exact name: movies first, then TMDB's."""
    name = column_value(_TITLE, named, "named")
    paging = Paging(first, after, last, before)
    return await merged(info, [load.movies_named, load.tmdb_titles_named], name, paging)


@follows(load_profiles.history_of_movie, counting=True)
@needs("movieId")
async def watch_count(movie_: Row, info: Asking) -> Count:
    """How often a movie was watched, counted within the read budget."""
    return await load_profiles.history_of_movie.count(info, movie_["movieId"])


@needs("genre")
def movie_genre_names(row: Row, info: Asking) -> Sequence[str] | None:
    """A movie's one genre, as a list."""
    genre = _GENRE.read(row)
    return None if genre is None else [genre]


@needs("genres")
def tmdb_genre_names(row: Row, info: Asking) -> Sequence[Any] | None:
    """The names of TMDB's genres."""
    genres = _GENRES.read(row)
    return None if genres is None else [genre.get("name") for genre in genres]


@needs("release_date")
def release_year(row: Row, info: Asking) -> int | None:
    """The year of the release date."""
    date = _RELEASE_DATE.read(row)
    return None if date is None else int(date.year)


@needs("poster_path")
def poster_url(row: Row, info: Asking) -> str | None:
    """The poster, from TMDB's image host where the stored path is relative."""
    return _image(row, info, "poster_path")


@needs("backdrop_path")
def backdrop_url(row: Row, info: Asking) -> str | None:
    """The backdrop, from TMDB's image host where the stored path is relative."""
    return _image(row, info, "backdrop_path")


@needs("thumbnail_path")
def thumbnail_url(row: Row, info: Asking) -> str | None:
    """The thumbnail, from TMDB's image host where the stored path is relative."""
    return _image(row, info, "thumbnail_path")


def logo_url(provider: dict[str, Any], info: Asking) -> str | None:
    """The logo, from TMDB's image host where the stored path is relative."""
    return _absolute(provider.get("logo_path"), info)


def _image(row: Row, info: Asking, name: str) -> str | None:
    return _absolute(row.get(name), info)


def _absolute(path: str | None, info: Asking) -> str | None:
    if path is None or not path.startswith("/"):
        return path
    return info.context.image_base_url.rstrip("/") + path
