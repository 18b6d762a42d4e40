"""Ways to accounts, subscriptions and usage."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from loaders.access import Many, many, one, page
from loaders.request import Aside, Asking, Request
from loaders.tables import family, prep, social, stream, studio
from loaders.tables.facts import Row, StoredTable
from loaders.viewer import folded

ACCOUNTS_OF_ONE_EMAIL = 5
"""No index keeps an e-mail unique whatever its case, so there may be several."""

FORMS_OF_AN_EMAIL = 2
"""As it is given, and in lower case."""

stream_account = one(stream.accounts, by="accountId")
stream_accounts_by_email = many(stream.accounts, by="email", at_most=ACCOUNTS_OF_ONE_EMAIL)

family_account = one(family.users, by="id")
family_account_by_email = one(family.users, by="email")
family_accounts_by_email = many(
    family.users, by="email", at_most=ACCOUNTS_OF_ONE_EMAIL, folded=True
)
family_accounts_by_role = page(family.users, by="role")

studio_account = one(studio.users, by="id")
studio_account_by_email = one(studio.users, by="email")
studio_accounts_by_email = many(
    studio.users, by="email", at_most=ACCOUNTS_OF_ONE_EMAIL, folded=True, brings="is_active"
)

creator_account = one(social.users, by=("userId", "recordType"))
creator_of_user = one(social.users, by="userId", fixed={"recordType": social.PROFILE_RECORD})
creator_accounts_by_email = many(
    social.users, by="email", at_most=ACCOUNTS_OF_ONE_EMAIL, brings="isActive"
)

learner_account = one(prep.users, by="email")
learner_accounts_by_email = many(
    prep.users, by="email", at_most=ACCOUNTS_OF_ONE_EMAIL, brings="account_status"
)
learner_session = one(prep.sessions, by="session_id")
sessions_of_learner = page(prep.sessions, by="user_email", order="-created_at")
qr_token = one(prep.qr_tokens, by="token")
entitlement = one(prep.entitlements, by=("user_email", "product_id"))
entitlements_of_learner = page(
    prep.entitlements, by="user_email", order="product_id", filters="status"
)
entitlements_by_expiry = page(
    prep.entitlements, by="user_email", order="expires_at", filters="status"
)

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
    "StudioAccount": studio_account,
    "CreatorAccount": creator_account,
    "LearnerAccount": learner_account,
    "Entitlement": entitlement,
}
"""Types with a global id, and the way to their rows by key."""

ACCOUNTS_BY_EMAIL: Mapping[str, Many] = {
    stream.PRODUCT: stream_accounts_by_email,
    family.PRODUCT: family_accounts_by_email,
    studio.PRODUCT: studio_accounts_by_email,
    social.PRODUCT: creator_accounts_by_email,
    prep.PRODUCT: learner_accounts_by_email,
}
"""How a person's accounts are found at each product, in the order in which they are shown."""


async def accounts_of_person(access: Many, info: Asking, email: str) -> list[Any]:
    """The accounts of one product under an e-mail: as given, and in lower case.

    DynamoDB compares bytes, so both forms are asked for; Postgres has an index that folds case.
    """
    forms = [email] if access.route.index.folded else dict.fromkeys([email, folded(email)])
    found = await asyncio.gather(*(access.load(info, form) for form in forms))
    return [row for rows in found for row in rows]


def _own_keys(access: Many) -> Callable[[Request], Awaitable[frozenset[Any]]]:
    """The keys of the viewer's accounts at a product; the viewer has an e-mail."""
    owner = access.table.owner_column or ""

    async def look_up(request: Request) -> frozenset[Any]:
        rows = await accounts_of_person(access, Aside(request), request.viewer.email or "")
        return frozenset(
            row[owner]
            for row in rows
            if not isinstance(row, Exception) and _gives_rights(row, access.table)
        )

    return look_up


def _gives_rights(account: Row, table: StoredTable) -> bool:
    """An inactive, suspended or deleted account gives none."""
    if table.active is None:
        return True
    column, value = table.active
    return bool(account.get(column) == value)


IDENTITIES = {product: _own_keys(access) for product, access in ACCOUNTS_BY_EMAIL.items()}
"""How the viewer's own keys are found at each product."""
