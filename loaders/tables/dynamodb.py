"""The words in which a DynamoDB table is declared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from loaders.masks import Mask
from loaders.tables.facts import (
    Column,
    DeclarationError,
    Index,
    Read,
    StoredTable,
    Through,
    Visibility,
)
from loaders.tables.kinds import (
    ANYTHING,
    BIG_INTEGER,
    EPOCH,
    FLAG,
    FLOAT,
    INTEGER,
    MOMENT,
    NUMBER,
    TEXT,
    YEAR,
    Kind,
    list_of,
)

PRIMARY = ""
"""The name of a table's own key among its indexes."""


def index(name: str, *columns: str) -> Index:
    """A global secondary index by a partition column and, where it has one, a sort column.

    It projects every attribute.
    """
    return Index(name, columns)


def attribute(
    name: str,
    kind: Kind,
    *,
    required: bool = True,
    visibility: Visibility = Visibility.PLAIN,
    personal: bool = False,
    mask: Mask = Mask.TEXT,
    references: StoredTable | None = None,
) -> Column:
    """An attribute of an item; `required` is the document's word."""
    return Column(name, kind, kind.parse, required, visibility, personal, mask, references)


def columns(*declared: Column) -> dict[str, Column]:
    """A table's attributes by their names."""
    return {column.name: column for column in declared}


def text(name: str, **facts: Any) -> Column:
    """Text (S)."""
    return attribute(name, TEXT, **facts)


def email(name: str, **facts: Any) -> Column:
    """Somebody's e-mail (S)."""
    return text(name, personal=True, mask=Mask.EMAIL, **facts)


def texts(name: str, **facts: Any) -> Column:
    """A list of texts (L of S)."""
    return attribute(name, list_of(TEXT), **facts)


def flag(name: str, **facts: Any) -> Column:
    """A boolean (BOOL)."""
    return attribute(name, FLAG, **facts)


def whole(name: str, **facts: Any) -> Column:
    """A whole number (N)."""
    return attribute(name, INTEGER, **facts)


def big_whole(name: str, **facts: Any) -> Column:
    """A whole number that may be beyond 32 bits (N)."""
    return attribute(name, BIG_INTEGER, **facts)


def floating(name: str, **facts: Any) -> Column:
    """A number that is shown as a Float (N)."""
    return attribute(name, FLOAT, **facts)


def decimal(name: str, **facts: Any) -> Column:
    """A number whose digits count, such as money (N)."""
    return attribute(name, NUMBER, **facts)


def one_of(name: str, choices: Kind, **facts: Any) -> Column:
    """Text out of a closed list (S)."""
    return attribute(name, choices, **facts)


def epoch(name: str, **facts: Any) -> Column:
    """A time as a number of seconds since 1970 (N)."""
    return attribute(name, EPOCH, **facts)


def moment(name: str, **facts: Any) -> Column:
    """ISO text of a date and time (S)."""
    return attribute(name, MOMENT, **facts)


def year(name: str, **facts: Any) -> Column:
    """A year as text of four digits (S), so that it sorts."""
    return attribute(name, YEAR, **facts)


def anything(name: str, **facts: Any) -> Column:
    """A map whose shape the document leaves open (M)."""
    return attribute(name, ANYTHING, **facts)


class Item(dict[str, Any]):
    """An item: attribute name to plain Python value, of those asked for and present."""

    __slots__ = ()


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class DynamoTable(StoredTable):
    """A DynamoDB table.

    `setting` is the environment variable that gives its physical name. `max_item_bytes` bounds an
    item's size, so that read units can be bounded. `ttl` names the attribute (epoch seconds) after
    which an item counts as gone. `copies` are attributes that say what others say: each is named
    first, then those that it is made of, with `#` between them.
    """

    setting: str
    max_item_bytes: int
    ttl: str | None = None
    copies: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in (name for copy in self.copies for name in copy):
            self.column(name)
        if isinstance(self.owner, Through) and len(self.owner.parent.key) != 2:
            raise DeclarationError(f"{self}: a parent's key must be its owner and its own id")

    def row_base(self) -> type[Any]:
        return Item

    @cached_property
    def ways(self) -> tuple[Index, ...]:
        """The table's own key, then its indexes."""
        return (Index(PRIMARY, self.key, unique=True), *self.indexes)

    def _refuse_if_unowned(self, by: tuple[str, ...]) -> None:
        """Whose a row is must be told by the key that it is asked for with."""
        owned = self.read is Read.OWNER and isinstance(self.owner, Through)
        if owned and self.owner_column not in by:
            raise DeclarationError(
                f"{self} is owned through {self.owner_column}, which {', '.join(by)} does not tell"
            )

    def lookup(self, by: tuple[str, ...]) -> Index:
        self._refuse_if_unowned(by)
        for way in self.ways:
            by_partition = way.name == PRIMARY and way.columns[:1] == by
            if way.columns == by or by_partition:
                return way
        raise DeclarationError(f"{self} has no key or index on {', '.join(by)}")

    def listing(
        self,
        by: tuple[str, ...],
        order: tuple[str, ...],
        *,
        folded: bool = False,
        present: bool = False,
    ) -> Index:
        self._refuse_if_unowned(by)
        if folded:
            raise DeclarationError(f"{self}: DynamoDB keys cannot be found whatever their case")
        for way in self.ways:
            if by == way.columns[:1] and order in ((), way.columns[1:]):
                return way
        raise DeclarationError(
            f"{self} has no key or index on {', '.join(by)} in the order of {', '.join(order)}"
        )

    def position(
        self, by: tuple[str, ...], index: Index, order: tuple[str, ...]
    ) -> tuple[str, ...]:
        ordered = (*index.columns, *self.key)
        return tuple(dict.fromkeys(name for name in ordered if name not in by))

    @cached_property
    def always(self) -> tuple[str, ...]:
        return (*super().always, self.ttl) if self.ttl else super().always

    def create_table(self, physical_name: str) -> dict[str, Any]:
        """The body of CreateTable."""
        body: dict[str, Any] = {
            "TableName": physical_name,
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": self.columns[name].kind.attribute_type}
                for name in dict.fromkeys(c for way in self.ways for c in way.columns)
            ],
            "KeySchema": _key_schema(self.key),
            "BillingMode": "PAY_PER_REQUEST",
            "SSESpecification": {"Enabled": True},
        }
        if self.indexes:
            body["GlobalSecondaryIndexes"] = [_global_index(way) for way in self.indexes]
        return body


def _key_schema(columns: Sequence[str]) -> list[dict[str, str]]:
    return [
        {"AttributeName": name, "KeyType": key_type}
        for name, key_type in zip(columns, ("HASH", "RANGE"), strict=False)
    ]


def _global_index(way: Index) -> dict[str, Any]:
    return {
        "IndexName": way.name,
        "KeySchema": _key_schema(way.columns),
        "Projection": {"ProjectionType": "ALL"},
    }
