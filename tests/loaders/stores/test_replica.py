"""A replica of Postgres is read while it keeps up, and its primary while it does not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import asyncpg
import pytest

from gateway.demo.data.family import user_id
from gateway.demo.data.people import ADA, BEN
from loaders.access import one
from loaders.errors import SourceUnavailable
from loaders.stores import servers
from loaders.stores.interface import Health
from loaders.stores.postgres import PostgresAddress, PostgresStore
from loaders.tables import family
from loaders.tables.policies import of_email
from tests.engines import Wire, as_read, wire_to
from tests.loaders.asking import AMPLE, Reading
from tests.replication import Replicated, replicated

pytestmark = pytest.mark.slow

TITLE = one(family.titles, by="id").route
USER = one(family.users, by="id").route

Answer = TypeVar("Answer")

LAG = 0.3
"""Seconds that the replica may be behind in these tests."""


@pytest.fixture(scope="module")
def both() -> Iterator[Replicated]:
    """A primary and its replica."""
    with replicated() as both:
        yield both


@pytest.fixture(autouse=True)
def on_a_busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is late who only waits for the machine."""
    monkeypatch.setattr(servers, "ANSWERS_WITHIN", 3.0)


@dataclass
class Reader:
    """A store that reads the replica, and the wires by which it reaches each."""

    store: PostgresStore
    replication: Wire
    to_primary: Wire
    to_replica: Wire
    reading: Reading
    both: Replicated

    async def health(self) -> Health:
        return await self.store.health(asyncio.get_running_loop().time() + AMPLE)

    async def overview(self) -> Any:
        """Of a title."""
        terms = replace(self.reading.terms(TITLE, "overview"), viewer=of_email(BEN.email))
        (row,) = await self.store.find(TITLE, [(1,)], terms)
        assert row is not None
        return row["overview"]

    async def write(self, overview: str) -> None:
        """Give that title this overview, on the primary."""
        await self.both.write(f"UPDATE titles SET overview = '{overview}' WHERE id = 1")

    async def reads(self, server: str) -> Health:
        """How the store is, once it reads the replica, or the primary."""
        return await until(self.health, lambda health: health.read_from == server)


async def until(asked: Callable[[], Awaitable[Answer]], holds: Callable[[Answer], bool]) -> Answer:
    """What is answered as soon as this holds of it."""
    for _ in range(400):
        answer = await asked()
        if holds(answer):
            return answer
        await asyncio.sleep(0.05)
    raise AssertionError(f"it stays at {answer}")


def by_wire(url: str, wire: Wire) -> str:
    host = url.rpartition("@")[2].partition("/")[0]
    return url.replace(host, f"127.0.0.1:{wire.port}")


@pytest.fixture
async def reader(both: Replicated, reading: Reading) -> AsyncIterator[Reader]:
    """A store on both, under row level security, which reads the replica."""
    async with AsyncExitStack() as stack:
        primary, standby = both.primary.url(family.PRODUCT), both.standby.url(family.PRODUCT)
        replication = await stack.enter_async_context(both.followed())
        to_primary = await stack.enter_async_context(wire_to(primary))
        to_replica = await stack.enter_async_context(wire_to(standby))
        of_primary = as_read(PostgresAddress(by_wire(primary, to_primary)))
        address = replace(
            as_read(PostgresAddress(by_wire(standby, to_replica))),
            primary_url=of_primary.url,
            replica_lag=LAG,
        )
        store = await PostgresStore.open(family.PRODUCT, address)
        stack.push_async_callback(store.close)
        reader = Reader(store, replication, to_primary, to_replica, reading, both)
        await reader.reads("replica")
        yield reader


async def test_a_replica_that_keeps_up_is_read(reader: Reader) -> None:
    await reader.write("replicated")
    await reader.both.caught_up()
    await reader.to_primary.refuse()
    assert await reader.overview() == "replicated"
    assert (await reader.health()).read_from == "replica"


