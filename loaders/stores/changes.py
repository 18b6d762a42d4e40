"""What Postgres tells of changed rows: LISTEN, on one connection for all who follow a channel."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from random import uniform
from typing import Any

import orjson

from loaders.errors import SourceUnavailable
from loaders.stores.interface import Change, News
from loaders.tables.postgresql import Channel

_log = logging.getLogger("gateway")

KEEPALIVE = 15.0
"""Seconds after which a connection is asked whether it still lives; it has as many to answer."""
PENDING_AT_MOST = 100
"""Changes that wait for one follower; where there are more, it is told that anything may have
changed."""
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
"""Seconds between attempts to connect."""
_SECONDS_TO_CLOSE = 2.0


class Follower:
    """What has changed for one who follows, since they asked last: each change once."""

    def __init__(self) -> None:
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._woken = asyncio.Event()
        self._changes: dict[Change, None] = {}
        self._missed = False

    async def news(self) -> News:
        """What has changed, once there is something."""
        await self._woken.wait()
        self._woken.clear()
        told = News(self._missed, list(self._changes))
        self._changes, self._missed = {}, False
        return told

    def tell(self, change: Change) -> None:
        """Say that this has changed."""
        if not self._missed:
            self._changes[change] = None
            if len(self._changes) > PENDING_AT_MOST:
                self.miss()
        self._woken.set()

    def miss(self) -> None:
        """Say that anything may have changed."""
        self._changes, self._missed = {}, True
        self._woken.set()

    def listening(self) -> None:
        """Say that from now on every change is told: what came before may have been missed."""
        if not self._ready.done():
            self._ready.set_result(None)
        self.miss()

    def unreachable(self, why: Exception) -> None:
        """Say that the database cannot be reached, to who has not been told of anything yet."""
        if not self._ready.done():
            self._ready.set_exception(why)
            self._ready.exception()  # who waited may have given up

    async def ready(self) -> None:
        """Wait until every change is told; SourceUnavailable where the database is not there."""
        await self._ready


class Changes:
    """Follows a channel as long as somebody wants to know.

    A connection that is lost is opened again, and everybody told that they may have missed
    something. `connect` opens one; it has to be to the database that is written to, for replicas
    are told nothing.
    """

    def __init__(self, channel: Channel, connect: Callable[[], Awaitable[Any]]) -> None:
        self._channel = channel
        self._connect = connect
        self._listening_on: Any = None
        self._followers: defaultdict[tuple[str, int], set[Follower]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def following(self, key: str, values: Collection[int]) -> AsyncIterator[Follower]:
        """Be told of the changes in which this key of the channel has one of these values.

        At first anything may have changed. Raises SourceUnavailable where the database cannot be
        reached; later, that is waited for.
        """
        follower = Follower()
        for value in values:
            self._followers[key, value].add(follower)
        try:
            if self._task is None:
                self._task = asyncio.create_task(self._listen())
            elif self._listening_on is not None:
                follower.listening()
            await follower.ready()
            yield follower
        finally:
            for value in values:
                self._followers[key, value].discard(follower)
                if not self._followers[key, value]:
                    del self._followers[key, value]
            if not self._followers:
                await self.close()

    async def close(self) -> None:
        """Let go of the connection."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _listen(self) -> None:
        """Keep a connection, whatever becomes of it."""
        pause = _FIRST_PAUSE
        while True:
            try:
                async with self._connected() as connection:
                    pause = _FIRST_PAUSE
                    await self._until_lost(connection)
            except Exception as error:
                self._say_unreachable(error)
            await asyncio.sleep(uniform(0, pause))
            pause = min(2 * pause, _LONGEST_PAUSE)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        """A connection on which every change is told."""
        connection = await self._connect()
        try:
            await connection.add_listener(self._channel.name, self._tell)
            self._listening_on = connection
            for follower in self._everybody():
                follower.listening()
            yield connection
        except asyncio.CancelledError:
            with suppress(Exception):
                await connection.close(timeout=_SECONDS_TO_CLOSE)
            raise
        finally:
            if self._listening_on is connection:  # and not one opened meanwhile
                self._listening_on = None
            connection.terminate()

    async def _until_lost(self, connection: Any) -> None:
        """Raises what shows that a connection is lost."""
        ended = asyncio.Event()
        connection.add_termination_listener(lambda _: ended.set())
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), KEEPALIVE)
            await connection.execute("SELECT 1", timeout=KEEPALIVE)

    def _tell(self, connection: Any, process: int, channel: str, payload: str) -> None:
        """Anybody who may connect may send anything: what no trigger of ours says is left out."""
        with suppress(orjson.JSONDecodeError):
            told, keys = orjson.loads(payload), self._channel.keys
            if not isinstance(told, list) or len(told) != len(keys):
                return
            if {*map(type, told)} <= {int, type(None)}:
                for place in zip(keys, told, strict=True):
                    for follower in self._followers.get(place, ()):
                        follower.tell(tuple(told))

    def _say_unreachable(self, error: Exception) -> None:
        product = self._channel.product
        _log.warning("%s: no connection that is told of changes: %s", product, error)
        for follower in self._everybody():
            why = SourceUnavailable(f"{product}: Postgres cannot be reached", product=product)
            why.__cause__ = error
            follower.unreachable(why)

    def _everybody(self) -> set[Follower]:
        return {follower for followers in self._followers.values() for follower in followers}


class Channels:
    """The channels of a database, each on a connection of its own as long as somebody follows."""

    def __init__(self, connect: Callable[[], Awaitable[Any]]) -> None:
        self._connect = connect
        self._changes: dict[Channel, Changes] = {}

    def following(
        self, channel: Channel, key: str, values: Collection[int]
    ) -> AbstractAsyncContextManager[Follower]:
        """See `Changes.following`."""
        if channel not in self._changes:
            self._changes[channel] = Changes(channel, self._connect)
        return self._changes[channel].following(key, values)

    async def close(self) -> None:
        """Let go of every connection."""
        await asyncio.gather(*(changes.close() for changes in self._changes.values()))
