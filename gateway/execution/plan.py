"""From an operation to its plan: the fields at each place of the query, and how each is read.

A plan holds for every request for this operation that has the same values in the variables that
`@skip` and `@include` read, by viewers of the same roles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    Undefined,
    VariableNode,
    Visitor,
    get_argument_values,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    visit,
)
from graphql.execution.collect_fields import (
    FieldDetails,
    FragmentDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues
from graphql.pyutils import is_iterable

from gateway.execution import introspection
from gateway.execution.code import compiled, interpreted
from gateway.execution.objects import Object
from gateway.execution.types import Types
from loaders.access import Access
from loaders.ahead import Ahead
from loaders.viewer import Viewer
from schema.readings import READING, Reading


class Unplannable(Exception):
    """The operation needs something that plans do not have; the message names it."""


@dataclass(frozen=True, eq=False)
class Outline:
    """What a plan is made from.

    `variables` are those of the request that it was first made for: `@skip` and `@include` read
    them.
    """

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    variables: VariableValues
    viewer: Viewer

    def at_root(self, type_: GraphQLObjectType) -> GroupedFieldSet:
        """The selections of the operation, by response name."""
        return collect_fields(
            self.schema, self.fragments, self.variables, type_, self.operation
        ).grouped_field_set

    def below(self, type_: GraphQLObjectType, details: Sequence[FieldDetails]) -> GroupedFieldSet:
        """The selections of these fields on one type, by response name."""
        return collect_subfields(
            self.schema,
            self.fragments,
            self.variables,
            self.operation,
            type_,
            list(details),
        ).grouped_field_set


class Plan:
    """How one operation is run."""

    def __init__(self, outline: Outline, types: Types) -> None:
        kind = outline.operation.operation
        root = outline.schema.get_root_type(kind)
        if root is None or kind is OperationType.MUTATION:
            raise Unplannable(kind.value)
        if outline.operation.directives:
            raise Unplannable("a directive of the operation")
        self.types = types
        self.root_type = root
        self.root = Selection(outline, root, outline.at_root(root), ())


class Selection:
    """All that is asked of the objects of one type at one place of the query."""

    def __init__(
        self,
        outline: Outline,
        type_: GraphQLObjectType,
        grouped: GroupedFieldSet,
        place: tuple[str, ...],
    ) -> None:
        self.fields = [
            Field(outline, type_, (*place, key), order, details)
            for order, (key, details) in enumerate(grouped.items())
        ]
        self.read = [field for field in self.fields if not field.is_shown]
        """Those whose values `build` leaves out."""
        self._uses = 0
        self._build = interpreted(self.fields)

    def build(self, sources: Sequence[Any], failed: list[Field]) -> Sequence[Object]:
        """An object of each source, with all its fields in their order.

        Code is generated on the second use: most documents that are new are never seen again.
        """
        self._uses += 1
        if self._uses == 2:
            self._build = compiled(self.fields)
        return self._build(sources, failed)

    def build_alike(self, sources: Sequence[Any], failed: list[Field]) -> Sequence[Object]:
        """The same where a source may come again, as the row does that many links lead to.

        It then has one object, as long as nothing is added to that, or taken away from it.
        """
        if self.read:
            return self.build(sources, failed)
        ids = list(map(id, sources))
        different = dict(zip(ids, sources, strict=True))
        if len(different) == len(sources):
            return self.build(sources, failed)
        made = dict(zip(different, self.build([*different.values()], failed), strict=True))
        if failed:
            return self.build(sources, failed)
        return [made[id_] for id_ in ids]


class Field:
    """A field at one place of the query, on one type."""

    def __init__(
        self,
        outline: Outline,
        parent: GraphQLObjectType,
        place: tuple[str, ...],
        order: int,
        details: Sequence[FieldDetails],
    ) -> None:
        self._outline = outline
        self._details = details
        self._selections: dict[GraphQLObjectType, Selection] = {}
        self.ahead: dict[tuple[Access, ...], tuple[Ahead, ...]] = {}
        """The links from its rows, by the accesses that led there, where they stay the same."""
        self.parent = parent
        self.place = place
        self.order = order
        self.key = place[-1]
        self.nodes = [detail.node for detail in details]
        self.name = self.nodes[0].name.value
        definition = outline.schema.get_field(parent, self.name)
        assert definition is not None  # validation has seen it
        self.definition: GraphQLField = definition
        self.reading = self._reading()
        self._unwrap()

    def _reading(self) -> Reading:
        if self.name == "__typename":
            name = self.parent.name
            return Reading(lambda *_: name)
        if self.name in introspection.FIELDS:
            return self._introspection()
        reading: Reading | None = self.definition.extensions.get(READING)
        if reading is None:
            raise Unplannable(f"{self.title}, which graphql-core alone can read")
        return reading

    def _introspection(self) -> Reading:
        if self._outline.operation.variable_definitions:
            raise Unplannable("introspection with variables")
        fragments = [fragment.definition for fragment in self._outline.fragments.values()]
        query = introspection.query_of(self.nodes, fragments)
        return Reading(lambda *_, **__: introspection.answer(self._outline.schema, query))

    def _unwrap(self) -> None:
        type_ = self.definition.type
        self.required = is_non_null_type(type_)
        type_ = type_.of_type if is_non_null_type(type_) else type_
        self.is_list = is_list_type(type_)
        self.item_required = False
        if is_list_type(type_):
            type_ = type_.of_type
            self.item_required = is_non_null_type(type_)
            type_ = type_.of_type if is_non_null_type(type_) else type_
        if is_list_type(type_):
            raise Unplannable(f"{self.title}, a list of lists")
        self.named: GraphQLNamedType = get_named_type(type_)
        self.is_leaf = is_leaf_type(self.named) or self.name in introspection.FIELDS
        if is_abstract_type(self.named) and any(one.is_type_of is None for one in self.possible):
            raise Unplannable(f"{self.named}, whose types cannot be told apart")

    @property
    def possible(self) -> Sequence[GraphQLObjectType]:
        """The types that its objects may be of."""
        if is_abstract_type(self.named):
            return self._outline.schema.get_possible_types(self.named)
        return [self.named] if isinstance(self.named, GraphQLObjectType) else []

    def as_list(self) -> list[int | str]:
        """The place, as a resolver is told."""
        return list(self.place)

    @property
    def title(self) -> str:
        return f"{self.parent.name}.{self.name}"

    @cached_property
    def is_open(self) -> bool:
        """Whether these viewers see what an object holds as it is stored."""
        return self.reading.is_open(self._outline.viewer)

    @cached_property
    def is_shown(self) -> bool:
        """Whether `show` gives its value: what the object itself holds is a leaf, or leaves."""
        return self.name == "__typename" or (self.is_open and self.is_leaf)

    @cached_property
    def is_needed(self) -> bool:
        """Whether it is an error that nothing is stored for it."""
        column = self.reading.column
        return self.required or (column is not None and column.required)

    @cached_property
    def waits(self) -> bool:
        """Whether reading it may have to wait for something."""
        return self.reading.each is not None or (self.reading.waits and not self.is_open)

    @cached_property
    def exact(self) -> type | None:
        """The type of values that are written as they are."""
        return {"String": str, "ID": str, "Boolean": bool}.get(self.named.name)

    def show(self, source: Any, failed: list[Field]) -> Any:
        """What an object holds of it, or what went wrong; null where it is read otherwise.

        What went wrong with an entry of a list stands at its place there.
        """
        if self.name == "__typename":
            return self.parent.name
        if not self.is_shown:
            return None
        try:
            value = self.reading.stored(source)
        except Exception as error:
            value = error
        if not self.is_list:
            return self._noted(self.leaf(value, required=self.required), failed)
        entries = self.entries(value)
        if not isinstance(entries, list):
            return self._noted(entries, failed)
        leaves = (self.leaf(entry, required=self.item_required) for entry in entries)
        return [self._noted(leaf, failed) for leaf in leaves]

    def _noted(self, shown: Any, failed: list[Field]) -> Any:
        if isinstance(shown, Exception):
            failed.append(self)
        return shown

    def leaf(self, value: Any, *, required: bool) -> Any:
        """A value, or an error in its place, as a leaf: written, null, or what went wrong."""
        if value is None:
            return self.null if required else None
        if isinstance(value, Exception):
            return value
        try:
            return self.written(value)
        except Exception as error:
            return error

    def entries(self, value: Any) -> list[Any] | Exception | None:
        """A value, or an error in its place, as a list: null, or what went wrong, if it is none."""
        if value is None:
            return self.null if self.required else None
        if isinstance(value, list | Exception):
            return value
        if not is_iterable(value):
            return TypeError(f"Expected Iterable, but did not find one for field '{self.title}'.")
        try:
            return list(value)
        except Exception as error:  # of a generator
            return error

    def written(self, value: Any) -> Any:
        """A leaf as its type writes it; raises where it cannot."""
        if not is_leaf_type(self.named):  # an answer about the schema, written already
            return value
        written = self.named.coerce_output_value(value)
        if written is None or written is Undefined:
            raise TypeError(f"{self.title}: {self.named} cannot show {value!r}")
        return written

    @property
    def null(self) -> TypeError:
        """The error for a null where there must be none."""
        return TypeError(f"Cannot return null for non-nullable field {self.title}.")

    @cached_property
    def is_constant(self) -> bool:
        """Whether no variable has a part in its arguments."""
        return not _variables_in(self.nodes[0])

    @cached_property
    def _constant_arguments(self) -> dict[str, Any] | None:
        """Its arguments, where they are always the same."""
        return self._arguments(self._outline.variables) if self.is_constant else None

    def arguments(self, variables: VariableValues) -> dict[str, Any]:
        """Its arguments as its resolver takes them."""
        constant = self._constant_arguments
        return self._arguments(variables) if constant is None else constant

    def _arguments(self, variables: VariableValues) -> dict[str, Any]:
        if not self.definition.args:
            return {}
        given = get_argument_values(self.definition, self.nodes[0], variables)
        return self.reading.arguments(given)

    def selection(self, type_: GraphQLObjectType) -> Selection:
        """What is asked of objects of this type that stand here."""
        found = self._selections.get(type_)
        if found is None:
            below = self._outline.below(type_, self._details)
            found = self._selections[type_] = Selection(self._outline, type_, below, self.place)
        return found


def _variables_in(node: FieldNode) -> bool:
    """Whether a variable stands in the arguments of a field."""
    found = _FindVariable()
    for argument in node.arguments or ():
        visit(argument, found)
    return found.any


class _FindVariable(Visitor):
    any = False

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.any = True
