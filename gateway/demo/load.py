"""Loads rows into fresh stores: COPY for Postgres, BatchWriteItem for DynamoDB."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import asyncpg
import orjson
import sqlalchemy as sa
from botocore.exceptions import ClientError

from loaders.stores.attributes import to_attribute
from loaders.stores.dynamo_client import DynamoAddress, is_busy, open_client, pause
from loaders.tables.dynamodb import DynamoTable
from loaders.tables.postgresql import PostgresTable

Rows = Mapping[str, Sequence[Mapping[str, object]]]
"""Stored table name to rows; a table without rows, and a null in a row, may be left out."""

_WRITE_SIZE = 25
"""DynamoDB's bound on the items of one BatchWriteItem."""
_TRANSACTION_SIZE = 100
"""DynamoDB's bound on the items of one TransactWriteItems."""
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
    """Put these rows into an embedded engine; a row of the same key is replaced."""
    async with open_client(address, parameter_validation=False) as client:
        await put_together(client, tables, names, rows)


def _item(row: Mapping[str, object]) -> dict[str, Any]:
    return {name: to_attribute(value) for name, value in row.items()}


async def append_postgres(connection: Any, tables: Iterable[PostgresTable], rows: Rows) -> None:
    """Add these rows to what the tables hold, and let their sequences go on behind them.

    The transaction is the caller's.
    """
    for table in tables:
        if rows[table.name]:
            await _copy(connection, table, rows[table.name])


async def put_together(
    client: Any, tables: Iterable[DynamoTable], names: Mapping[str, str], rows: Rows
) -> None:
    """Put these rows, a hundred in a transaction.

    An engine that keeps its data in a file writes to disk once for each, and not once for each
    item. At AWS a transaction costs twice the capacity: there, use `put_apart`.
    """

    async def put(name: str, items: Sequence[Any]) -> None:
        puts = [{"Put": {"TableName": name, "Item": item}} for item in items]
        await client.transact_write_items(TransactItems=puts)

    await _in_chunks(put, _TRANSACTION_SIZE, tables, names, rows)


async def put_apart(
    client: Any, tables: Iterable[DynamoTable], names: Mapping[str, str], rows: Rows
) -> None:
    """Put these rows, each for itself; what DynamoDB has no capacity for is put again."""

    async def put(name: str, items: Sequence[Any]) -> None:
        pending: Any = {name: [{"PutRequest": {"Item": item}} for item in items]}
        attempt = 0
        while pending:
            answer = await _unless_busy(client.batch_write_item(RequestItems=pending))
            if answer is not None:
                pending = answer.get("UnprocessedItems")
            if pending:
                attempt += 1
                await pause(attempt)

    await _in_chunks(put, _WRITE_SIZE, tables, names, rows)


async def _unless_busy(call: Awaitable[Any]) -> Any:
    """The answer, or None where the whole call is to be repeated."""
    try:
        return await call
    except ClientError as error:
        if not is_busy(error):
            raise
        return None


async def _in_chunks(
    put: Callable[[str, Sequence[Any]], Awaitable[None]],
    size: int,
    tables: Iterable[DynamoTable],
    names: Mapping[str, str],
    rows: Rows,
) -> None:
    slots = asyncio.Semaphore(_WRITES_AT_ONCE)

    async def chunk(table: DynamoTable, start: int) -> None:
        async with slots:
            items = [_item(row) for row in rows.get(table.name, ())[start : start + size]]
            await put(names[table.name], items)

    async with asyncio.TaskGroup() as group:
        for table in tables:
            for start in range(0, len(rows.get(table.name, ())), size):
                group.create_task(chunk(table, start))
