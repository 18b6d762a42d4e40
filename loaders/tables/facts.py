"""What is declared of every table, whichever store keeps it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any, Protocol

from loaders.errors import BadStoredValue
from loaders.masks import Mask, digest, mask
from loaders.tables.kinds import Kind


class DeclarationError(Exception):
    """A declaration that cannot stand; raised while modules are imported."""


class Read(Enum):
    """Who may see a row of a table. What staff may, a product's own services may there, too."""

    PUBLIC = "anyone"
    SIGNED_IN = "anyone with an account at the product"
    OWNER = "the person at the end of the owner path, and staff"
    STAFF = "support and admin"


class Visibility(Enum):
    """Who may see a column of a row that they see; for services as for rows."""

    PLAIN = "everyone"
    SIGNED_IN = "anyone with an account at the product"
    STAFF = "support and admin"
    MASKED = "everyone, in a masked form"
    INTERNAL = "nobody: an index helper or a constant"
    NEVER = "nobody: a secret"


class Unsaid(Enum):
    """What a product's document may leave open, so that the declaration is ours.

    An index or a trigger of ours says so itself, by its `reason`.
    """

    NOT_NULL = "which columns are never null, and what a column has by default; keys aside"
    BILLING = "how reads and writes are paid for"
    ENCRYPTION = "whose key encrypts what is stored"
    RECOVERY = "whether a table can be put back to an earlier moment"


class Row(Protocol):
    """A mapping from stored column name to stored value, whose class names its table."""

    def __getitem__(self, column: str, /) -> Any: ...

    def get(self, column: str, /) -> Any: ...


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a Postgres table or an attribute of a DynamoDB item.

    `required`: a row without a value breaks its declaration. `decode` turns the stored value into
    the shown one and raises ValueError where it cannot. `mask` is what those see of it who see it
    masked.
    """

    name: str
    kind: Kind
    decode: Callable[[Any], Any]
    required: bool = False
    visibility: Visibility = Visibility.PLAIN
    personal: bool = False
    mask: Mask = Mask.TEXT
    references: StoredTable | None = None
    """The table whose rows this column names."""

    @property
    def is_guarded(self) -> bool:
        """Whether not everybody who sees a row sees this of it as it is stored."""
        return self.personal or self.visibility is not Visibility.PLAIN

    def read(self, row: Row) -> Any:
        """The shown value of this column, or None where it is absent.

        Raises BadStoredValue where the stored value breaks the declaration.
        """
        stored = row.get(self.name)
        if stored is None:
            if self.required:
                raise _broken(row, self, "is missing")
            return None
        try:
            return self.decode(stored)
        except ValueError as error:
            raise _broken(row, self, str(error)) from None

    def told(self, value: Any) -> Any:
        """A value as an error may tell it, whoever reads that: a secret goes as its digest."""
        if self.visibility is Visibility.NEVER:
            return digest(value)
        return mask(value, self.mask) if self.personal else value


def _broken(row: Row, column: Column, what: str) -> BadStoredValue:
    table = table_of(row)
    key = ", ".join(f"{name}={table.columns[name].told(row.get(name))!r}" for name in table.key)
    return BadStoredValue(f"{column.name} of {table.name} ({key}) {what}", product=table.product)


@dataclass(frozen=True)
class Index:
    """A way to rows, by its leading columns and in the order of the rest.

    `folded`: over lower(first column). `containing`: finds the rows whose array holds a value.
    `reason` is set where the product's document has no such index and our own reads need it.
    """

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    folded: bool = False
    containing: bool = False
    reason: str | None = None

    @property
    def by_equality(self) -> bool:
        """Whether a row is found by the very values of its columns."""
        return not (self.folded or self.containing)


@dataclass(frozen=True, eq=False)
class Through:
    """An owner path that goes on at the parent row that a column names."""

    column: str
    parent: StoredTable


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class StoredTable:
    """A table: its columns, the ways to its rows, and who may read them.

    `owner` names the column that holds its owner's key, or the way to it. `email` marks an account
    table: the column by which a person is found. An account whose `active` column has another value
    than the one here gives no rights. `row` is the class of its rows.
    """

    product: str
    name: str
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    indexes: tuple[Index, ...]
    read: Read = None  # type: ignore[assignment]  # refused below, where it can be named
    owner: str | Through | None = None
    email: str | None = None
    active: tuple[str, object] | None = None
    row: type[Any] = field(init=False)

    def __post_init__(self) -> None:
        members = {"table": self, "__slots__": ()}
        object.__setattr__(self, "row", type(self.name, (self.row_base(),), members))
        owner = self.owner.column if isinstance(self.owner, Through) else self.owner
        named = [*self.key, *(c for index in self.indexes for c in index.columns)]
        named += [name for name in (owner, self.email, self.active and self.active[0]) if name]
        for name in named:
            self.column(name)
        if not isinstance(self.read, Read):
            raise DeclarationError(f"{self} does not say who may read it")
        if self.read is Read.OWNER and owner is None:
            raise DeclarationError(f"{self} is read by its owner, but names none")

    def __str__(self) -> str:
        return f"{self.product}.{self.name}"

    def row_base(self) -> type[Any]:
        """The class that rows of this kind of store extend."""
        raise NotImplementedError

    def lookup(self, by: tuple[str, ...]) -> Index:
        """The index that finds at most one row by these columns, or a DeclarationError."""
        raise NotImplementedError

    def listing(
        self,
        by: tuple[str, ...],
        order: tuple[str, ...],
        *,
        folded: bool = False,
        present: bool = False,
    ) -> Index:
        """The index that gives rows by these columns in this order, or a DeclarationError.

        `folded`: whatever the case of the text that they are found by. `present`: only rows whose
        order columns are not null.
        """
        raise NotImplementedError

    def position(
        self, by: tuple[str, ...], index: Index, order: tuple[str, ...]
    ) -> tuple[str, ...]:
        """The columns whose values tell one row of a listing from the others, in its order."""
        raise NotImplementedError

    def column(self, name: str) -> Column:
        """The declared column of this name, or a DeclarationError."""
        try:
            return self.columns[name]
        except KeyError:
            raise DeclarationError(f"{self} has no column {name!r}") from None

    @cached_property
    def personal(self) -> Mapping[str, Mask]:
        """The columns that are personal data, and how each is masked."""
        return {name: column.mask for name, column in self.columns.items() if column.personal}

    @cached_property
    def owner_column(self) -> str | None:
        """This table's own column at the start of its owner path."""
        return self.owner.column if isinstance(self.owner, Through) else self.owner

    @cached_property
    def subject(self) -> str | None:
        """Of an account table, the column of what the product's own issuer names as the subject;
        None where accounts are known by e-mail alone."""
        if self.email is None or self.owner_column == self.email:
            return None
        return self.owner_column

    @cached_property
    def always(self) -> tuple[str, ...]:
        """The columns that every read brings along: the key and the start of the owner path."""
        return tuple(dict.fromkeys([*self.key, *filter(None, [self.owner_column])]))

    def ordered(self, names: Sequence[str]) -> tuple[str, ...]:
        """These columns in the order of the declaration, each once."""
        wanted = set(names)
        return tuple(name for name in self.columns if name in wanted)


class PlainRow(dict[str, Any]):
    """A row that a store has put together itself."""

    __slots__ = ()


def table_of(row: Row) -> StoredTable:
    """The table that this row was read from."""
    table: StoredTable = type(row).table  # type: ignore[attr-defined]
    return table
