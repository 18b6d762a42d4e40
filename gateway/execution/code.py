"""Generated code: the leaves of all objects of a selection, read in one comprehension.

Each leaf is checked for the exact type that its column and its GraphQL type agree on; what fails
the check goes to the field's `show`, which is slow and true to the specification.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from math import inf
from typing import Any, Protocol

import orjson
from graphql import GraphQLEnumType, GraphQLNamedType, GraphQLObjectType

from loaders.tables.kinds import (
    AWARE,
    BIG_INTEGER,
    DATE,
    EPOCH,
    FLAG,
    FLOAT,
    INTEGER,
    MOMENT,
    NAIVE_UTC,
    NUMBER,
    TEXT,
    YEAR,
    Kind,
)
from loaders.tables.postgresql import PostgresTable
from schema.build import TABLES
from schema.readings import Reading

Build = Callable[[Sequence[Any], list[Any]], list[dict[str, Any]]]
"""Makes an object of each source. A field that fails goes to the list, its error into the object;
fields that are read otherwise are null."""

_INT = "v.__class__ is int and -0x80000000 <= v <= 0x7FFFFFFF"
_TEXT = ("v.__class__ is str", "v")
_WAYS: Mapping[tuple[Kind, str], tuple[str, str]] = {
    (TEXT, "String"): _TEXT,
    (TEXT, "ID"): _TEXT,
    (FLAG, "Boolean"): ("v.__class__ is bool", "v"),
    (INTEGER, "Int"): (_INT, "v"),
    (BIG_INTEGER, "Int"): (_INT, "v"),
    (BIG_INTEGER, "BigInt"): ("v.__class__ is int and -1 << 63 <= v < 1 << 63", "str(v)"),
    (NUMBER, "Decimal"): ("v.__class__ is Decimal", "format(v, 'f')"),
    (NUMBER, "Float"): ("v.__class__ is Decimal and -inf < (f := float(v)) < inf", "f"),
    (FLOAT, "Float"): ("v.__class__ is Decimal and -inf < (f := float(v)) < inf", "f"),
    (AWARE, "DateTime"): ("v.__class__ is datetime and v.tzinfo is UTC", "v"),
    (NAIVE_UTC, "DateTime"): ("v.__class__ is datetime and v.tzinfo is None", "v"),
    (MOMENT, "DateTime"): ("v.__class__ is str and (m := moment(v))", "m"),
    (EPOCH, "DateTime"): (
        "v.__class__ is int and 0 <= v <= LAST_SECOND",
        "datetime.fromtimestamp(v, UTC)",
    ),
    (DATE, "Date"): ("v.__class__ is date", "v"),
    (YEAR, "Int"): ("v.__class__ is str and len(v) == 4 and v.isascii() and v.isdigit()", "int(v)"),
}
"""Of a kind of stored value and the scalar that shows it: a test that a value passes where it is
quickly shown, and how it is shown then."""
_MEMBERS = {
    "String": _TEXT,
    "ID": _TEXT,
    "Boolean": ("v.__class__ is bool", "v"),
    "Int": (_INT, "v"),
    "Float": ("v.__class__ is float and -inf < v < inf", "v"),
}
"""The same for the members of a stored map, which have no declared kind."""


def _moment(text: str) -> datetime | None:
    """The time of an ISO text, in UTC; None where it is not as plain as that."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is UTC else None


_NAMES = {
    "Decimal": Decimal,
    "Fragment": orjson.Fragment,
    "LAST_SECOND": int(datetime.max.replace(tzinfo=UTC).timestamp()) - 1,
    "UTC": UTC,
    "date": date,
    "datetime": datetime,
    "inf": inf,
    "moment": _moment,
}


class Leaf(Protocol):
    """What is known of a field here."""

    key: str
    name: str
    parent: GraphQLObjectType
    named: GraphQLNamedType
    reading: Reading

    @property
    def is_shown(self) -> bool: ...

    @property
    def is_needed(self) -> bool: ...

    def show(self, source: Any, failed: list[Any]) -> Any: ...


def interpreted(fields: Sequence[Leaf]) -> Build:
    """Reads without generated code: for what may be asked only once."""

    def build(sources: Sequence[Any], failed: list[Any]) -> list[dict[str, Any]]:
        return [{field.key: field.show(source, failed) for field in fields} for source in sources]

    return build


def compiled(fields: Sequence[Leaf]) -> Build:
    """The same, as generated code."""
    names: dict[str, Any] = {**_NAMES, "interpreted": interpreted(fields)}
    for number, field in enumerate(fields):
        names[f"show{number}"] = field.show
        if isinstance(field.named, GraphQLEnumType):
            names[f"enum{number}"] = _enum_names(field.reading, field.named)
    exec(compile(source_of(fields), "<selection>", "exec"), names)
    build: Build = names["build"]
    return build


def source_of(fields: Sequence[Leaf]) -> str:
    """The text of the generated code."""
    members = "".join(
        f"                {field.key!r}: {_expression(field, number)},\n"
        for number, field in enumerate(fields)
    )
    get = "            for get in (source.get,)\n" if "get(" in members else ""
    return (
        "def build(sources, failed):\n"
        "    try:\n"
        "        return [\n"
        f"            {{\n{members}            }}\n"
        f"            for source in sources\n{get}"
        "        ]\n"
        "    except KeyError:\n"
        "        failed.clear()\n"
        "        return interpreted(sources, failed)\n"
    )


def _expression(field: Leaf, number: int) -> str:
    if not field.is_shown:
        return "None"
    if field.name == "__typename":
        return repr(field.parent.name)
    slow = f"show{number}(source, failed)"
    get = f"(v := {_value(field)})"
    if isinstance(field.named, GraphQLEnumType):
        if field.reading.column and not field.reading.column.kind.choices:
            return slow
        return f"{get}.__class__ is str and enum{number}.get(v) or {slow}"
    way = _way(field.reading, field.named)
    if way is None:
        return slow
    check, shown = way
    if field.is_needed:
        return f"{shown} if {_bound(check, get)} else {slow}"
    if shown == "v":
        return f"v if {get} is None or {check} else {slow}"
    return f"None if {get} is None else {shown} if {check} else {slow}"


def _value(field: Leaf) -> str:
    """Rows of Postgres have all columns that a document asks for; items may lack attributes.

    An item that lacks one that it must have sends all of them the slow way.
    """
    name = field.reading.name
    if field.is_needed or isinstance(TABLES.get(field.parent), PostgresTable):
        return f"source[{name!r}]"
    return f"get({name!r})"


def _bound(check: str, get: str) -> str:
    """The check with its first look at the value made where the value is got."""
    return check.replace("v", get, 1)


def _way(reading: Reading, type_: GraphQLNamedType) -> tuple[str, str] | None:
    column = reading.column
    if column is None:
        return _MEMBERS.get(type_.name)
    if column.decode is orjson.Fragment:  # JSON that passes through unread
        return ("v.__class__ is str", "Fragment(v)")
    if column.decode is not column.kind.parse:
        return None
    return _WAYS.get((column.kind, type_.name))


def _enum_names(reading: Reading, type_: GraphQLEnumType) -> Mapping[str, str]:
    """The name that clients know each stored value by."""
    names = {value.value: name for name, value in type_.values.items()}
    if reading.column is None:
        return names
    return {stored: names[stored] for stored in reading.column.kind.choices if stored in names}
