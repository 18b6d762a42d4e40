"""One request: who asks, until when, and the loaders that it has opened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar

from aiodataloader import DataLoader, Loader

from loaders.audit import OwnersRead
from loaders.clock import Clock
from loaders.errors import GatewayError, QueryTooCostly
from loaders.sealing import Seal
from loaders.stores.interface import Store
from loaders.stores.together import together
from loaders.tables.facts import StoredTable
from loaders.trace import Trace
from loaders.viewer import Viewer

T = TypeVar("T")

Columns = Mapping[StoredTable, frozenset[str]]
"""The columns that a document reads of each table."""
Links = tuple[Any, ...]
"""The links that will be followed from what is read: see `ahead.Ahead`."""
Batch = Callable[[list[Any], list[str], Links], Coroutine[Any, Any, list[Any]]]
"""Answers for distinct keys, told the places of the query that asked for them, and what will be
asked for below."""

TICKS_AT_MOST = 8
READS_AT_MOST = 20_000
"""How many reads one request may ask for, those that another has answered already among them: a
short query whose links lead back and forth asks without end."""


class RequestClosed(GatewayError):
    """The request ended while this was being read."""

    def __init__(self) -> None:
        super().__init__("the request was closed")


class Path(Protocol):
    """Where a field stands: in the answer, or in the query, which has no indices."""

    def as_list(self) -> list[int | str]: ...


class Asking(Protocol):
    """What a resolver is told of the field that asks: also graphql-core's and Strawberry's info."""

    @property
    def context(self) -> Request: ...

    @property
    def path(self) -> Any: ...


class BatchLoader:
    """Asks for each key once a request, together with what sibling fields ask for."""

    def __init__(self, request: Request, batch: Batch, meets: Any) -> None:
        self.batch = batch
        self.answers: dict[Any, Any] = {}
        """By key its answer, what went wrong, or the gathering that is to bring either."""
        self._request = request
        self._meets = meets

    def keep(self, answers: Mapping[Any, Any]) -> None:
        """Take answers that came along with another read; what has been asked for stays so."""
        self.answers.update({**answers, **self.answers} if self.answers else answers)

    async def ask(self, key: Any, path: Any) -> Any:
        """The value of a key."""
        return only(await self.ask_each([key], path))

    async def ask_each(self, keys: Sequence[Any], path: Any, links: Links = ()) -> list[Any]:
        """The values of these keys, or what went wrong, in their order.

        `links` will be followed from each of them. Cancelling one waiter leaves the others waiting.
        """
        self._request.count_reads(len(keys))
        answers = self.answers
        new = [key for key in keys if key not in answers] if answers else keys
        if new:
            place = _place(path) if self._request.trace.placed else None
            gathering = self._request.gathering(self._meets)
            asked = dict.fromkeys(new, gathering)
            answers.update(asked)
            await gathering.load(Load(self, list(asked), place, links))
        found = list(map(answers.__getitem__, keys))
        if len(new) < len(keys) and Gathering in set(map(type, found)):
            for gathering in dict.fromkeys(one for one in found if isinstance(one, Gathering)):
                await gathering.ended(self)
            found = list(map(answers.__getitem__, keys))
        return found


class Load(NamedTuple):
    """What a field asks a loader for: the distinct keys of its level that nobody has asked for.

    `place` is where the field stands in the query, if that is wanted; `links` will be followed from
    each of the values.
    """

    loader: BatchLoader
    keys: Sequence[Any]
    place: str | None
    links: Links


class Gathering(DataLoader[Load, None]):
    """aiodataloader for loads that meet: they are read side by side, and answered at once.

    What it gives is `load` and the queue of those who wait; when the queue is read, and how, is
    said here. It dispatches when no new load has come for one tick of the event loop, eight at
    most: a split batch costs a whole store call, a tick next to nothing.
    """

    cache = False

    def __init__(self, request: Request) -> None:
        # As the class above it does, which inspects its own method anew for each loader.
        self.loop = request.loop
        self._cache = {}
        self._queue = []
        self._request = request
        self._reading: asyncio.Task[None] | None = None
        self.is_full = False
        """Whether it takes no more."""

    async def ended(self, loader: BatchLoader) -> None:
        """Wait, for this loader, until what others have asked for is answered."""
        if self._reading is not None:
            await asyncio.wait([self._reading])
        elif not self.is_full:  # else the request was closed before, and that is the answer
            await self.load(Load(loader, (), None, ()))

    def get_cache_key(self, key: Load) -> Load:
        """A load, of which none is kept."""
        return key

    def do_resolve_reject(self, key: Load, future: asyncio.Future[None]) -> None:
        """As the class above it does, but for its dispatch."""
        self._queue.append(Loader(key, future))
        if len(self._queue) == 1:
            self.loop.call_soon(self._settle, 1, 1)

    def _settle(self, seen: int, ticks: int) -> None:
        waiting = len(self._queue)
        if waiting > seen and ticks < TICKS_AT_MOST:
            self.loop.call_soon(self._settle, waiting, ticks + 1)
        else:
            self._dispatch()

    def _dispatch(self) -> None:
        """Read the batch, as a task of the request; who waits is settled however that ends."""
        self.is_full = True
        try:
            self._reading = self._request.own(self._read())
            self._reading.add_done_callback(self._fail_if_cancelled)
        except RequestClosed as closed:
            self._fail(closed)

    def _fail_if_cancelled(self, reading: asyncio.Task[None]) -> None:
        if reading.cancelled():
            self._fail(RequestClosed())

    async def _read(self) -> None:
        """Give the loaders their answers: in place of `dispatch_queue_batch`, which looks anew at
        what kind of function it was given."""
        loads = [load for load, _ in self._queue]
        try:
            asked: dict[BatchLoader, list[Any]] = {}
            links: dict[BatchLoader, Links] = {}
            for loader, new, _, followed in loads:
                if new:
                    asked.setdefault(loader, []).extend(new)
                    if links.setdefault(loader, followed) != followed:
                        links[loader] = ()  # what follows from some keys alone is asked for later
            places = list(dict.fromkeys([load.place for load in loads if load.place is not None]))
            found = await together(
                [loader.batch(keys, places, links[loader]) for loader, keys in asked.items()]
            )
            for (loader, of_it), answers in zip(asked.items(), found, strict=True):
                loader.answers.update(zip(of_it, answers, strict=True))
        except Exception as error:
            _answer_all(loads, error)
        self._settle_waiters()

    def _fail(self, error: Exception) -> None:
        _answer_all((load for load, _ in self._queue), error)
        self._settle_waiters()

    def _settle_waiters(self) -> None:
        for _, future in self._queue:
            if not future.done():
                future.set_result(None)


def _answer_all(loads: Iterable[Load], error: Exception) -> None:
    for loader, keys, *_ in loads:
        loader.answers.update(dict.fromkeys(keys, error))


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


def _no_links(access: Any, path: Any) -> Links:
    return ()


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
    audited: bool = True
    """Whether it will be asked whose rows staff read."""
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    owners_read: OwnersRead = field(init=False)
    """Whose rows were read, where staff read them."""
    own_keys: dict[str, frozenset[Any]] = field(default_factory=dict)
    """By product, the keys of the viewer's accounts, once those have been read."""
    own_parents: dict[StoredTable, set[Any]] = field(default_factory=dict)
    """Of tables that others are owned through, the ids of the viewer's rows that were read."""
    apart: set[str] = field(default_factory=set)
    """The products of which nothing more is read along with what it hangs on, since that failed."""
    _loaders: dict[Any, BatchLoader] = field(default_factory=dict)
    _gatherings: dict[Any, Gathering] = field(default_factory=dict)
    _owners: dict[str, asyncio.Task[frozenset[Any]]] = field(default_factory=dict)
    _tasks: list[asyncio.Task[Any]] = field(default_factory=list)
    links: Callable[[Any, Any], Links] = _no_links
    """The links that will be followed from the rows to which an access leads the field at a path,
    as far as whoever runs the query knows."""
    give_up: Callable[[], None] = _nothing
    """Ends the execution of the request."""
    given_up: GatewayError | None = None
    """Why the request was given up, if it was."""
    _closed: bool = False
    _reads: int = 0
    _now: datetime | None = None

    def __post_init__(self) -> None:
        self.owners_read = OwnersRead(wanted=self.audited and self.viewer.is_staff)

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
        now = self.loop.time()
        return now + (self.deadline - now) / 2

    @property
    def now(self) -> datetime:
        """The one moment that everything in this request is judged by."""
        if self._now is None:
            self._now = self.clock.now()
        return self._now

    def loader(self, identity: Any, batch: Batch, meets: Any = None) -> BatchLoader:
        """The loader of this identity, opened on first use; those of one `meets` are read at once
        and end together, so that what hangs on their rows is still asked for in one batch."""
        loader = self._loaders.get(identity)
        if loader is None:
            loader = self._loaders[identity] = BatchLoader(self, batch, meets or identity)
        return loader

    def gathering(self, meets: Any) -> Gathering:
        """What takes keys for loaders that meet."""
        gathering = self._gatherings.get(meets)
        if gathering is None or gathering.is_full:
            gathering = self._gatherings[meets] = Gathering(self)
        return gathering

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
            raise RequestClosed
        task = self.loop.create_task(work)
        self._tasks.append(task)
        return task

    async def close(self) -> None:
        """Cancel what still runs, and wait until it has stopped; nothing more is begun.

        What was read is let go of: loaders and their request hold each other, and would wait for
        the garbage collector with every row.
        """
        self._closed = True
        running = [task for task in self._tasks if not task.done()]
        if running:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        self._loaders.clear()
        self._gatherings.clear()
        self._owners.clear()
        self._tasks.clear()
        self.give_up = _nothing
