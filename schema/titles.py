"""Titles, episodes, their links, tags and reports."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum

import strawberry

from loaders.tables import family, stream
from resolvers import accounts as resolve_accounts
from resolvers import profiles as resolve_profiles
from resolvers import titles as resolve
from schema.accounts import FamilyAccount
from schema.describe import enum_type, input_type, interface, object_type
from schema.node import Node
from schema.paging import (
    ASCENDING,
    NEWEST_FIRST,
    OLDEST_FIRST,
    Connection,
    CountedConnection,
    TimeRange,
    pages_by,
)
from schema.profiles import TitlePolicy, WatchEvent
from schema.rows import column, member, optional, required, resolved_by, row_of, shape
from schema.scalars import JSON


@enum_type
class MediaType(Enum):
    """What a TMDB title is."""

    MOVIE = "movie"
    """A movie."""
    TV = "tv"
    """A series, with episodes."""


@enum_type
class ReportStatus(Enum):
    """What became of a report."""

    PENDING = "pending"
    """Nobody has looked at it yet."""
    RESOLVED = "resolved"
    """It was acted on."""
    DISMISSED = "dismissed"
    """It was put aside."""


@interface
class Title(Node):
    """Something to watch."""

    title: str | None
    """The name."""
    overview: str | None
    """What it is about."""
    poster_url: str | None
    """The URL of its poster."""
    release_year: int | None
    """The year of its release."""
    genre_names: list[str | None] | None
    """The names of its genres."""


@object_type
class WatchCount:
    """How often something was watched."""

    count: int
    """The number of viewings that were counted."""
    exact: bool
    """False where the read budget ran out before all were counted: there are more."""


@row_of(stream.movies)
class Movie(Title):
    """A movie or show in the catalogue of myAI.stream."""

    movie_id: strawberry.ID
    """The id of the movie."""
    title: str | None
    """The name."""
    genre: str | None
    """The primary genre."""
    genre_names: list[str | None] | None = resolved_by(resolve.movie_genre_names)
    """The primary genre, as a list of one."""
    release_year: int | None
    """The year of its release."""
    director: str | None
    """Who directed it."""
    cast: list[str] | None
    """Who plays in it."""
    content_rating: str | None = column("rating")
    """The content rating, such as `PG-13`."""
    duration_minutes: int | None = column("duration")
    """How long it is, in minutes."""
    overview: str | None = column("description")
    """What it is about."""
    poster_url: str | None = column("imageUrl")
    """The URL of its poster."""
    trailer_url: str | None
    """The URL of its trailer."""
    stream_url: str | None
    """The URL of the stream; null without an account at myAI.stream."""
    in_watchlist: bool | None = resolved_by(
        resolve_profiles.movie_in_watchlist,
        profile_id=required(strawberry.ID, "The id of a streaming profile of yours."),
    )
    """Whether a profile has this movie on its watchlist; null where there is no such profile."""
    watch_count: WatchCount | None = resolved_by(resolve.watch_count)
    """How often it was watched, for staff."""
    watch_history: Connection[WatchEvent] | None = pages_by(
        resolve_profiles.history_of_movie,
        between=optional(TimeRange, "Only viewings of this range."),
        order_by=NEWEST_FIRST,
    )
    """Who watched it, the latest viewers first, for staff."""


@shape
class Genre:
    """A genre of TMDB."""

    id: int | None
    """TMDB's number of the genre."""
    name: str | None
    """The name of the genre."""


@shape
class TitleProvider:
    """A streaming service that has a title."""

    provider_id: int | None
    """TMDB's number of the service."""
    name: str | None = member("provider_name")
    """The name of the service."""
    logo_url: str | None = resolved_by(resolve.logo_url)
    """The URL of its logo."""
    stored: JSON = resolved_by(lambda provider, info: provider)
    """The entry with all that is stored of it."""


@row_of(family.titles)
class TmdbTitle(Title):
    """A movie or series that Axolotly took over from TMDB."""

    database_id: int = column("id")
    """The number of the title at Axolotly."""
    tmdb_id: int
    """The number of the title at TMDB."""
    title: str | None
    """The name."""
    media_type: MediaType | None
    """Movie or series."""
    overview: str | None
    """What it is about."""
    poster_url: str | None = resolved_by(resolve.poster_url)
    """The URL of its poster."""
    backdrop_url: str | None = resolved_by(resolve.backdrop_url)
    """The URL of its backdrop."""
    release_date: date | None
    """The day of its release, or of its first airing."""
    release_year: int | None = resolved_by(resolve.release_year)
    """The year of its release."""
    tmdb_rating: str | None = column("rating")
    """TMDB's rating, out of 10, as text."""
    genres: list[Genre] | None
    """Its genres."""
    genre_names: list[str | None] | None = resolved_by(resolve.tmdb_genre_names)
    """The names of its genres."""
    providers: list[TitleProvider] | None
    """The streaming services that have it."""
    tags: list[str] | None
    """Content tags, as in `contentTags`."""
    last_synced: datetime | None
    """When it was last taken over from TMDB."""
    episodes: CountedConnection[Episode] | None = pages_by(
        resolve.episodes,
        season=optional(int, "Only episodes of this season."),
        order_by=ASCENDING,
    )
    """The episodes of a series, by season and number."""
    policies: CountedConnection[TitlePolicy] | None = pages_by(
        resolve_profiles.policies_of_title, order_by=NEWEST_FIRST
    )
    """What parents decided about it, for staff."""
    reports: CountedConnection[TitleReport] | None = pages_by(
        resolve.reports_of_title,
        status=optional(ReportStatus, "Only reports of this status."),
        order_by=NEWEST_FIRST,
    )
    """What parents reported about it, for staff."""


