"""Profiles, and what hangs on them: settings, watchlists, history, policies, devices."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import strawberry

from loaders.tables import family, stream
from resolvers import accounts as resolve_accounts
from resolvers import profiles as resolve
from resolvers import titles as resolve_titles
from resolvers.links import constant
from schema.accounts import Account, FamilyAccount, StreamAccount
from schema.describe import enum_type, input_type, interface
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
from schema.rows import column, optional, required, resolved_by, row_of
from schema.scalars import JSON

if TYPE_CHECKING:
    from schema.titles import Episode, Movie, TmdbTitle

_titles = strawberry.lazy("schema.titles")


@enum_type
class Policy(Enum):
    """What a parent decided about a title."""

    ALLOW = "allow"
    """The child may watch it, blocked episodes aside."""
    DENY = "deny"
    """The child may not watch it."""


@interface
class Profile(Node):
    """Somebody who watches inside an account."""

    name: str | None
    """The name to show."""
    is_kids_profile: bool | None
    """Whether this is a child's profile."""
    created_at: datetime | None
    """When the profile was made."""
    account: Account | None
    """The account that the profile belongs to."""


@row_of(stream.profiles)
class StreamProfile(Profile):
    """One viewer inside an account at myAI.stream."""

    account_id: strawberry.ID
    """The id of the account."""
    profile_id: strawberry.ID
    """The id of the profile: opaque text."""
    name: str | None
    """The name to show."""
    avatar: str | None
    """The name of an avatar, or a URL."""
    is_kids_profile: bool | None
    """Whether this is a child's profile."""
    created_at: datetime | None
    """When the profile was made."""
    updated_at: datetime | None
    """When the profile last changed."""
    account: StreamAccount | None = resolved_by(resolve_accounts.stream_account)
    """The account that the profile belongs to."""
    settings: ProfileSettings | None = resolved_by(resolve.settings)
    """Parental controls and preferences; null where none were ever stored."""
    ai_preferences: ProfileAi | None = resolved_by(resolve.ai_preferences)
    """How the AI is told to recommend; null where nothing was ever stored."""
    watchlist: Connection[WatchlistItem] | None = pages_by(
        resolve.watchlist_of_profile, order_by=ASCENDING
    )
    """The movies that this profile saved, by movie id."""
    in_watchlist: bool | None = resolved_by(
        resolve.profile_has_in_watchlist,
        movie_id=required(strawberry.ID, "The id of the movie."),
    )
    """Whether a movie is on this profile's watchlist."""
    watch_history: Connection[WatchEvent] | None = pages_by(
        resolve.history_of_profile,
        between=optional(TimeRange, "Only viewings of this range."),
        completed=optional(bool, "Only viewings that were, or were not, completed."),
        order_by=NEWEST_FIRST,
    )
    """What this profile watched."""


@row_of(stream.profile_settings)
class ProfileSettings(Node):
    """The settings of a streaming profile."""

    profile_id: strawberry.ID
    """The id of the profile."""
    parental_controls: JSON | None
    """Parental controls."""
    content_settings: JSON | None
    """How content is shown."""
    language_settings: JSON | None
    """Languages and subtitles."""
    pin_protected: bool | None
    """Whether a PIN is asked for before settings change. The PIN itself is never shown."""
    max_content_rating: str | None
    """The highest content rating that may be watched."""
    blocked_genres: list[str] | None
    """Genres that are not shown."""
    blocked_creators: list[str] | None
    """Creators and actors whose titles are not shown."""
    created_at: datetime | None
    """When the record was made."""
    updated_at: datetime | None
    """When the record last changed."""
    profile: StreamProfile | None = resolved_by(resolve.stream_profile_by_id)
    """The profile that these settings are for."""


@row_of(stream.profile_ai)
class ProfileAi(Node):
    """How the AI is told to recommend to a streaming profile."""

    profile_id: strawberry.ID
    """The id of the profile."""
    ai_instructions: str | None
    """Instructions in the viewer's own words."""
    recommendation_style: str | None
    """The approach to recommending."""
    favorite_genres: list[str] | None
    """Genres that are preferred."""
    disliked_genres: list[str] | None
    """Genres that are avoided."""
    content_filters: JSON | None
    """What recommendations are filtered by."""
    explicit_content_level: str | None
    """How much explicit content is tolerated."""
    created_at: datetime | None
    """When the record was made."""
    updated_at: datetime | None
    """When the record last changed."""
    profile: StreamProfile | None = resolved_by(resolve.stream_profile_by_id)
    """The profile that these preferences are for."""


@row_of(stream.watchlist)
class WatchlistItem(Node):
    """A movie on an account's watchlist; the last profile that added it owns the entry."""

    account_id: strawberry.ID
    """The id of the account."""
    movie_id: strawberry.ID
    """The id of the movie."""
    profile_id: strawberry.ID | None
    """The id of the profile that added it."""
    date_added: datetime | None
    """When it was added."""
    added_from: str | None
    """What it was added from, such as `browse` or `recommendation`."""
    account: StreamAccount | None = resolved_by(resolve_accounts.stream_account)
    """The account whose watchlist it is on."""
    profile: StreamProfile | None = resolved_by(resolve.stream_profile)
    """The profile that added it; null where it is gone."""
    movie: Annotated[Movie, _titles] | None = resolved_by(resolve_titles.movie)
    """The movie; null where it is gone."""


