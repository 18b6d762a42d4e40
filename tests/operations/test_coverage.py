"""The operations of the folders beside this file ask for every field of the schema.

Where subscriptions begin is for tests/gateway/subscriptions.
"""

from __future__ import annotations

from typing import Any

from graphql import (
    FieldNode,
    GraphQLObjectType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    is_introspection_type,
    parse,
    visit,
)

from schema.build import graphql_schema
from tests.operations.expected import cases

TYPES = [
    type_
    for type_ in graphql_schema.type_map.values()
    if isinstance(type_, GraphQLObjectType) and not is_introspection_type(type_)
    if type_ is not graphql_schema.subscription_type
]
OF_EVERY_CONNECTION = {"edges", "node", "cursor"}
"""Fields of pages, which are the same code for each type of row."""


class Asked(Visitor):
    """The fields that documents ask for, each with the type or interface that it is asked of."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.fields: set[tuple[str, str]] = set()
        self._types = types

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self._types.get_parent_type()
        assert parent is not None
        self.fields.add((parent.name, node.name.value))


def asked() -> set[tuple[str, str]]:
    types = TypeInfo(graphql_schema)
    fields = Asked(types)
    for query in {case.query for case in cases()}:
        visit(parse(query), TypeInfoVisitor(types, fields))
    return fields.fields


def test_every_field_is_asked_for() -> None:
    """Of its own type, or of an interface."""
    found = asked()
    missing = {
        f"{type_}.{name}"
        for type_ in TYPES
        for name in type_.fields.keys() - OF_EVERY_CONNECTION
        if not {(type_.name, name), *((of.name, name) for of in type_.interfaces)} & found
    }
    assert missing == set()
