"""How a person's accounts are found."""

import asyncio
from typing import Any

import pytest

from gateway.demo.data import family, prep, social, stream, studio
from gateway.demo.data.people import ADA, BEN, DMITRI, IRIS, LENA, MIXED_CASE, OMAR, ZOE, Person
from loaders.accounts import (
    ACCOUNTS_BY_EMAIL,
    ACCOUNTS_BY_SUBJECT,
    IDENTITIES,
    accounts_of_person,
)
from loaders.tables.catalogue import DYNAMODB, POSTGRES
from loaders.viewer import Subject, Viewer, folded
from tests.loaders.asking import Asker

KEYS: dict[str, Any] = {
    "stream": stream.account_id,
    "family": family.user_id,
    "studio": studio.user_id,
    "social": social.creator_id,
    "prep": prep.learner_email,
}


@pytest.mark.parametrize(
    ("product", "person"),
    [
        *((product, ADA) for product in KEYS),
        *((product, ZOE) for product in KEYS if product != "studio"),
        *((product, MIXED_CASE) for product in ("stream", "family", "prep")),
    ],
    ids=lambda given: given if isinstance(given, str) else given.first_name,
)
async def test_an_account_is_found_whatever_the_case_of_its_e_mail(
    ask: Asker, product: str, person: Person
) -> None:
    access = ACCOUNTS_BY_EMAIL[product]
    key = access.table.key[0]
    for email in (person.email, folded(person.email), _swapped(person.email)):
        rows = await accounts_of_person(product, ask(None, "support"), email)
        assert [row[key] for row in rows] == [KEYS[product](person)]


def test_every_product_has_accounts() -> None:
    assert set(ACCOUNTS_BY_EMAIL) == set(IDENTITIES) == {*POSTGRES, *DYNAMODB}


def test_every_account_that_has_a_subject_is_found_by_it() -> None:
    """And whether it is active comes along, whichever way it is found."""
    by_subject = {product for product, access in ACCOUNTS_BY_EMAIL.items() if access.table.subject}
    assert by_subject == set(ACCOUNTS_BY_SUBJECT) == set(KEYS) - {"prep"}
    for accesses in (ACCOUNTS_BY_EMAIL, ACCOUNTS_BY_SUBJECT):
        for access in accesses.values():
            active = access.table.active
            assert access.route.brings == (() if active is None else active[:1])


@pytest.mark.parametrize(
    ("email", "person", "products"),
    [
        (ADA.email, ADA, set(KEYS)),
        (DMITRI.email, DMITRI, {"family"}),
        ("stranger@example.com", None, set()),
        # Those that are inactive, suspended or deleted give no rights.
        (IRIS.email, IRIS, {"social"}),
        (OMAR.email, OMAR, {"studio"}),
        (LENA.email, LENA, {"studio"}),
    ],
)
async def test_a_viewer_has_keys_at_the_products_of_their_active_accounts(
    ask: Asker, email: str, person: Person, products: set[str]
) -> None:
    request = ask(email).context
    for product, key in KEYS.items():
        assert await request.owners(product) == ({key(person)} if product in products else set())


@pytest.mark.parametrize(
    ("product", "person"), [("stream", ADA), ("family", ADA), ("studio", ADA), ("social", ADA)]
)
async def test_at_its_issuers_product_a_subject_has_keys_whatever_the_e_mail(
    ask: Asker, product: str, person: Person
) -> None:
    subject = Subject(product, str(KEYS[product](person)))
    for email in (None, BEN.email):
        request = ask(viewer=Viewer(email, subject=subject)).context
        assert await request.owners(product) == {KEYS[product](person)}
        for other in KEYS.keys() - {product, "prep"}:
            assert await request.owners(other) == ({KEYS[other](BEN)} if email else set())


@pytest.mark.parametrize(
    "subject",
    [
        Subject("family", "0"),
        Subject("family", "999999"),
        Subject("family", "+{}"),
        Subject("family", "0{}"),
        Subject("family", " {}"),
        Subject("family", "{}.0"),
        Subject("family", "99999999999"),
        Subject("family", "9" * 18),
        Subject("family", "\u0661"),
        Subject("family", "ada"),
        Subject("stream", "nobody"),
        Subject("stream", "{}"),
        Subject("social", "nobody"),
    ],
    ids=lambda subject: f"{subject.product} {subject.name}",
)
async def test_a_subject_that_is_nobody_has_no_keys_by_an_e_mail_either(
    ask: Asker, subject: Subject
) -> None:
    """Not even where it would read as somebody's number."""
    name = subject.name.format(family.user_id(ADA))
    viewer = Viewer(ADA.email, subject=Subject(subject.product, name))
    assert await ask(viewer=viewer).context.owners(subject.product or "") == set()


@pytest.mark.parametrize(("product", "person"), [("social", OMAR), ("studio", IRIS)])
async def test_the_subject_of_an_inactive_account_has_no_keys(
    ask: Asker, product: str, person: Person
) -> None:
    subject = Subject(product, str(KEYS[product](person)))
    info = ask(viewer=Viewer(subject=subject))
    assert await accounts_of_person(product, info, None, subject)
    assert await info.context.owners(product) == set()


async def test_preps_own_issuer_names_nobody_by_a_subject(ask: Asker) -> None:
    for email, keys in ((ADA.email, {ADA.email}), (None, set())):
        viewer = Viewer(email, subject=Subject("prep", ADA.email))
        assert await ask(viewer=viewer).context.owners("prep") == keys


@pytest.mark.parametrize("product", sorted(ACCOUNTS_BY_SUBJECT))
async def test_to_know_a_subjects_keys_is_one_call(ask: Asker, product: str) -> None:
    subject = Subject(product, str(KEYS[product](ADA)))
    info = ask(viewer=Viewer(ADA.email, subject=subject))
    await asyncio.gather(
        info.context.owners(product), accounts_of_person(product, info, ADA.email, subject)
    )
    assert [rows for _, _, rows in info.calls] == [1]


def _swapped(email: str) -> str:
    """With each ASCII letter in the other case; others may not be folded."""
    return "".join(letter.swapcase() if letter.isascii() else letter for letter in email)
