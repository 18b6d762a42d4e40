"""Generated code: the leaves of all objects of a selection, read in one comprehension.

Each leaf is checked for the exact type that its column and its GraphQL type agree on; what fails
the check goes to the field's `show`, which is slow and true to the specification.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from math import inf
from typing import Any, Protocol

from graphql import GraphQLEnumType, GraphQLNamedType, GraphQLObjectType

from loaders.tables.kinds import AWARE, NAIVE_UTC
from schema.readings import Reading

Build = Callable[[Sequence[Any], list[Any]], list[dict[str, Any]]]
"""Makes an object of each source. A field that fails goes to the list, its error into the object;
fields that are read otherwise are null."""

_CHECKS: Mapping[tuple[object, str], str] = {
    (str, "String"): "v.__class__ is str",
    (str, "ID"): "v.__class__ is str",
    (bool, "Boolean"): "v.__class__ is bool",
    (int, "Int"): "v.__class__ is int and -0x80000000 <= v <= 0x7FFFFFFF",
    (float, "Float"): "v.__class__ is float and -inf < v < inf",
    (AWARE, "DateTime"): "v.__class__ is datetime and v.tzinfo is UTC",
    (NAIVE_UTC, "DateTime"): "v.__class__ is datetime and v.tzinfo is None",
    (date, "Date"): "v.__class__ is date",
}
"""Of the type of a stored value, for times of its kind, and the scalar that shows it: whether it is
shown as it is."""
_MEMBER_TYPES = {"String": str, "ID": str, "Boolean": bool, "Int": int, "Float": float}
"""The type of a member of a stored map, which has no declared kind, by the scalar that shows it."""
_NAMES = {"UTC": UTC, "date": date, "datetime": datetime, "inf": inf}


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
    names: dict[str, Any] = dict(_NAMES)
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
        f"            {field.key!r}: {_expression(field, number)},\n"
        for number, field in enumerate(fields)
    )
    get = "        for get in (source.get,)\n" if "get(" in members else ""
    return (
        "def build(sources, failed):\n"
        "    return [\n"
        f"        {{\n{members}        }}\n"
        f"        for source in sources\n{get}"
        "    ]\n"
    )


def _expression(field: Leaf, number: int) -> str:
    if not field.is_shown:
        return "None"
    if field.name == "__typename":
        return repr(field.parent.name)
    slow = f"show{number}(source, failed)"
    check = _check(field.reading, field.named)
    if check is None:
        return slow
    get = f"(v := get({field.reading.name!r}))"
    if isinstance(field.named, GraphQLEnumType):
        return f"{get}.__class__ is str and enum{number}.get(v) or {slow}"
    if field.is_needed:
        return f"v if {get} is not None and {check} else {slow}"
    return f"v if {get} is None or {check} else {slow}"


def _check(reading: Reading, type_: GraphQLNamedType) -> str | None:
    """The test that a stored value passes where it is shown as it is; None without such a test."""
    column = reading.column
    if isinstance(type_, GraphQLEnumType):
        return "" if column is None or column.kind.choices else None
    if column is None:
        return _CHECKS.get((_MEMBER_TYPES.get(type_.name), type_.name))
    if column.decode is not column.kind.parse:
        return None
    exact = column.kind if column.kind.exact is datetime else column.kind.exact
    return _CHECKS.get((exact, type_.name))


def _enum_names(reading: Reading, type_: GraphQLEnumType) -> Mapping[str, str]:
    """The name that clients know each stored value by."""
    names = {value.value: name for name, value in type_.values.items()}
    if reading.column is None:
        return names
    return {stored: names[stored] for stored in reading.column.kind.choices if stored in names}
