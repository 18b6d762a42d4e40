"""One request: who asks, until when, and the loaders that it has opened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol, TypeVar

from aiodataloader import DataLoader, Loader, failed_dispatch

from loaders.audit import OwnersRead
from loaders.clock import Clock
from loaders.errors import GatewayError, QueryTooCostly
from loaders.sealing import Seal
from loaders.stores.interface import Store
from loaders.tables.facts import StoredTable
from loaders.trace import Trace
from loaders.viewer import Viewer

T = TypeVar("T")

Columns = Mapping[StoredTable, frozenset[str]]
"""The columns that a document reads of each table."""
Batch = Callable[[list[Any], list[str]], Coroutine[Any, Any, list[Any]]]
"""Answers for distinct keys, told the places of the query that asked for them."""

TICKS_AT_MOST = 8
READS_AT_MOST = 20_000
"""How many reads one request may ask for, those that another has answered already among them: a
short query whose links lead back and forth asks without end."""


class RequestClosed(GatewayError):
    """The request ended while this was being read."""


class Path(Protocol):
    """Where a field stands: in the answer, or in the query, which has no indices."""

    def as_list(self) -> list[int | str]: ...


class Asking(Protocol):
    """What a resolver is told of the field that asks: also graphql-core's and Strawberry's info."""

    @property
    def context(self) -> Request: ...

    @property
    def path(self) -> Any: ...


class BatchLoader(DataLoader[Any, Any]):
    """aiodataloader, waiting a little longer, so that loads of sibling fields meet.

    It dispatches when no new key has come for one tick of the event loop, eight at most: a split
    batch costs a whole store call, a tick next to nothing.
    """

    def __init__(self, request: Request, batch: Batch) -> None:
        # As the class above it does, which inspects its own method anew for each loader.
        self.loop = asyncio.get_running_loop()
        self._cache = {}
        self._queue = []
        self._request = request
        self._read = batch
        self._places: dict[str, None] = {}
        """Where in the query stand the fields that asked for what no batch has taken yet."""

    async def ask(self, key: Any, path: Any) -> Any:
        """The value of a key."""
        return only(await self.ask_each([key], path))

    async def ask_each(self, keys: Sequence[Any], path: Any) -> list[Any]:
        """The values of these keys, or what went wrong, in their order.

        Cancelling one waiter leaves the others waiting.
        """
        self._request.count_reads(len(keys))
        waiting = len(self._queue)
        futures = self._futures(keys)
        if len(self._queue) > waiting:
            if self._request.trace.placed:
                self._places[_place(path)] = None
            if not waiting:
                self.loop.call_soon(self._settle, len(self._queue), 1)
        for future in futures:
            if not future.done():
                with suppress(Exception):  # it is read below
                    await asyncio.shield(future)
        try:
            return [future.result() for future in futures]
        except Exception:
            return [future.exception() or future.result() for future in futures]

    async def batch_load_fn(self, keys: list[Any]) -> list[Any]:
        places, self._places = list(self._places), {}
        return await self._read(keys, places)

    def get_cache_key(self, key: Any) -> Any:
        return key

    def _futures(self, keys: Sequence[Any]) -> list[asyncio.Future[Any]]:
        """As `load` gives one for each key, but for its dispatch."""
        cache, queue, create = self._cache, self._queue, self.loop.create_future
        futures = []
        for key in keys:
            future = cache.get(key)
            if future is None:
                future = cache[key] = create()
                queue.append(Loader(key, future))
            futures.append(future)
        return futures

    def _settle(self, seen: int, ticks: int) -> None:
        waiting = len(self._queue)
        if waiting > seen and ticks < TICKS_AT_MOST:
            self.loop.call_soon(self._settle, waiting, ticks + 1)
        else:
            self._dispatch()

    def _dispatch(self) -> None:
        """Read the batch, as a task of the request; who waits is settled however that ends."""
        queue, self._queue = self._queue, []

        def settle(task: asyncio.Task[None]) -> None:
            if task.cancelled():
                self._fail(queue, RequestClosed("the request was closed"))

        try:
            self._request.own(self._answer(queue)).add_done_callback(settle)
        except RequestClosed as closed:
            self._fail(queue, closed)

    async def _answer(self, queue: list[Loader]) -> None:
        try:
            answers = await self.batch_load_fn([key for key, _ in queue])
            for (_, future), answer in zip(queue, answers, strict=True):
                if future.done():
                    continue
                if isinstance(answer, Exception):
                    future.set_exception(answer)
                    future.exception()  # who waited may have given up
                else:
                    future.set_result(answer)
        except Exception as error:
            self._fail(queue, error)

    def _fail(self, queue: list[Loader], error: Exception) -> None:
        failed_dispatch(self, queue, error)
        for _, future in queue:
            if not future.cancelled():
                future.exception()  # who waited may have given up


def only(answers: Sequence[Any]) -> Any:
    """The one answer; raises what went wrong where that stands there."""
    (answer,) = answers
    if isinstance(answer, BaseException):
        raise answer
    return answer


def _place(path: Path) -> str:
    return ".".join(part for part in path.as_list() if isinstance(part, str))


@dataclass(frozen=True)
class Aside:
    """Asks for the request itself, where no field did."""

    context: Request

    @property
    def path(self) -> Path:
        return self

    def as_list(self) -> list[int | str]:
        return ["(viewer)"]


def _nothing() -> None:
    pass


@dataclass
class Request:
    """What resolvers are given as their context.

    `deadline` is in the event loop's time, in seconds. `identities` finds, for each product, the
    keys of the accounts that a viewer has there.
    """

    viewer: Viewer
    stores: Mapping[str, Store]
    identities: Mapping[str, Callable[[Request], Awaitable[frozenset[Any]]]]
    columns: Columns
    seal: Seal
    clock: Clock
    deadline: float
    trace: Trace
    image_base_url: str
    owners_read: OwnersRead = field(init=False)
    """Whose rows were read, where staff read them."""
    own_keys: dict[str, frozenset[Any]] = field(default_factory=dict)
    """By product, the keys of the viewer's accounts, once those have been read."""
    own_parents: dict[StoredTable, set[Any]] = field(default_factory=dict)
    """Of tables that others are owned through, the ids of the viewer's rows that were read."""
    _loaders: dict[Any, BatchLoader] = field(default_factory=dict)
    _owners: dict[str, asyncio.Task[frozenset[Any]]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    give_up: Callable[[], None] = _nothing
    """Ends the execution of the request."""
    given_up: GatewayError | None = None
    """Why the request was given up, if it was."""
    _closed: bool = False
    _reads: int = 0

    def __post_init__(self) -> None:
        self.owners_read = OwnersRead(self.viewer)

    def count_reads(self, reads: int) -> None:
        """Give the whole request up where these reads are too many."""
        self._reads += reads
        if self._reads > READS_AT_MOST:
            self.given_up = QueryTooCostly(
                f"the query asks for more than {READS_AT_MOST} reads: ask for smaller pages, or "
                "follow fewer links"
            )
            self.give_up()
            raise self.given_up

    @property
    def deadline_of_read(self) -> float:
        """When a read that begins now is given up: it may take half of the time that is left, so
        that one store which hangs leaves some to what the others are asked for after it."""
        now = asyncio.get_running_loop().time()
        return now + (self.deadline - now) / 2

    @cached_property
    def now(self) -> datetime:
        """The one moment that everything in this request is judged by."""
        return self.clock.now()

    def loader(self, identity: Any, batch: Batch) -> BatchLoader:
        """The loader of this identity, opened on first use."""
        loader = self._loaders.get(identity)
        if loader is None:
            loader = self._loaders[identity] = BatchLoader(self, batch)
        return loader

    async def owners(self, product: str) -> frozenset[Any]:
        """The keys of the viewer's accounts at a product, looked up once a request."""
        known = self.own_keys.get(product)
        if known is not None:
            return known
        task = self._owners.get(product)
        if task is None:
            task = self._owners[product] = self.own(self._look_up_owners(product))
        return task.result() if task.done() else await asyncio.shield(task)

    async def _look_up_owners(self, product: str) -> frozenset[Any]:
        if self.viewer.is_anonymous:
            return frozenset()
        return await self.identities[product](self)

    def own(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run this until it ends or the request is closed."""
        if self._closed:
            work.close()
            raise RequestClosed("the request was closed")
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """Cancel what still runs, and wait until it has stopped; nothing more is begun.

        What was read is let go of: loaders and their request hold each other, and would wait for
        the garbage collector with every row.
        """
        self._closed = True
        if self._tasks:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        self._loaders.clear()
        self._owners.clear()
        self.give_up = _nothing
