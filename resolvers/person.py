"""What a person is: the accounts of all products under one e-mail, or one token."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from loaders.accounts import (
    ACCOUNTS_BY_EMAIL,
    ACCOUNTS_BY_SUBJECT,
    FORMS_OF_AN_EMAIL,
    accounts_of_person,
)
from loaders.errors import Forbidden
from loaders.masks import Mask, mask
from loaders.reach import follows
from loaders.request import Asking
from loaders.tables.facts import Row, table_of
from loaders.viewer import Subject
from resolvers.arguments import text
from resolvers.links import needs


@dataclass(frozen=True)
class Person:
    """Somebody, known by an e-mail, or to a product's own issuer as its subject."""

    email: str | None
    subject: Subject | None = None


@follows()
def viewer(_: None, info: Asking) -> Person | None:
    """The person who asks; null where they are anonymous."""
    viewer = info.context.viewer
    return None if viewer.is_anonymous else Person(viewer.email, viewer.subject)


@follows()
def person(_: None, info: Asking, email: str) -> Person:
    """The person of an e-mail, for staff."""
    if not info.context.viewer.is_staff:
        raise Forbidden("a person is found by e-mail by staff alone; `viewer` is you")
    return Person(text(email, "email"))


@follows()
@needs("email")
def person_of_account(account: Row, info: Asking) -> Person | None:
    """The person behind an account that the viewer sees."""
    email = table_of(account).columns["email"].read(account)
    return None if email is None else Person(email)


@follows()
def email(somebody: Person, info: Asking) -> str | None:
    """The e-mail, masked for support where it is not their own."""
    viewer = info.context.viewer
    own = somebody.email is None or viewer.has(somebody.email)
    if own or viewer.sees_personal_data or not viewer.is_staff:
        return somebody.email
    masked: str | None = mask(somebody.email, Mask.EMAIL)
    return masked


@follows(*ACCOUNTS_BY_EMAIL.values(), *ACCOUNTS_BY_SUBJECT.values(), keys=FORMS_OF_AN_EMAIL)
async def accounts(somebody: Person, info: Asking) -> list[Any]:
    """The accounts in the products' order; an error stands for a product that is down."""
    found = await asyncio.gather(
        *(
            accounts_of_person(product, info, somebody.email, somebody.subject)
            for product in ACCOUNTS_BY_EMAIL
        ),
        return_exceptions=True,
    )
    return [
        account
        for accounts in found
        for account in ([accounts] if isinstance(accounts, BaseException) else accounts)
    ]
