"""What the matrix asks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from gateway.execution.run import Gateway
from loaders.tables import family, studio
from tests.engines import Addresses, postgres_copy
from tests.matrix.gateway import gateway_over_seeds


@pytest.fixture(scope="session")
async def gateway(
    engines: Addresses, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Gateway]:
    """Answers from the matrix's rows alone."""
    async with (
        postgres_copy(engines, family.PRODUCT) as of_family,
        postgres_copy(engines, studio.PRODUCT) as of_studio,
    ):
        databases = {family.PRODUCT: of_family, studio.PRODUCT: of_studio}
        async with gateway_over_seeds(databases, tmp_path_factory.mktemp("matrix")) as gateway:
            yield gateway
