"""Whose rows of Postgres are whose, out of the demo's data, and every way to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import pytest

from gateway.demo.data import demo_rows
from loaders import accounts, pipeline, profiles, titles
from loaders.access import Access, Distinct, Many, One, United
from loaders.stores.interface import Along, Key, Slice, Terms, Window
from loaders.stores.postgres import PostgresStore
from loaders.tables.catalogue import POSTGRES
from loaders.tables.facts import Read, Row, StoredTable, Through, table_of
from loaders.tables.kinds import INTEGER
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
SOME = Window(size=3)
WHOLE = Window(size=2_000)
"""More rows than any key has."""

Found = list[set[Any]]
"""What each key leads to: a row as its table and key, or a value."""


class Hanging(NamedTuple):
    """A way to rows, and one that leads on from columns of them."""

    above: Access
    below: Access
    via: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.above} to {self.below} by {','.join(self.via)}"


def _hanging() -> Iterator[Hanging]:
    """From the rows of each table, found one by one and listed, to all that refer to each other."""
    for below in filter(_is_plain, WAYS.values()):
        if len(below.by) != 1:
            continue
        (name,) = below.by
        for above in filter(_is_plain, WAYS.values()):
            if below.table.columns[name].references is above.table:
                yield Hanging(above, below, above.table.key)
            if below.by == below.table.key:
                for column in above.table.columns.values():
                    if column.references is below.table and column.kind is INTEGER:
                        yield Hanging(above, below, (column.name,))


def _is_plain(way: Access) -> bool:
    return not isinstance(way, United | Distinct | Many) and way.route.index.by_equality


HANGING = list(_hanging())

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


async def read_along(
    store: PostgresStore, hanging: Hanging, keys: Sequence[Key], **facts: Any
) -> tuple[list[Row], Mapping[Key, Any]]:
    """The rows of these keys, and what the way below answers for each key that stands in them."""
    above, below, via = hanging
    window = None if isinstance(below, One) else SOME
    owners = facts.get("owners")
    along = Along(below.route, below.selected({}), window, owners, via, (), "below", ())
    terms = replace(Reading().terms(above.route, *via), along=[along], **facts)
    if isinstance(above, One):
        rows = await store.find(above.route, list(keys), terms)
    else:
        slices = await store.listing(above.route, list(keys), SOME, terms)
        rows = [row for slice_ in slices for row in slice_.rows]
    assert along.answers is not None
    return [row for row in rows if row is not None], along.answers


async def read_after(
    store: PostgresStore, hanging: Hanging, rows: Sequence[Row], **facts: Any
) -> Mapping[Key, Any]:
    """The same, asked for once the rows are there."""
    below = hanging.below
    keys = [tuple(row[name] for name in hanging.via) for row in rows]
    keys = [key for key in dict.fromkeys(keys) if None not in key]
    terms = replace(Reading().terms(below.route), columns=below.selected({}), **facts)
    if isinstance(below, One):
        return dict(zip(keys, await store.find(below.route, keys, terms), strict=True))
    return dict(zip(keys, await store.listing(below.route, keys, SOME, terms), strict=True))


def shown(answer: Any, table: StoredTable) -> Any:
    """An answer as plain values: a row's columns, or a slice's rows and whether there are more."""
    if isinstance(answer, Slice):
        return [shown(row, table) for row in answer.rows], answer.more
    return answer and (table_of(answer), [answer.get(name) for name in table.columns])


def rows_in(answer: Any) -> Sequence[Row]:
    """The rows of an answer."""
    if isinstance(answer, Slice):
        return answer.rows
    return [] if answer is None else [answer]


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
