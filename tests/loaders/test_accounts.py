"""How a person's accounts are found."""

from typing import Any

import pytest

from gateway.demo.data import family, prep, social, stream, studio
from gateway.demo.data.people import ADA, DMITRI, IRIS, LENA, MIXED_CASE, OMAR, ZOE, Person
from loaders.accounts import ACCOUNTS_BY_EMAIL, IDENTITIES, accounts_of_person
from loaders.tables.catalogue import DYNAMODB, POSTGRES
from loaders.viewer import folded
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
        rows = await accounts_of_person(access, ask(None, "support"), email)
        assert [row[key] for row in rows] == [KEYS[product](person)]


def test_every_product_has_accounts() -> None:
    assert set(ACCOUNTS_BY_EMAIL) == set(IDENTITIES) == {*POSTGRES, *DYNAMODB}


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


def _swapped(email: str) -> str:
    """With each ASCII letter in the other case; others may not be folded."""
    return "".join(letter.swapcase() if letter.isascii() else letter for letter in email)
