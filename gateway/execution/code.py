"""Generated code: the leaves of all objects of a selection, read in one loop.

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
    ANYTHING,
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
    list_of,
)
from loaders.tables.postgresql import PostgresTable
from schema.build import TABLES
from schema.readings import Reading

Build = Callable[[Sequence[Any], list[Any]], list[dict[str, Any]]]
"""Makes an object of each source. A field that fails goes to the list, its error into the object;
fields that are read otherwise are null."""

_INT = ("{v}.__class__ is int and -0x80000000 <= {v} <= 0x7FFFFFFF", "{v}")
_TEXT = ("{v}.__class__ is str", "{v}")
_FLAG = ("{v}.__class__ is bool", "{v}")
_TEXTS = ("{v}.__class__ is list and TEXT_ALONE.issuperset(map(type, {v}))", "{v}")
_FLOAT = ("{v}.__class__ is Decimal and -inf < (f := float({v})) < inf", "f")
_WAYS: Mapping[tuple[Kind, str], tuple[str, str]] = {
    (TEXT, "String"): _TEXT,
    (TEXT, "ID"): _TEXT,
    (FLAG, "Boolean"): _FLAG,
    (INTEGER, "Int"): _INT,
    (BIG_INTEGER, "Int"): _INT,
    (BIG_INTEGER, "BigInt"): (
        "{v}.__class__ is int and -1 << 63 <= {v} < 1 << 63",
        "str({v})",
    ),
    (NUMBER, "Decimal"): ("{v}.__class__ is Decimal", "format({v}, 'f')"),
    (NUMBER, "Float"): _FLOAT,
    (FLOAT, "Float"): _FLOAT,
    (AWARE, "DateTime"): ("{v}.__class__ is datetime and {v}.tzinfo is UTC", "{v}"),
    (NAIVE_UTC, "DateTime"): ("{v}.__class__ is datetime and {v}.tzinfo is None", "{v}"),
    (MOMENT, "DateTime"): ("{v}.__class__ is str and (m := moment({v}))", "m"),
    (EPOCH, "DateTime"): (
        "{v}.__class__ is int and 0 <= {v} <= LAST_SECOND",
        "datetime.fromtimestamp({v}, UTC)",
    ),
    (list_of(TEXT), "String"): _TEXTS,
    (DATE, "Date"): ("{v}.__class__ is date", "{v}"),
    (YEAR, "Int"): (
        "{v}.__class__ is str and len({v}) == 4 and {v}.isascii() and {v}.isdigit()",
        "int({v})",
    ),
}
"""Of a kind of stored value and the scalar that shows it: a test that a value `v` passes where it
is quickly shown, and how it is shown then."""
_MEMBERS = {
    "String": _TEXT,
    "ID": _TEXT,
    "Boolean": _FLAG,
    "Int": _INT,
    "Float": ("{v}.__class__ is float and -inf < {v} < inf", "{v}"),
}
"""The same for the members of a stored map and the attributes of an object, which have no declared
kind."""
_LISTS_OF_MEMBERS = {"String": _TEXTS, "ID": _TEXTS}
_FROM_JSON = {
    (ANYTHING, "JSON"): ("{v}.__class__ is str", "Fragment({v})"),
    (list_of(TEXT), "String"): (
        "{v}.__class__ is str and (j := parsed({v})).__class__ is list"
        " and TEXT_ALONE.issuperset(map(type, j))",
        "j",
    ),
}
"""The same for columns of JSON text."""
_ENUM = ("{v}.__class__ is str and (e := {names}.get({v}))", "e")


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
    "TEXT_ALONE": frozenset({str}),
    "UTC": UTC,
    "date": date,
    "datetime": datetime,
    "inf": inf,
    "moment": _moment,
    "parsed": orjson.loads,
}


class Leaf(Protocol):
    """What is known of a field here."""

    key: str
    name: str
    parent: GraphQLObjectType
    named: GraphQLNamedType
    is_list: bool
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
            names[f"names{number}"] = _enum_names(field.reading, field.named)
    exec(compile(source_of(fields), "<selection>", "exec"), names)
    build: Build = names["build"]
    return build


def source_of(fields: Sequence[Leaf]) -> str:
    """The text of the generated code."""
    reads = members = ""
    for number, field in enumerate(fields):
        way = _way(field)
        reads += _read(field, number, *way) if way else ""
        members += f"                {field.key!r}: {_member(field, number, way)},\n"
    return (
        "def build(sources, failed):\n"
        "    made = []\n"
        "    try:\n"
        "        for source in sources:\n"
        f"{reads}"
        f"            made.append({{\n{members}            }})\n"
        "        return made\n"
        "    except Exception:\n"
        "        failed.clear()\n"
        "        return interpreted(sources, failed)\n"
    )


def _read(field: Leaf, number: int, check: str, shown: str) -> str:
    """What is stored for a field, checked, and turned into what is shown."""
    v, slow = f"v{number}", _slow(number)
    check, shown = (text.format(v=v, names=f"names{number}") for text in (check, shown))
    if shown == v:
        passes = check if field.is_needed else f"{v} is None or {check}"
        show = f"if not ({passes}): {v} = {slow}"
    else:
        unless_null = "" if field.is_needed else f"if {v} is not None: "
        show = f"{unless_null}{v} = {shown} if {check} else {slow}"
    return f"            {v} = {_value(field)}\n            {show}\n"


def _member(field: Leaf, number: int, way: tuple[str, str] | None) -> str:
    if not field.is_shown:
        return "None"
    if field.name == "__typename":
        return repr(field.parent.name)
    return f"v{number}" if way else _slow(number)


def _slow(number: int) -> str:
    return f"show{number}(source, failed)"


def _value(field: Leaf) -> str:
    """Rows of Postgres have all columns that a document asks for; items may lack attributes.

    An item that lacks one that it must have sends all of them the slow way.
    """
    reading = field.reading
    if reading.attribute:
        return f"source.{reading.attribute}"
    if field.is_needed or isinstance(TABLES.get(field.parent), PostgresTable):
        return f"source[{reading.name!r}]"
    return f"source.get({reading.name!r})"


def _way(field: Leaf) -> tuple[str, str] | None:
    """How a field quickly shows what is stored, if it does: a test and an expression."""
    if not field.is_shown or field.name == "__typename":
        return None
    column, type_name = field.reading.column, field.named.name
    if isinstance(field.named, GraphQLEnumType):
        is_known = field.reading.member or (column and column.kind.choices)
        return _ENUM if is_known and not field.is_list else None
    if column is None:
        ways = _LISTS_OF_MEMBERS if field.is_list else _MEMBERS
        return ways.get(type_name)
    if column.decode is column.kind.parse:
        return _WAYS.get((column.kind, type_name))
    return _FROM_JSON.get((column.kind, type_name))


def _enum_names(reading: Reading, type_: GraphQLEnumType) -> Mapping[str, str]:
    """The name that clients know each stored value by."""
    names = {value.value: name for name, value in type_.values.items()}
    if reading.column is None:
        return names
    return {stored: names[stored] for stored in reading.column.kind.choices if stored in names}
