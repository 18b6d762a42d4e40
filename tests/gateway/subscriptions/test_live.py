"""A pipeline's progress, seen live by two clients while Postgres is restarted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from gateway.demo.data.people import ADA
from gateway.demo.data.studio import RICH_RECORD
from gateway.demo.postgres import PostgresEngine
from loaders.stores.postgres import PostgresAddress
from loaders.tables import studio
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
from tests.gateway.subscriptions.test_subscribe import progress
from tests.viewers import by_token

pytestmark = pytest.mark.slow

PROGRESS = f"""
subscription {{ processingStatus(inputRecordId: {RICH_RECORD}) {{ phase progressPercentage }} }}
"""


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

        async def both_see(percent: int) -> None:
            async with asyncio.timeout(PATIENCE):
                await seen(answer, percent)
                await seen(events.next, percent)

        await both_see(100)
        for percent in (10, 20):
            await execute(url, progress(percent))
            await both_see(percent)
        await asyncio.to_thread(engine.restart)
        for percent in (30, 40):
            await execute(url, progress(percent))
            await both_see(percent)


async def seen(answer: Callable[[], Awaitable[Any]], percent: int) -> None:
    """Wait until a client is told that the phase has come so far; it is told of no error."""
    told = {"phase": "composition", "progressPercentage": percent}
    while (body := await answer()) != {"data": {"processingStatus": told}}:
        assert "errors" not in body
