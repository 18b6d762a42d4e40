"""Documents, parsed, validated and measured once: the verdict is kept, bounded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    parse,
    validate,
)

from loaders.request import Columns
from loaders.tables.facts import StoredTable
from schema.build import NEEDS, graphql_schema

TOKENS_AT_MOST = 10_000
LONGEST_KEPT = 20_000
"""Characters of the longest document that is kept; a longer one is read anew each time."""


@dataclass(frozen=True)
class Document:
    """A document and what is known of it; with errors, it cannot be executed."""

    node: DocumentNode | None
    errors: Sequence[GraphQLError]

    @cached_property
    def columns(self) -> Columns:
        """The columns that its fields need of each table, fragments and interfaces included."""
        assert self.node is not None
        return _columns(graphql_schema, self.node)


class Documents:
    """The documents used last, by their text."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._documents: OrderedDict[str, Document] = OrderedDict()

    def get(self, text: str) -> Document:
        """The document of this text."""
        document = self._documents.get(text)
        if document is not None:
            self._documents.move_to_end(text)
            return document
        document = _read(text)
        if len(text) <= LONGEST_KEPT:
            self._documents[text] = document
            if len(self._documents) > self._kept:
                self._documents.popitem(last=False)
        return document


def _read(text: str) -> Document:
    try:
        node = parse(text, max_tokens=TOKENS_AT_MOST, no_location=False)
        return Document(node, validate(graphql_schema, node))
    except GraphQLError as error:
        return Document(None, [error])
    except RecursionError:
        return Document(None, [GraphQLError("The document is nested too deeply.")])


def _columns(schema: GraphQLSchema, document: DocumentNode) -> Columns:
    """Each fragment is visited once for each type that it is spread on."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    found: dict[StoredTable, set[str]] = {}
    seen: set[tuple[str, int]] = set()
    waiting: list[tuple[GraphQLNamedType, SelectionSetNode]] = [
        (schema.query_type, definition.selection_set)
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode) and schema.query_type
    ]
    while waiting:
        parent, selections = waiting.pop()
        if (parent.name, id(selections)) in seen:
            continue
        seen.add((parent.name, id(selections)))
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                _need(schema, found, parent, selection.name.value)
                waiting += _below(schema, parent, selection)
            elif isinstance(selection, FragmentSpreadNode):
                fragment = fragments[selection.name.value]
                waiting.append((_on(schema, fragment, parent), fragment.selection_set))
            elif isinstance(selection, InlineFragmentNode):
                waiting.append((_on(schema, selection, parent), selection.selection_set))
    return {table: frozenset(columns) for table, columns in found.items()}


def _on(
    schema: GraphQLSchema,
    fragment: FragmentDefinitionNode | InlineFragmentNode,
    parent: GraphQLNamedType,
) -> GraphQLNamedType:
    condition = fragment.type_condition
    return schema.type_map[condition.name.value] if condition else parent


def _object_names(schema: GraphQLSchema, parent: GraphQLNamedType) -> list[str]:
    if is_abstract_type(parent):
        return [type_.name for type_ in schema.get_possible_types(parent)]
    return [parent.name]


def _need(
    schema: GraphQLSchema,
    found: dict[StoredTable, set[str]],
    parent: GraphQLNamedType,
    field: str,
) -> None:
    for name in _object_names(schema, parent):
        if (name, field) in NEEDS:
            table, columns = NEEDS[name, field]
            found.setdefault(table, set()).update(columns)


def _below(
    schema: GraphQLSchema, parent: GraphQLNamedType, field: FieldNode
) -> Iterator[tuple[GraphQLNamedType, SelectionSetNode]]:
    if field.selection_set is None or not is_composite_type(parent):
        return
    definition = schema.get_field(parent, field.name.value)
    if definition is not None:
        yield get_named_type(definition.type), field.selection_set
