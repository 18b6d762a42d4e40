"""The products' stores on the run's engines, and what asks them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import pytest

from gateway.demo.data import family as family_demo
from gateway.demo.data import stream as stream_demo
from gateway.demo.data.making import Tables
from gateway.stores import opened
from loaders.stores.dynamo import DynamoStore
from loaders.stores.interface import Store
from loaders.stores.postgres import PostgresAddress, PostgresStore
from loaders.tables import family, stream
from tests.engines import TABLE_NAMES, Addresses, local
from tests.loaders.asking import Asker, Reading
from tests.loaders.stores.checking import CheckedClient


@pytest.fixture(scope="session")
async def stores(engines: Addresses) -> AsyncIterator[Mapping[str, Store]]:
    """Every product's store."""
    async with opened(engines.stores()) as stores:
        yield stores


@pytest.fixture(scope="session")
async def stream_store(engines: Addresses) -> AsyncIterator[DynamoStore]:
    """The stream's store, which has botocore check each request."""
    client = await CheckedClient.open(stream.PRODUCT, local(engines.dynamodb))
    store = DynamoStore(client, TABLE_NAMES["stream"])
    yield store
    await store.close()


@pytest.fixture(scope="session")
async def family_store(engines: Addresses) -> AsyncIterator[PostgresStore]:
    """The family's store."""
    store = await PostgresStore.open(
        family.PRODUCT, PostgresAddress(engines.database(family.PRODUCT))
    )
    yield store
    await store.close()


@pytest.fixture
async def ask(stores: Mapping[str, Store]) -> AsyncIterator[Asker]:
    """Makes requests of viewers."""
    asker = Asker(stores)
    yield asker
    await asker.close()


@pytest.fixture
def reading() -> Reading:
    """The terms on which a store is asked."""
    return Reading()


@pytest.fixture(scope="session")
def stream_rows() -> Tables:
    """The rows that are stored at stream."""
    return stream_demo.rows()


@pytest.fixture(scope="session")
def family_rows() -> Tables:
    """The rows that are stored at family."""
    return family_demo.rows()
