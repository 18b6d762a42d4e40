"""Where queries begin."""

from __future__ import annotations

import strawberry

from resolvers import accounts as resolve_accounts
from resolvers import node as resolve_node
from resolvers import person as resolve_person
from resolvers import profiles as resolve_profiles
from resolvers import titles as resolve_titles
from schema.accounts import (
    Account,
    AccountBy,
    FamilyAccount,
    FamilyRole,
    Person,
    ServiceSubscription,
    UsageEvent,
)
from schema.describe import object_type
from schema.node import Node
from schema.paging import (
    ASCENDING,
    NEWEST_FIRST,
    OLDEST_FIRST,
    Connection,
    CountedConnection,
    TimeRange,
    YearRange,
    pages_by,
)
from schema.profiles import Device, DeviceBy, PairingCode, Profile, ProfileBy
from schema.rows import optional, required, resolved_by
from schema.titles import (
    ContentTag,
    ContentTagBy,
    Episode,
    EpisodeBy,
    MediaType,
    Movie,
    ReportStatus,
    Title,
    TitleBy,
    TitleReport,
    TmdbTitle,
)


@object_type
class Query:
    """Where queries begin."""

    node: Node | None = resolved_by(
        resolve_node.node, id=required(strawberry.ID, "The global id that a field `id` answered.")
    )
    """Anything by its global id; null where it does not exist or is not yours."""
    nodes: list[Node | None] | None = resolved_by(
        resolve_node.nodes, ids=required(list[strawberry.ID], "Global ids, at most 100.")
    )
    """Things by their global ids, in the order of the ids; null where one does not exist or is not
    yours."""

    viewer: Person | None = resolved_by(resolve_person.viewer)
    """You; null where you are anonymous."""
    person: Person | None = resolved_by(
        resolve_person.person, email=required(str, "The e-mail of the accounts.")
    )
    """Anybody by e-mail, for staff."""
    account: Account | None = resolved_by(
        resolve_accounts.account, by=required(AccountBy, "Which account.")
    )
    """One account of a product."""
    family_accounts: CountedConnection[FamilyAccount] | None = pages_by(
        resolve_accounts.family_accounts,
        role=required(FamilyRole, "The role of the accounts."),
        order_by=ASCENDING,
    )
    """Accounts at Axolotly of one role, for staff."""
    service_subscriptions: Connection[ServiceSubscription] | None = pages_by(
        resolve_accounts.service_subscriptions,
        service_type=required(str, "The service, such as `stream` or `shop`."),
        order_by=ASCENDING,
    )
    """Subscriptions of all accounts to one of the myAI services, for staff."""
    usage_events: Connection[UsageEvent] | None = pages_by(
        resolve_accounts.usage_events,
        service_type=required(str, "The service, such as `stream` or `shop`."),
        between=optional(TimeRange, "Only events of this range."),
        order_by=NEWEST_FIRST,
    )
    """What all accounts did at one of the myAI services, for staff."""

    profile: Profile | None = resolved_by(
        resolve_profiles.profile, by=required(ProfileBy, "Which profile.")
    )
    """One profile of a product."""
    device: Device | None = resolved_by(
        resolve_profiles.device, by=required(DeviceBy, "Which device.")
    )
    """One device paired with a family."""
    pairing_codes: CountedConnection[PairingCode] | None = pages_by(
        resolve_profiles.pairing_codes,
        expires=optional(TimeRange, "Only codes that expire in this range."),
        order_by=OLDEST_FIRST,
    )
    """The pairing codes of all families by expiry, for staff."""

    title: Title | None = resolved_by(resolve_titles.title, by=required(TitleBy, "Which title."))
    """One title of a product."""
    titles: Connection[Title] | None = pages_by(
        resolve_titles.titles_named, named=required(str, "The exact name.")
    )
    """The titles of one name: those of myAI.stream, then those of Axolotly."""
    movies: Connection[Movie] | None = pages_by(
        resolve_titles.movies,
        genre=required(str, "The primary genre, as stored."),
        release_years=optional(YearRange, "Only movies released in these years."),
        order_by=ASCENDING,
    )
    """The movies of a genre at myAI.stream, by year of release."""
    tmdb_titles: CountedConnection[TmdbTitle] | None = pages_by(
        resolve_titles.tmdb_titles,
        media_type=required(MediaType, "Movies or series."),
        order_by=ASCENDING,
    )
    """The titles of Axolotly, in the order in which they were taken over."""
    episode: Episode | None = resolved_by(
        resolve_titles.episode, by=required(EpisodeBy, "Which episode.")
    )
    """One episode of a series."""
    content_tag: ContentTag | None = resolved_by(
        resolve_titles.content_tag, by=required(ContentTagBy, "Which tag.")
    )
    """One content tag."""
    content_tags: CountedConnection[ContentTag] | None = pages_by(
        resolve_titles.content_tags, order_by=ASCENDING
    )
    """All content tags, by tag."""
    title_reports: CountedConnection[TitleReport] | None = pages_by(
        resolve_titles.title_reports,
        status=required(ReportStatus, "The status of the reports."),
        order_by=NEWEST_FIRST,
    )
    """What all parents reported, by status, for staff."""
