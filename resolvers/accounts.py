"""What leads to accounts, and what an account leads to."""

from __future__ import annotations

from loaders import accounts as load
from loaders.request import Asking
from loaders.tables.facts import Row
from loaders.visibility import show
from resolvers.links import by_one_of, needs, to_one, to_page

ACCOUNTS = {name: access for name, access in load.NODES.items() if name.endswith("Account")}

account = by_one_of(
    ACCOUNTS,
    stream_account_id=load.stream_account,
    stream_email=load.stream_accounts_by_email,
    family_account_id=load.family_account,
    family_email=load.family_account_by_email,
)
family_accounts = to_page(load.family_accounts_by_role, given="role")
service_subscriptions = to_page(load.subscriptions_by_service, given="service_type")
usage_events = to_page(load.usage_by_service, given="service_type", ranged="between")

stream_account = to_one(load.stream_account, via="accountId")
subscription = to_one(load.subscription, via="accountId", given="subscription_id")
subscriptions = to_page(load.subscriptions_of_account, via="accountId", status="status")
usage = to_page(
    load.usage_of_account, via="accountId", ranged="between", service_type="serviceType"
)
account_of_family = to_one(load.family_account, via="family_id")


@needs("firstName", "lastName")
async def stream_display_name(row: Row, info: Asking) -> str | None:
    """First and last name, as far as they are known."""
    names = [await show(row, info, name) for name in ("firstName", "lastName")]
    return " ".join(filter(None, names)) or None
