"""The one schema: Strawberry's, with the fields that show a column reading it directly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import strawberry
from graphql import GraphQLField, GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.types.field import StrawberryField

from loaders import visibility
from loaders.tables.facts import DeclarationError, StoredTable
from schema import accounts, assessments, pipeline, profiles, social, support, titles
from schema.node import Node
from schema.query import Query
from schema.rows import COLUMN, COLUMNS, MEMBER, TABLE
from schema.scalars import SCALARS

Needs = Mapping[tuple[str, str], tuple[StoredTable, tuple[str, ...]]]
"""Of a type's field: the table of its row, and the columns that must be selected for it."""

_SUBJECTS = (accounts, profiles, titles, pipeline, social, assessments, support)
_NODES = [
    type_
    for subject in _SUBJECTS
    for type_ in vars(subject).values()
    if isinstance(type_, type) and issubclass(type_, Node) and type_.__module__ == subject.__name__
]
"""Types that a client may meet behind an interface alone, which Strawberry has to be told of."""
_DEFINITION = "strawberry-definition"

_strawberry = strawberry.Schema(Query, types=_NODES, config=StrawberryConfig(scalar_map=SCALARS))


def _fields(schema: GraphQLSchema) -> Iterator[tuple[str, str, GraphQLField, StrawberryField]]:
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                yield type_.name, name, field, field.extensions[_DEFINITION]


def _needs(schema: GraphQLSchema) -> Needs:
    """Also gives each field that shows a column, or a member of a map, its way of reading it."""
    needs: dict[tuple[str, str], tuple[StoredTable, tuple[str, ...]]] = {}
    tables = {
        type_name: definition.metadata[TABLE]
        for type_name, _, _, definition in _fields(schema)
        if TABLE in definition.metadata
    }
    for type_name, name, field, definition in _fields(schema):
        metadata = definition.metadata
        if COLUMN in metadata:
            field.resolve = visibility.reader(metadata[TABLE], metadata[COLUMN])
        elif MEMBER in metadata:
            field.resolve = _member(metadata[MEMBER])
        elif type_name in tables and definition.base_resolver is None:
            raise DeclarationError(f"{type_name}.{name} shows no column and has no resolver")
        if type_name in tables:
            needs[type_name, name] = tables[type_name], metadata.get(COLUMNS, ())
    return needs


def _member(name: str) -> Any:
    return lambda value, info: value.get(name)


def _declare_one_of(schema: GraphQLSchema) -> None:
    """Have validation refuse an input of one member that is given none or several.

    Strawberry itself refuses it only while executing.
    """
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            type_.is_one_of = bool(type_.extensions[_DEFINITION].is_one_of)


graphql_schema: GraphQLSchema = _strawberry._schema
"""What documents are validated and executed against."""
_declare_one_of(graphql_schema)
NEEDS: Needs = _needs(graphql_schema)


def sdl() -> str:
    """The schema as its definition language."""
    return print_schema(_strawberry) + "\n"
