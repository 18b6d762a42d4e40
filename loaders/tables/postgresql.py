"""The words in which a Postgres table is declared, beyond SQLAlchemy's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
import msgspec
import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array

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
    AWARE,
    BIG_INTEGER,
    DATE,
    FLAG,
    INTEGER,
    NAIVE_UTC,
    NUMBER,
    TEXT,
    Kind,
    list_of,
)

_KINDS: dict[type[sa.types.TypeEngine[Any]], Kind] = {
    sa.Boolean: FLAG,
    sa.Date: DATE,
    sa.DateTime: NAIVE_UTC,
    sa.BigInteger: BIG_INTEGER,
    sa.Integer: INTEGER,
    sa.JSON: ANYTHING,
    sa.Numeric: NUMBER,
    sa.String: TEXT,
}


class Record(asyncpg.Record):
    """A row as asyncpg reads it; JSON columns are text that nobody has parsed yet."""

    __slots__ = ()


def facts(
    *,
    kind: Kind | None = None,
    visibility: Visibility = Visibility.PLAIN,
    personal: bool = False,
    mask: Mask = Mask.TEXT,
    references: PostgresTable | None = None,
) -> dict[str, Any]:
    """What SQLAlchemy has no word for, to be a column's `info`.

    `kind` is for what the SQL type leaves open: closed lists and the shape of JSON. `references`
    is for an array of ids, which can have no foreign key.
    """
    return {
        "kind": kind,
        "visibility": visibility,
        "personal": personal,
        "mask": mask,
        "references": references,
    }


def ours(name: str, *columns: Any, reason: str, **options: Any) -> sa.Index:
    """An index that the product's document does not have, and why it is needed."""
    return sa.Index(name, *columns, info={"reason": reason}, **options)


@dataclass(frozen=True)
class Function:
    """A trigger function in PL/pgSQL."""

    name: str
    body: str

    @property
    def ddl(self) -> str:
        """What creates it."""
        return (
            f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ {self.body} $$"
        )


@dataclass(frozen=True)
class Trigger:
    """A trigger for each row. `reason` is set where the product's document has no such trigger."""

    name: str
    when: str
    function: Function
    reason: str | None = None

    def ddl(self, table: str) -> str:
        """What creates it on a table."""
        return (
            f"CREATE TRIGGER {self.name} {self.when} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.function.name}()"
        )


@dataclass(frozen=True)
class Channel:
    """Where triggers tell of changed rows: each tells these keys as a JSON list, null for one that
    it has not got. The rows themselves are not told."""

    product: str
    name: str
    keys: tuple[str, ...]

    def teller(self, function: str, *keys: str) -> Function:
        """A trigger function that tells these values of the keys, each an expression of SQL."""
        return Function(
            function,
            f"BEGIN PERFORM pg_notify('{self.name}', json_build_array({', '.join(keys)})::text); "
            "RETURN NULL; END;",
        )


SECRET = facts(visibility=Visibility.NEVER)
PERSONAL = facts(personal=True)
EMAIL = facts(personal=True, mask=Mask.EMAIL)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class PostgresTable(StoredTable):
    """A Postgres table: a SQLAlchemy Table and what it cannot say."""

    sql: sa.Table
    triggers: tuple[Trigger, ...] = ()

    def row_base(self) -> type[Any]:
        return Record

    def lookup(self, by: tuple[str, ...]) -> Index:
        for way in self.indexes:
            if way.unique and not way.folded and set(way.columns) == set(by):
                return way
        raise DeclarationError(f"{self} has no key or unique constraint on {', '.join(by)}")

    def listing(
        self,
        by: tuple[str, ...],
        order: tuple[str, ...],
        *,
        folded: bool = False,
        present: bool = False,
    ) -> Index:
        for name in order:
            if self.sql.c[name].nullable and not present:
                raise DeclarationError(f"{self} cannot be ordered by {name}: it can be null")
        for way in self.indexes:
            if way.folded == folded and self._serves(way, by, order):
                return way
        raise DeclarationError(
            f"{self} has no index on {', '.join(by) or 'nothing'} in the order of "
            f"{', '.join(self.position(by, self.indexes[0], order))}"
        )

    def _serves(self, way: Index, by: tuple[str, ...], order: tuple[str, ...]) -> bool:
        """Whether this index has `by` first, then `order`, then the key, or ends in a unique.

        An index of arrays has no order: the rows that it finds are sorted by their key.
        """
        if way.containing:
            return way.columns == by and not order
        leading, rest = way.columns[: len(by)], way.columns[len(by) :]
        wanted = self.position(by, way, order)
        return set(leading) == set(by) and rest == wanted

    def position(
        self, by: tuple[str, ...], index: Index, order: tuple[str, ...]
    ) -> tuple[str, ...]:
        told_apart = index.unique and set(index.columns) == {*by, *order}
        tie = () if told_apart else self.key
        return tuple(dict.fromkeys(c for c in (*order, *tie) if c not in by))


