"""Gateways over a studio that may be written to, and one that is served."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from gateway.audit import AuditLog
from gateway.create import create_postgres, secure_postgres
from gateway.demo.data import demo_rows
from gateway.demo.load import load_postgres
from gateway.demo.postgres import PostgresEngine
from gateway.execution.documents import Documents
from gateway.execution.executors import EXECUTORS
from gateway.execution.run import Gateway
from gateway.stores import Addresses as Where
from gateway.stores import opened
from loaders.stores.postgres import PostgresAddress
from loaders.tables import studio
from loaders.tables.catalogue import POSTGRES
from schema.build import graphql_schema
from tests.clocks import StandingClock
from tests.engines import Addresses, as_read
from tests.gateway.serving import application
from tests.gateway.subscriptions.serving import Served, served
from tests.operations.asking import SEAL
from tests.viewers import by_token

Open = Callable[..., AbstractAsyncContextManager[Gateway]]


@pytest.fixture(scope="session")
def open_gateway(engines: Addresses) -> Open:
    """Opens a gateway over a studio at an address, as a superuser has it."""

    @asynccontextmanager
    async def over(
        address: PostgresAddress, executor: str = "levels", audit: AuditLog | None = None
    ) -> AsyncIterator[Gateway]:
        where = engines.stores(postgres={studio.PRODUCT: as_read(address)})
        async with opened(where) as stores:
            yield Gateway(
                stores=stores,
                documents=Documents(10),
                executor=EXECUTORS[executor](graphql_schema),
                seal=SEAL,
                clock=StandingClock(),
                deadline=20,
                image_base_url="https://images.example/",
                audit=audit,
            )

    return over


@pytest.fixture(scope="session")
async def reading_gateway(open_gateway: Open, engines: Addresses) -> AsyncIterator[Gateway]:
    """Over the studio that all tests share."""
    async with open_gateway(PostgresAddress(engines.database(studio.PRODUCT))) as gateway:
        yield gateway


@pytest.fixture
async def gateway(open_gateway: Open, writable_studio: PostgresAddress) -> AsyncIterator[Gateway]:
    """Over a studio that this test alone writes to."""
    async with open_gateway(writable_studio) as gateway:
        yield gateway


@pytest.fixture
async def engine(place: Path) -> AsyncIterator[PostgresEngine]:
    """A Postgres of one's own, which has the studio's database."""
    tables = POSTGRES[studio.PRODUCT]
    with PostgresEngine.start(place / "postgres") as engine:
        engine.create_database(studio.PRODUCT)
        url = engine.url(studio.PRODUCT)
        await create_postgres(url, tables, print)
        await load_postgres(url, tables, demo_rows()[studio.PRODUCT])
        await secure_postgres(url, studio.PRODUCT, tables, print)
        yield engine


@pytest.fixture(scope="module")
async def server(where: Where) -> AsyncIterator[Served]:
    """A server of the whole module, which takes tokens."""
    async with served(application(where, viewer_of=by_token())) as server:
        yield server
