"""The subjects' ways to rows: each one leads to the demo's rows, in one call."""

from collections.abc import Iterator
from typing import Any

import pytest

from gateway.demo.data.making import Row, Tables
from loaders import accounts, profiles, titles
from loaders.access import Access, Many, One, Paged
from loaders.pages import Paging
from loaders.tables.catalogue import DYNAMODB, POSTGRES, TABLES
from loaders.tables.facts import StoredTable
from tests.loaders.asking import Asker

MODULES = (accounts, profiles, titles)
WAYS = {
    f"{module.__name__}.{name}": way
    for module in MODULES
    for name, way in vars(module).items()
    if isinstance(way, Access)
}


def ways(kind: type[Access]) -> pytest.MarkDecorator:
    found = {name: way for name, way in WAYS.items() if isinstance(way, kind)}
    assert found
    return pytest.mark.parametrize("way", found.values(), ids=found.keys())


def stored(table: StoredTable, stream_rows: Tables, family_rows: Tables) -> list[Row]:
    return {"stream": stream_rows, "family": family_rows}[table.product][table.name]


def keyed(way: Access, rows: list[Row]) -> Iterator[tuple[Any, ...]]:
    """The keys of the way that rows have."""
    for row in rows:
        key = tuple(row.get(name) for name in way.route.by)
        if None not in key:
            yield key


@ways(One)
async def test_one_row_is_found(
    ask: Asker, stream_rows: Tables, family_rows: Tables, way: One
) -> None:
    info = ask(None, "admin")
    key = next(keyed(way, stored(way.table, stream_rows, family_rows)))
    row = await way.load(info, *key)
    assert row is not None
    assert tuple(row[name] for name in way.route.by) == key
    assert [rows for _, _, rows in info.calls] == [1]


@ways(Many)
async def test_few_rows_are_found(
    ask: Asker, stream_rows: Tables, family_rows: Tables, way: Many
) -> None:
    info = ask(None, "admin")
    keys = list(keyed(way, stored(way.table, stream_rows, family_rows)))
    rows = await way.load(info, *keys[0])
    assert len(rows) == keys.count(keys[0])
    assert len(info.calls) == 1


@ways(Paged)
async def test_a_page_is_found(
    ask: Asker, stream_rows: Tables, family_rows: Tables, way: Paged
) -> None:
    info = ask(None, "admin")
    keys = list(keyed(way, stored(way.table, stream_rows, family_rows)))
    key = max(keys, key=keys.count)
    page = await way.load(info, *key, paging=Paging(first=100))
    assert len(page.rows) == min(100, keys.count(key))
    assert len(info.calls) == 1
    positions = [tuple(row[name] for name in way.route.position) for row in page.rows]
    first = [position[0] for position in positions]
    assert first == sorted(first, reverse=way.route.descending)
    assert len(set(positions)) == len(positions)
    assert (await way.count(info, *key)).count == keys.count(key)


def test_every_table_is_in_the_catalogue() -> None:
    assert {way.table for way in WAYS.values()} == set(TABLES)
    assert set(DYNAMODB) == {"stream"}
    assert set(POSTGRES) == {"family"}
    assert [str(table) for table in TABLES] == [
        *("family.users", "family.kid_profiles", "family.titles", "family.episodes"),
        *("family.kid_profiles_titles", "family.devices", "family.pairing_codes"),
        *("family.streaming_service_selection", "family.content_tags"),
        *("family.episode_links", "family.content_reports"),
        *("stream.AccountTable", "stream.SubscriptionTable", "stream.UserUsageTable"),
        *("stream.ProfileTable", "stream.ProfileSettingsTable", "stream.ProfileAITable"),
        *("stream.MovieTable", "stream.WatchlistTable", "stream.WatchHistoryTable"),
    ]


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_every_key_and_index_of_a_document_serves_a_way(table: StoredTable) -> None:
    routes = [way.route for way in WAYS.values() if way.table is table]
    documented = [table.key, *(index.columns for index in table.indexes if not index.reason)]
    for columns in documented:
        # A longer index of ours may serve in its place; the code of a pairing leads nowhere.
        assert columns == ("code",) or any(
            set(columns) <= {*route.by, *route.position, *route.filters} for route in routes
        )
