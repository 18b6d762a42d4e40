"""A Postgres that drops, hangs, refuses or has changed: read again, or given up in time."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest

from loaders.access import one
from loaders.errors import DeadlineExceeded, SourceUnavailable
from loaders.stores.postgres import PostgresAddress, PostgresStore
from loaders.tables import family
from loaders.tables.facts import table_of
from tests.engines import Addresses, Wire, execute, wire_to
from tests.loaders.asking import Reading

pytestmark = pytest.mark.slow

TITLE = one(family.titles, by="id").route
USER = one(family.users, by="id").route

SHORT = 0.4
LATE = 5.0
"""Far later than SHORT, on a machine that does much else too."""


@pytest.fixture
async def wire(engines: Addresses) -> AsyncIterator[Wire]:
    """A wire to the engine."""
    async with wire_to(engines.postgres) as wire:
        yield wire


@pytest.fixture
def address(wire: Wire) -> PostgresAddress:
    """The family's database, at the end of the wire."""
    return PostgresAddress(f"postgresql://postgres@127.0.0.1:{wire.port}/family", connections=5)


@pytest.fixture
async def store(address: PostgresAddress) -> AsyncIterator[PostgresStore]:
    """A store at the end of the wire."""
    store = await PostgresStore.open(family.PRODUCT, address)
    yield store
    await store.close()


@pytest.fixture
async def own_store(writable_family: PostgresAddress) -> AsyncIterator[PostgresStore]:
    """A store on tables that this test may change."""
    store = await PostgresStore.open(family.PRODUCT, writable_family)
    yield store
    await store.close()


@pytest.fixture
async def locked(writable_family: PostgresAddress) -> AsyncIterator[None]:
    """Titles that nobody can read meanwhile."""
    connection = await asyncpg.connect(writable_family.url)
    async with connection.transaction():
        await connection.execute("LOCK TABLE titles IN ACCESS EXCLUSIVE MODE")
        yield
    await connection.close()


async def read(store: PostgresStore, reading: Reading, seconds: float = 20.0) -> int:
    """A title's id, from the store."""
    (row,) = await store.find(TITLE, [(1,)], reading.terms(TITLE, seconds=seconds))
    assert row is not None
    number: int = row["id"]
    return number


async def read_at_once(store: PostgresStore, reading: Reading, count: int) -> list[int]:
    return await asyncio.gather(*(read(store, reading) for _ in range(count)))


async def test_nothing_is_asked_of_a_database_before_a_read(
    store: PostgresStore, wire: Wire
) -> None:
    assert wire.connections == 0


async def test_reads_share_so_many_connections(
    store: PostgresStore, wire: Wire, reading: Reading
) -> None:
    assert await read_at_once(store, reading, 40) == [1] * 40
    assert wire.connections == 5
    assert await read_at_once(store, reading, 40) == [1] * 40
    assert wire.connections == 5


async def test_dead_connections_are_made_anew(
    store: PostgresStore, wire: Wire, reading: Reading
) -> None:
    await read_at_once(store, reading, 5)
    assert wire.alive == 5
    await wire.drop()
    assert await read_at_once(store, reading, 5) == [1] * 5


async def test_a_read_whose_connection_dies_is_repeated(
    store: PostgresStore, wire: Wire, reading: Reading
) -> None:
    await read_at_once(store, reading, 5)
    wire.stalled = True
    reads = asyncio.ensure_future(read_at_once(store, reading, 5))
    await wire.swallowed.wait()
    wire.stalled = False
    await wire.drop()
    assert await reads == [1] * 5


