"""The one schema: Strawberry's, whose fields that show what is stored read it directly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import strawberry
from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOneOfDirective,
    GraphQLSchema,
    IntrospectionQuery,
    introspection_from_schema,
    is_abstract_type,
    print_directive,
)
from graphql.utilities.print_schema import print_schema_definition
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig

from loaders.tables.facts import DeclarationError, StoredTable
from schema import accounts, assessments, pipeline, profiles, social, support, titles
from schema.node import Node
from schema.query import Query
from schema.readings import DEFINITION, READING, definition_of, reading_of
from schema.rows import COLUMN, COLUMNS, RESOLVER, TABLE, says_what_it_reaches
from schema.scalars import SCALARS
from schema.subscription import Subscription

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
ROOTS = (Query.__name__, Subscription.__name__)
"""The types that operations begin at."""
_DESCRIPTION = (
    "People, their accounts and what they keep at five products. Begin at `viewer`, who is whoever "
    "asks, or at a subject's own field; lists come in pages, by cursor. What does not exist or is "
    "not yours to see is null; a field that failed is null too, with an error whose "
    "`extensions.code` says why."
)
"""For front-end developers: it stands where the schema's docs begin."""
_strawberry = strawberry.Schema(
    Query,
    subscription=Subscription,
    types=_NODES,
    config=StrawberryConfig(scalar_map=SCALARS),
)


def _fields(schema: GraphQLSchema) -> Iterator[tuple[str, str, GraphQLField]]:
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                yield type_.name, name, field


def _tell_readings(schema: GraphQLSchema) -> None:
    """Tell each field how it is read; those that show what is stored, graphql-core too."""
    for _, _, field in _fields(schema):
        reading = reading_of(_strawberry, field)
        field.extensions[READING] = reading
        if reading and (reading.column or reading.member):
            field.resolve = reading.one


def _tables(schema: GraphQLSchema) -> Mapping[GraphQLNamedType, StoredTable]:
    return {
        schema.type_map[type_name]: definition_of(field).metadata[TABLE]
        for type_name, _, field in _fields(schema)
        if TABLE in definition_of(field).metadata
    }


def _needs(schema: GraphQLSchema) -> Needs:
    metadata = {
        (type_name, name): definition_of(field).metadata
        for type_name, name, field in _fields(schema)
    }
    tables = {type_.name: table for type_, table in TABLES.items()}
    needs: dict[tuple[str, str], tuple[StoredTable, tuple[str, ...]]] = {}
    for (type_name, name), facts in metadata.items():
        if type_name in tables:
            if COLUMN not in facts and RESOLVER not in facts:
                raise DeclarationError(f"{type_name}.{name} shows no column and has no resolver")
            needs[type_name, name] = tables[type_name], facts.get(COLUMNS, ())
    return needs


def refuse_undeclared(schema: GraphQLSchema) -> None:
    """Raise DeclarationError where an entry does not say which ways to rows it takes."""
    for type_name, name, field in _fields(schema):
        if type_name in ROOTS and not says_what_it_reaches(definition_of(field)):
            raise DeclarationError(
                f"{type_name}.{name} does not say who may see it: its resolver reaches nothing"
            )


def _subjects(schema: GraphQLSchema) -> Mapping[str, list[str]]:
    modules = {
        type_.name: type_.extensions[DEFINITION].origin.__module__
        for type_ in schema.type_map.values()
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and type_.extensions
    }
    return {
        subject.__name__.rpartition(".")[2]: [
            name for name, module in modules.items() if module == subject.__name__
        ]
        for subject in _SUBJECTS
    }


def _declare_one_of(schema: GraphQLSchema) -> None:
    """Have validation refuse an input of one member that is given none or several.

    Strawberry itself refuses it only while executing.
    """
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            type_.is_one_of = bool(type_.extensions[DEFINITION].is_one_of)


graphql_schema: GraphQLSchema = _strawberry._schema
"""What documents are validated and executed against."""
graphql_schema.description = _DESCRIPTION  # which Strawberry neither takes nor prints
_declare_one_of(graphql_schema)
refuse_undeclared(graphql_schema)
_tell_readings(graphql_schema)
TABLES: Mapping[GraphQLNamedType, StoredTable] = _tables(graphql_schema)
"""The table of each type that is shown from rows."""
NEEDS: Needs = _needs(graphql_schema)
SUBJECTS: Mapping[str, Sequence[str]] = _subjects(graphql_schema)
"""The object types and interfaces of each subject."""


@cache
def sdl() -> str:
    """The schema as its definition language."""
    one_of = print_directive(GraphQLOneOfDirective)
    bare = f"directive @{GraphQLOneOfDirective.name} on INPUT_OBJECT"  # Strawberry describes none
    types = print_schema(_strawberry).replace(bare, one_of, 1)
    return f"{print_schema_definition(graphql_schema)}\n\n{types}\n"


def possible_types() -> dict[str, list[str]]:
    """The types behind each interface, in the form that caches of clients take."""
    return {
        type_.name: [possible.name for possible in graphql_schema.get_possible_types(type_)]
        for type_ in graphql_schema.type_map.values()
        if is_abstract_type(type_)
    }


def introspection() -> IntrospectionQuery:
    """The answer to the introspection query that asks for everything."""
    return introspection_from_schema(graphql_schema)
