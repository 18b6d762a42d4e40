"""Loads rows into fresh stores: COPY for Postgres, BatchWriteItem for DynamoDB."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import asyncpg
import orjson
import sqlalchemy as sa

from loaders.stores.attributes import to_attribute
from loaders.stores.dynamo_client import DynamoAddress, open_client
from loaders.tables.dynamodb import DynamoTable
from loaders.tables.postgresql import PostgresTable

Rows = Mapping[str, Sequence[Mapping[str, object]]]
"""Stored table name to rows; a table without rows, and a null in a row, may be left out."""

_WRITE_SIZE = 25
"""DynamoDB's bound on the items of one BatchWriteItem."""
_WRITES_AT_ONCE = 8


async def clear_postgres(url: str) -> None:
    """Drop every table of a database."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    finally:
        await connection.close()


async def clear_dynamodb(address: DynamoAddress) -> None:
    """Delete every table of an engine."""
    async with open_client(address) as client:
        pages = [page async for page in client.get_paginator("list_tables").paginate()]
        for name in (name for page in pages for name in page["TableNames"]):
            await client.delete_table(TableName=name)


async def load_postgres(url: str, tables: Iterable[PostgresTable], rows: Rows) -> None:
    """Replace what the tables hold by these rows, all of them or none."""
    declared = list(tables)
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(
                f"TRUNCATE {', '.join(table.name for table in declared)} RESTART IDENTITY CASCADE"
            )
            for table in declared:
                await _copy(connection, table, rows.get(table.name, ()))
    finally:
        await connection.close()


async def _copy(connection: Any, table: PostgresTable, rows: Sequence[Mapping[str, Any]]) -> None:
    columns = list(table.columns)
    as_json = [isinstance(table.sql.c[name].type, sa.JSON) for name in columns]
    await connection.copy_records_to_table(
        table.name,
        columns=columns,
        records=[
            tuple(
                orjson.dumps(value).decode() if is_json and value is not None else value
                for value, is_json in zip(map(row.get, columns), as_json, strict=True)
            )
            for row in rows
        ],
    )
    await connection.execute(
        f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}"
    )


async def load_dynamodb(
    address: DynamoAddress, tables: Iterable[DynamoTable], names: Mapping[str, str], rows: Rows
) -> None:
    """Put these rows; a row of the same key is replaced."""
    slots = asyncio.Semaphore(_WRITES_AT_ONCE)

    async def put(client: Any, name: str, chunk: Sequence[Mapping[str, object]]) -> None:
        pending: Any = {name: [{"PutRequest": {"Item": _item(row)}} for row in chunk]}
        async with slots:
            while pending:
                answer = await client.batch_write_item(RequestItems=pending)
                pending = answer.get("UnprocessedItems")

    async with open_client(address, parameter_validation=False) as client:
        await asyncio.gather(
            *(
                put(client, names[table.name], stored[start : start + _WRITE_SIZE])
                for table in tables
                for stored in [rows.get(table.name, ())]
                for start in range(0, len(stored), _WRITE_SIZE)
            )
        )


def _item(row: Mapping[str, object]) -> dict[str, Any]:
    return {name: to_attribute(value) for name, value in row.items()}
