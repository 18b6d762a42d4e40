"""Values for arguments: those that the operations of the tests give, right and wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLInputObjectType,
    ObjectFieldNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    Visitor,
    get_named_type,
    parse,
    value_from_ast_untyped,
    visit,
)

from schema.build import graphql_schema
from tests.operations.asking import ADA, ADMIN, NOBODY, SUPPORT
from tests.operations.expected import cases
from tests.operations.leaves import IDS

VIEWERS = (NOBODY, ADA, ADA, SUPPORT, SUPPORT, *[ADMIN] * 5)
"""Most queries are asked by these, the others by those of the operations."""
_USUALLY = 5
"""How often an id of a thing that is there stands among the ids."""


def pool() -> tuple[dict[str, list[Any]], list[str]]:
    """Values by the name of an argument or of an input's field, and viewers.

    Whole inputs are by the name of their type.
    """
    values: dict[str, dict[str, Any]] = defaultdict(dict)
    viewers: dict[str, None] = {}
    documents: dict[str, DocumentNode] = {}
    for case in cases():
        viewers[case.content.get("viewer", ADA)] = None
        document = documents.setdefault(case.query, parse(case.query))
        info = TypeInfo(graphql_schema)
        found = _Given(info, case.content.get("variables", {}))
        visit(document, TypeInfoVisitor(info, found))
        for name, value in found.values:
            for own_name, part in _parts(name, value):
                values[own_name][repr(part)] = part
        for type_name, value in found.whole:
            values[type_name][repr(value)] = value
    lists = {name: list(given.values()) for name, given in values.items()}
    lists["id"] = lists["ids"] = [*IDS * _USUALLY, *lists["id"]]
    return lists, list(viewers)


class _Given(Visitor):
    """Collects what is given to arguments and to fields of inputs."""

    def __init__(self, info: TypeInfo, variables: dict[str, Any]) -> None:
        super().__init__()
        self._info = info
        self._variables = variables
        self.values: list[tuple[str, Any]] = []
        self.whole: list[tuple[str, Any]] = []

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        self._take(node.name.value, node.value)

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        self._take(node.name.value, node.value)

    def _take(self, name: str, value: ValueNode) -> None:
        type_ = get_named_type(self._info.get_input_type())
        given = value_from_ast_untyped(value, self._variables)
        self.values.append((name, given))
        if isinstance(type_, GraphQLInputObjectType) and given:
            self.whole.append((type_.name, given))


def _parts(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The values that are no lists or maps, by the name of what holds them."""
    if isinstance(value, Mapping):
        for own_name, part in value.items():
            yield from _parts(own_name, part)
    elif isinstance(value, list):
        for part in value:
            yield from _parts(name, part)
    elif value is not None:
        yield name, value
