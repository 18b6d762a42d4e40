"""Whatever becomes of the connection to Postgres, no state is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.demo.data.studio import RICH_RECORD
from gateway.demo.postgres import PostgresEngine
from gateway.execution.run import Gateway
from loaders.stores import changes
from loaders.stores.postgres import PostgresAddress
from loaders.tables import studio
from resolvers.feeds import ROWS_AT_FIRST
from tests.engines import Wire, execute, wire_to
from tests.gateway.subscriptions.conftest import Open
from tests.gateway.subscriptions.following import PHASES, RECORDS, fetch, following, listeners
from tests.gateway.subscriptions.test_subscribe import PHASES_AT_FIRST, RECORDS_OF, progress
from tests.operations.asking import ADA

pytestmark = pytest.mark.slow


def put(record: int, status: str) -> str:
    return f"UPDATE input_records SET status = '{status}' WHERE id = {record}"


@pytest.fixture
async def wire(writable_studio: PostgresAddress) -> AsyncIterator[Wire]:
    """The way from a gateway to the studio."""
    async with wire_to(writable_studio.url) as wire:
        yield wire


@pytest.fixture
async def gateway(
    open_gateway: Open, writable_studio: PostgresAddress, wire: Wire
) -> AsyncIterator[Gateway]:
    """Reaches the studio by the wire."""
    database = writable_studio.url.rpartition("/")[2]
    address = PostgresAddress(f"postgresql://postgres@127.0.0.1:{wire.port}/{database}")
    async with open_gateway(address) as gateway:
        yield gateway


async def test_a_listener_that_was_ended_is_replaced(
    gateway: Gateway, writable_studio: PostgresAddress
) -> None:
    async with (
        following(gateway, PHASES, record=RICH_RECORD) as told,
        following(gateway, RECORDS) as records,
    ):
        await told.events(PHASES_AT_FIRST)
        (process,) = await listeners(writable_studio.url)
        await fetch(writable_studio.url, "SELECT pg_terminate_backend($1)", process)
        await execute(writable_studio.url, progress(23))
        assert (await told.event())["progressPercentage"] == 23
        await execute(writable_studio.url, progress(24))
        assert (await told.event())["progressPercentage"] == 24
        await records.until(databaseId=RICH_RECORD)
        assert process not in await listeners(writable_studio.url)


async def test_what_changed_while_nothing_was_reached_is_told_after(
    gateway: Gateway, writable_studio: PostgresAddress, wire: Wire
) -> None:
    """Also of what was not of the state at first."""
    old, *_, newest = await fetch(writable_studio.url, RECORDS_OF, ADA)
    async with (
        following(gateway, PHASES, record=RICH_RECORD) as told,
        following(gateway, RECORDS) as records,
    ):
        await told.events(PHASES_AT_FIRST)
        await records.until(databaseId=newest)
        await execute(writable_studio.url, put(old, "odd"))
        await records.until(databaseId=old, status="odd")
        await wire.refuse()
        await execute(writable_studio.url, progress(31))
        await execute(writable_studio.url, progress(32, "voiceover"))
        await execute(writable_studio.url, put(old, "even"))
        await wire.listen()
        changed = await told.events(2)
        assert [event["progressPercentage"] for event in changed] == [32, 31]
        await records.until(databaseId=old, status="even")


async def test_a_connection_that_died_in_silence_is_noticed(
    gateway: Gateway,
    writable_studio: PostgresAddress,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(changes, "KEEPALIVE", 0.2)
    async with following(gateway, PHASES, record=RICH_RECORD) as told:
        await told.events(PHASES_AT_FIRST)
        wire.stalled = True
        await execute(writable_studio.url, progress(56))
        await wire.ended.acquire()
        wire.stalled = False
        assert (await told.event())["progressPercentage"] == 56


async def test_what_cannot_be_read_is_read_later(
    gateway: Gateway, writable_studio: PostgresAddress
) -> None:
    async with following(gateway, PHASES, record=RICH_RECORD) as told:
        await told.events(PHASES_AT_FIRST)
        await execute(
            writable_studio.url,
            "ALTER TABLE processing_statuses RENAME COLUMN progress_percentage TO percent",
        )
        await execute(
            writable_studio.url,
            f"UPDATE processing_statuses SET percent = 78 WHERE input_record_id = {RICH_RECORD} "
            "AND phase = 'composition'",
        )
        waiting = asyncio.create_task(told.event())
        assert not (await asyncio.wait([waiting], timeout=0.3))[0]
        await execute(
            writable_studio.url,
            "ALTER TABLE processing_statuses RENAME COLUMN percent TO progress_percentage",
        )
        assert (await waiting)["progressPercentage"] == 78


async def test_nothing_begins_where_the_database_is_down(gateway: Gateway, wire: Wire) -> None:
    await wire.refuse()
    async with following(gateway, PHASES, record=RICH_RECORD) as told:
        (answer,) = await told.rest()
    assert not answer.executed
    (error,) = answer.body["errors"]
    assert error["path"] == ["processingStatus"]
    assert error["extensions"] == {
        "code": "SOURCE_UNAVAILABLE",
        "product": "studio",
        "retryable": True,
    }


async def test_a_restart_of_postgres_loses_nothing(
    open_gateway: Open, engine: PostgresEngine
) -> None:
    """And ends no subscription."""
    url = engine.url(studio.PRODUCT)
    async with (
        open_gateway(PostgresAddress(url)) as gateway,
        following(gateway, PHASES, record=RICH_RECORD) as told,
        following(gateway, RECORDS) as records,
    ):
        await told.events(PHASES_AT_FIRST)
        await records.events(ROWS_AT_FIRST)
        for percent in (61, 62):
            engine.restart()
            await execute(url, progress(percent))
            assert (await told.event())["progressPercentage"] == percent
        await records.until(databaseId=RICH_RECORD)
