"""Whose rows of Postgres are whose, out of the demo's data: what policies are judged by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from gateway.demo.data import demo_rows
from loaders.tables.facts import Read, StoredTable, Through

ROWS = demo_rows()


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
