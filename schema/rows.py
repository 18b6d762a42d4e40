"""How a type says which table its rows come from, and how its fields are read."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

import strawberry
from strawberry.types.field import StrawberryField

from loaders.tables.facts import DeclarationError, StoredTable, Visibility, table_of
from schema.describe import describe_fields, description

T = TypeVar("T", bound=type[Any])

COLUMN = "column"
"""In a field's metadata: the column that it shows."""
COLUMNS = "columns"
"""In a field's metadata: the names of the columns of its row that must be selected for it."""
RESOLVER = "resolver"
"""In a field's metadata: what finds its value, from its row and its arguments."""
TABLE = "table"
"""In a field's metadata: the table of its row."""
MEMBER = "member"
"""In a field's metadata: the member of a stored map that it shows."""


@dataclass(frozen=True)
class Named:
    """Says that a field shows something stored under another name than its own."""

    name: str


def column(name: str) -> Any:
    """A field that shows the column of this stored name."""
    return Named(name)


def member(name: str) -> Any:
    """A field that shows the member of this stored name."""
    return Named(name)


@dataclass(frozen=True)
class Argument:
    """An argument of a field: its type, what it means, and what holds without it."""

    type: Any
    description: str
    default: Any = inspect.Parameter.empty

    def parameter(self, name: str) -> inspect.Parameter:
        described = strawberry.argument(description=self.description)
        return inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=Annotated[self.type, described],
            default=self.default,
        )


def optional(type_: Any, description: str) -> Argument:
    """An argument that may be left out."""
    return Argument(type_ | None, description)


def required(type_: Any, description: str) -> Argument:
    """An argument that must be given."""
    return Argument(type_, description)


def resolved_by(resolver: Callable[..., Any], **arguments: Argument) -> Any:
    """A field whose value a resolver finds, from its row and these arguments."""

    def resolve(root: Any, info: strawberry.Info, **given: Any) -> Any:
        return resolver(root, info, **given)

    resolve.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter("root", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Any),
            inspect.Parameter(
                "info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=strawberry.Info
            ),
            *(argument.parameter(name) for name, argument in arguments.items()),
        ]
    )
    return strawberry.field(
        resolver=resolve,
        metadata={COLUMNS: tuple(getattr(resolver, "columns", ())), RESOLVER: resolver},
    )


MASKED_FOR_SUPPORT = "Support sees it masked."
"""What is said of each field that shows personal data as it is stored."""


def row_of(table: StoredTable) -> Callable[[T], T]:
    """A GraphQL object type whose values are rows of a table.

    A field without a resolver shows the column of its own name, in snake_case or camelCase, or the
    one that `column` names.
    """

    def decorate(cls: T) -> T:
        for name in inspect.get_annotations(cls):
            field = cls.__dict__.get(name)
            if not isinstance(field, StrawberryField):
                setattr(cls, name, _column_field(table, name, field))
            else:
                _refuse_undeclared(table, f"{cls.__name__}.{name}", field)
                field.metadata = MappingProxyType({**field.metadata, TABLE: table})
        describe_fields(cls)
        for name in inspect.get_annotations(cls):
            _describe_masking(cls.__dict__[name])
        cls.is_type_of = classmethod(lambda cls, row, info: table_of(row) is table)
        return strawberry.type(cls, description=description(cls))

    return decorate


def _refuse_undeclared(table: StoredTable, title: str, field: StrawberryField) -> None:
    """Who sees a field follows from its column, or from the ways that its resolver takes; one that
    only reads its row may read what everybody sees of it."""
    columns = [table.column(needed) for needed in field.metadata[COLUMNS]]
    if says_what_it_reaches(field):
        return
    if not hasattr(field.metadata[RESOLVER], "columns"):
        raise DeclarationError(
            f"{title} does not say who may see it: its resolver needs no column, and reaches none"
        )
    guarded = [column.name for column in columns if column.is_guarded]
    if guarded:
        raise DeclarationError(
            f"{title} does not say who may see it: it is made of {', '.join(guarded)}, which not "
            "everybody sees who sees the row"
        )


def says_what_it_reaches(field: StrawberryField) -> bool:
    """Whether the resolver of a field names the ways to rows that it takes, each of which is
    classed by who may take it."""
    return hasattr(field.metadata.get(RESOLVER), "reaches")


def _column_field(table: StoredTable, name: str, named: Named | None) -> Any:
    first, *rest = name.split("_")
    camel_case = first + "".join(word.capitalize() for word in rest)
    for stored in [named.name] if named else [name, camel_case]:
        if stored in table.columns:
            shown = table.columns[stored]
            return strawberry.field(metadata={COLUMN: shown, COLUMNS: (stored,), TABLE: table})
    raise DeclarationError(f"{table} has no column for the field {name}")


def _describe_masking(field: StrawberryField) -> None:
    shown = field.metadata.get(COLUMN)
    if shown and shown.personal and shown.visibility is Visibility.PLAIN:
        field.description = f"{field.description} {MASKED_FOR_SUPPORT}"


def shape(cls: T) -> T:
    """A GraphQL object type whose values are stored maps; a field shows the member of its name."""
    for name in inspect.get_annotations(cls):
        field = cls.__dict__.get(name)
        if not isinstance(field, StrawberryField):
            stored = field.name if field else name
            setattr(cls, name, strawberry.field(metadata={MEMBER: stored}))
    describe_fields(cls)
    return strawberry.type(cls, description=description(cls))
