"""Ways to accounts, subscriptions and usage."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from loaders.access import Many, many, one, page
from loaders.request import Aside, Asking, Request
from loaders.tables import family, stream
from loaders.viewer import folded

ACCOUNTS_OF_ONE_EMAIL = 5
"""No index keeps an e-mail unique whatever its case, so there may be several."""

stream_account = one(stream.accounts, by="accountId")
stream_accounts_by_email = many(stream.accounts, by="email", at_most=ACCOUNTS_OF_ONE_EMAIL)

family_account = one(family.users, by="id")
family_account_by_email = one(family.users, by="email")
family_accounts_by_email = many(
    family.users, by="email", at_most=ACCOUNTS_OF_ONE_EMAIL, folded=True
)
family_accounts_by_role = page(family.users, by="role")

subscription = one(stream.subscriptions, by=("accountId", "subscriptionId"))
subscriptions_of_account = page(
    stream.subscriptions, by="accountId", order="subscriptionId", filters="status"
)
subscriptions_by_service = page(stream.subscriptions, by="serviceType", order="accountId")

usage_event = one(stream.usage, by=("accountId", "timestamp"))
usage_of_account = page(stream.usage, by="accountId", order="-timestamp", filters="serviceType")
usage_by_service = page(stream.usage, by="serviceType", order="-timestamp")

NODES = {
    "StreamAccount": stream_account,
    "ServiceSubscription": subscription,
    "UsageEvent": usage_event,
    "FamilyAccount": family_account,
}
"""Types with a global id, and the way to their rows by key."""

ACCOUNTS_BY_EMAIL: Mapping[str, Many] = {
    stream.PRODUCT: stream_accounts_by_email,
    family.PRODUCT: family_accounts_by_email,
}
"""How a person's accounts are found at each product, in the order in which they are shown."""


async def accounts_of_person(access: Many, info: Asking, email: str) -> list[Any]:
    """The accounts of one product under an e-mail: as given, and in lower case.

    DynamoDB compares bytes, so both forms are asked for; Postgres has an index that folds case, and
    letters beyond ASCII with it: its rows are looked at once more.
    """
    forms = [email] if access.route.index.folded else dict.fromkeys([email, folded(email)])
    found = await asyncio.gather(*(access.load(info, form) for form in forms))
    (column,) = access.route.by
    return [
        row
        for rows in found
        for row in rows
        if isinstance(row, Exception) or folded(row[column]) == folded(email)
    ]


def _own_keys(access: Many) -> Callable[[Request], Awaitable[frozenset[Any]]]:
    """The keys of the viewer's accounts at a product; the viewer has an e-mail."""
    (key,) = access.table.key

    async def look_up(request: Request) -> frozenset[Any]:
        rows = await accounts_of_person(access, Aside(request), request.viewer.email or "")
        return frozenset(row[key] for row in rows if not isinstance(row, Exception))

    return look_up


IDENTITIES = {product: _own_keys(access) for product, access in ACCOUNTS_BY_EMAIL.items()}
"""How the viewer's own keys are found at each product."""
