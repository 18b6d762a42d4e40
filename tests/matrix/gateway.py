"""A gateway over stores that hold the matrix's own rows and no others."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from gateway import app
from gateway.create import create_dynamodb
from gateway.demo.dynamodb import DynamoEngine
from gateway.demo.load import load_dynamodb, load_postgres
from gateway.execution.run import Gateway
from gateway.settings import ServerSettings
from gateway.stores import Addresses, opened
from loaders.stores.dynamo_client import DynamoAddress
from loaders.stores.postgres import PostgresAddress
from loaders.tables.catalogue import DYNAMODB, POSTGRES
from tests.clocks import StandingClock
from tests.engines import TABLE_NAMES, local
from tests.matrix.seeds import ROWS
from tests.operations.asking import SEAL

_AMPLE = 60.0
"""Seconds that no request takes, however busy the machine is."""


@asynccontextmanager
async def stores_of_seeds(
    postgres: Mapping[str, PostgresAddress], folder: Path
) -> AsyncIterator[Addresses]:
    """These databases have the products' tables, whose rows go. Its DynamoDB is an engine of its
    own, with its file in this folder."""
    with DynamoEngine.start(folder / "dynamodb.db") as engine:
        there = local(engine.endpoint)
        await _fill_dynamodb(there)
        for product, address in postgres.items():
            await load_postgres(address.url, POSTGRES[product], _rows(product))
        yield Addresses(postgres, dict.fromkeys(DYNAMODB, there), TABLE_NAMES)


@asynccontextmanager
async def gateway_over(where: Addresses) -> AsyncIterator[Gateway]:
    """A gateway over these stores."""
    settings = ServerSettings(gateway_deadline=_AMPLE)
    async with opened(where) as stores:
        yield app.gateway_over(stores, settings, SEAL, StandingClock())


def _rows(product: str) -> dict[str, list[dict[str, object]]]:
    return {name: [dict(row) for row in rows] for (of, name), rows in ROWS.items() if of == product}


async def _fill_dynamodb(address: DynamoAddress) -> None:
    for product, tables in DYNAMODB.items():
        await create_dynamodb(address, tables, TABLE_NAMES[product], lambda made: None)
        await load_dynamodb(address, tables, TABLE_NAMES[product], _rows(product))
