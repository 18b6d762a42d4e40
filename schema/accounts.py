"""Accounts, subscriptions and usage."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from loaders.tables import family, stream
from resolvers import accounts as resolve
from resolvers import person as resolve_person
from resolvers import profiles as resolve_profiles
from resolvers import titles as resolve_titles
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
from schema.rows import column, optional, required, resolved_by, row_of
from schema.scalars import JSON

if TYPE_CHECKING:
    from schema.profiles import (
        Device,
        KidProfile,
        PairingCode,
        StreamingServiceSelection,
        StreamProfile,
        WatchEvent,
        WatchlistItem,
    )
    from schema.titles import ReportStatus, TitleReport

_profiles = strawberry.lazy("schema.profiles")
_titles = strawberry.lazy("schema.titles")


@enum_type
class Product(Enum):
    """One of the products whose stores this schema unifies."""

    STREAM = "stream"
    """myAI.stream: streaming accounts, profiles and movies."""
    FAMILY = "family"
    """Axolotly: parents, kid profiles and what they may watch."""


@enum_type
class FamilyRole(Enum):
    """What a family account is."""

    PARENT = "parent"
    """A parent."""
    ADMIN = "admin"
    """An administrator of Axolotly. It gives no rights in this schema."""


@object_type
class Person:
    """Somebody with accounts at one or more products, all under one e-mail."""

    email: str | None = resolved_by(resolve_person.email)
    """The e-mail that the accounts are found by."""
    accounts: list[Account | None] = resolved_by(resolve_person.accounts)
    """The person's accounts, at most a few. A product that does not answer is an error in its
    place; the others' accounts stay."""


@interface
class Account:
    """An account at one of the products. Products never share ids."""

    product: Product
    """The product that keeps this account."""
    email: str | None
    """The e-mail address of the account."""
    display_name: str | None
    """The name to show; null where the product keeps none."""
    created_at: datetime | None
    """When the account was made."""
    person: Person | None
    """The person behind it, with their accounts at the other products."""


def _product(product: Product) -> Any:
    return resolved_by(lambda row, info: product)


@row_of(stream.accounts)
class StreamAccount(Account, Node):
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
    """First and last name, as far as they are known."""
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
        service_type=optional(str, "Only events of this service."),
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
class FamilyAccount(Account, Node):
    """A parent's account at Axolotly: a family."""

    product: Product = _product(Product.FAMILY)
    """Always `FAMILY`."""
    database_id: int = column("id")
    """The number of the account at Axolotly. Another product's account of the same number is a
    stranger."""
    email: str | None
    """The e-mail address of the account."""
    display_name: str | None = resolved_by(lambda row, info: None)
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
