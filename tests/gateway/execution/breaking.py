"""Stores in which rows here and there break their declarations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import asyncpg

from gateway.demo.data import rows_of
from gateway.demo.data.generations import FIRST
from gateway.demo.load import load_dynamodb
from gateway.stores import Addresses as StoreAddresses
from loaders.tables.catalogue import DYNAMODB, POSTGRES
from loaders.tables.dynamodb import DynamoTable
from loaders.tables.postgresql import PostgresTable
from tests.engines import TABLE_NAMES, Addresses, as_read, dynamodb_copy, postgres_copy

_SHARE = 0.5
"""Of the rows of each table."""
_COLUMNS = 2
"""Of each broken row."""
_ABSENT = 0.25
"""Of the broken attributes of DynamoDB."""
_NOWHERE = "nowhere"
"""A text that is no key, no date and in no closed list."""
_VALUES: tuple[Any, ...] = (
    _NOWHERE, "", "7", 7, -1, 2**31, 2**63, Decimal("1.5"), Decimal("-1e30"), True, [], [7], {},
    ["text", None], {"a": {"b": 1}}, "2025-02-30T10:00:00Z", "2025-09-20T10:00:00+05:30", None,
)  # fmt: skip
"""What an attribute of DynamoDB may hold, whatever it should."""
_LITERALS: Mapping[str, tuple[str, ...]] = {
    "boolean": ("true", "false"),
    "integer": ("999999", "-1", "0"),
    "bigint": ("999999", "9223372036854775807"),
    "numeric": ("'NaN'", "1", "-0.5"),
    "json": ("'5'", "'null'", "'[]'", "'{}'", "'\"text\"'", "'[7]'", "'[\"\\ud800\"]'"),
    "datetime": ("'infinity'", "'0001-01-01'", "'2025-09-20 10:00:00.000001'"),
    "date": ("'infinity'", "'0001-01-01'"),
    "array": ("'{}'", f"'{{NULL,{_NOWHERE}}}'"),
    "": (f"'{_NOWHERE}'", "''"),
}
"""What a column of Postgres may hold, by the beginning of its type's name."""

_UNGUARDED = "SET session_replication_role = replica; SET synchronous_commit = off"
"""Neither foreign keys nor triggers hold."""


@asynccontextmanager
async def broken_stores(
    engines: Addresses, folder: Path, chance: Random
) -> AsyncIterator[StoreAddresses]:
    """Copies of all stores, with broken rows among the others."""
    with dynamodb_copy(engines, folder) as dynamodb:
        for product, tables in DYNAMODB.items():
            broken = {table.name: _broken_items(product, table, chance) for table in tables}
            await load_dynamodb(dynamodb, tables, TABLE_NAMES[product], broken)
        family, studio = POSTGRES
        async with postgres_copy(engines, family) as one, postgres_copy(engines, studio) as other:
            for product, address in ((family, one), (studio, other)):
                await _break_database(address.url, POSTGRES[product], chance)
            yield engines.stores(
                postgres={family: as_read(one), studio: as_read(other)},
                dynamodb=dict.fromkeys(DYNAMODB, dynamodb),
            )


def _broken_items(product: str, table: DynamoTable, chance: Random) -> list[dict[str, object]]:
    keys = {name for way in table.ways for name in way.columns}
    names = [name for name in table.columns if name not in table.key]
    broken: list[dict[str, object]] = []
    for row in rows_of(product, FIRST)[table.name]:
        if chance.random() < _SHARE:
            changed = dict(row)
            for name in chance.sample(names, min(_COLUMNS, len(names))):
                changed[name] = _NOWHERE if name in keys else chance.choice(_VALUES)
                if chance.random() < _ABSENT or _is_number(table, name, keys):
                    del changed[name]
            broken.append(changed)
    return broken


def _is_number(table: DynamoTable, name: str, keys: set[str]) -> bool:
    """Whether an index refuses a text here."""
    return name in keys and table.columns[name].kind.attribute_type != "S"


async def _break_database(url: str, tables: tuple[PostgresTable, ...], chance: Random) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_UNGUARDED)
        for table in tables:
            await _drop_checks(connection, table)
            rows = await connection.fetch(f"SELECT id FROM {table.name} ORDER BY id")
            for (name, value), ids in _broken_columns(table, [id_ for (id_,) in rows], chance):
                with suppress(asyncpg.PostgresError):  # a unique index may refuse it
                    await connection.execute(
                        f"UPDATE {table.name} SET {name} = {value} WHERE id = ANY($1)", ids
                    )
    finally:
        await connection.close()


async def _drop_checks(connection: Any, table: PostgresTable) -> None:
    checks = await connection.fetch(
        "SELECT conname FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c'",
        table.name,
    )
    for (check,) in checks:
        await connection.execute(f"ALTER TABLE {table.name} DROP CONSTRAINT {check}")
    for name in table.columns:
        if name not in table.key:
            await connection.execute(f"ALTER TABLE {table.name} ALTER COLUMN {name} DROP NOT NULL")


def _broken_columns(
    table: PostgresTable, ids: list[int], chance: Random
) -> Iterable[tuple[tuple[str, str], list[int]]]:
    """Columns and the literals to be put there, and the rows that this befalls."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    names = [name for name in table.columns if name not in table.key]
    for id_ in ids:
        if chance.random() < _SHARE:
            for name in chance.sample(names, _COLUMNS):
                type_ = str(table.sql.c[name].type).lower()
                literals = next(of for start, of in _LITERALS.items() if type_.startswith(start))
                found[name, chance.choice(("NULL", *literals))].append(id_)
    return found.items()
