"""Accounts, subscriptions and usage."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from loaders.tables import family, prep, social, stream, studio
from resolvers import accounts as resolve
from resolvers import assessments as resolve_assessments
from resolvers import person as resolve_person
from resolvers import pipeline as resolve_pipeline
from resolvers import profiles as resolve_profiles
from resolvers import social as resolve_social
from resolvers import support as resolve_support
from resolvers import titles as resolve_titles
from resolvers.links import constant
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
from schema.rows import Argument, column, member, optional, required, resolved_by, row_of, shape
from schema.scalars import JSON

if TYPE_CHECKING:
    from schema.assessments import Assessment, AssessmentStatus, AssessmentType
    from schema.pipeline import InputRecord
    from schema.profiles import (
        Device,
        KidProfile,
        PairingCode,
        StreamingServiceSelection,
        StreamProfile,
        WatchEvent,
        WatchlistItem,
    )
    from schema.social import (
        ConfidenceRange,
        EngagementSnapshot,
        Insight,
        SocialAccount,
        SocialPost,
    )
    from schema.support import SupportTicket, TicketStatus
    from schema.titles import ReportStatus, TitleReport

_assessments = strawberry.lazy("schema.assessments")
_pipeline = strawberry.lazy("schema.pipeline")
_profiles = strawberry.lazy("schema.profiles")
_social = strawberry.lazy("schema.social")
_support = strawberry.lazy("schema.support")
_titles = strawberry.lazy("schema.titles")


@enum_type
class Product(Enum):
    """One of the products whose stores this schema unifies."""

    STREAM = "stream"
    """myAI.stream: streaming accounts, profiles and movies."""
    FAMILY = "family"
    """Axolotly: parents, kid profiles and what they may watch."""
    STUDIO = "studio"
    """CinBoard AI: a pipeline from a text to a video."""
    SOCIAL = "social"
    """CloudStro: social accounts, posts, engagement and insights."""
    PREP = "prep"
    """IELTS AI Prep: learners, assessments and support."""


@enum_type
class FamilyRole(Enum):
    """What a family account is."""

    PARENT = "parent"
    """A parent."""
    ADMIN = "admin"
    """An administrator of Axolotly. It gives no rights in this schema."""


@enum_type
class CreatorPlan(Enum):
    """What a creator pays for."""

    PREMIUM = "premium"
    """The larger plan."""
    BASIC = "basic"
    """The smaller plan."""
    FREE = "free"
    """Nothing is paid."""


@enum_type
class ActivityStatus(Enum):
    """Whether something is in use."""

    ACTIVE = "active"
    """It is in use."""
    INACTIVE = "inactive"
    """It is not in use."""


@enum_type
class LearnerStatus(Enum):
    """The state of a learner's account."""

    ACTIVE = "active"
    """It can be used."""
    SUSPENDED = "suspended"
    """It was stopped for now, and gives no rights."""
    DELETED = "deleted"
    """It was deleted, and gives no rights."""


@enum_type
class PrepProduct(Enum):
    """What a learner can buy."""

    WRITING = "writing"
    """Writing assessments."""
    SPEAKING = "speaking"
    """Speaking assessments."""
    FULL_MOCK_TEST = "full_mock_test"
    """A whole mock test."""


@enum_type
class AppPlatform(Enum):
    """Where an app was bought."""

    IOS = "ios"
    """Apple's App Store."""
    ANDROID = "android"
    """Google Play."""


@enum_type
class EntitlementStatus(Enum):
    """The state of what was bought."""

    ACTIVE = "active"
    """It can be used."""
    EXPIRED = "expired"
    """Its time is over."""
    REFUNDED = "refunded"
    """The money was given back."""


@object_type
class Person:
    """Somebody with accounts at one or more products."""

    email: str | None = resolved_by(resolve_person.email)
    """The e-mail that the accounts are found by; null for a viewer whose token has no verified one.
    Support sees another's masked."""
    accounts: list[Account | None] = resolved_by(resolve_person.accounts)
    """The person's accounts, at most a few. At the product whose own token a viewer has, theirs is
    found by the token's subject. A product that does not answer is an error in its place; the
    others' accounts stay."""


