"""Every leaf of every implementer can be selected at once, and is answered."""

from __future__ import annotations

import pytest
from graphql import GraphQLInterfaceType

from tests.operations.asking import ADMIN, Asker
from tests.operations.leaves import IDS, INTERFACES, NODE, every_leaf, implementers, leaf_names


@pytest.mark.parametrize("interface", [i for i in INTERFACES if i is not NODE], ids=str)
async def test_all_at_once_behind_an_interface(interface: GraphQLInterfaceType, ask: Asker) -> None:
    """Which needs the types to agree on the fields that they share, whatever those are."""
    selection = f"... on {interface} {every_leaf(interface)}"
    query = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {selection} }} }}"
    nodes = [node for node in (await ask.data(query, ADMIN, ids=IDS))["nodes"] if node]
    expected = {type_.name: leaf_names(type_) for type_ in implementers(interface)}
    assert {node["__typename"]: node.keys() - {"__typename"} for node in nodes} == expected


async def test_all_nodes_at_once(ask: Asker) -> None:
    query = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {every_leaf(NODE, aliased=True)} }}"
    nodes = (await ask.data(query, ADMIN, ids=IDS))["nodes"]
    expected = {type_.name: leaf_names(type_, type_.name) for type_ in implementers(NODE)}
    assert {node["__typename"]: node.keys() - {"__typename"} for node in nodes} == expected
