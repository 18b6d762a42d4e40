"""Makes tables, indexes and triggers that are missing in the stores; changes none that exists.

Row level security is made as it is declared, whatever was there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import asyncpg
from botocore.exceptions import BotoCoreError, ClientError
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

from gateway.row_security import lacking
from gateway.stores import Addresses
from loaders.stores.dynamo_client import DynamoAddress, error_code, open_client
from loaders.tables.catalogue import DYNAMODB, POSTGRES
from loaders.tables.dynamodb import DynamoTable
from loaders.tables.policies import finders, policies
from loaders.tables.postgresql import PostgresTable

Say = Callable[[str], None]
"""Told of each thing that was made."""

_EXISTING = "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
_FUNCTIONS = "SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
_TRIGGERS = "SELECT tgname FROM pg_trigger WHERE tgrelid = $1::regclass"
_ACTIVE_PAUSE = 0.2


STORE_FAILURES = (OSError, asyncpg.PostgresError, BotoCoreError, ClientError)
"""What a store raises that cannot be reached or refuses."""


class NotCreated(Exception):
    """A store that tables cannot be made in; the message says whose, and why."""


async def create_all(
    where: Addresses, say: Say = lambda made: None, *, row_security: bool = False
) -> None:
    """Make what the stores of all products lack; row level security only if that is asked for."""
    for product, tables in POSTGRES.items():
        with _named(product):
            await create_postgres(where.postgres[product].url, tables, say)
            if row_security:
                await secure_postgres(where.postgres[product].url, product, tables, say)
    for product, declared in DYNAMODB.items():
        with _named(product):
            names = where.table_names[product]
            await create_dynamodb(where.dynamodb[product], declared, names, say)


@contextmanager
def _named(product: str) -> Iterator[None]:
    """Say whose store it is that cannot be reached or refuses."""
    try:
        yield
    except STORE_FAILURES as error:
        raise NotCreated(f"the store of {product}: {error}") from None


async def create_postgres(url: str, tables: Iterable[PostgresTable], say: Say) -> None:
    """Make the tables, indexes and triggers that a database lacks, all of them or none."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            existing = {record["relname"] for record in await connection.fetch(_EXISTING)}
            for table in tables:
                if table.name not in existing:
                    await connection.execute(_ddl(CreateTable(table.sql)))
                    say(f"{table}")
                for index in sorted(table.sql.indexes, key=lambda index: str(index.name)):
                    if index.name not in existing:
                        await connection.execute(_ddl(CreateIndex(index)))
                        say(f"{table} index {index.name}")
                await _create_triggers(connection, table, say)
    finally:
        await connection.close()


async def _create_triggers(connection: Any, table: PostgresTable, say: Say) -> None:
    existing = {record["tgname"] for record in await connection.fetch(_TRIGGERS, table.name)}
    functions = {record["proname"] for record in await connection.fetch(_FUNCTIONS)}
    for trigger in table.triggers:
        if trigger.function.name not in functions:
            await connection.execute(trigger.function.ddl)
            functions.add(trigger.function.name)
            say(f"{table.product} function {trigger.function.name}")
        if trigger.name not in existing:
            await connection.execute(trigger.ddl(table.name))
            say(f"{table} trigger {trigger.name}")


async def secure_postgres(
    url: str, product: str, tables: Sequence[PostgresTable], say: Say
) -> None:
    """Set up what a database lacks of row level security, all of it or nothing."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            for lack in await lacking(connection, product, tables):
                for statement in lack.mend:
                    await connection.execute(statement)
                say(lack.subject)
    finally:
        await connection.close()


def declaration(product: str) -> str:
    """A digest of a product's declared tables, which changes when one of them does."""
    declared = [
        *(made for table in POSTGRES.get(product, ()) for made in _made_for(table)),
        *(f"{table.create_table(table.name)} {table.ttl}" for table in DYNAMODB.get(product, ())),
    ]
    return sha256("\n".join(declared).encode()).hexdigest()


def _made_for(table: PostgresTable) -> list[str]:
    indexes = sorted(table.sql.indexes, key=lambda index: str(index.name))
    return [
        _ddl(CreateTable(table.sql)),
        *(_ddl(CreateIndex(index)) for index in indexes),
        *(ddl for made in table.triggers for ddl in (made.function.ddl, made.ddl(table.name))),
        *(policy.ddl(table.name) for policy in policies(table)),
        *(finder.ddl for finder in finders(table)),
    ]


def _ddl(element: ExecutableDDLElement) -> str:
    return str(element.compile(dialect=asyncpg_dialect.dialect()))  # type: ignore[no-untyped-call]


async def create_dynamodb(
    address: DynamoAddress, tables: Iterable[DynamoTable], names: Mapping[str, str], say: Say
) -> None:
    """Make the tables, indexes, expiry and point-in-time recovery that an account lacks."""
    async with open_client(address) as client:
        existing: set[str] = set()
        async for page in client.get_paginator("list_tables").paginate():
            existing.update(page["TableNames"])
        for table in tables:
            name = names[table.name]
            if name not in existing:
                await client.create_table(**table.create_table(name))
                say(f"{table}")
            await _create_indexes(client, table, name, say)
            await _keep_expiry(client, table, name, say)
            await _keep_recovery(client, table, name, say)


async def _create_indexes(client: Any, table: DynamoTable, name: str, say: Say) -> None:
    """The indexes that an older table lacks; DynamoDB makes one at a time."""
    body = table.create_table(name)
    present = {index["IndexName"] for index in (await _active(client, name))["indexes"]}
    for index in body.get("GlobalSecondaryIndexes", []):
        if index["IndexName"] not in present:
            await client.update_table(
                TableName=name,
                AttributeDefinitions=body["AttributeDefinitions"],
                GlobalSecondaryIndexUpdates=[{"Create": index}],
            )
            say(f"{table} index {index['IndexName']}")
            await _active(client, name)


async def _active(client: Any, name: str) -> dict[str, Any]:
    """The table's indexes, once it and all of them can be used."""
    while True:
        table = (await client.describe_table(TableName=name))["Table"]
        indexes = table.get("GlobalSecondaryIndexes", [])
        states = [table["TableStatus"], *(index["IndexStatus"] for index in indexes)]
        if all(state == "ACTIVE" for state in states):
            return {"indexes": indexes}
        await asyncio.sleep(_ACTIVE_PAUSE)


async def _keep_expiry(client: Any, table: DynamoTable, name: str, say: Say) -> None:
    if table.ttl is None:
        return
    described = await client.describe_time_to_live(TableName=name)
    if described["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED":
        await client.update_time_to_live(
            TableName=name,
            TimeToLiveSpecification={"Enabled": True, "AttributeName": table.ttl},
        )
        say(f"{table} expiry by {table.ttl}")


async def _keep_recovery(client: Any, table: DynamoTable, name: str, say: Say) -> None:
    try:
        described = await client.describe_continuous_backups(TableName=name)
    except ClientError as error:
        if error_code(error) == "UnknownOperationException":
            return  # an embedded engine without backups
        raise
    recovery = described["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
        await client.update_continuous_backups(
            TableName=name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )
        say(f"{table} point-in-time recovery")
