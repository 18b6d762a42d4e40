"""Whose rows of Postgres are whose, out of the demo's data, and every way to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from gateway.demo.data import demo_rows
from loaders import accounts, pipeline, profiles, titles
from loaders.access import Access, Distinct, One, United
from loaders.stores.interface import Key, Terms, Window
from loaders.stores.postgres import PostgresStore
from loaders.tables.catalogue import POSTGRES
from loaders.tables.facts import Read, StoredTable, Through, table_of
from tests.loaders.asking import Reading

ROWS = demo_rows()
WAYS = {
    f"{module.__name__}.{name}": way
    for module in (accounts, pipeline, profiles, titles)
    for name, way in vars(module).items()
    if isinstance(way, Access) and way.table.product in POSTGRES
}
ACCOUNTS = {product: [row["id"] for row in ROWS[product]["users"]] for product in POSTGRES}
KEYS_AT_MOST = 30
ALONE = 5
"""How many of them are asked for alone too, which is another statement."""
WHOLE = Window(size=2_000)
"""More rows than any key has."""

Found = list[set[Any]]
"""What each key leads to: a row as its table and key, or a value."""

every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())


@cache
def owners(table: StoredTable) -> Mapping[Any, Any]:
    """The key at the end of the owner path of each row, by the row's own."""
    rows = ROWS[table.product][table.name]
    if not isinstance(table.owner, Through):
        return {row["id"]: row[table.owner or ""] for row in rows}
    of_parents = owners(table.owner.parent)
    return {row["id"]: of_parents[row[table.owner.column]] for row in rows}


def rows_of(table: StoredTable, viewer: Collection[Any]) -> set[Any]:
    """The keys of the rows that the person with these accounts may see."""
    if table.read is Read.PUBLIC:
        return {row["id"] for row in ROWS[table.product][table.name]}
    return {key for key, owner in owners(table).items() if owner in viewer}


def keys_of(way: Access) -> list[Key]:
    """Every key that leads to a row."""
    found: list[Key] = []
    for row in ROWS[way.table.product][way.table.name]:
        if isinstance(way, United | Distinct):
            found.append((row["id"], *[1] * len(way.route.shared)))
        elif way.route.index.containing:
            found += [(value,) for value in row[way.by[0]] or ()]  # type: ignore[attr-defined]
        else:
            found.append(tuple(row.get(name) for name in way.route.by))
    return [key for key in dict.fromkeys(found) if None not in key]


async def read(store: PostgresStore, way: Access, keys: Sequence[Key], **facts: Any) -> Found:
    """What these keys lead to; `facts` are terms beside the usual ones, which ask for anybody's."""
    terms = replace(Reading().terms(way.route), **facts)
    found = await _read(store, way, list(keys), terms)
    for key, of_key in zip(keys[:ALONE], found, strict=False):
        assert await _read(store, way, [key], terms) == [of_key]
    return found


async def _read(store: PostgresStore, way: Access, asked: list[Key], terms: Terms) -> Found:
    if isinstance(way, One):
        rows = await store.find(way.route, asked, terms)
        return [set() if row is None else {(way.table, row["id"])} for row in rows]
    if isinstance(way, Distinct):
        return [set(values) for values in await store.values(way.route, asked, 500, terms)]
    if isinstance(way, United):
        columns = way.selected_of_parts({})
        slices = await store.union(way.route, asked, columns, WHOLE, terms)
    else:
        slices = await store.listing(way.route, asked, WHOLE, terms)
    return [{(table_of(row), row["id"]) for row in slice_.rows} for slice_ in slices]


async def counted(
    store: PostgresStore, way: Access, keys: Sequence[Key], **facts: Any
) -> list[int]:
    """How many rows each of these keys has."""
    terms = replace(Reading().terms(way.route), **facts)
    found = await store.count(way.route, list(keys), Window(0), terms)
    for key, of_key in zip(keys[:ALONE], found, strict=False):
        assert await store.count(way.route, [key], Window(0), terms) == [of_key]
    return [one.count for one in found]


def kept(way: Access, keys: Sequence[Key], everything: Found, viewer: Sequence[Any]) -> Found:
    """What is left of everything for the person with these accounts."""
    if isinstance(way, Distinct):
        own = rows_of(way.table, viewer)
        return [
            found if key[0] in own else set() for key, found in zip(keys, everything, strict=True)
        ]
    return [
        {(table, key) for table, key in found if key in rows_of(table, viewer)}
        for found in everything
    ]
