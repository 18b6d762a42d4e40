"""Whose rows of Postgres are whose, out of the demo's data, and every way to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

import pytest

from gateway.demo.data import demo_rows
from loaders import accounts, pipeline, profiles, titles
from loaders.access import Access, Distinct, United
from loaders.stores.interface import Key
from loaders.tables.catalogue import POSTGRES
from loaders.tables.facts import Read, StoredTable, Through

ROWS = demo_rows()
WAYS = {
    f"{module.__name__}.{name}": way
    for module in (accounts, pipeline, profiles, titles)
    for name, way in vars(module).items()
    if isinstance(way, Access) and way.table.product in POSTGRES
}
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
