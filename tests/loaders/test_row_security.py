"""The loaders without their rules: row level security alone keeps back what is not the viewer's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gateway.demo.data.people import ADA
from loaders.access import Access, Distinct, Many, One, Paged
from loaders.pages import LARGEST_SIZE, Page, Paging
from loaders.rules import Scope
from loaders.stores.interface import Key
from loaders.tables.facts import Row, StoredTable, table_of
from tests.loaders.asking import Asker, Field
from tests.loaders.owned import ROWS, every_way, keys_of, rows_of

KEYS_AT_MOST = 50


async def read(info: Field, way: Access) -> set[tuple[Key, StoredTable, Any]]:
    """What many keys of a way lead to: each with its key, and the rows or values themselves."""
    keys = keys_of(way)[:KEYS_AT_MOST]
    if isinstance(way, Distinct):
        values = [await way.load(info, *key) for key in keys]
        return {
            (key, way.table, one) for key, found in zip(keys, values, strict=True) for one in found
        }
    if isinstance(way, Paged):
        found = await way.load_each(info, keys, paging=Paging(first=LARGEST_SIZE))
    else:
        assert isinstance(way, One | Many)
        found = await way.load_each(info, keys)
    return {
        (key, table_of(row), row["id"])
        for key, one in zip(keys, found, strict=True)
        for row in _rows(one)
    }


def _rows(found: Any) -> Iterable[Row]:
    if isinstance(found, Page):
        return found.rows
    return found if isinstance(found, list) else filter(None, [found])


def accounts_of(email: str | None, product: str) -> set[Any]:
    """The keys of a person's accounts at a product."""
    return {row["id"] for row in ROWS[product]["users"] if row["email"] == email}


@every_way
async def test_each_viewer_gets_their_own_rows_and_no_others(
    ask: Asker, no_rules: None, way: Access
) -> None:
    everything = await read(ask(None, "admin"), way)
    assert everything
    for email in (None, ADA.email, "stranger@example.com"):
        # A way that ranges over owners says no one's keys: it is for staff. One by subject says
        # the token's, which these viewers have not.
        nobodys = way.scope in (Scope.SPANNING, Scope.SUBJECT)
        mine = set() if nobodys else accounts_of(email, way.table.product)
        found = await read(ask(email), way)
        assert found == {one for one in found | everything if is_of(mine, way, *one)}


def is_of(mine: set[Any], way: Access, key: Key, table: StoredTable, found: Any) -> bool:
    return (key[0] if isinstance(way, Distinct) else found) in rows_of(table, mine)
