"""An e-mail is somebody's whatever the case of its ASCII letters, and nobody else's."""

from __future__ import annotations

import pytest

from loaders.stores.postgres import PostgresAddress
from tests.engines import execute
from tests.operations.asking import Asker

MINE = "{ viewer { accounts { ... on FamilyAccount { databaseId } } } }"
KELVIN = "\u212a"
"""To Python and to Postgres this sign is k in lower case."""


@pytest.mark.parametrize(("email", "found"), [("KAY", 1), ("kay", 1), (f"{KELVIN}ay", 0)])
async def test_a_letter_that_unicode_folds_to_another_gives_no_rights(
    ask_changed_family: Asker, writable_family: PostgresAddress, email: str, found: int
) -> None:
    await execute(writable_family.url, "UPDATE users SET email = 'kay@example.com' WHERE id = 1")
    answer = await ask_changed_family(MINE, viewer=f"{email}@example.com")
    assert len(answer.data["viewer"]["accounts"]) == found
    # From staff Postgres itself keeps nothing back.
    asked = MINE.replace("viewer", f'person(email: "{email}@example.com")')
    answer = await ask_changed_family(asked, viewer="root@example.com; roles=admin")
    assert len(answer.data["person"]["accounts"]) == found
