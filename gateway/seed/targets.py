"""A product's store as seeding sees it: what it holds already, and how it takes more.

Each has a ledger beside its tables, of the generations that it holds. A generation is noted after
its rows, or with them, so that one cut short is written again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from botocore.exceptions import ClientError

from gateway.demo.data.making import Tables
from gateway.demo.load import append_postgres, put_apart, put_together
from loaders.stores.attributes import to_attribute, to_python
from loaders.stores.dynamo_client import DynamoAddress, error_code, open_client
from loaders.tables.catalogue import DYNAMODB, POSTGRES

LEDGER = "quintet_seed_ledger"
"""The ledger's table. Its name fits both kinds of store and belongs to no product."""


class Target(ABC):
    """A product's store, open for writing."""

    def __init__(self, product: str) -> None:
        self.product = product

    @abstractmethod
    async def ledger(self) -> Mapping[int, str]:
        """The generations that the store holds, each with the version of its rows."""

    @abstractmethod
    async def occupied(self) -> Sequence[str]:
        """The names of the product's tables that hold any row."""

    @abstractmethod
    async def note(self, number: int, version: str) -> None:
        """Note a generation that the store holds already."""

    @abstractmethod
    async def write(self, number: int, version: str, rows: Tables) -> None:
        """Write a generation and note it."""

    @abstractmethod
    async def settle(self) -> None:
        """Have reads planned for as much as the store holds now."""


class PostgresTarget(Target):
    """A Postgres database: a generation and its line in the ledger are one transaction."""

    def __init__(self, product: str, connection: Any) -> None:
        super().__init__(product)
        self._connection = connection
        self._tables = POSTGRES[product]

    @classmethod
    @asynccontextmanager
    async def open(cls, product: str, url: str) -> AsyncIterator[PostgresTarget]:
        """Connects, and makes the ledger where it is missing."""
        connection = await asyncpg.connect(url)
        try:
            # CREATE TABLE IF NOT EXISTS alone would be a notice each time.
            if await connection.fetchval("SELECT to_regclass($1)", LEDGER) is None:
                await connection.execute(
                    f"CREATE TABLE {LEDGER} (generation integer PRIMARY KEY, version text NOT NULL)"
                )
            yield cls(product, connection)
        finally:
            await connection.close()

    async def ledger(self) -> Mapping[int, str]:
        lines = await self._connection.fetch(f"SELECT generation, version FROM {LEDGER}")
        return {line["generation"]: line["version"] for line in lines}

    async def occupied(self) -> Sequence[str]:
        return [
            table.name
            for table in self._tables
            if await self._connection.fetchval(f"SELECT EXISTS (SELECT FROM {table.name})")
        ]

    async def note(self, number: int, version: str) -> None:
        await self._connection.execute(f"INSERT INTO {LEDGER} VALUES ($1, $2)", number, version)

    async def write(self, number: int, version: str, rows: Tables) -> None:
        async with self._connection.transaction():
            await append_postgres(self._connection, self._tables, rows)
            await self.note(number, version)

    async def settle(self) -> None:
        # Postgres does it by itself in a while, which an engine that ends with us does not have.
        names = ", ".join(table.name for table in self._tables)
        await self._connection.execute(f"VACUUM (ANALYZE) {names}")


class DynamoTarget(Target):
    """Tables in DynamoDB. A put can be repeated, so the ledger's line comes after all of them.

    Several products may share an account, and several environments too: the ledger's key begins
    with the physical name of a product's first table.
    """

    def __init__(
        self, product: str, client: Any, names: Mapping[str, str], *, together: bool
    ) -> None:
        super().__init__(product)
        self._client = client
        self._names = names
        self._tables = DYNAMODB[product]
        self._data = names[self._tables[0].name]
        self._put = put_together if together else put_apart

    @classmethod
    @asynccontextmanager
    async def open(
        cls, product: str, address: DynamoAddress, names: Mapping[str, str], *, together: bool
    ) -> AsyncIterator[DynamoTarget]:
        """Connects, and makes the ledger where it is missing.

        `together`: put rows in transactions, which suits an engine on a file and not AWS.
        """
        async with open_client(address, parameter_validation=False) as client:
            await _make_ledger(client)
            yield cls(product, client, names, together=together)

    async def ledger(self) -> Mapping[int, str]:
        pages = self._client.get_paginator("query").paginate(
            TableName=LEDGER,
            ConsistentRead=True,
            KeyConditionExpression="#n0 = :v0",
            ExpressionAttributeNames={"#n0": "data"},
            ExpressionAttributeValues={":v0": to_attribute(self._data)},
        )
        return {
            to_python(line["generation"]): to_python(line["version"])
            async for page in pages
            for line in page["Items"]
        }

    async def occupied(self) -> Sequence[str]:
        return [
            name
            for name in self._names.values()
            if (await self._client.scan(TableName=name, Limit=1))["Items"]
        ]

    async def note(self, number: int, version: str) -> None:
        line = {"data": self._data, "generation": number, "version": version}
        await self._client.put_item(
            TableName=LEDGER, Item={name: to_attribute(value) for name, value in line.items()}
        )

    async def write(self, number: int, version: str, rows: Tables) -> None:
        await self._put(self._client, self._tables, self._names, rows)
        await self.note(number, version)

    async def settle(self) -> None:
        """DynamoDB plans nothing."""


async def _make_ledger(client: Any) -> None:
    try:
        await client.describe_table(TableName=LEDGER)
    except ClientError as error:
        if error_code(error) != "ResourceNotFoundException":
            raise
        await client.create_table(
            TableName=LEDGER,
            AttributeDefinitions=[
                {"AttributeName": "data", "AttributeType": "S"},
                {"AttributeName": "generation", "AttributeType": "N"},
            ],
            KeySchema=[
                {"AttributeName": "data", "KeyType": "HASH"},
                {"AttributeName": "generation", "KeyType": "RANGE"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
    await client.get_waiter("table_exists").wait(TableName=LEDGER)
