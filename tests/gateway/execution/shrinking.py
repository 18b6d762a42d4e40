"""From a query that shows a fault to the smallest that still does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

from graphql import (
    REMOVE,
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    Node,
    SelectionNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from tests.gateway.execution.queries import Query, is_valid


async def smallest(query: Query, shows: Callable[[Query], Awaitable[bool]]) -> Query:
    """The query without all selections that the fault does not need."""
    for smaller in _smaller(query):
        if await shows(smaller):
            return await smallest(smaller, shows)
    return query


def _smaller(query: Query) -> Iterator[Query]:
    """The valid queries that lack one selection, the outermost first."""
    document = parse(query.text, no_location=True)
    counted = _Without(None)
    visit(document, counted)
    for number in range(counted.seen):
        text = print_ast(_pruned(visit(document, _Without(number))))
        if is_valid(text):
            yield replace(query, text=text)


class _Without(Visitor):
    """Removes the selection of this number, and what is left without selections."""

    def __init__(self, number: int | None) -> None:
        super().__init__()
        self._number = number
        self.seen = 0

    def enter(self, node: Node, *_: Any) -> Any:
        if isinstance(node, SelectionNode):
            self.seen += 1
            if self.seen - 1 == self._number:
                return REMOVE
        return None

    def leave(self, node: Node, *_: Any) -> Any:
        below = getattr(node, "selection_set", None)
        return REMOVE if below is not None and not below.selections else None


class _Uses(Visitor):
    """Collects the fragments that are spread and the variables that are read."""

    def __init__(self) -> None:
        super().__init__()
        self.fragments: set[str] = set()
        self.variables: set[str] = set()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self.fragments.add(node.name.value)

    def enter_variable(self, node: VariableNode, key: Any, parent: Any, *_: Any) -> None:
        if not isinstance(parent, VariableDefinitionNode):
            self.variables.add(node.name.value)


class _OnlyUsed(Visitor):
    """Removes the fragments and the variables that nothing uses."""

    def __init__(self, uses: _Uses) -> None:
        super().__init__()
        self._uses = uses
        self.removed = False

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> Any:
        return self._keep(node.name.value in self._uses.fragments)

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> Any:
        return self._keep(node.variable.name.value in self._uses.variables)

    def _keep(self, used: bool) -> Any:
        self.removed = self.removed or not used
        return None if used else REMOVE


def _pruned(document: DocumentNode) -> DocumentNode:
    uses = _Uses()
    visit(document, uses)
    only_used = _OnlyUsed(uses)
    pruned: DocumentNode = visit(document, only_used)
    return _pruned(pruned) if only_used.removed else pruned