def declared(
    sql: sa.Table,
    *,
    product: str,
    read: Read = None,  # type: ignore[assignment]  # refused by the table, by name
    owner: str | Through | None = None,
    email: str | None = None,
    active: tuple[str, object] | None = None,
    triggers: tuple[Trigger, ...] = (),
) -> PostgresTable:
    """The table as the loaders know it, read off its SQLAlchemy declaration.

    Its names are SQLAlchemy's own kind of text, which no JSON writer takes for a key: plain here.
    """
    key = tuple(str(column.name) for column in sql.primary_key)
    table = PostgresTable(
        product=product,
        name=sql.name,
        columns={str(column.name): _column(column) for column in sql.columns},
        key=key,
        indexes=(Index(f"{sql.name}_pkey", key, unique=True), *_indexes(sql)),
        read=read,
        owner=owner,
        email=email,
        active=active,
        sql=sql,
        triggers=triggers,
    )
    sql.info["declared"] = table
    return table


def _column(column: sa.Column[Any]) -> Column:
    kind = column.info.get("kind") or _kind(column.type)
    return Column(
        name=str(column.name),
        kind=kind,
        decode=_from_json(kind) if isinstance(column.type, sa.JSON) else kind.parse,
        required=not column.nullable,
        visibility=column.info.get("visibility", Visibility.PLAIN),
        personal=column.info.get("personal", False),
        mask=column.info.get("mask", Mask.TEXT),
        references=column.info.get("references")
        or next((key.column.table.info["declared"] for key in column.foreign_keys), None),
    )


def _kind(sql_type: sa.types.TypeEngine[Any]) -> Kind:
    if isinstance(sql_type, sa.ARRAY):
        return list_of(_kind(sql_type.item_type))
    if isinstance(sql_type, sa.DateTime) and sql_type.timezone:
        return AWARE
    return next(kind for known, kind in _KINDS.items() if isinstance(sql_type, known))


def _from_json(kind: Kind) -> Callable[[str], Any]:
    """How JSON text is read; where its shape is open it goes to the answer unread.

    JSON's null is what SQLAlchemy stores for None, and so as absent as SQL's.
    """
    if kind is ANYTHING:
        return msgspec.Raw

    def decode(stored: str) -> Any:
        try:
            value = orjson.loads(stored)
        except orjson.JSONDecodeError:
            raise ValueError("is no JSON") from None
        return None if value is None else kind.parse(value)

    return decode


def _indexes(sql: sa.Table) -> list[Index]:
    uniques = [
        Index(
            f"{sql.name}_{'_'.join(unique.columns.keys())}_key",
            tuple(map(str, unique.columns.keys())),
            unique=True,
        )
        for unique in sql.constraints
        if isinstance(unique, sa.UniqueConstraint)
    ]
    return uniques + [
        _index(index) for index in sorted(sql.indexes, key=lambda index: str(index.name))
    ]


def _index(index: sa.Index) -> Index:
    """Read off a SQLAlchemy index; `lower(column)` first makes it a folded one."""
    names = [str(expression).rpartition(".")[2] for expression in index.expressions]
    folded = names[0].startswith("lower(")
    if folded:
        names[0] = names[0].removeprefix("lower(").removesuffix(")")
    return Index(
        str(index.name),
        tuple(names),
        unique=bool(index.unique),
        folded=folded,
        containing=index.dialect_options["postgresql"]["using"] == "gin",
        reason=index.info.get("reason"),
    )


def beyond_equality(
    index: Index, column: sa.ColumnElement[Any], value: sa.ColumnElement[Any]
) -> sa.ColumnElement[bool]:
    """What an index finds rows by that is not `by_equality`."""
    if index.folded:
        return sa.func.lower(column) == sa.func.lower(value)
    return column.contains(array([value]))
