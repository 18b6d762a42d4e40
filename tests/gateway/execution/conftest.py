"""Gateways that run each operation under both executors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest

from gateway.execution.documents import Documents
from gateway.execution.executors import ReferenceExecutor
from gateway.execution.run import Gateway
from gateway.stores import Addresses as StoreAddresses
from gateway.stores import opened
from schema.build import graphql_schema
from tests.clocks import StandingClock
from tests.engines import Addresses
from tests.gateway.execution.both import Both
from tests.gateway.execution.breaking import broken_stores
from tests.operations.asking import SEAL

IMAGES = "https://images.example/"


@asynccontextmanager
async def both_over(where: StoreAddresses) -> AsyncIterator[Both]:
    """A gateway under both executors over these stores."""
    async with opened(where) as stores:
        yield Both(
            Gateway(
                stores=stores,
                documents=Documents(1_000),
                executor=ReferenceExecutor(graphql_schema),
                seal=SEAL,
                clock=StandingClock(),
                deadline=20,
                image_base_url=IMAGES,
            )
        )


@pytest.fixture(scope="session")
async def both(engines: Addresses) -> AsyncIterator[Both]:
    """Over the engines that all tests share."""
    async with both_over(engines.stores()) as executors:
        yield executors


@pytest.fixture(scope="session")
async def both_over_broken(
    engines: Addresses, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Both]:
    """Over stores of which every other row is broken."""
    chance = Random(pytestconfig.getoption("seed"))
    async with (
        broken_stores(engines, tmp_path_factory.mktemp("dynamodb"), chance) as where,
        both_over(where) as executors,
    ):
        yield executors
