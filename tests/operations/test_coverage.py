"""The operations use all of the schema, so that nothing of it goes without an expected answer."""

from __future__ import annotations

import pytest
from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    ObjectFieldNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_introspection_type,
    parse,
    validate,
    visit,
)

from schema.build import graphql_schema
from tests.operations.expected import FOLDER

DOCUMENTS = {
    file.relative_to(FOLDER).as_posix(): parse(file.read_text(encoding="utf-8"))
    for file in FOLDER.glob("*/*.graphql")
}
PAGING = {"first", "after", "last", "before"}


class Used(Visitor):
    """Collects the fields and arguments that documents use; those of an interface for its types."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info
        self.names: set[str] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self._use(node.name.value)

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        field = self._info.get_field_def()
        if field is not None and self._info.get_directive() is None:
            (name,) = (n for n, f in self._parent().fields.items() if f is field)
            self._use(f"{name}({node.name.value}:)")

    def enter_object_field(self, node: ObjectFieldNode, *_: object) -> None:
        parent = get_named_type(self._info.get_parent_input_type())
        self.names.add(f"{parent}.{node.name.value}")

    def _parent(self) -> GraphQLObjectType | GraphQLInterfaceType:
        parent = self._info.get_parent_type()
        assert isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
        return parent

    def _use(self, name: str) -> None:
        parent = self._info.get_parent_type()
        if isinstance(parent, GraphQLInterfaceType):
            for type_ in graphql_schema.get_possible_types(parent):
                self.names.add(f"{type_}.{name}")
        self.names.add(f"{parent}.{name}")


def used() -> set[str]:
    info = TypeInfo(graphql_schema)
    visitor = Used(info)
    for document in DOCUMENTS.values():
        visit(document, TypeInfoVisitor(info, visitor))
    return visitor.names


def public() -> set[str]:
    """Every field, every argument that is not of paging, and every member of a choice."""
    names = set()
    for type_ in graphql_schema.type_map.values():
        if is_introspection_type(type_):
            continue
        if isinstance(type_, GraphQLObjectType):
            for name, field in type_.fields.items():
                names.add(f"{type_}.{name}")
                names |= {f"{type_}.{name}({argument}:)" for argument in field.args.keys() - PAGING}
        elif isinstance(type_, GraphQLInputObjectType) and type_.name.endswith("By"):
            names |= {f"{type_}.{name}" for name in type_.fields}
    return names


@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_operation_is_valid(name: str) -> None:
    assert validate(graphql_schema, DOCUMENTS[name]) == []


def test_every_field_and_argument_is_used() -> None:
    """Edges aside, which differ from list to list in the type of their node alone."""
    edges = {name for name in public() if "Edge." in name or name.endswith("Connection.edges")}
    assert public() - used() - edges == set()
