"""Describes Postgres tables as they are declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from gateway.doctor.expressions import SEQUENCE, plain, plain_default
from gateway.doctor.relations import (
    DIALECT,
    Check,
    ColumnOf,
    Database,
    ForeignKey,
    IndexOf,
    Named,
    Part,
    PrimaryKey,
    Relation,
    TriggerOf,
)
from loaders.tables.catalogue import UNSAID
from loaders.tables.facts import Unsaid
from loaders.tables.postgresql import PostgresTable, Trigger

_ORDERS_PAGES = "off without it: pages in its order leave out the rows where it is null"
_IS_PROMISED = "off without it: a row that lacks it is an error wherever it is asked for"
_IS_FILLED_IN = "off without it: a row that is written without it has no value"


def declared_database(tables: Iterable[PostgresTable]) -> Database:
    """What a product's database should be."""
    declared = tuple(tables)
    functions = {trigger.function for table in declared for trigger in table.triggers}
    return Database(
        {table.name: _relation(table) for table in declared},
        {function.name: plain_body(function.body) for function in functions},
    )


def plain_body(body: str) -> str:
    """A function's body on one line."""
    return " ".join(body.split())


def _relation(table: PostgresTable) -> Relation:
    columns = {column.name: _column(table, column) for column in table.sql.columns}
    return Relation(
        columns, dict([*_constraints(table.sql), *_indexes(table.sql), *_others(table)])
    )


def _column(table: PostgresTable, column: sa.Column[Any]) -> ColumnOf:
    default = _default(column)
    is_key = column.primary_key
    unsaid = (table.product, Unsaid.NOT_NULL) in UNSAID and not is_key
    # A document that gives a default leaves it at that: the column may be null.
    unsaid_null = unsaid or (default is not None and not is_key)
    orders = any(column.name in index.columns for index in table.indexes if index.reason)
    return ColumnOf(
        type=_type(column.type),
        required=not column.nullable,
        default=default,
        required_reason=(_ORDERS_PAGES if orders else _IS_PROMISED) if unsaid_null else None,
        default_reason=_IS_FILLED_IN if unsaid else None,
    )


def _type(declared: sa.types.TypeEngine[Any]) -> str:
    """The name that Postgres gives a type."""
    name = declared.compile(dialect=DIALECT).lower()
    return name.replace("varchar", "character varying").replace(", ", ",")


def _default(column: sa.Column[Any]) -> str | None:
    if column is column.table.autoincrement_column:
        return SEQUENCE
    return plain_default(DIALECT.ddl_compiler(DIALECT, None).get_column_default_string(column))


def _constraints(sql: sa.Table) -> Iterator[tuple[Part, Named]]:
    yield PrimaryKey(tuple(sql.primary_key.columns.keys())), Named(f"{sql.name}_pkey")
    for constraint in sql.constraints:
        if isinstance(constraint, sa.ForeignKeyConstraint):
            columns = tuple(constraint.column_keys)
            yield (
                ForeignKey(
                    columns,
                    constraint.referred_table.name,
                    tuple(element.column.name for element in constraint.elements),
                    constraint.ondelete or "NO ACTION",
                ),
                Named(f"{sql.name}_{'_'.join(columns)}_fkey"),
            )
        elif isinstance(constraint, sa.CheckConstraint):
            yield Check(plain(str(constraint.sqltext))), Named(str(constraint.name))
        elif isinstance(constraint, sa.UniqueConstraint):
            columns = tuple(constraint.columns.keys())
            yield (
                IndexOf(columns, unique=True, method="btree", constraint=True),
                Named(f"{sql.name}_{'_'.join(columns)}_key"),
            )


def _indexes(sql: sa.Table) -> Iterator[tuple[Part, Named]]:
    for index in sorted(sql.indexes, key=lambda index: str(index.name)):
        columns = tuple(str(column).rpartition(".")[2] for column in index.expressions)
        method = index.dialect_options["postgresql"]["using"] or "btree"
        reason = index.info.get("reason")
        yield (
            IndexOf(tuple(map(plain, columns)), bool(index.unique), method),
            Named(str(index.name), reason and f"slower without it: {reason}"),
        )


def _others(table: PostgresTable) -> Iterator[tuple[Part, Named]]:
    for trigger in table.triggers:
        reason = trigger.reason and f"off without it: {trigger.reason}"
        yield _trigger(trigger), Named(trigger.name, reason)


def _trigger(trigger: Trigger) -> TriggerOf:
    timing, _, events = trigger.when.partition(" ")
    return TriggerOf(timing, frozenset(events.split(" OR ")), trigger.function.name)