@interface
class Account(Node):
    """An account at one of the products. Products never share ids."""

    product: Product
    """The product that keeps this account."""
    email: str | None
    """The e-mail address of the account. Support sees it masked."""
    display_name: str | None
    """The name to show; null where the product keeps none. Support sees it masked."""
    created_at: datetime | None
    """When the account was made."""
    person: Person | None
    """The person behind it, with their accounts at the other products."""


def _product(product: Product) -> Any:
    return resolved_by(constant(product))


@row_of(stream.accounts)
class StreamAccount(Account):
    """An account at myAI.stream."""

    product: Product = _product(Product.STREAM)
    """Always `STREAM`."""
    account_id: strawberry.ID
    """The Cognito user id."""
    email: str | None
    """The e-mail address of the account."""
    first_name: str | None
    """The first name."""
    last_name: str | None
    """The last name."""
    display_name: str | None = resolved_by(resolve.stream_display_name)
    """First and last name, as far as they are known. Support sees them masked."""
    created_at: datetime | None
    """When the account was made."""
    updated_at: datetime | None
    """When the account last changed."""
    person: Person | None = resolved_by(resolve_person.person_of_account)
    """The person behind it, with their accounts at the other products."""
    subscription: ServiceSubscription | None = resolved_by(
        resolve.subscription,
        subscription_id=required(strawberry.ID, "The id of the subscription in this account."),
    )
    """One subscription of this account."""
    subscriptions: Connection[ServiceSubscription] | None = pages_by(
        resolve.subscriptions,
        status=optional(str, "Only subscriptions of this status, as stored."),
        order_by=ASCENDING,
    )
    """The account's subscriptions to all services, by id."""
    usage: Connection[UsageEvent] | None = pages_by(
        resolve.usage,
        between=optional(TimeRange, "Only events of this range."),
        service_type=optional(str, "Only events of this service, such as `stream`."),
        order_by=NEWEST_FIRST,
    )
    """What was done with the account."""
    profiles: Connection[Annotated[StreamProfile, _profiles]] | None = pages_by(
        resolve_profiles.stream_profiles_of_account, order_by=ASCENDING
    )
    """The viewers inside the account, by id."""
    watchlist: Connection[Annotated[WatchlistItem, _profiles]] | None = pages_by(
        resolve_profiles.watchlist_of_account, order_by=ASCENDING
    )
    """The movies that any profile of the account saved, by movie id."""
    watchlist_item: Annotated[WatchlistItem, _profiles] | None = resolved_by(
        resolve_profiles.watchlist_item_of_account,
        movie_id=required(strawberry.ID, "The id of the movie."),
    )
    """The entry of one movie on the account's watchlist; null where it is not on it."""
    watch_history: Connection[Annotated[WatchEvent, _profiles]] | None = pages_by(
        resolve_profiles.history_of_account,
        between=optional(TimeRange, "Only viewings of this range."),
        completed=optional(bool, "Only viewings that were, or were not, completed."),
        order_by=NEWEST_FIRST,
    )
    """What all profiles of the account watched."""


@row_of(stream.subscriptions)
class ServiceSubscription(Node):
    """An account's subscription to one of the myAI services."""

    account_id: strawberry.ID
    """The id of the account."""
    subscription_id: strawberry.ID
    """The id of the subscription, unique in its account."""
    service_type: str | None
    """The service, such as `stream` or `shop`."""
    plan: str | None
    """The plan."""
    status: str | None
    """The status, as the service writes it."""
    start_date: datetime | None
    """When the subscription began."""
    end_date: datetime | None
    """When it ended or will end."""
    trial_end_date: datetime | None
    """When its trial ends."""
    created_at: datetime | None
    """When the record was made."""
    updated_at: datetime | None
    """When the record last changed."""
    account: StreamAccount | None = resolved_by(resolve.stream_account)
    """The account that subscribed."""


@row_of(stream.usage)
class UsageEvent(Node):
    """Something done with an account at one of the myAI services."""

    account_id: strawberry.ID
    """The id of the account."""
    timestamp: datetime
    """When it was done."""
    service_type: str | None
    """The service, such as `stream` or `shop`."""
    activity_type: str | None
    """What kind of activity it was."""
    details: JSON | None
    """Details of the activity."""
    device_info: JSON | None
    """The device that was used."""
    account: StreamAccount | None = resolved_by(resolve.stream_account)
    """The account it was done with."""


