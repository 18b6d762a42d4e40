"""A Postgres server as a store reads it: a statement is repeated where its connection had died."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, NamedTuple

import asyncpg

from loaders.stores.connections import Connections, Use
from loaders.stores.interface import Health

_DEAD_CONNECTION = (
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.InternalClientError,  # the server has said that it will end the session
    asyncpg.InterfaceError,
    asyncpg.InvalidCachedStatementError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    ConnectionResetError,
)
UNREACHABLE = (
    OSError,  # a TimeoutError too: it did not greet in time
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.InternalClientError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.SerializationError,
)
"""What a server raises that cannot be read from."""

ANSWERS_WITHIN = 0.5
"""Seconds that a server has to say how it is."""
PREPARED_KEPT = 200
"""How many statements a connection keeps prepared; of one more the oldest is let go of."""


class Connection(asyncpg.Connection):
    """Keeps its statements: the way through asyncpg's own cache is longer than some reads."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._kept: dict[tuple[str, type[Any]], Any] = {}

    async def read(self, sql: str, arguments: Sequence[Any], row: type[Any]) -> list[Any]:
        """The records of a statement, as rows of this class."""
        statement = self._kept.get((sql, row))
        if statement is None:
            if len(self._kept) >= PREPARED_KEPT:
                del self._kept[next(iter(self._kept))]
            statement = await self.prepare(sql, record_class=row)
            self._kept[sql, row] = statement
        records: list[Any] = await statement.fetch(*arguments)
        return records


class Told(NamedTuple):
    """The one row of an answer, and how long it took."""

    row: Any
    milliseconds: float


class Server:
    """Connections to read by, and one more to ask how it is, however busy the others are."""

    def __init__(self, connect: Callable[[], Awaitable[Any]], at_most: int) -> None:
        self.connections = Connections(connect, at_most)
        self._aside = Connections(connect, 1)

    @property
    def use(self) -> Use:
        """How much of the connections to read by is used now."""
        return self.connections.use

    def fetch(
        self, sql: str, arguments: Sequence[Any], row: type[Any]
    ) -> Coroutine[Any, Any, list[Any]]:
        """The records of a statement, as rows of this class."""
        return _fetch(self.connections, sql, arguments, row)

    async def ask(self, sql: str) -> Told:
        """The one row of a statement, aside from what is read; a TimeoutError where it is late."""
        started = time.perf_counter()
        async with asyncio.timeout(ANSWERS_WITHIN):
            (row,) = await _fetch(self._aside, sql, (), asyncpg.Record)
        return Told(row, (time.perf_counter() - started) * 1000)

    async def health(self) -> Health:
        """How it is; raises what asking it does."""
        told = await self.ask("SELECT 1")
        return Health(told.milliseconds, read_from="primary")

    async def close(self) -> None:
        """Take leave of it on all idle connections."""
        await asyncio.gather(self.connections.close(), self._aside.close())


async def _fetch(
    connections: Connections, sql: str, arguments: Sequence[Any], row: type[Any]
) -> list[Any]:
    """Run a statement; once more where the connection had died."""
    try:
        return await _attempt(connections, sql, arguments, row)
    except _DEAD_CONNECTION:
        connections.expire()
        return await _attempt(connections, sql, arguments, row)
    except asyncpg.SerializationError:  # a replica put its recovery first
        return await _attempt(connections, sql, arguments, row)


async def _attempt(
    connections: Connections, sql: str, arguments: Sequence[Any], row: type[Any]
) -> list[Any]:
    connection: Connection = await connections.acquire()
    try:
        return await connection.read(sql, arguments, row)
    except (asyncio.CancelledError, *_DEAD_CONNECTION):
        connection.terminate()  # a frozen backend would hold a polite close for seconds
        raise
    finally:
        connections.release(connection)
