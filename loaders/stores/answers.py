"""From the records of a statement to the answers for its keys."""

from __future__ import annotations

from typing import Any

from loaders.stores.interface import Key, Slice, Window
from loaders.stores.statements import PLACE
from loaders.tables.facts import Row


def by_key(records: list[Any], keys: list[Key]) -> list[list[Any]]:
    """The records of each key."""
    if len(keys) == 1:
        return [records]
    found: list[list[Any]] = [[] for _ in keys]
    for record in records:
        found[record[PLACE] - 1].append(record)
    return found


def cut(rows: list[Row], window: Window) -> Slice:
    """The window's rows out of one more than it asked for."""
    more = len(rows) > window.size
    if more:
        del rows[window.size :]
    if window.backward:
        rows.reverse()
    return Slice(rows, more)
