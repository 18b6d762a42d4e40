"""An input of the demo that goes through its pipeline, for somebody to watch."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.demo.advance import advance, advance_demo
from gateway.demo.data.studio import PHASES
from gateway.demo.postgres import PostgresEngine
from gateway.demo.processes import EngineError
from gateway.execution.run import Gateway
from loaders.stores.postgres import PostgresAddress
from loaders.tables import studio
from resolvers.feeds import ROWS_AT_FIRST
from tests.gateway.subscriptions.following import RECORDS, fetch, following

pytestmark = pytest.mark.slow
INPUTS = "SELECT id FROM input_records ORDER BY id"


async def test_an_input_goes_through_all_phases_and_is_removed(
    gateway: Gateway, writable_studio: PostgresAddress
) -> None:
    before = await fetch(writable_studio.url, INPUTS)
    async with following(gateway, RECORDS) as told:
        await told.events(ROWS_AT_FIRST)
        going = asyncio.create_task(advance(writable_studio.url, 0.02))
        seen = [await told.event()]
        while seen[-1]["status"] != "completed":
            seen.append(await told.event())
        await going
    phases = dict.fromkeys(event["currentPhase"] for event in seen)
    assert [phase for phase in PHASES if phase in phases] == list(filter(None, phases))
    (last,) = seen[-1]["processingStatuses"]["nodes"]
    assert (last["status"], last["progressPercentage"]) == ("completed", 100)
    assert await fetch(writable_studio.url, INPUTS) == before


def test_the_server_of_another_process_is_found_by_its_directory(place: Path) -> None:
    directory = place / "postgres"
    with PostgresEngine.start(directory) as engine:
        assert PostgresEngine.url_on(directory, studio.PRODUCT) == engine.url(studio.PRODUCT)
    with pytest.raises(EngineError, match="No Postgres runs on"):
        advance_demo(place, 0)
