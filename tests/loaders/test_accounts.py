"""How a person's accounts are found."""

from typing import Any

import pytest

from gateway.demo.data import family as family_demo
from gateway.demo.data import stream as stream_demo
from gateway.demo.data.people import ADA, DMITRI, MIXED_CASE, ZOE, Person
from loaders.accounts import ACCOUNTS_BY_EMAIL, IDENTITIES, accounts_of_person
from loaders.viewer import folded
from tests.loaders.asking import Asker

KEYS: dict[str, Any] = {"stream": stream_demo.account_id, "family": family_demo.user_id}


@pytest.mark.parametrize("product", ["stream", "family"])
@pytest.mark.parametrize("person", [ADA, ZOE, MIXED_CASE], ids=lambda person: person.first_name)
async def test_an_account_is_found_whatever_the_case_of_its_e_mail(
    ask: Asker, product: str, person: Person
) -> None:
    access = ACCOUNTS_BY_EMAIL[product]
    (key,) = access.table.key
    for email in (person.email, folded(person.email), _swapped(person.email)):
        rows = await accounts_of_person(access, ask(None, "support"), email)
        assert [row[key] for row in rows] == [KEYS[product](person)]


async def test_a_viewer_has_keys_at_the_products_of_their_accounts(ask: Asker) -> None:
    assert set(IDENTITIES) == {"stream", "family"}
    for email, stream_keys, family_keys in (
        (ADA.email, {stream_demo.account_id(ADA)}, {family_demo.user_id(ADA)}),
        (DMITRI.email, set(), {family_demo.user_id(DMITRI)}),
        ("stranger@example.com", set(), set()),
    ):
        request = ask(email).context
        assert await request.owners("stream") == stream_keys
        assert await request.owners("family") == family_keys


def _swapped(email: str) -> str:
    """With each ASCII letter in the other case; others may not be folded."""
    return "".join(letter.swapcase() if letter.isascii() else letter for letter in email)