@row_of(family.users)
class FamilyAccount(Account):
    """A parent's account at Axolotly: a family."""

    product: Product = _product(Product.FAMILY)
    """Always `FAMILY`."""
    database_id: int = column("id")
    """The number of the account at Axolotly. Another product's account of the same number is a
    stranger."""
    email: str | None
    """The e-mail address of the account."""
    display_name: str | None = resolved_by(constant(None))
    """Always null: Axolotly keeps no names of parents."""
    role: FamilyRole | None
    """Parent or administrator."""
    created_at: datetime | None
    """When the account was made."""
    person: Person | None = resolved_by(resolve_person.person_of_account)
    """The person behind it, with their accounts at the other products."""
    kid_profiles: CountedConnection[Annotated[KidProfile, _profiles]] | None = pages_by(
        resolve_profiles.kid_profiles_of_family, order_by=OLDEST_FIRST
    )
    """The children's profiles, in the order in which they were made."""
    devices: CountedConnection[Annotated[Device, _profiles]] | None = pages_by(
        resolve_profiles.devices_of_family, order_by=OLDEST_FIRST
    )
    """The paired devices, in the order of pairing."""
    pairing_codes: CountedConnection[Annotated[PairingCode, _profiles]] | None = pages_by(
        resolve_profiles.pairing_codes_of_family,
        used=optional(bool, "Only codes that were, or were not, used."),
        order_by=NEWEST_FIRST,
    )
    """The codes made for pairing devices, by expiry. The codes themselves are never shown."""
    streaming_selection: Annotated[StreamingServiceSelection, _profiles] | None = resolved_by(
        resolve_profiles.selection_of_family
    )
    """The streaming services that the family subscribes to."""
    title_reports: CountedConnection[Annotated[TitleReport, _titles]] | None = pages_by(
        resolve_titles.reports_of_family,
        status=optional(
            Annotated["ReportStatus", _titles],
            "Only reports of this status.",
        ),
        order_by=NEWEST_FIRST,
    )
    """What the family reported about titles."""


@row_of(studio.users)
class StudioAccount(Account):
    """An account at CinBoard AI."""

    product: Product = _product(Product.STUDIO)
    """Always `STUDIO`."""
    database_id: int = column("id")
    """The number of the account at CinBoard AI. Another product's account of the same number is a
    stranger."""
    email: str | None
    """The e-mail address of the account."""
    first_name: str | None
    """The first name."""
    last_name: str | None
    """The last name."""
    display_name: str | None = resolved_by(resolve.studio_display_name)
    """First and last name. Support sees them masked."""
    is_active: bool | None
    """Whether the account can be used; one that cannot gives no rights."""
    is_verified: bool
    """Whether the e-mail address was verified there."""
    created_at: datetime | None
    """When the account was made."""
    updated_at: datetime | None
    """When the account last changed."""
    person: Person | None = resolved_by(resolve_person.person_of_account)
    """The person behind it, with their accounts at the other products."""
    input_records: CountedConnection[Annotated[InputRecord, _pipeline]] | None = pages_by(
        resolve_pipeline.inputs_of_account,
        status=optional(str, "Only inputs of this status, as stored."),
        between=optional(TimeRange, "Only inputs made in this range."),
        order_by=NEWEST_FIRST,
    )
    """The texts that were given to be made into videos."""


@shape
class AiPreferences:
    """How the AI is told to write for a creator."""

    content_style: str | None = member("contentStyle")
    """The tone, such as `professional`."""
    posting_frequency: str | None = member("postingFrequency")
    """How often to post, such as `daily`."""
    preferred_times: list[str] | None = member("preferredTimes")
    """The times of day to post at, such as `09:00`."""