@pytest.mark.parametrize("hides_ends", [False, True])
async def test_sessions_that_an_administrator_ended_are_made_anew(
    writable_family: PostgresAddress, wire: Wire, reading: Reading, hides_ends: bool
) -> None:
    # The notice of the end may come well before the end itself.
    wire.hides_ends = hides_ends
    host = writable_family.url.rpartition("@")[2].partition("/")[0]
    url = writable_family.url.replace(host, f"127.0.0.1:{wire.port}")
    store = await PostgresStore.open(family.PRODUCT, replace(writable_family, url=url))
    await read_at_once(store, reading, 3)
    await execute(
        writable_family.url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    for _ in range(3):
        await wire.ended.acquire()
    await asyncio.sleep(0.05)  # until the driver has read what was passed on
    assert await read_at_once(store, reading, 3) == [1] * 3
    await wire.drop()
    await store.close()


async def test_a_read_is_repeated_once(store: PostgresStore, wire: Wire, reading: Reading) -> None:
    await read(store, reading)
    wire.stalled = True
    once = asyncio.ensure_future(read(store, reading))
    await wire.swallowed.wait()
    await wire.refuse()
    with pytest.raises(SourceUnavailable):
        await once


async def test_a_refused_connection_is_an_unavailable_source(
    store: PostgresStore, wire: Wire, reading: Reading
) -> None:
    await wire.refuse()
    with pytest.raises(SourceUnavailable) as unavailable:
        await read(store, reading)
    assert str(unavailable.value) == "family: Postgres cannot be reached"
    assert unavailable.value.extensions == {
        "code": "SOURCE_UNAVAILABLE",
        "product": "family",
        "retryable": True,
    }
    assert [call.error for call in reading.calls] == ["SourceUnavailable"]
    await wire.listen()
    assert await read(store, reading) == 1


async def test_a_server_that_does_not_greet_is_an_unavailable_source(
    address: PostgresAddress, wire: Wire, reading: Reading
) -> None:
    wire.stalled = True
    store = await PostgresStore.open(family.PRODUCT, replace(address, connect_timeout=SHORT))
    started = time.monotonic()
    with pytest.raises(SourceUnavailable, match=r"^family: Postgres cannot be reached$"):
        await read(store, reading)
    assert time.monotonic() - started < LATE
    await store.close()


async def test_a_missing_database_is_an_unavailable_source(
    engines: Addresses, reading: Reading
) -> None:
    store = await PostgresStore.open(family.PRODUCT, PostgresAddress(engines.database("nowhere")))
    with pytest.raises(SourceUnavailable, match=r"^family: Postgres cannot be reached$"):
        await read(store, reading)
    await store.close()


async def test_a_backend_that_hangs_is_given_up_at_the_deadline(
    store: PostgresStore, wire: Wire, reading: Reading
) -> None:
    await read(store, reading)
    wire.stalled = True
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded) as late:
        await read(store, reading, SHORT)
    assert SHORT * 0.9 < time.monotonic() - started < LATE
    assert str(late.value) == "family: Postgres did not answer in time"
    assert late.value.extensions == {
        "code": "DEADLINE_EXCEEDED",
        "product": "family",
        "retryable": True,
    }
    wire.stalled = False
    assert await read(store, reading) == 1


@pytest.mark.usefixtures("locked")
async def test_a_statement_that_waits_is_given_up_at_the_deadline(
    own_store: PostgresStore, reading: Reading
) -> None:
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        await read(own_store, reading, SHORT)
    assert SHORT * 0.9 < time.monotonic() - started < LATE
    (user,) = await own_store.find(USER, [(1,)], reading.terms(USER))
    assert user is not None


@pytest.mark.usefixtures("locked")
async def test_the_server_ends_a_statement_that_takes_longer_than_any_deadline(
    writable_family: PostgresAddress, reading: Reading
) -> None:
    address = replace(writable_family, statement_timeout=SHORT)
    store = await PostgresStore.open(family.PRODUCT, address)
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        await read(store, reading)
    assert time.monotonic() - started < LATE
    await store.close()


async def test_waiting_for_a_connection_ends_at_the_deadline_too(
    address: PostgresAddress, wire: Wire, reading: Reading
) -> None:
    store = await PostgresStore.open(family.PRODUCT, replace(address, connections=1))
    await read(store, reading)
    wire.stalled = True
    patient = asyncio.ensure_future(read(store, reading))
    await wire.swallowed.wait()
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        await read(store, reading, SHORT)
    assert time.monotonic() - started < LATE
    patient.cancel()
    await asyncio.wait([patient])
    assert patient.cancelled()
    await store.close()


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE titles CASCADE",
        "ALTER TABLE titles RENAME COLUMN id TO number",
        "ALTER TABLE titles DROP COLUMN id CASCADE, ADD COLUMN id TEXT",
    ],
)
async def test_tables_that_are_not_as_declared_say_what_mends_them(
    own_store: PostgresStore, writable_family: PostgresAddress, reading: Reading, change: str
) -> None:
    await execute(writable_family.url, change)
    with pytest.raises(SourceUnavailable) as unavailable:
        await read(own_store, reading)
    assert str(unavailable.value) == (
        "family: Postgres is not as declared; `gateway doctor` tells what mends it"
    )


async def test_a_statement_is_prepared_again_after_a_migration(
    own_store: PostgresStore, writable_family: PostgresAddress, reading: Reading
) -> None:
    terms = reading.terms(TITLE, "title")
    (before,) = await own_store.find(TITLE, [(1,)], terms)
    await execute(writable_family.url, "ALTER TABLE titles ALTER COLUMN title TYPE TEXT")
    (after,) = await own_store.find(TITLE, [(1,)], terms)
    assert before is not None
    assert after is not None
    assert after["title"] == before["title"]
    assert table_of(after) is table_of(before)


async def test_a_read_cannot_write_whatever_it_calls(
    own_store: PostgresStore, writable_family: PostgresAddress, reading: Reading
) -> None:
    await execute(
        writable_family.url,
        """
        ALTER TABLE titles RENAME TO stored_titles;
        CREATE TABLE reads (id int);
        CREATE FUNCTION noted(int) RETURNS int LANGUAGE sql
            AS 'INSERT INTO reads VALUES ($1) RETURNING $1';
        CREATE VIEW titles AS SELECT noted(id) AS id FROM stored_titles;
        """,
    )
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await read(own_store, reading)
