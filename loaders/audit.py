"""Whose rows staff have read in a request: gathered where rows leave the loaders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from loaders.tables.facts import Row, StoredTable, table_of


class OwnersRead:
    """The owners of the rows that one request has read, where that is `wanted`.

    A table's owner is the value of its owner column: the owner's key, or that of the parent row at
    which the owner path goes on.
    """

    def __init__(self, *, wanted: bool) -> None:
        self._wanted = wanted
        self._noted: list[Iterable[Row | None]] = []
        self._owners: dict[StoredTable, set[Any]] = {}

    @property
    def owners(self) -> Mapping[StoredTable, set[Any]]:
        """Of each table that has owners, those whose rows were read."""
        noted, self._noted = self._noted, []
        for row in chain.from_iterable(noted):
            if row is not None and (owner := table_of(row).owner_column) is not None:
                self._owners.setdefault(table_of(row), set()).add(row.get(owner))
        return self._owners

    def note(self, rows: Iterable[Row | None]) -> None:
        """Remember whose rows these are; they are looked at when that is asked."""
        if self._wanted:
            self._noted.append(rows)
