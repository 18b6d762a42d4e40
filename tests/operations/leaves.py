"""Queries for every leaf of every type behind an interface, made from the schema."""

from __future__ import annotations

import json
from collections.abc import Iterator

from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from schema.build import NEEDS, graphql_schema
from tests.operations.expected import FOLDER

INTERFACES = [
    type_ for type_ in graphql_schema.type_map.values() if isinstance(type_, GraphQLInterfaceType)
]
NODE = next(interface for interface in INTERFACES if interface.name == "Node")

IDS: list[str] = json.loads((FOLDER / "nodes/nodes_of_every_type.json").read_text())["variables"][
    "ids"
]
"""One id of each type that has ids."""

_ARGUMENTS = {"inWatchlist": '(movieId: "any")', "Movie.inWatchlist": '(profileId: "any")'}
_WITH_ROWS = {type_name for type_name, _ in NEEDS}


def implementers(interface: GraphQLInterfaceType) -> list[GraphQLObjectType]:
    """The object types behind an interface."""
    return list(graphql_schema.get_implementations(interface).objects)


def every_leaf(interface: GraphQLInterfaceType, *, aliased: bool = False) -> str:
    """A selection of all leaves of all implementers at once.

    `aliased` gives each type names of its own: what shares Node alone need not agree on a field.
    """
    parts = [
        f"... on {type_.name} {{ {' '.join(_leaves(type_, type_.name if aliased else ''))} }}"
        for type_ in implementers(interface)
    ]
    return f"{{ __typename {' '.join(parts)} }}"


def leaf_names(type_: GraphQLObjectType, prefix: str = "") -> set[str]:
    """The names under which a type's leaves are answered, those within a shape under its own."""
    return {
        leaf.partition(":")[0].partition(" ")[0].partition("(")[0]
        for leaf in _leaves(type_, prefix)
    }


def _leaves(type_: GraphQLObjectType, prefix: str) -> Iterator[str]:
    for name, field in type_.fields.items():
        below = _below(get_named_type(field.type))
        if below is None:
            continue
        required = any(map(is_required_argument, field.args.values()))
        arguments = _ARGUMENTS.get(f"{type_.name}.{name}", _ARGUMENTS.get(name)) if required else ""
        alias = f"{prefix}_{name}: " if prefix else ""
        yield f"{alias}{name}{arguments}{below}"


def _below(type_: GraphQLNamedType) -> str | None:
    """What is selected below a field of a type: nothing of a leaf, the leaves of a shape.

    None for what leads on to other rows.
    """
    if is_leaf_type(type_):
        return ""
    if not isinstance(type_, GraphQLObjectType) or type_.name in _WITH_ROWS:
        return None
    leaves = [
        name for name, field in type_.fields.items() if is_leaf_type(get_named_type(field.type))
    ]
    is_shape = len(leaves) == len(type_.fields)
    return f" {{ {' '.join(leaves)} }}" if is_shape else None
