"""Whose rows staff have read in a request: gathered where rows leave the loaders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from loaders.tables.facts import Row, StoredTable


class OwnersRead:
    """The owners of the rows that one request has read, where that is `wanted`.

    A table's owner is the value of its owner column: the owner's key, or that of the parent row at
    which the owner path goes on.
    """

    def __init__(self, *, wanted: bool) -> None:
        self._wanted = wanted
        self._noted: list[tuple[StoredTable, str, Iterable[Row | None]]] = []
        self._owners: dict[StoredTable, set[Any]] = {}

    @property
    def owners(self) -> Mapping[StoredTable, set[Any]]:
        """Of each table that has owners, those whose rows were read."""
        noted, self._noted = self._noted, []
        for table, owner, rows in noted:
            found = {row.get(owner) for row in rows if row is not None}
            if found:
                self._owners.setdefault(table, set()).update(found)
        return self._owners

    def note(self, table: StoredTable, rows: Iterable[Row | None]) -> None:
        """Remember whose rows of a table these are; they are looked at when that is asked."""
        owner = table.owner_column
        if self._wanted and owner is not None:
            self._noted.append((table, owner, rows))
