"""Ways to titles, episodes, their links, tags and reports."""

from __future__ import annotations

from loaders.access import many, one, page
from loaders.tables import family, stream

movie = one(stream.movies, by="movieId")
movies_of_genre = page(stream.movies, by="genre", order="releaseYear")
movies_named = page(stream.movies, by="title")

tmdb_title = one(family.titles, by="id")
tmdb_title_by_tmdb_id = one(family.titles, by="tmdb_id")
tmdb_titles_of_media_type = page(family.titles, by="media_type")
tmdb_titles_named = page(family.titles, by="title")

episode = one(family.episodes, by="id")
episode_by_tmdb_id = one(family.episodes, by="tmdb_episode_id")
episodes_of_title = page(
    family.episodes,
    by="title_id",
    order=("season_number", "episode_number"),
    filters="season_number",
)
episodes_of_number = many(
    family.episodes, by=("title_id", "season_number", "episode_number"), at_most=5
)

episode_link = one(family.episode_links, by="id")
links_of_episode = page(
    family.episode_links, by="episode_id", order="created_at", filters=("platform", "verified")
)

content_tag = one(family.content_tags, by="id")
content_tag_by_tag = one(family.content_tags, by="tag")
content_tags = page(family.content_tags, order="tag")

title_report = one(family.content_reports, by="id")
reports_by_status = page(family.content_reports, by="status", order="-created_at")
reports_of_family = page(
    family.content_reports, by="family_id", order="-created_at", filters="status"
)
reports_of_title = page(
    family.content_reports, by="title_id", order="-created_at", filters="status"
)

NODES = {
    "Movie": movie,
    "TmdbTitle": tmdb_title,
    "Episode": episode,
    "EpisodeLink": episode_link,
    "ContentTag": content_tag,
    "TitleReport": title_report,
}
"""Types with a global id, and the way to their rows by key."""
