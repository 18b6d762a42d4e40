"""What leads to accounts, and what an account leads to."""

from __future__ import annotations

from typing import Any

from loaders import accounts as load
from loaders.pages import Page, Paging
from loaders.reach import follows
from loaders.request import Asking
from loaders.stores.interface import Range
from loaders.tables.facts import Row
from loaders.visibility import show
from resolvers.links import by_one_of, for_staff, needs, to_one, to_page

ACCOUNTS = {
    name: load.NODES[name]
    for name in (
        "StreamAccount",
        "FamilyAccount",
        "StudioAccount",
        "CreatorAccount",
        "LearnerAccount",
    )
}

account = by_one_of(
    ACCOUNTS,
    stream_account_id=load.stream_account,
    stream_email=load.stream_accounts_by_email,
    family_account_id=load.family_account,
    family_email=load.family_account_by_email,
    studio_account_id=load.studio_account,
    studio_email=load.studio_account_by_email,
    creator_user_id=load.creator_of_user,
    creator_email=load.creator_accounts_by_email,
    learner_email=load.learner_account,
)
family_accounts = to_page(load.family_accounts_by_role, given="role")
service_subscriptions = to_page(load.subscriptions_by_service, given="service_type")
usage_events = to_page(load.usage_by_service, given="service_type", ranges={"between": "timestamp"})

stream_account = to_one(load.stream_account, via="accountId")
subscription = to_one(load.subscription, via="accountId", given="subscription_id")
subscriptions = to_page(load.subscriptions_of_account, via="accountId", status="status")
usage = to_page(
    load.usage_of_account,
    via="accountId",
    ranges={"between": "timestamp"},
    service_type="serviceType",
)
creator = to_one(load.creator_of_user, via="userId")
sessions = to_page(load.sessions_of_learner, via="email", ranges={"between": "created_at"})
entitlement = to_one(load.entitlement, via="email", given="product_id")
entitlements = to_page(load.entitlements_of_learner, via="email", status="status")
learner_by_user_email = to_one(load.learner_account, via="user_email")
learner_session = for_staff(to_one(load.learner_session, given="session_id"))
qr_token = for_staff(to_one(load.qr_token, given="token"))
account_of_family = to_one(load.family_account, via="family_id")
studio_account = to_one(load.studio_account, via="user_id")


@follows()
@needs("firstName", "lastName")
async def stream_display_name(row: Row, info: Asking) -> str | None:
    """First and last name, as far as they are known."""
    return await _full_name(row, info, "firstName", "lastName")


@follows()
@needs("first_name", "last_name")
async def studio_display_name(row: Row, info: Asking) -> str | None:
    """First and last name."""
    return await _full_name(row, info, "first_name", "last_name")


@follows()
@needs("fullName")
async def creator_display_name(row: Row, info: Asking) -> Any:
    """The full name."""
    return await show(row, info, "fullName")


@follows()
@needs("username")
async def learner_display_name(row: Row, info: Asking) -> Any:
    """The name to show."""
    return await show(row, info, "username")


async def _full_name(row: Row, info: Asking, *names: str) -> str | None:
    return " ".join(filter(None, [await show(row, info, name) for name in names])) or None


@follows(load.entitlements_by_expiry, narrowed=True)
@needs("email")
async def active_entitlements(row: Row, info: Asking, **paging: Any) -> Page:
    """Those that are active and have not expired, by expiry."""
    return await load.entitlements_by_expiry.load(
        info,
        row["email"],
        paging=Paging(**paging),
        filters=(("status", "active"),),
        ranges=(Range("expires_at", info.context.now, None),),
    )