@row_of(social.users)
class CreatorAccount(Account):
    """A creator's account at CloudStro."""

    product: Product = _product(Product.SOCIAL)
    """Always `SOCIAL`."""
    user_id: strawberry.ID
    """The id of the creator."""
    email: str | None
    """The e-mail address of the account."""
    username: str | None
    """The unique name of the creator."""
    full_name: str | None
    """The full name."""
    display_name: str | None = resolved_by(resolve.creator_display_name)
    """The full name. Support sees it masked."""
    avatar: str | None
    """The URL of a picture."""
    plan: CreatorPlan | None = column("subscription")
    """The plan."""
    social_accounts_connected: list[str] | None
    """The networks that are connected, such as `twitter`."""
    ai_preferences: AiPreferences | None
    """How the AI is told to write."""
    is_active: bool | None
    """Whether the account can be used; one that cannot gives no rights."""
    creator_status: ActivityStatus | None = column("status")
    """Active or inactive, as CloudStro lists it. Rights go by `isActive`."""
    created_at: datetime | None
    """When the account was made."""
    updated_at: datetime | None
    """When the account last changed."""
    last_login_at: datetime | None
    """When the creator last logged in."""
    person: Person | None = resolved_by(resolve_person.person_of_account)
    """The person behind it, with their accounts at the other products."""
    social_account: Annotated[SocialAccount, _social] | None = resolved_by(
        resolve_social.social_account_of_creator,
        platform=required(str, "The network, such as `twitter`."),
        account_id=required(str, "The id of the account at the network."),
    )
    """One account at a network; null where the creator has no such account."""
    social_accounts: Connection[Annotated[SocialAccount, _social]] | None = pages_by(
        resolve_social.social_accounts_of_creator,
        platform=optional(str, "Only accounts at this network, such as `twitter`."),
        status=optional(ActivityStatus, "Only accounts of this status."),
        order_by=ASCENDING,
    )
    """The creator's accounts at networks, by network and id."""
    posts: Connection[Annotated[SocialPost, _social]] | None = pages_by(
        resolve_social.posts_of_creator,
        platform=optional(str, "Only posts at this network, such as `twitter`."),
        between=optional(TimeRange, "Only posts of this range."),
        order_by=ASCENDING,
    )
    """The posts that were taken over for the creator, by network and id."""
    engagement: Connection[Annotated[EngagementSnapshot, _social]] | None = pages_by(
        resolve_social.engagement_of_creator,
        between=optional(TimeRange, "Only measurements of this range."),
        platform=optional(str, "Only measurements at this network, such as `twitter`."),
        order_by=ASCENDING,
    )
    """How the creator's posts were received, by the post's id and the time."""
    insights: Connection[Annotated[Insight, _social]] | None = pages_by(
        resolve_social.insights_of_creator,
        type=optional(str, "Only insights of this type, such as `optimal_timing`."),
        active_only=Argument(bool, "Only insights that are marked active and still valid.", False),
        confidence=optional(
            Annotated["ConfidenceRange", _social], "Only insights of this confidence."
        ),
        order_by=ASCENDING,
    )
    """What the AI recommends to the creator, by id."""


@row_of(prep.users)
class LearnerAccount(Account):
    """A learner's account at IELTS AI Prep, whose key is its e-mail address."""

    product: Product = _product(Product.PREP)
    """Always `PREP`."""
    email: str | None
    """The e-mail address of the account."""
    username: str | None
    """The name to show."""
    display_name: str | None = resolved_by(resolve.learner_display_name)
    """The name to show. Support sees it masked."""
    email_verified: bool | None
    """Whether the e-mail address was verified there."""
    account_status: LearnerStatus | None
    """The state of the account."""
    created_at: datetime | None
    """When the account was made."""
    last_login_at: datetime | None = column("last_login")
    """When the learner last logged in."""
    person: Person | None = resolved_by(resolve_person.person_of_account)
    """The person behind it, with their accounts at the other products."""
    sessions: Connection[LearnerSession] | None = pages_by(
        resolve.sessions,
        between=optional(TimeRange, "Only sessions begun in this range."),
        order_by=NEWEST_FIRST,
    )
    """The sessions that have not expired."""
    entitlement: Entitlement | None = resolved_by(
        resolve.entitlement, product_id=required(PrepProduct, "What was bought.")
    )
    """What was bought of one product; null where nothing was."""
    entitlements: Connection[Entitlement] | None = pages_by(
        resolve.entitlements,
        status=optional(EntitlementStatus, "Only entitlements of this status."),
        order_by=ASCENDING,
    )
    """Everything that was ever bought, by product."""
    active_entitlements: Connection[Entitlement] | None = pages_by(resolve.active_entitlements)
    """What can be used now, the one that expires first before the others."""
    assessments: Connection[Annotated[Assessment, _assessments]] | None = pages_by(
        resolve_assessments.assessments_of_learner,
        between=optional(TimeRange, "Only assessments begun in this range."),
        type=optional(Annotated["AssessmentType", _assessments], "Only assessments of this type."),
        status=optional(
            Annotated["AssessmentStatus", _assessments], "Only assessments of this status."
        ),
        order_by=NEWEST_FIRST,
    )
    """The assessments that the learner took."""
    tickets: Connection[Annotated[SupportTicket, _support]] | None = pages_by(
        resolve_support.tickets_of_learner,
        between=optional(TimeRange, "Only tickets opened in this range."),
        status=optional(Annotated["TicketStatus", _support], "Only tickets of this status."),
        order_by=NEWEST_FIRST,
    )
    """What the learner asked support."""


