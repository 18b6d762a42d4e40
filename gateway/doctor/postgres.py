"""Compares a product's Postgres with its declaration."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from gateway.doctor.catalogs import live_database
from gateway.doctor.declared import declared_database
from gateway.doctor.expressions import SEQUENCE
from gateway.doctor.findings import Finding, finding
from gateway.doctor.relations import ColumnOf, Database, Relation, quoted
from gateway.doctor.row_security import examine_row_security, see_everything
from gateway.doctor.sample import sample_postgres
from loaders.stores.postgres import PostgresAddress
from loaders.tables.postgresql import PostgresTable

_UNREADABLE = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
_TIMESTAMPS = {"timestamp without time zone", "timestamp with time zone"}
_PATIENCE_TO_CONNECT = 10.0
"""Seconds; more than a request has, for DynamoDB is examined in the same moments."""
_PATIENCE = 60.0
"""Seconds that a statement may take."""


async def examine_postgres(
    product: str, address: PostgresAddress, tables: Iterable[PostgresTable], sample: int
) -> list[Finding]:
    """What is not as declared, in the database and in so many rows of each table."""
    declared_tables = tuple(tables)
    declared = declared_database(declared_tables)
    found: list[Finding] = []
    try:
        async with _connected(address) as connection:
            live = await live_database(connection, declared)
            found += compare(product, declared_tables, declared, live)
            wanted = address.row_security
            found += await examine_row_security(connection, product, declared_tables, wanted=wanted)
            if wanted:
                await see_everything(connection)
            for table in declared_tables if sample else ():
                found += await sample_postgres(connection, table, declared, live, sample)
    except _UNREADABLE as error:
        found.append(_unreadable(product, error))
    return found


@asynccontextmanager
async def _connected(address: PostgresAddress) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(
        address.url,
        timeout=_PATIENCE_TO_CONNECT,
        command_timeout=_PATIENCE,
        server_settings={"application_name": "quintet", "default_transaction_read_only": "on"},
    )
    try:
        yield connection
    finally:
        await connection.close()


def _unreadable(product: str, error: Exception) -> Finding:
    reason = str(error) or type(error).__name__
    setting = f"{product.upper()}_DATABASE_URL"
    return finding(
        product,
        f"cannot be read: {reason}",
        (
            f"start the database, let this user read it, or correct {setting} "
            f"(or {product.upper()}_DATABASE_REPLICA_URL)",
        ),
    )


def compare(
    product: str, tables: Iterable[PostgresTable], declared: Database, live: Database
) -> Iterator[Finding]:
    """Every way in which a database is not as declared, in an order in which it can be mended."""
    declared_tables = tuple(tables)
    yield from _functions(product, declared_tables, declared, live)
    for table in declared_tables:
        wanted, found = declared.tables[table.name], live.tables.get(table.name)
        if found is None:
            yield _missing_table(product, table.name, wanted)
        else:
            yield from _columns(product, table.name, wanted, found)
            yield from _parts(product, table.name, wanted, found)


def _functions(
    product: str, tables: Iterable[PostgresTable], declared: Database, live: Database
) -> Iterator[Finding]:
    triggers = (trigger for table in tables for trigger in table.triggers)
    for function in dict.fromkeys(trigger.function for trigger in triggers):
        name = function.name
        if live.functions.get(name) != declared.functions[name]:
            says = "has another body" if name in live.functions else "is missing"
            mend = function.ddl.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
            yield finding(f"{product} function {name}()", says, (f"{mend};",))


def _missing_table(product: str, table: str, wanted: Relation) -> Finding:
    columns = ", ".join(_column_sql(name, column) for name, column in wanted.columns.items())
    parts = _parts(product, table, wanted, Relation(wanted.columns, {}))
    return finding(
        f"{product}.{table}",
        "is missing",
        (
            f"CREATE TABLE {quoted(table)} ({columns});",
            *(statement for part in parts for statement in part.mend),
        ),
    )


def _column_sql(name: str, column: ColumnOf) -> str:
    not_null = " NOT NULL" if column.required else ""
    return f"{quoted(name)} {column.type}{column.default_sql}{not_null}"


def _parts(product: str, table: str, wanted: Relation, found: Relation) -> Iterator[Finding]:
    for part, (name, reason) in wanted.parts.items():
        if part in found.parts:
            continue
        rivals = list(found.in_the_way(part, name))
        says = "is missing"
        if rivals:
            is_now = " and ".join(rival.definition() for rival, _ in rivals)
            says = f"is {is_now} and should be {part.definition()}"
        drops = (rival.drop(table, rival_name) for rival, rival_name in rivals)
        subject = f"{product}.{table} {part.kind} {name}"
        yield finding(subject, says, (*drops, part.create(table, name)), without=reason)


def _columns(product: str, table: str, wanted: Relation, found: Relation) -> Iterator[Finding]:
    for name, column in wanted.columns.items():
        subject = f"{product}.{table}.{name}"
        live = found.columns.get(name)
        if live is None:
            yield finding(subject, "is missing", tuple(_add_column(table, name, column)))
        else:
            yield from _column(subject, table, name, column, live)


def _column(
    subject: str, table: str, name: str, wanted: ColumnOf, live: ColumnOf
) -> Iterator[Finding]:
    if wanted.type != live.type:
        says = f"is {live.type} and should be {wanted.type}"
        yield finding(subject, says, (_change_type(table, name, wanted, live),))
    if wanted.required and not live.required:
        not_null = _alter(table, name, "SET NOT NULL")
        yield finding(subject, "may be null", (not_null,), without=wanted.required_reason)
    if wanted.default is not None and wanted.default != live.default:
        says = f"has {live.default or 'nothing'} for its default and should have {wanted.default}"
        mend = tuple(_set_default(table, name, wanted, live))
        yield finding(subject, says, mend, without=wanted.default_reason)


def _alter(table: str, column: str, *actions: str) -> str:
    return f"ALTER TABLE {quoted(table)} " + (
        ", ".join(f"ALTER COLUMN {quoted(column)} {action}" for action in actions) + ";"
    )


def _add_column(table: str, name: str, column: ColumnOf) -> Iterator[str]:
    if not column.required or column.default:
        yield f"ALTER TABLE {quoted(table)} ADD COLUMN {_column_sql(name, column)};"
    else:
        # In two steps, for rows that are there must be given a value in between.
        yield f"ALTER TABLE {quoted(table)} ADD COLUMN {quoted(name)} {column.type};"
        yield _alter(table, name, "SET NOT NULL")


def _change_type(table: str, name: str, wanted: ColumnOf, live: ColumnOf) -> str:
    change = f"TYPE {wanted.type}{_converted(quoted(name), wanted.type, live.type)}"
    if wanted.default in (None, SEQUENCE) or live.default is None:
        return _alter(table, name, change)
    # Postgres does not convert the default along with the rows.
    return _alter(table, name, "DROP DEFAULT", change, f"SET DEFAULT {wanted.default}")


def _converted(column: str, wanted: str, live: str) -> str:
    """How the rows' values come over, where Postgres does not see to that."""
    if _is_text(wanted) and _is_text(live):
        return ""  # a cast would cut what is too long; without one, Postgres refuses
    if {wanted, live} == _TIMESTAMPS:
        return f" USING {column} AT TIME ZONE 'UTC'"
    if wanted.endswith("[]") and not live.endswith("[]") and not _is_text(live):
        return f" USING ARRAY[{column}]::{wanted}"
    return f" USING {column}::{wanted}"


def _is_text(type_: str) -> bool:
    return type_.startswith(("text", "character varying")) and not type_.endswith("[]")


def _set_default(table: str, name: str, wanted: ColumnOf, live: ColumnOf) -> Iterator[str]:
    if wanted.default != SEQUENCE:
        yield _alter(table, name, f"SET DEFAULT {wanted.default}")
        return
    if live.default is not None:
        yield _alter(table, name, "DROP DEFAULT")
    yield _alter(table, name, "ADD GENERATED BY DEFAULT AS IDENTITY")
    yield (
        f"SELECT setval(pg_get_serial_sequence('{quoted(table)}', '{name}'), "
        f"coalesce(max({quoted(name)}), 0) + 1, false) FROM {quoted(table)};"
    )