@row_of(stream.watch_history)
class WatchEvent(Node):
    """Something that was watched, and how far."""

    account_id: strawberry.ID
    """The id of the account."""
    watched_at: datetime
    """When it was watched."""
    profile_id: strawberry.ID | None
    """The id of the profile that watched."""
    movie_id: strawberry.ID | None
    """The id of the movie."""
    progress_seconds: int | None
    """How far playback came, in seconds."""
    completed: bool | None
    """Whether it was watched to the end."""
    device_type: str | None
    """The kind of device it was watched on."""
    account: StreamAccount | None = resolved_by(resolve_accounts.stream_account)
    """The account it was watched with."""
    profile: StreamProfile | None = resolved_by(resolve.stream_profile)
    """The profile that watched; null where it is gone."""
    movie: Annotated[Movie, _titles] | None = resolved_by(resolve_titles.movie)
    """The movie; null where it is gone."""


@row_of(family.kid_profiles)
class KidProfile(Profile):
    """A child inside a family account."""

    database_id: int = column("id")
    """The number of the profile at Axolotly."""
    name: str | None
    """The child's name."""
    is_kids_profile: bool | None = resolved_by(constant(True))
    """Always true."""
    created_at: datetime | None
    """When the profile was made."""
    account: FamilyAccount | None = resolved_by(resolve_accounts.account_of_family)
    """The family."""
    policies: CountedConnection[TitlePolicy] | None = pages_by(
        resolve.policies_of_kid_profile,
        policy=optional(Policy, "Only titles that are allowed, or denied."),
        order_by=NEWEST_FIRST,
    )
    """What the parent decided about titles."""
    policy_for: TitlePolicy | None = resolved_by(
        resolve.policy_of_title,
        title_id=required(strawberry.ID, "The number of a TMDB title at Axolotly."),
    )
    """The verdict on one title, with its blocked episodes; null where there is none."""
    devices: CountedConnection[Device] | None = pages_by(
        resolve.devices_of_kid_profile, order_by=OLDEST_FIRST
    )
    """The devices that the child uses, in the order of pairing."""


@row_of(family.kid_profiles_titles)
class TitlePolicy(Node):
    """A parent's decision about one title for one child."""

    database_id: int = column("id")
    """The number of the policy at Axolotly."""
    policy: Policy | None
    """Allowed or denied."""
    created_at: datetime
    """When it was decided."""
    kid_profile: KidProfile | None = resolved_by(resolve.kid_profile)
    """The child."""
    title: Annotated[TmdbTitle, _titles] | None = resolved_by(resolve_titles.tmdb_title)
    """The title."""
    blocked_episodes: list[Annotated[Episode, _titles] | None] | None = resolved_by(
        resolve.blocked_episodes
    )
    """The episodes that are blocked although the title is allowed, in the order in which they were
    stored; null at the place of one that is gone."""


@row_of(family.devices)
class Device(Node):
    """A paired Android launcher."""

    database_id: int = column("id")
    """The number of the pairing at Axolotly."""
    device_id: strawberry.ID | None
    """The device's own UUID."""
    friendly_name: str | None
    """The name that the family gave it."""
    paired_at: datetime
    """When it was paired."""
    last_active: datetime | None
    """When it was last heard of."""
    account: FamilyAccount | None = resolved_by(resolve_accounts.account_of_family)
    """The family."""
    kid_profile: KidProfile | None = resolved_by(resolve.kid_profile)
    """The child who uses it; null where it is nobody's."""


@row_of(family.pairing_codes)
class PairingCode(Node):
    """A code made for pairing a device. The code itself is never shown."""

    database_id: int = column("id")
    """The number of the code at Axolotly."""
    created_at: datetime
    """When it was made."""
    expires_at: datetime
    """When it stops working: ten minutes after it was made."""
    used: bool
    """Whether a device was paired with it."""
    account: FamilyAccount | None = resolved_by(resolve_accounts.account_of_family)
    """The family."""


@row_of(family.streaming_service_selection)
class StreamingServiceSelection(Node):
    """The streaming services that a family subscribes to."""

    database_id: int = column("id")
    """The number of the selection at Axolotly."""
    selected_services: list[str] | None
    """The names of the services."""
    updated_at: datetime
    """When it last changed."""
    account: FamilyAccount | None = resolved_by(resolve_accounts.account_of_family)
    """The family."""


@input_type()
class StreamProfileKey:
    """The key of a streaming profile."""

    account_id: strawberry.ID
    """The Cognito user id of the account."""
    profile_id: strawberry.ID
    """The id of the profile."""


@input_type(one_of=True)
class ProfileBy:
    """Names one profile; give exactly one member."""

    id: strawberry.ID | None = strawberry.UNSET
    """The global id of a profile."""
    stream_profile_id: strawberry.ID | None = strawberry.UNSET
    """The id of a profile at myAI.stream."""
    stream_profile_key: StreamProfileKey | None = strawberry.UNSET
    """Account and id of a profile at myAI.stream, which is a cheaper read."""
    kid_profile_id: strawberry.ID | None = strawberry.UNSET
    """The number of a kid profile at Axolotly."""


@input_type(one_of=True)
class DeviceBy:
    """Names one device; give exactly one member."""

    id: strawberry.ID | None = strawberry.UNSET
    """The global id of a device."""
    device_id: strawberry.ID | None = strawberry.UNSET
    """The device's own UUID."""
