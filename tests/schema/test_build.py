"""The schema as a whole: its snapshot, its descriptions, and whether it is true of the tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    get_named_type,
    is_introspection_type,
    is_leaf_type,
    is_specified_scalar_type,
)

import schema
from loaders.tables.catalogue import TABLES
from loaders.tables.facts import Column, StoredTable, Visibility
from loaders.tables.postgresql import PostgresTable
from schema.build import NEEDS, ROOTS, graphql_schema, sdl

SNAPSHOT = Path(schema.__path__[0], "schema.graphql")
TYPES = [
    type_
    for type_ in graphql_schema.type_map.values()
    if not is_introspection_type(type_) and not is_specified_scalar_type(type_)
]
OBJECTS = {type_.name: type_ for type_ in TYPES if isinstance(type_, GraphQLObjectType)}
INTERFACES = {type_.name: type_ for type_ in TYPES if isinstance(type_, GraphQLInterfaceType)}
CONNECTIONS = {
    f"{type_}.{name}": field
    for type_ in OBJECTS.values()
    for name, field in type_.fields.items()
    if str(field.type).endswith("Connection")
}
SHOWN_BY = {table: type_name for (type_name, _), (table, _) in NEEDS.items()}
"""Each table and the type that shows its rows."""
CHOICES = [
    pytest.param(table, column, id=f"{table}.{column.name}")
    for table in TABLES
    for column in table.columns.values()
    if column.kind.choices
]


def test_the_snapshot_is_the_schema() -> None:
    """A difference is a change that clients see. Where it is meant, write `sdl()` into the file."""
    assert sdl() == SNAPSHOT.read_text(encoding="utf-8")


def descriptions(type_: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    """Each name that a type makes public, and its description."""
    yield type_.name, type_.description
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in type_.fields.items():
            yield f"{type_}.{name}", field.description
            for argument, declared in field.args.items():
                yield f"{type_}.{name}({argument}:)", declared.description
    elif isinstance(type_, GraphQLInputObjectType):
        for name, member in type_.fields.items():
            yield f"{type_}.{name}", member.description
    elif isinstance(type_, GraphQLEnumType):
        for name, value in type_.values.items():
            yield f"{type_}.{name}", value.description


@pytest.mark.parametrize("type_", TYPES, ids=str)
def test_every_public_name_is_described_by_sentences(type_: GraphQLNamedType) -> None:
    for name, description in descriptions(type_):
        assert description, name
        assert description.endswith("."), name
        assert "  " not in description, name


WHO_SEES = {
    Visibility.SIGNED_IN: "null without an account at",
    Visibility.STAFF: "for staff",
    Visibility.MASKED: "masked",
}


def test_a_description_says_who_sees_a_column() -> None:
    guarded = 0
    for (type_name, name), (table, columns) in NEEDS.items():
        field = OBJECTS[type_name].fields[name]
        if len(columns) == 1 and is_leaf(field):
            column = table.columns[columns[0]]
            open_to_all = "Support sees it masked" if column.personal else ""
            word = WHO_SEES.get(column.visibility, open_to_all)
            assert word in (field.description or ""), f"{type_name}.{name}"
            guarded += bool(word)
    assert guarded > len(WHO_SEES)


def test_every_scalar_names_its_specification() -> None:
    scalars = [type_ for type_ in TYPES if isinstance(type_, GraphQLScalarType)]
    assert {scalar.name for scalar in scalars} == {
        *("DateTime", "Date", "JSON", "BigInt", "Decimal"),
    }
    assert all(str(scalar.specified_by_url).startswith("https://") for scalar in scalars)


@pytest.mark.parametrize(("table", "column"), CHOICES)
def test_an_enum_has_the_choices_of_its_column(table: StoredTable, column: Column) -> None:
    type_name = SHOWN_BY[table]
    (enum,) = [
        get_named_type(OBJECTS[owner].fields[name].type)
        for (owner, name), (_, columns) in NEEDS.items()
        if owner == type_name and columns == (column.name,)
    ]
    assert isinstance(enum, GraphQLEnumType)
    stored = [value.value for value in enum.values.values()]
    assert [value.value if isinstance(value, Enum) else value for value in stored] == list(
        column.kind.choices
    )
    assert list(enum.values) == [choice.upper() for choice in column.kind.choices]


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_one_type_shows_every_visible_column_of_a_table_and_no_other(table: StoredTable) -> None:
    """By a field of its own, or by one that reads it among others or follows it."""
    readers = {name for (name, _), (shown, _) in NEEDS.items() if shown is table}
    needed = {name for shown, columns in NEEDS.values() if shown is table for name in columns}
    hidden = (Visibility.INTERNAL, Visibility.NEVER)
    visible = {name for name, column in table.columns.items() if column.visibility not in hidden}
    assert len(readers) == 1
    assert needed == visible


def always_there(table: StoredTable, column: Column) -> bool:
    """Whether every row has a value here that everyone who sees the row may see as it is."""
    stored = column.name in table.key or (isinstance(table, PostgresTable) and column.required)
    return stored and column.visibility is Visibility.PLAIN and not column.personal


def is_leaf(field: GraphQLField) -> bool:
    return is_leaf_type(get_named_type(field.type))


def promises(field: GraphQLField) -> bool:
    return isinstance(field.type, GraphQLNonNull)


def test_nothing_is_promised_that_a_row_may_lack() -> None:
    broken = {
        f"{type_name}.{name}"
        for (type_name, name), (table, columns) in NEEDS.items()
        if promises(OBJECTS[type_name].fields[name])
        if not all(always_there(table, table.columns[column]) for column in columns)
    }
    assert broken == set()


def shared_with_others(type_name: str) -> set[str]:
    """The fields that a type must agree on with others behind its interfaces."""
    return {
        name
        for interface in OBJECTS[type_name].interfaces
        for other in graphql_schema.get_implementations(interface).objects
        if other.name != type_name and interface.name != "Node"
        for name in other.fields
    }


def test_what_every_row_has_is_promised() -> None:
    """Unless another type behind an interface has the field too, and may lack the value."""
    modest = {
        f"{type_name}.{name}"
        for (type_name, name), (table, columns) in NEEDS.items()
        if name not in shared_with_others(type_name)
        if len(columns) == 1 and always_there(table, table.columns[columns[0]])
        if is_leaf(field := OBJECTS[type_name].fields[name]) and not field.args
        if not promises(field)
    }
    assert modest == set()


def test_what_leads_to_other_rows_may_be_null() -> None:
    """So that an error behind it costs the field alone."""
    roots = {(root, name): field for root in ROOTS for name, field in OBJECTS[root].fields.items()}
    links = {key: OBJECTS[key[0]].fields[key[1]] for key in NEEDS} | roots
    leading = {key: field for key, field in links.items() if not is_leaf(field)}
    assert len(leading) > len(roots)
    assert [key for key, field in leading.items() if promises(field)] == []


@pytest.mark.parametrize("name", [name for name in INTERFACES if name != "Node"])
def test_types_behind_an_interface_agree_on_the_fields_that_they_share(name: str) -> None:
    """A client could not select both otherwise. What has ids in common alone need not agree."""
    types: dict[str, set[str]] = defaultdict(set)
    for type_ in graphql_schema.get_implementations(INTERFACES[name]).objects:
        for field_name, field in type_.fields.items():
            # Objects are told apart by what is selected of them: only the wrapping must agree.
            kind = str(field.type)
            types[field_name].add(
                kind if is_leaf(field) else kind.replace(get_named_type(field.type).name, "…")
            )
    assert {field: found for field, found in types.items() if len(found) > 1} == {}


def test_what_has_a_key_that_may_be_shown_is_a_node() -> None:
    nodes = graphql_schema.get_implementations(INTERFACES["Node"]).objects
    assert {type_.name for type_ in nodes} == {
        type_name
        for table, type_name in SHOWN_BY.items()
        if not any(table.columns[name].visibility is Visibility.NEVER for name in table.key)
    }


def test_every_connection_has_nodes_beside_edges() -> None:
    found = {
        tuple(name for name in get_named_object(field).fields if name != "totalCount")
        for field in CONNECTIONS.values()
    }
    assert found == {("edges", "nodes", "pageInfo")}


def get_named_object(field: GraphQLField) -> GraphQLObjectType:
    return OBJECTS[get_named_type(field.type).name]


def test_every_connection_is_paged_both_ways() -> None:
    paging = {tuple(field.args)[-4:] for field in CONNECTIONS.values()}
    assert paging == {("first", "after", "last", "before")}
    unordered = {name for name, field in CONNECTIONS.items() if "orderBy" not in field.args}
    assert unordered == {
        "Query.titles",
        "LearnerAccount.activeEntitlements",
        *("Scene.keyframes", "Scene.characterImages", "Scene.videoClips"),
        *("Keyframe.usedInClips", "Character.usedInClips"),
        *("VideoClip.usedInVideos", "Voiceover.usedInVideos"),
    }


def test_a_length_is_told_where_one_index_can_count() -> None:
    """By the type of the list alone, so that two lists of one type never differ."""
    uncounted = {
        get_named_type(field.type).name
        for field in CONNECTIONS.values()
        if "totalCount" not in get_named_object(field).fields
    }
    counted = {get_named_type(field.type).name for field in CONNECTIONS.values()} - uncounted
    at_postgres = {
        f"{type_name}Connection"
        for table, type_name in SHOWN_BY.items()
        if isinstance(table, PostgresTable)
    }
    assert counted <= at_postgres
    assert uncounted.isdisjoint(at_postgres)
