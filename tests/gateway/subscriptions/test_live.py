"""A pipeline's progress, seen live by two clients while Postgres is restarted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.create import create_postgres, secure_postgres
from gateway.demo.data import demo_rows
from gateway.demo.data.people import ADA
from gateway.demo.load import load_postgres
from gateway.demo.postgres import PostgresEngine
from loaders.stores.postgres import PostgresAddress
from loaders.tables import studio
from loaders.tables.catalogue import POSTGRES
from tests.engines import Addresses, as_read, execute
from tests.gateway.serving import application
from tests.gateway.sockets import PATIENCE
from tests.gateway.subscriptions.serving import (
    bearing,
    served,
    streaming,
    subscribe,
    talking,
)
from tests.viewers import by_token

pytestmark = pytest.mark.slow

PROGRESS = "subscription { processingStatus(inputRecordId: 1) { phase progressPercentage } }"
"""Of an input of Ada's."""
PHASE = "input_validation"


@pytest.fixture
async def engine(place: Path) -> AsyncIterator[PostgresEngine]:
    """A Postgres of one's own that has the studio's database."""
    tables = POSTGRES[studio.PRODUCT]
    with PostgresEngine.start(place / "postgres") as engine:
        engine.create_database(studio.PRODUCT)
        url = engine.url(studio.PRODUCT)
        await create_postgres(url, tables, lambda made: None)
        await load_postgres(url, tables, demo_rows()[studio.PRODUCT])
        await secure_postgres(url, studio.PRODUCT, tables, lambda made: None)
        yield engine


async def test_progress_is_seen_through_a_restart_of_postgres(
    engine: PostgresEngine, engines: Addresses
) -> None:
    url = engine.url(studio.PRODUCT)
    where = engines.stores(postgres={studio.PRODUCT: as_read(PostgresAddress(url))})
    ada = bearing(ADA.email)
    async with (
        served(application(where, viewer_of=by_token())) as server,
        talking(server, ada) as talk,
        httpx.AsyncClient(timeout=PATIENCE) as http,
        streaming(http, server, PROGRESS, **ada) as events,
    ):
        await talk.say(subscribe(PROGRESS))

        async def answer() -> Any:
            message = await talk.hear()
            assert message["type"] == "next"
            return message["payload"]

        async def both_see(progress: int) -> None:
            async with asyncio.timeout(PATIENCE):
                await seen(answer, progress)
                await seen(events.next, progress)

        await both_see(100)
        for progress in (10, 20):
            await happens(url, progress)
            await both_see(progress)
        await asyncio.to_thread(engine.restart)
        for progress in (30, 40):
            await happens(url, progress)
            await both_see(progress)


async def happens(url: str, progress: int) -> None:
    """Have the phase come so far."""
    await execute(
        url,
        f"UPDATE processing_statuses SET progress_percentage = {progress}"
        f" WHERE input_record_id = 1 AND phase = '{PHASE}'",
    )


async def seen(answer: Callable[[], Awaitable[Any]], progress: int) -> None:
    """Wait until a client is told that the phase has come so far; it is told of no error."""
    told = {"phase": PHASE, "progressPercentage": progress}
    while (body := await answer()) != {"data": {"processingStatus": told}}:
        assert "errors" not in body