async def test_a_replica_too_far_behind_is_left_until_it_has_caught_up(reader: Reader) -> None:
    await reader.write("before")
    await reader.both.caught_up()
    async with reader.both.paused():
        await reader.write("behind")
        health = await reader.reads("primary")
        assert health.lag is not None
        assert health.lag > LAG
        assert await reader.overview() == "behind"
    await reader.both.caught_up()
    assert (await reader.reads("replica")).lag == 0
    async with reader.both.paused():
        await reader.to_primary.refuse()
        await reader.write("unseen")
        assert await reader.overview() == "behind"


async def test_reads_leave_a_late_replica_though_nobody_asks_how_it_is(reader: Reader) -> None:
    async with reader.both.paused():
        await reader.write("seen")
        await until(reader.overview, lambda overview: overview == "seen")


async def test_a_replica_of_an_idle_primary_is_not_late(reader: Reader) -> None:
    await reader.write("the last for a while")
    await reader.both.caught_up()
    await asyncio.sleep(LAG * 2)
    health = await reader.reads("replica")
    assert health.lag == 0


async def test_a_replica_that_no_longer_follows_is_left(reader: Reader) -> None:
    # By itself it has replayed all that it has ever heard of.
    await reader.replication.refuse()
    await reader.write("unheard of")
    await reader.reads("primary")
    assert await reader.overview() == "unheard of"
    await reader.replication.listen()
    await reader.both.caught_up()
    await reader.reads("replica")


