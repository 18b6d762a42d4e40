"""What the matrix asks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from gateway.execution.run import Gateway
from tests.engines import Addresses
from tests.matrix.gateway import gateway_over_seeds


@pytest.fixture(scope="session")
async def gateway(
    engines: Addresses, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Gateway]:
    """Answers from the matrix's rows alone."""
    async with gateway_over_seeds(engines, tmp_path_factory.mktemp("matrix")) as gateway:
        yield gateway