@row_of(family.episodes)
class Episode(Node):
    """An episode of a series."""

    database_id: int = column("id")
    """The number of the episode at Axolotly."""
    tmdb_episode_id: int
    """The number of the episode at TMDB."""
    season_number: int
    """The season."""
    episode_number: int
    """The number within the season."""
    name: str | None
    """The name."""
    overview: str | None
    """What happens in it."""
    air_date: date | None
    """The day it was first aired."""
    thumbnail_url: str | None = resolved_by(resolve.thumbnail_url)
    """The URL of a still."""
    tags: list[str] | None
    """Content tags, as in `contentTags`."""
    title: TmdbTitle | None = resolved_by(resolve.tmdb_title)
    """The series."""
    links: CountedConnection[EpisodeLink] | None = pages_by(
        resolve.links_of_episode,
        platform=optional(str, "Only links to this streaming platform."),
        verified=optional(bool, "Only links that are, or are not, verified."),
        order_by=OLDEST_FIRST,
    )
    """Deep links into streaming platforms, in the order in which they were first reported."""


@row_of(family.episode_links)
class EpisodeLink(Node):
    """A deep link to an episode on a streaming platform, reported by devices."""

    database_id: int = column("id")
    """The number of the link at Axolotly."""
    platform: str | None
    """The streaming platform."""
    url: str | None
    """The deep link."""
    verified: bool
    """Whether an administrator verified it."""
    reported_count: int
    """How many devices reported it."""
    created_at: datetime
    """When it was first reported."""
    episode: Episode | None = resolved_by(resolve.episode_of_link)
    """The episode."""


@row_of(family.content_tags)
class ContentTag(Node):
    """A warning or a theme that titles and episodes are tagged with."""

    database_id: int = column("id")
    """The number of the tag at Axolotly."""
    tag: str
    """The tag, such as `violence`."""
    category: str | None
    """What kind of tag it is."""
    description: str | None
    """What it means."""


@row_of(family.content_reports)
class TitleReport(Node):
    """Something that a parent reported about a title."""

    database_id: int = column("id")
    """The number of the report at Axolotly."""
    issue_type: str | None
    """What kind of issue it is."""
    description: str | None
    """The issue in the parent's words."""
    status: ReportStatus | None
    """What became of it."""
    created_at: datetime
    """When it was reported."""
    resolved_at: datetime | None
    """When it was resolved."""
    account: FamilyAccount | None = resolved_by(resolve_accounts.account_of_family)
    """The family that reported it."""
    title: TmdbTitle | None = resolved_by(resolve.tmdb_title)
    """The title."""


@input_type(one_of=True)
class TitleBy:
    """Names one title; give exactly one member."""

    id: strawberry.ID | None = strawberry.UNSET
    """The global id of a title."""
    movie_id: strawberry.ID | None = strawberry.UNSET
    """The id of a movie at myAI.stream."""
    tmdb_title_id: strawberry.ID | None = strawberry.UNSET
    """The number of a TMDB title at Axolotly."""
    tmdb_id: strawberry.ID | None = strawberry.UNSET
    """The number of a title at TMDB."""


@input_type()
class EpisodeNumber:
    """The place of an episode in its series."""

    title_id: strawberry.ID
    """The number of the series at Axolotly."""
    season_number: int
    """The season."""
    episode_number: int
    """The number within the season."""


@input_type(one_of=True)
class EpisodeBy:
    """Names one episode; give exactly one member."""

    id: strawberry.ID | None = strawberry.UNSET
    """The global id of an episode."""
    episode_id: strawberry.ID | None = strawberry.UNSET
    """The number of an episode at Axolotly."""
    tmdb_episode_id: strawberry.ID | None = strawberry.UNSET
    """The number of an episode at TMDB."""
    number: EpisodeNumber | None = strawberry.UNSET
    """Series, season and number; the first one where several episodes share them."""


@input_type(one_of=True)
class ContentTagBy:
    """Names one content tag; give exactly one member."""

    id: strawberry.ID | None = strawberry.UNSET
    """The global id of a content tag."""
    tag: str | None = strawberry.UNSET
    """The tag itself, such as `violence`."""
