"""Documents, parsed, validated and measured once: the verdict is kept, bounded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from graphql import (
    DefinitionNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    Visitor,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    parse,
    specified_rules,
    validate,
    visit,
)
from graphql.execution.collect_fields import FragmentDetails

from gateway.execution.introspection import NoIntrospection
from gateway.execution.plan import Plan, Unplannable
from loaders.request import Columns
from loaders.tables.facts import StoredTable
from schema.build import NEEDS, graphql_schema

TOKENS_AT_MOST = 10_000
PLANS_KEPT = 8
"""Of one document: for its operations, the values of its conditions, and roles of viewers."""
LONGEST_KEPT = 20_000
"""Characters of the longest document that is kept; a longer one is read anew each time."""


class Operation(NamedTuple):
    """What a client asks for."""

    query: str
    variables: Mapping[str, Any] | None = None
    name: str | None = None


@dataclass(frozen=True)
class Document:
    """A document and what is known of it; with errors, it cannot be executed."""

    node: DocumentNode | None
    errors: Sequence[GraphQLError]
    schema: GraphQLSchema = graphql_schema
    hide_suggestions: bool = False
    """Whether errors keep names of the schema to themselves that are like one that is wrong."""
    plans: OrderedDict[Hashable, Plan | Unplannable] = field(default_factory=OrderedDict)
    """How its operations are run, as far as that is known."""

    @cached_property
    def columns(self) -> Columns:
        """The columns that its fields need of each table, fragments and interfaces included."""
        return _columns(self)

    @cached_property
    def fragments(self) -> dict[str, FragmentDetails]:
        """Its fragments by name."""
        return {
            definition.name.value: FragmentDetails(definition)
            for definition in self.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }

    @cached_property
    def conditions(self) -> Sequence[str]:
        """The variables that `@skip` and `@include` read."""
        found = _Conditions()
        assert self.node is not None
        visit(self.node, found)
        return sorted(found.variables)

    @property
    def definitions(self) -> Sequence[DefinitionNode]:
        """Its operations and fragments."""
        return () if self.node is None else self.node.definitions

    @cached_property
    def operations(self) -> dict[str | None, OperationDefinitionNode]:
        """Its operations by name; one that stands alone is also that of no name."""
        found = {
            definition.name.value if definition.name else None: definition
            for definition in self.definitions
            if isinstance(definition, OperationDefinitionNode)
        }
        if len(found) == 1:
            (found[None],) = found.values()
        return found

    def operation_type(self, name: str | None) -> OperationType | None:
        """Whether the operation of this name is a query; None where there is no such operation."""
        definition = self.operations.get(name)
        return definition.operation if definition else None

    def plan(self, which: Hashable, make: Callable[[], Plan]) -> Plan:
        """The plan that is kept under this, made where it is not; Unplannable where none can be."""
        found = self.plans.get(which)
        if found is None:
            try:
                found = make()
            except Unplannable as why:
                found = why
            self.plans[which] = found
            if len(self.plans) > PLANS_KEPT:
                self.plans.popitem(last=False)
        if isinstance(found, Unplannable):
            raise found
        return found


class _Conditions(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.variables: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.variables.add(argument.value.name.value)


class Documents:
    """The documents used last, by their text.

    Without `introspection`, those that ask for the schema are refused, and errors suggest no names.
    """

    def __init__(
        self, kept: int, schema: GraphQLSchema = graphql_schema, *, introspection: bool = True
    ) -> None:
        self._schema = schema
        self._introspection = introspection
        self._kept = kept
        self.hits = 0
        self.misses = 0
        self._documents: OrderedDict[str, Document] = OrderedDict()

    def get(self, text: str) -> Document:
        """The document of this text."""
        document = self._documents.get(text)
        if document is not None:
            self._documents.move_to_end(text)
            self.hits += 1
            return document
        self.misses += 1
        document = _read(text, self._schema, self._introspection)
        if len(text) <= LONGEST_KEPT:
            self._documents[text] = document
            if len(self._documents) > self._kept:
                self._documents.popitem(last=False)
        return document


def _read(text: str, schema: GraphQLSchema, introspection: bool) -> Document:
    hide = not introspection
    rules = specified_rules if introspection else (*specified_rules, NoIntrospection)
    try:
        node = parse(text, max_tokens=TOKENS_AT_MOST, no_location=False)
        errors = validate(schema, node, rules, hide_suggestions=hide)
        return Document(node, errors, schema, hide)
    except GraphQLError as error:
        return Document(None, [error], schema)
    except RecursionError:
        return Document(None, [GraphQLError("The document is nested too deeply.")], schema)


def _columns(document: Document) -> Columns:
    """Each fragment is visited once for each type that it is spread on."""
    schema = document.schema
    found: dict[StoredTable, set[str]] = {}
    seen: set[tuple[str, int]] = set()
    waiting: list[tuple[GraphQLNamedType, SelectionSetNode]] = [
        (root, definition.selection_set)
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
        if (root := schema.get_root_type(definition.operation))
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
                fragment = document.fragments[selection.name.value].definition
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
    schema: GraphQLSchema, parent: GraphQLNamedType, field_: FieldNode
) -> Iterator[tuple[GraphQLNamedType, SelectionSetNode]]:
    if field_.selection_set is None or not is_composite_type(parent):
        return
    definition = schema.get_field(parent, field_.name.value)
    if definition is not None:
        yield get_named_type(definition.type), field_.selection_set
