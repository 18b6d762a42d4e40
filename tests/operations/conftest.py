"""Gateways over the run's engines."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from loaders.stores.dynamo_client import DynamoAddress
from loaders.stores.postgres import PostgresAddress
from loaders.tables import family, studio
from loaders.tables.catalogue import DYNAMODB
from tests.engines import Addresses, as_read
from tests.operations.asking import Asker, gateway_over


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-expected",
        action="store_true",
        help="write what the operations answer into their files, to be read before it is kept",
    )


@pytest.fixture(scope="session")
async def ask(engines: Addresses) -> AsyncIterator[Asker]:
    """Asks a gateway over the engines that all tests share."""
    async with gateway_over(engines.stores()) as asker:
        yield asker


@pytest.fixture
async def ask_changed_family(
    engines: Addresses, writable_family: PostgresAddress
) -> AsyncIterator[Asker]:
    """Asks a gateway whose family database this test may change, at `writable_family`."""
    where = engines.stores(postgres={family.PRODUCT: as_read(writable_family)})
    async with gateway_over(where) as asker:
        yield asker


@pytest.fixture
async def ask_changed_studio(
    engines: Addresses, writable_studio: PostgresAddress
) -> AsyncIterator[Asker]:
    """Asks a gateway whose studio database this test may change, at `writable_studio`."""
    where = engines.stores(postgres={studio.PRODUCT: as_read(writable_studio)})
    async with gateway_over(where) as asker:
        yield asker


@pytest.fixture
async def ask_changed_dynamodb(
    engines: Addresses, writable_dynamodb: DynamoAddress
) -> AsyncIterator[Asker]:
    """Asks a gateway whose DynamoDB this test may change, at `writable_dynamodb`."""
    where = engines.stores(dynamodb=dict.fromkeys(DYNAMODB, writable_dynamodb))
    async with gateway_over(where) as asker:
        yield asker
