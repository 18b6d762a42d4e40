"""What the matrix asks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from gateway.execution.run import Gateway
from gateway.stores import Addresses as StoreAddresses
from loaders.tables import family, studio
from tests.engines import Addresses, as_read, postgres_copy
from tests.matrix.gateway import gateway_over, stores_of_seeds


@pytest.fixture(scope="session")
async def stores(
    engines: Addresses, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[StoreAddresses]:
    """Stores that hold the matrix's rows alone."""
    async with (
        postgres_copy(engines, family.PRODUCT) as of_family,
        postgres_copy(engines, studio.PRODUCT) as of_studio,
    ):
        databases = {family.PRODUCT: of_family, studio.PRODUCT: of_studio}
        async with stores_of_seeds(databases, tmp_path_factory.mktemp("matrix")) as where:
            yield where


@pytest.fixture(scope="session")
async def gateway(stores: StoreAddresses) -> AsyncIterator[Gateway]:
    """Reads under row level security."""
    databases = {product: as_read(address) for product, address in stores.postgres.items()}
    async with gateway_over(replace(stores, postgres=databases)) as gateway:
        yield gateway


@pytest.fixture(scope="session")
async def gateway_by_rules_alone(stores: StoreAddresses) -> AsyncIterator[Gateway]:
    """Reads as one whom Postgres denies nothing."""
    async with gateway_over(stores) as gateway:
        yield gateway
