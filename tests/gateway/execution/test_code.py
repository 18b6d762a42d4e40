"""Generated code reads as the interpreter does: each leaf of the schema, right values and wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum
from math import inf, nan
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import (
    GraphQLObjectType,
    OperationDefinitionNode,
    get_named_type,
    is_leaf_type,
    parse,
)
from graphql.execution.values import VariableValues

from gateway.execution.code import Build, compiled, interpreted, source_of
from gateway.execution.plan import Outline, Selection
from gateway.execution.writing import to_bytes
from loaders.tables.dynamodb import DynamoTable
from loaders.tables.facts import StoredTable
from loaders.viewer import Viewer
from schema.build import NEEDS, graphql_schema
from schema.readings import READING
from tests.gateway.execution.both import Both
from tests.operations.leaves import IDS
from tests.plain import plain

ADMIN = Viewer("root@example.com", frozenset({"admin"}))


class Text(str):
    """Text of a class of its own."""


class Number(IntEnum):
    ONE = 1


VALUES: tuple[Any, ...] = (
    None, "", "text", Text("text"), "7", "2020", "2025-09-20T10:00:00Z", "☃", True, False, 0, 1, -1,
    Number.ONE, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**63, -(2**63), 2**64, 0.0, 1.5, -0.0,
    nan, inf, -inf, Decimal("1.50"), Decimal(7), Decimal("NaN"), date(2025, 9, 20),
    datetime(2025, 9, 20, 10), datetime(2025, 9, 20, 10, tzinfo=UTC), datetime.max, datetime.min,
    datetime(2025, 9, 20, 10, 0, 0, 1, tzinfo=timezone(timedelta(hours=5, minutes=30))),
    [], [1], ["a", "b"], ["a", None], ["a", Text("b")], ("a",), {"a": "b"}.keys(), [["a"]],
    "[]", '["a", "b"]', '["a", null]', '["a", 1]', '"a"', '{"a": 1}', "null", "[",
    {}, {"a": 1}, b"bytes", object(),
)  # fmt: skip


def own_leaves(type_: GraphQLObjectType) -> list[str]:
    """The fields of a type that show what its objects hold."""
    return [
        name
        for name, field in type_.fields.items()
        if (reading := field.extensions[READING])
        and reading.name
        and is_leaf_type(get_named_type(field.type))
    ]


TYPES = [
    type_
    for type_ in graphql_schema.type_map.values()
    if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__")
    if own_leaves(type_)
]


(EPISODE,) = (type_ for type_ in TYPES if type_.name == "Episode")
TABLES: Mapping[str, StoredTable] = {
    type_name: table for (type_name, _), (table, _) in NEEDS.items()
}


def selection(type_: GraphQLObjectType) -> Selection:
    """A selection of all of a type's own leaves, and of its name."""
    return chosen(type_, f"__typename {' '.join(own_leaves(type_))}")


def chosen(type_: GraphQLObjectType, fields: str) -> Selection:
    """A selection of these fields."""
    (operation,) = parse(f"{{ {fields} }}").definitions
    assert isinstance(operation, OperationDefinitionNode)
    outline = Outline(graphql_schema, operation, {}, VariableValues({}, {}), ADMIN)
    return Selection(outline, type_, outline.at_root(type_), ())


def objects(type_: GraphQLObjectType) -> list[Any]:
    """Objects that hold each of the values under all names, those of closed lists, and nothing.

    Items of DynamoDB may lack an attribute altogether. What they hold was read from JSON, and so is
    of no class of its own.
    """
    readings = [type_.fields[name].extensions[READING] for name in own_leaves(type_)]
    if readings[0].attribute:
        return [SimpleNamespace(**dict.fromkeys(_names(readings), value)) for value in VALUES]
    table = TABLES.get(type_.name)
    made = type("Row", (dict,), {"table": table})
    is_item = isinstance(table, DynamoTable)
    nothing = {} if is_item else dict.fromkeys(_names(readings))
    choices = {
        choice: None
        for reading in readings
        if reading.column is not None
        for choice in reading.column.kind.choices
    }
    values = [*(VALUES if not is_item else filter(_is_of_json, VALUES)), *choices]
    return [made(nothing), *(made(dict.fromkeys(_names(readings), value)) for value in values)]


def _is_of_json(value: Any) -> bool:
    entries = value if isinstance(value, list) else [value]
    return not any(isinstance(entry, Text | Number) for entry in entries)


def _names(readings: Iterable[Any]) -> list[str]:
    return [reading.name for reading in readings]


def outcome(build: Build, source: Any) -> tuple[dict[str, Any], set[str]]:
    """What is made of an object: the JSON of its leaves or their errors, and which have failed."""
    failed: list[Any] = []
    (made,) = build([source], failed)
    leaves = {name: written(leaf) for name, leaf in plain(made).items()}
    return leaves, {field.key for field in failed}


def written(leaf: Any) -> object:
    """The JSON of a leaf; an error, and what JSON does not have, as itself."""
    try:
        return to_bytes(leaf)
    except TypeError:
        return repr(leaf) if isinstance(leaf, Exception) else type(leaf)


@pytest.mark.parametrize("type_", TYPES, ids=str)
def test_every_leaf_of_a_type(type_: GraphQLObjectType) -> None:
    fields = selection(type_).fields
    fast, slow = compiled(fields), interpreted(fields)
    outcomes = [(outcome(fast, source), outcome(slow, source)) for source in objects(type_)]
    assert [ours for ours, _ in outcomes] == [theirs for _, theirs in outcomes]


def test_what_is_common_takes_the_fast_way() -> None:
    """Or the comparison above would compare the interpreter with itself."""
    checked = [
        line
        for type_ in TYPES
        for line in source_of(selection(type_).fields).splitlines()
        if ".__class__ is" in line
    ]
    assert len(checked) > sum(len(own_leaves(type_)) for type_ in TYPES) / 2


def test_several_objects_at_once() -> None:
    fields, sources = selection(EPISODE).fields, objects(EPISODE)
    failed: list[Any] = []
    made = plain(compiled(fields)(sources, failed))
    assert [name for object_ in made for name in object_] == [
        field.key for _ in sources for field in fields
    ]
    errors = sum(isinstance(leaf, Exception) for object_ in made for leaf in object_.values())
    assert errors == len(failed) > 0


@pytest.mark.parametrize("fields", ["name", "name title { title }"])
def test_a_row_that_comes_again_has_one_object_that_nothing_is_added_to(fields: str) -> None:
    first, second = (objects(EPISODE)[0].__class__(name=name) for name in "ab")
    episodes = chosen(EPISODE, fields)
    for _ in range(3):
        one, other, again = episodes.build_alike([first, second, first], [])
        assert (one, other["name"], again == one) == (again, "b", True)
        assert (one is again) == (fields == "name")


async def test_code_is_generated_where_an_operation_comes_again(both: Both) -> None:
    """And is then the same for rows that others have asked for."""
    query = "query ($ids: [ID!]!) { __typename nodes(ids: $ids) { __typename id } }"
    whole = [await both.levels(query, ids=IDS) for _ in range(3)]
    assert {answer.content for answer in whole if answer.errors} == set()
    assert [answer.data for answer in whole] == [whole[0].data] * 3
    assert (await both.levels(query, ids=IDS[:3])).data["nodes"] == whole[0].data["nodes"][:3]
