"""How the value of each field is read, told to whoever reads many rows at once.

graphql-core is told by each field's `resolve`; both lead to the same resolvers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any

import strawberry
from graphql import GraphQLField
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from loaders import visibility
from loaders.reach import Reaches
from loaders.tables.facts import Column, StoredTable
from loaders.viewer import Viewer
from schema.rows import COLUMN, MEMBER, RESOLVER, TABLE

READING = "reading"
"""In a GraphQL field's extensions: its Reading."""
DEFINITION = "strawberry-definition"
"""In the extensions of what Strawberry makes: its own definition of it."""


@dataclass(frozen=True)
class Reading:
    """How a field is read.

    `one` gives its value for one object: `one(object, asking, **arguments)`. It may give an
    awaitable where `waits`, but none within a list. `each` gives the values of many objects in one
    go, with an exception in the place of what failed. `column` of `table`, or `member`, is what is
    shown as it is stored, to those who may see it, `attribute` what an object of ours holds.
    `arguments` turns graphql-core's arguments into Python's, `reaches` tells of these which
    accesses are taken for one object; `counts_page`: the listing of the page that the field stands
    in is counted.
    """

    one: Callable[..., Any]
    each: Callable[..., Any] | None = None
    waits: bool = False
    table: StoredTable | None = None
    column: Column | None = None
    member: str | None = None
    attribute: str | None = None
    reaches: Reaches | None = None
    counts_page: bool = False
    arguments: Callable[[dict[str, Any]], dict[str, Any]] = dict

    def is_open(self, viewer: Viewer) -> bool:
        """Whether this viewer sees what is stored as it is."""
        if self.table is not None and self.column is not None:
            return visibility.is_open(self.table, self.column, viewer)
        return self.member is not None or self.attribute is not None

    @property
    def name(self) -> str | None:
        """The name by which an object holds what is shown."""
        return self.column.name if self.column else self.member or self.attribute

    def stored(self, source: Any) -> Any:
        """What an object holds of it, once it is known to be of its kind."""
        return self.one(source, None) if self.column is None else self.column.read(source)


def definition_of(field: GraphQLField) -> StrawberryField:
    """Strawberry's definition of a field."""
    definition: StrawberryField = field.extensions[DEFINITION]
    return definition


def reading_of(schema: strawberry.Schema, field: GraphQLField) -> Reading | None:
    """How a field of this schema is read; None where its `resolve` alone knows."""
    definition = definition_of(field)
    metadata: Mapping[str, Any] = definition.metadata
    if COLUMN in metadata:
        table, column = metadata[TABLE], metadata[COLUMN]
        reader = visibility.reader(table, column)
        return Reading(reader, waits=visibility.waits(column), table=table, column=column)
    if MEMBER in metadata:
        name = metadata[MEMBER]
        return Reading(lambda value, _: value.get(name), member=name)
    if RESOLVER in metadata:
        return _resolved(schema, definition, metadata[RESOLVER])
    if definition.base_resolver is None:
        name = definition.python_name
        return Reading(lambda value, _: getattr(value, name), attribute=name)
    return None


def _resolved(schema: strawberry.Schema, definition: StrawberryField, resolver: Any) -> Reading:
    registry = schema.schema_converter.scalar_registry

    def arguments(given: dict[str, Any]) -> dict[str, Any]:
        return convert_arguments(given, definition.arguments, registry, schema.config)

    return Reading(
        resolver,
        each=getattr(resolver, "each", None),
        reaches=getattr(resolver, "reaches", None),
        counts_page=getattr(resolver, "counts_page", False),
        waits=iscoroutinefunction(resolver) or iscoroutinefunction(type(resolver).__call__),
        arguments=arguments,
    )
