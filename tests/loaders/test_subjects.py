"""The subjects' ways to rows: each one leads to the demo's rows, in one call."""

from collections.abc import Iterator
from typing import Any

import pytest

from gateway.demo.data import demo_rows
from gateway.demo.data.epoch import EPOCH
from gateway.demo.data.making import Row, Tables
from gateway.demo.data.people import BEN
from loaders import accounts, assessments, pipeline, profiles, social, support, titles
from loaders.access import Access, Distinct, Many, One, Paged, United
from loaders.pages import Paging
from loaders.rules import Scope
from loaders.tables.catalogue import TABLES
from loaders.tables.dynamodb import DynamoTable
from loaders.tables.facts import Index, StoredTable, table_of
from loaders.viewer import Subject, Viewer
from tests.loaders.asking import Asker

MODULES = (accounts, assessments, pipeline, profiles, social, support, titles)
WAYS = {
    f"{module.__name__}.{name}": way
    for module in MODULES
    for name, way in vars(module).items()
    if isinstance(way, Access)
}


def ways(kind: type[Access]) -> pytest.MarkDecorator:
    found = {name: way for name, way in WAYS.items() if type(way) is kind}
    assert found
    return pytest.mark.parametrize("way", found.values(), ids=found.keys())


@pytest.fixture(scope="module")
def rows() -> dict[str, Tables]:
    """The rows that are stored at each product."""
    return demo_rows()


def keys_of(way: Access, rows: dict[str, Tables]) -> list[tuple[Any, ...]]:
    """The key that the way has for each row, once for each row that it leads to."""
    stored = [row for row in rows[way.table.product][way.table.name] if lives(row, way.table)]
    return [key for row in stored for key in keys_of_row(way, row) if None not in key]


def lives(row: Row, table: StoredTable) -> bool:
    expires = row.get(table.ttl) if isinstance(table, DynamoTable) and table.ttl else None
    return expires is None or int(str(expires)) > EPOCH.timestamp()


def keys_of_row(way: Access, row: Row) -> Iterator[tuple[Any, ...]]:
    if any(row.get(name) is None for name in way.route.position):
        return  # no index has the row
    values: tuple[Any, ...] = tuple(row.get(name) for name in way.by)
    if way.route.index.containing:
        yield from ((value,) for value in dict.fromkeys(values[0] or ()))
    else:
        yield values


ADMIN = Viewer(None, frozenset({"admin"}))


def own_subject(way: One, key: tuple[Any, ...]) -> Viewer:
    """The viewer whose own account has this key."""
    return Viewer(subject=Subject(way.table.product, str(key[0])))


@ways(One)
async def test_one_row_is_found(ask: Asker, rows: dict[str, Tables], way: One) -> None:
    keys = keys_of(way, rows)
    key = next(key for key in keys if keys.count(key) == 1)
    info = ask(viewer=own_subject(way, key) if way.scope is Scope.SUBJECT else ADMIN)
    row = await way.load(info, *key)
    assert row is not None
    assert tuple(row[name] for name in way.by) == key
    assert [rows for _, _, rows in info.calls] == [1]


@ways(Many)
async def test_few_rows_are_found(ask: Asker, rows: dict[str, Tables], way: Many) -> None:
    info = ask(None, "admin")
    keys = keys_of(way, rows)
    found = await way.load(info, *keys[0])
    assert len(found) == keys.count(keys[0])
    assert len(info.calls) == 1


@ways(Paged)
async def test_a_page_is_found(ask: Asker, rows: dict[str, Tables], way: Paged) -> None:
    info = ask(None, "admin")
    keys = keys_of(way, rows)
    key = max(keys, key=keys.count)
    page = await way.load(info, *key, paging=Paging(first=100))
    assert len(page.rows) == min(100, keys.count(key))
    assert len(info.calls) == 1
    positions = [tuple(row[name] for name in way.route.position) for row in page.rows]
    first = [position[0] for position in positions]
    assert first == sorted(first, reverse=way.route.descending)
    assert len(set(positions)) == len(positions)
    assert (await way.count(info, *key)).count == keys.count(key)


INPUT = 1
"""An input with artifacts of every kind, in several scenes."""


@ways(United)
async def test_rows_of_several_tables_are_found_by_one_call(ask: Asker, way: United) -> None:
    info = ask(None, "admin")
    key = [INPUT, *[1] * (len(way.by) - 1)]
    ends = [
        await way.load(info, *key, paging=Paging(first=100), descending=d) for d in (False, True)
    ]
    found = {table_of(row) for page in ends for row in page.rows}
    assert found == {part.table for part in way.route.parts}
    assert len(info.calls) == 2


@ways(Distinct)
async def test_the_distinct_values_of_a_column_are_found(ask: Asker, way: Distinct) -> None:
    info = ask(None, "admin")
    values = await way.load(info, INPUT)
    assert values
    assert values == sorted(set(values))
    assert len(info.calls) == 1


@ways(United)
async def test_what_lies_below_a_row_of_somebody_else_is_not_found(ask: Asker, way: United) -> None:
    """Also where no row led there that was refused before."""
    info = ask(BEN.email)
    key = [INPUT, *[1] * (len(way.by) - 1)]
    page = await way.load(info, *key, paging=Paging(first=100))
    assert (page.rows, page.has_next_page) == ([], False)
    assert (await way.count(info, *key)).count == 0
    assert (await way.count(ask(None, "admin"), *key)).count > 0


@ways(Distinct)
async def test_values_below_a_row_of_somebody_else_are_not_found(ask: Asker, way: Distinct) -> None:
    assert await way.load(ask(BEN.email), INPUT) == []


def test_every_table_has_a_way_to_its_rows() -> None:
    assert {way.table for way in WAYS.values()} == set(TABLES)


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_every_key_and_index_serves_a_way(table: StoredTable) -> None:
    ways = [way for way in WAYS.values() if way.table is table]
    taken = {way.route.index.name for way in ways}
    declared = table.ways if isinstance(table, DynamoTable) else table.indexes
    for index in declared:
        # Nobody finds a pairing by its code.
        assert index.name in taken or index.columns == ("code",) or replaced(index, ways)


def replaced(index: Index, ways: list[Access]) -> bool:
    """Whether an index of a document is one that a longer one of ours serves in place of."""
    return not index.reason and any(
        way.route.index.reason
        and index.columns[0] in (way.by or way.route.position[:1])
        and set(index.columns) <= {*way.by, *way.route.position, *way.route.filters}
        for way in ways
    )