async def test_reads_that_meet_a_dead_replica_are_answered_by_its_primary(
    reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    await reader.overview()
    await reader.to_replica.refuse()
    with caplog.at_level(logging.WARNING, "gateway"):
        assert await asyncio.gather(*[reader.overview() for _ in range(5)])
        assert (await reader.health()).read_from == "primary"
        assert [record.getMessage() for record in caplog.records] == [
            "family: the replica cannot be reached: its primary is read"
        ]
        await reader.to_replica.listen()
        await reader.reads("replica")
    assert caplog.messages[1:] == ["family: the replica is read again"]


async def test_a_read_under_way_at_a_replica_that_dies_is_answered_by_its_primary(
    reader: Reader,
) -> None:
    await reader.overview()
    reader.to_replica.stalled = True
    under_way = asyncio.ensure_future(reader.overview())
    await reader.to_replica.swallowed.wait()
    await reader.to_replica.refuse()
    assert await under_way
    reader.to_replica.stalled = False


async def test_reads_under_way_at_a_replica_that_is_left_are_not_ended(reader: Reader) -> None:
    await reader.both.write(
        "ALTER TABLE titles RENAME TO stored_titles;"
        "CREATE VIEW titles AS SELECT t.* FROM stored_titles t, pg_advisory_xact_lock_shared(1);"
        "GRANT SELECT ON titles TO quintet_reader"
    )
    at_replica = await asyncpg.connect(reader.both.standby.url(family.PRODUCT))
    try:
        await reader.both.caught_up()
        await reader.reads("replica")
        await at_replica.execute("SELECT pg_advisory_lock(1)")
        under_way = asyncio.ensure_future(reader.overview())
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        await until(lambda: at_replica.fetchval(waiting), lambda count: count == 1)
        async with reader.both.paused():
            await reader.both.write("UPDATE stored_titles SET overview = 'late'")
            await reader.reads("primary")
            assert await reader.overview() == "late"
            assert not under_way.done()
            await at_replica.execute("SELECT pg_advisory_unlock(1)")
            assert await under_way != "late"
    finally:
        await at_replica.close()
        await reader.both.write("DROP VIEW titles; ALTER TABLE stored_titles RENAME TO titles")


async def test_a_replica_that_hangs_is_left(reader: Reader) -> None:
    reader.to_replica.stalled = True
    health = await reader.reads("primary")
    assert health.lag is None
    assert await reader.overview()
    reader.to_replica.stalled = False
    await reader.to_replica.drop()  # what was said meanwhile is lost
    await reader.reads("replica")


async def test_without_its_primary_a_replica_is_read_however_late(reader: Reader) -> None:
    await reader.write("old")
    await reader.both.caught_up()
    await reader.to_primary.refuse()
    async with reader.both.paused():
        await reader.write("new")
        await asyncio.sleep(LAG * 2)
        assert (await reader.health()).lag is None
        assert await reader.overview() == "old"


async def test_where_neither_answers_the_source_is_unavailable(reader: Reader) -> None:
    await reader.to_primary.refuse()
    await reader.to_replica.refuse()
    with pytest.raises(SourceUnavailable, match=r"^family: Postgres cannot be reached$"):
        await reader.overview()
    with pytest.raises(SourceUnavailable, match=r"^family: Postgres cannot be reached$"):
        await reader.health()


async def test_nothing_is_asked_of_either_before_a_read(both: Replicated) -> None:
    standby, primary = both.standby.url(family.PRODUCT), both.primary.url(family.PRODUCT)
    async with wire_to(standby) as to_replica, wire_to(primary) as to_primary:
        address = PostgresAddress(
            by_wire(standby, to_replica), primary_url=by_wire(primary, to_primary)
        )
        store = await PostgresStore.open(family.PRODUCT, address)
        await store.close()
        assert (to_replica.connections, to_primary.connections) == (0, 0)


async def test_a_first_read_waits_until_it_is_known_which_to_read(
    both: Replicated, reading: Reading
) -> None:
    async with both.followed(), both.paused():
        await both.write("UPDATE titles SET overview = 'first' WHERE id = 1")
        await asyncio.sleep(LAG * 2)
        store = await PostgresStore.open(
            family.PRODUCT,
            PostgresAddress(
                both.standby.url(family.PRODUCT),
                primary_url=both.primary.url(family.PRODUCT),
                replica_lag=LAG,
            ),
        )
        (row,) = await store.find(TITLE, [(1,)], reading.terms(TITLE, "overview"))
        assert row is not None
        assert row["overview"] == "first"
        await store.close()


async def test_a_server_that_has_become_a_primary_is_read(
    both: Replicated, reading: Reading
) -> None:
    url = both.primary.url(family.PRODUCT)
    store = await PostgresStore.open(family.PRODUCT, PostgresAddress(url, primary_url=url))
    health = await store.health(asyncio.get_running_loop().time() + AMPLE)
    assert (health.read_from, health.lag) == ("replica", 0)
    await store.close()


# The primary is read on the same terms


async def test_the_policies_hold_at_the_primary_too(reader: Reader) -> None:
    async with reader.both.paused():
        await reader.write("policed")
        await reader.reads("primary")
        keys = [(user_id(ADA),), (user_id(BEN),)]
        terms = replace(reader.reading.terms(USER), viewer=of_email(BEN.email))
        adas, bens = await reader.store.find(USER, keys, terms)
        assert adas is None
        assert bens is not None
        assert await reader.overview() == "policed"


async def test_a_primary_is_not_read_by_a_role_that_passes_by_the_policies(
    both: Replicated, reading: Reading
) -> None:
    address = replace(
        as_read(PostgresAddress("postgresql://postgres@127.0.0.1:1/nowhere")),
        primary_url=both.primary.url(family.PRODUCT),
    )
    store = await PostgresStore.open(family.PRODUCT, address)
    with pytest.raises(SourceUnavailable):
        await store.find(TITLE, [(1,)], reading.terms(TITLE))
    await store.close()


async def test_a_read_cannot_write_at_the_primary_either(
    both: Replicated, reading: Reading
) -> None:
    await both.write(
        """
        ALTER TABLE titles RENAME TO stored_titles;
        CREATE TABLE reads (id int);
        CREATE FUNCTION noted(int) RETURNS int LANGUAGE sql
            AS 'INSERT INTO reads VALUES ($1) RETURNING $1';
        CREATE VIEW titles AS SELECT noted(id) AS id FROM stored_titles;
        """
    )
    store = await PostgresStore.open(
        family.PRODUCT,
        PostgresAddress(
            "postgresql://postgres@127.0.0.1:1/nowhere",
            primary_url=both.primary.url(family.PRODUCT),
        ),
    )
    try:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await store.find(TITLE, [(1,)], reading.terms(TITLE))
    finally:
        await store.close()
        await both.write(
            "DROP VIEW titles; DROP FUNCTION noted; DROP TABLE reads;"
            "ALTER TABLE stored_titles RENAME TO titles"
        )
