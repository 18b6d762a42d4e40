"""Who may see what, as the inventory says it: nothing here knows the declarations of the code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
"""A stored row: column name to stored value."""
Tables = Mapping[tuple[str, str], Sequence[Row]]
"""Of each product's table: its rows."""

_FILE = Path(__file__).with_name("inventory.json")


@dataclass(frozen=True)
class Column:
    """A column, and who may see it of a row that they see."""

    name: str
    kind: str
    field: str | None
    visibility: str
    personal: bool


@dataclass(frozen=True)
class Table:
    """A table, the type that shows it, and who may see its rows."""

    product: str
    name: str
    type_name: str
    read: str
    owner: str | None
    columns: Mapping[str, Column]
    key: tuple[str, ...]

    @property
    def place(self) -> tuple[str, str]:
        return self.product, self.name

    @cached_property
    def fields(self) -> Mapping[str, Column]:
        """Each field that shows a column."""
        return {column.field: column for column in self.columns.values() if column.field}

    @property
    def is_guarded(self) -> bool:
        """Whether its rows are somebody's, or the staff's."""
        return self.read in ("owner", "staff")


def _table(told: Mapping[str, Any]) -> Table:
    return Table(
        told["product"],
        told["table"],
        told["type"],
        told["read"],
        told.get("owner"),
        {
            column["name"]: Column(
                column["name"],
                column["kind"],
                column["field"],
                column["visibility"],
                column.get("personal", False),
            )
            for column in told["columns"]
        },
        tuple(told["key"]),
    )


TABLES = [_table(told) for told in json.loads(_FILE.read_text(encoding="utf-8"))]
PRODUCTS = frozenset(table.product for table in TABLES)
BY_TYPE = {table.type_name: table for table in TABLES}
BY_PLACE = {table.place: table for table in TABLES}


@dataclass(frozen=True)
class Who:
    """Somebody who asks, as the inventory knows them.

    `keys` are those of their accounts that give rights, by product; `reads` the products whose rows
    they all see. `masked`: they see personal data of others masked.
    """

    keys: Mapping[str, Any]
    email: str | None = None
    reads: frozenset[str] = frozenset()
    masked: bool = False


def owner_of(table: Table, row: Row, rows: Tables) -> Any:
    """The key at the end of the row's owner path."""
    step, _, rest = (table.owner or "").partition(">")
    while rest:
        parent, _, rest = rest.partition(">")
        name, _, column = parent.rpartition(".")
        above = BY_PLACE[table.product, name]
        key = "id" if "id" in above.columns and above.columns["id"].kind == "serial" else step
        found = [one for one in rows[above.place] if one[key] == row[step]]
        if not found:
            return None
        table, row, step = above, found[0], column
    return row.get(step)


def sees_row(table: Table, row: Row, rows: Tables, who: Who) -> bool:
    """Whether somebody sees a row."""
    if table.product in who.reads or table.read == "public":
        return True
    if table.read == "signed_in":
        return table.product in who.keys
    return table.read == "owner" and owns(table, row, rows, who)


def owns(table: Table, row: Row, rows: Tables, who: Who) -> bool:
    """Whether somebody is the person at the end of a row's owner path."""
    return table.product in who.keys and owner_of(table, row, rows) == who.keys[table.product]


def sees_column(table: Table, column: Column, own: bool, who: Who) -> str:
    """How somebody sees a column of a row that they see: `plain`, `masked` or `not`."""
    staff = table.product in who.reads
    match column.visibility:
        case "plain":
            return "masked" if column.personal and who.masked and not own else "plain"
        case "signed_in":
            return "plain" if staff or table.product in who.keys else "not"
        case "staff":
            return "plain" if staff else "not"
        case "masked":
            return "masked"
    return "not"