@row_of(prep.sessions)
class LearnerSession:
    """A session of a learner. Its id is a secret and never shown, so it is no Node."""

    user_email: str | None
    """The e-mail address of the learner."""
    created_at: datetime | None
    """When the session began."""
    expires_at: datetime | None
    """When it ends."""
    ip_address: str | None
    """The address it was begun from, masked to its network, such as `203.0.113.0/24`."""
    user_agent: str | None
    """The browser or device, masked to its family, such as `Firefox`."""
    qr_authenticated: bool | None
    """Whether it was begun by a QR code."""
    account: LearnerAccount | None = resolved_by(resolve.learner_by_user_email)
    """The learner."""


@row_of(prep.qr_tokens)
class QrToken:
    """A token for logging in by QR code. It is a secret and never shown, so it is no Node."""

    user_email: str | None
    """The e-mail address of the learner."""
    created_at: datetime | None
    """When it was made."""
    expires_at: datetime | None
    """When it stops working: five minutes after it was made."""
    used: bool | None
    """Whether it was used. It works once."""
    used_at: datetime | None
    """When it was used."""
    device_id: str | None
    """The mobile device that used it."""
    account: LearnerAccount | None = resolved_by(resolve.learner_by_user_email)
    """The learner."""


@row_of(prep.entitlements)
class Entitlement(Node):
    """Something that a learner bought."""

    user_email: str | None
    """The e-mail address of the learner."""
    product_id: PrepProduct
    """What was bought."""
    platform: AppPlatform | None
    """Where it was bought."""
    purchase_date: datetime | None
    """When it was bought."""
    expires_at: datetime | None
    """When it can no longer be used."""
    transaction_id: str | None
    """The store's number of the purchase, masked to its last four characters."""
    price_paid: Decimal | None
    """What was paid, in US dollars."""
    status: EntitlementStatus | None
    """The state of it."""
    account: LearnerAccount | None = resolved_by(resolve.learner_by_user_email)
    """The learner."""


@input_type(one_of=True)
class AccountBy:
    """Names one account; give exactly one member."""

    id: strawberry.ID | None = strawberry.UNSET
    """The global id of an account."""
    stream_account_id: strawberry.ID | None = strawberry.UNSET
    """The Cognito user id of an account at myAI.stream."""
    stream_email: str | None = strawberry.UNSET
    """The e-mail of an account at myAI.stream, as it is stored."""
    family_account_id: strawberry.ID | None = strawberry.UNSET
    """The number of an account at Axolotly."""
    family_email: str | None = strawberry.UNSET
    """The e-mail of an account at Axolotly, as it is stored."""
    studio_account_id: strawberry.ID | None = strawberry.UNSET
    """The number of an account at CinBoard AI."""
    studio_email: str | None = strawberry.UNSET
    """The e-mail of an account at CinBoard AI, as it is stored."""
    creator_user_id: strawberry.ID | None = strawberry.UNSET
    """The id of a creator at CloudStro."""
    creator_email: str | None = strawberry.UNSET
    """The e-mail of a creator at CloudStro, as it is stored."""
    learner_email: str | None = strawberry.UNSET
    """The e-mail of a learner at IELTS AI Prep, as it is stored."""
