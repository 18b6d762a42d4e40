"""Connections to one server, of which a few are kept: the one used last is taken first.

asyncpg's own pool more than doubles what a small read costs: it wraps each connection anew, and
guards against uses that there are none of here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

_SECONDS_TO_CLOSE = 5


class Use(NamedTuple):
    """How many connections are in use, and idle, and how many there may be."""

    in_use: int
    idle: int
    at_most: int


class Connections:
    """At most so many connections, opened when they are needed."""

    def __init__(self, connect: Callable[[], Awaitable[Any]], at_most: int) -> None:
        self._connect = connect
        self._at_most = at_most
        self._in_use = 0
        self._slots = asyncio.Semaphore(at_most)
        self._idle: list[Any] = []

    @property
    def use(self) -> Use:
        """How much of them is used now."""
        return Use(self._in_use, len(self._idle), self._at_most)

    async def acquire(self) -> Any:
        """A connection, once one may be had; it has to be released."""
        await self._slots.acquire()
        self._in_use += 1
        try:
            while self._idle:
                connection = self._idle.pop()
                if not connection.is_closed():
                    return connection
            return await self._connect()
        except BaseException:
            self._free()
            raise

    def release(self, connection: Any) -> None:
        """Give a connection back; one that is closed is not kept."""
        if not connection.is_closed():
            self._idle.append(connection)
        self._free()

    def _free(self) -> None:
        self._in_use -= 1
        self._slots.release()

    def expire(self) -> None:
        """Let go of all that are idle: their server may be gone."""
        for connection in self._idle:
            connection.terminate()
        self._idle.clear()

    async def close(self) -> None:
        """Take leave of the server on all that are idle."""
        idle, self._idle = self._idle, []
        await asyncio.gather(
            *(asyncio.wait_for(connection.close(), _SECONDS_TO_CLOSE) for connection in idle),
            return_exceptions=True,
        )
