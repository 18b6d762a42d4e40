"""Ways to accounts, subscriptions and usage."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from loaders.access import Many, One, many, one, own, page
from loaders.request import Aside, Asking, Request, only
from loaders.tables import family, prep, social, stream, studio
from loaders.tables.facts import Row, StoredTable
from loaders.viewer import Subject, folded

ACCOUNTS_OF_ONE_EMAIL = 5
"""No index keeps an e-mail unique whatever its case, so there may be several."""

FORMS_OF_AN_EMAIL = 2
"""As it is given, and in lower case."""

_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
"""A key as issuers write it: one account's in one form, and no other."""

stream_account = one(stream.accounts, by="accountId")
stream_account_of_subject = own(stream.accounts)
stream_accounts_by_email = many(stream.accounts, by="email", at_most=ACCOUNTS_OF_ONE_EMAIL)

family_account = one(family.users, by="id")
family_account_of_subject = own(family.users)
family_account_by_email = one(family.users, by="email")
family_accounts_by_email = many(
    family.users, by="email", at_most=ACCOUNTS_OF_ONE_EMAIL, folded=True
)
family_accounts_by_role = page(family.users, by="role")

studio_account = one(studio.users, by="id")
studio_account_of_subject = own(studio.users, brings="is_active")
studio_account_by_email = one(studio.users, by="email")
studio_accounts_by_email = many(
    studio.users, by="email", at_most=ACCOUNTS_OF_ONE_EMAIL, folded=True, brings="is_active"
)

creator_account = one(social.users, by=("userId", "recordType"))
creator_of_user = one(social.users, by="userId", fixed={"recordType": social.PROFILE_RECORD})
creator_of_subject = own(
    social.users, fixed={"recordType": social.PROFILE_RECORD}, brings="isActive"
)
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
"""How accounts are found at each product by e-mail, in the order in which they are shown."""

ACCOUNTS_BY_SUBJECT: Mapping[str, One] = {
    stream.PRODUCT: stream_account_of_subject,
    family.PRODUCT: family_account_of_subject,
    studio.PRODUCT: studio_account_of_subject,
    social.PRODUCT: creator_of_subject,
}
"""How they are found by what the product's own issuer says. Prep keeps e-mails alone."""


async def accounts_of_person(
    product: str, info: Asking, email: str | None, subject: Subject | None = None
) -> list[Any]:
    """Somebody's accounts at one product: by the subject where its own issuer names them, else by
    e-mail. Of the viewer's own the request learns the keys."""
    found = await _accounts(product, info, email, subject)
    request = info.context
    if (email, subject) == (request.viewer.email, request.viewer.subject):
        request.own_keys[product] = _keys_with_rights(product, found)
    return found


async def _accounts(
    product: str, info: Asking, email: str | None, subject: Subject | None
) -> list[Any]:
    access = ACCOUNTS_BY_SUBJECT.get(product)
    if access is not None and subject is not None and subject.product == product:
        key = _key(access.table, subject)
        found = None if key is None else await access.load(info, key)
        return [] if found is None else [found]
    return [] if email is None else await _by_email(ACCOUNTS_BY_EMAIL[product], info, email)


async def _by_email(access: Many, info: Asking, email: str) -> list[Any]:
    """As given, and in lower case.

    DynamoDB compares bytes, so both forms are asked for; Postgres has an index that folds case.
    """
    forms = [email] if access.route.index.folded else dict.fromkeys([email, folded(email)])
    found = await access.load_each(info, [(form,) for form in forms])
    return [row for each in found for row in only([each])]


def _key(table: StoredTable, subject: Subject) -> Any | None:
    """The key that a subject is; None where no key is written so."""
    kind = table.column(table.subject or "").kind
    if kind.bits is None:
        return subject.name
    if not _NUMBER.fullmatch(subject.name) or int(subject.name) >= 1 << kind.bits - 1:
        return None
    return int(subject.name)


def _keys_with_rights(product: str, accounts: list[Any]) -> frozenset[Any]:
    table = ACCOUNTS_BY_EMAIL[product].table
    owner = table.owner_column or ""
    return frozenset(
        row[owner]
        for row in accounts
        if not isinstance(row, Exception) and _gives_rights(row, table)
    )


def _own_keys(product: str) -> Callable[[Request], Awaitable[frozenset[Any]]]:
    """The keys of the viewer's accounts at a product."""

    async def look_up(request: Request) -> frozenset[Any]:
        viewer = request.viewer
        await accounts_of_person(product, Aside(request), viewer.email, viewer.subject)
        return request.own_keys[product]

    return look_up


def _gives_rights(account: Row, table: StoredTable) -> bool:
    """An inactive, suspended or deleted account gives none."""
    if table.active is None:
        return True
    column, value = table.active
    return bool(account.get(column) == value)


IDENTITIES = {product: _own_keys(product) for product in ACCOUNTS_BY_EMAIL}
"""How the viewer's own keys are found at each product."""
