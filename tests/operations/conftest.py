"""Gateways over the run's engines."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from loaders.stores.dynamo_client import DynamoAddress
from loaders.stores.postgres import PostgresAddress
from loaders.tables import family
from tests.engines import Addresses, local
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
    family_at = PostgresAddress(engines.database(family.PRODUCT))
    async with gateway_over(family_at, local(engines.dynamodb)) as asker:
        yield asker


@pytest.fixture
async def ask_changed_family(
    engines: Addresses, writable_family: PostgresAddress
) -> AsyncIterator[Asker]:
    """Asks a gateway whose family database this test may change, at `writable_family`."""
    async with gateway_over(writable_family, local(engines.dynamodb)) as asker:
        yield asker


@pytest.fixture
async def ask_changed_stream(
    engines: Addresses, writable_stream: DynamoAddress
) -> AsyncIterator[Asker]:
    """Asks a gateway whose stream tables this test may change, at `writable_stream`."""
    family_at = PostgresAddress(engines.database(family.PRODUCT))
    async with gateway_over(family_at, writable_stream) as asker:
        yield asker
