"""What the loaders ask of a store, and what it answers, whichever engine it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

from loaders.masks import Mask, digest
from loaders.stores.connections import Use
from loaders.tables.facts import Index, Row, StoredTable, Through, Visibility
from loaders.tables.postgresql import Channel

Key = tuple[Any, ...]
"""The values of a route's `by` columns, in their order."""


@dataclass(frozen=True, eq=False)
class Route:
    """A way to rows that a key or an index serves.

    `position` names the columns that tell one row of a listing from the others, in its order;
    `filters` those that a window may put conditions on; `brings` those that every read of this
    route selects. `present`: only rows whose first position column is not null.
    """

    table: StoredTable
    by: tuple[str, ...]
    index: Index
    position: tuple[str, ...] = ()
    descending: bool = False
    filters: tuple[str, ...] = ()
    brings: tuple[str, ...] = ()
    present: bool = False

    @property
    def key_columns(self) -> tuple[tuple[StoredTable, str], ...]:
        """The table and the name of each column of `by`."""
        return tuple((self.table, name) for name in self.by)

    def __str__(self) -> str:
        return self._told

    @cached_property
    def _told(self) -> str:
        direction = "-" if self.descending else ""
        order = f" order {direction}{','.join(self.position)}" if self.position else ""
        return f"{self.table} by {','.join(self.by) or 'all'}{order}"


KIND = "_kind"
"""In a row of a union: the place of its part, which orders rows of one time."""


@dataclass(frozen=True)
class Part:
    """One table of a union, and its way up to the ancestor whose rows are asked below."""

    table: StoredTable
    path: tuple[Through, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Union(Route):
    """A way to the rows of several tables below one ancestor's row, in one order.

    `table` and `index` are the ancestor's; `by` is its key, then columns that all parts share;
    `position` is a time, the kind and the key.
    """

    parts: tuple[Part, ...]

    @property
    def shared(self) -> tuple[str, ...]:
        """The columns of every part whose values a key gives too."""
        return self.by[len(self.table.key) :]

    @property
    def key_columns(self) -> tuple[tuple[StoredTable, str], ...]:
        own = tuple((self.table, name) for name in self.table.key)
        return own + tuple((self.parts[0].table, name) for name in self.shared)

    @cached_property
    def _told(self) -> str:
        names = ", ".join(part.table.name for part in self.parts)
        of = "".join(f" of one {name}" for name in self.shared)
        return f"{names}{of} below {self.table} order {','.join(self.position)}"


Filter = tuple[str, Any]
"""A column and the stored value that it must hold."""


class Range(NamedTuple):
    """A column and the shown values that it must lie between."""

    column: str
    low: Any
    high: Any

    def stored(self, table: StoredTable) -> tuple[Any, Any]:
        """The bounds as they are stored; they may be a little too wide."""
        return table.columns[self.column].kind.bounds(self.low, self.high)

    def holds(self, row: Row, table: StoredTable) -> bool:
        """Whether a row lies between. One whose value cannot be read does: its field says so."""
        try:
            value = table.columns[self.column].decode(row.get(self.column))
        except ValueError:
            return True
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)


class Window(NamedTuple):
    """The part of a listing that is asked for.

    `after` is the position of the row examined last, in the direction of reading: with `backward`
    the rows come that stand before it. `filters` are equalities; `ranges` are inclusive bounds,
    None for an open end, of the first position column or of one of the route's filters. `prefix` is
    what the text of the first position column begins with.
    """

    size: int
    descending: bool = False
    backward: bool = False
    after: Key | None = None
    filters: tuple[Filter, ...] = ()
    ranges: tuple[Range, ...] = ()
    prefix: str | None = None

    @property
    def reading_down(self) -> bool:
        """Whether rows are read from high to low."""
        return self.descending != self.backward

    @property
    def compared(self) -> tuple[str, ...]:
        """The columns that ranges look at."""
        return tuple([range_.column for range_ in self.ranges])


ONE = Window(size=1)
"""What is read of a key that has one row at most."""


class Slice(msgspec.Struct):
    """The rows of a window, in the listing's order.

    `more`: rows go on in the direction of reading. `stopped_at` is set where the read budget ran
    out before the window was full: the position of the row examined last.
    """

    rows: list[Row]
    more: bool
    stopped_at: Key | None = None

    @property
    def first(self) -> Row | None:
        """The row that stands first, if there is one."""
        return self.rows[0] if self.rows else None


@dataclass(frozen=True)
class Count:
    """A number of rows; inexact where the read budget ran out."""

    count: int
    exact: bool


class Call(msgspec.Struct):
    """One call of a store, for the trace.

    `keys` are kept where somebody reads them; `key_count` says how many there were. `started` is by
    `time.perf_counter`. `withheld`: rows and capacity would tell of rows that the viewer may not
    see.
    """

    store: str
    table: str
    index: str | None
    operation: str
    keys: list[dict[str, Any]]
    attributes: tuple[str, ...]
    key_count: int = 0
    started: float = 0.0
    milliseconds: float = 0.0
    rows: int = 0
    capacity: float | None = None
    withheld: bool = False
    sql: str | None = None
    error: str | None = None
    personal: Mapping[str, Mask] = {}
    """The columns of its table that are personal data, and how each is masked."""
    paths: Sequence[str] = ()
    along: Sequence[Call] = ()
    """What it tells of the reads of rows that hang on its own, which it made too."""

    @property
    def reads(self) -> Sequence[Call]:
        """Itself, and the reads that it made too."""
        return [self, *self.along]

    def measured(self, report: Callable[[Call], None]) -> Measured:
        """Take the time of the call, and report it, also where it fails."""
        return Measured(self, report)


class Measured(msgspec.Struct):
    """The time of a call, as a context."""

    call: Call
    report: Callable[[Call], None]

    def __enter__(self) -> None:
        self.call.started = time.perf_counter()

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        self.call.milliseconds = (time.perf_counter() - self.call.started) * 1000
        if isinstance(error, Exception):
            self.call.error = type(error).__name__
        self.report(self.call)


class Along(msgspec.Struct):
    """A read whose keys stand in the rows of another, to be made in one go with that.

    A key is the values of `via`, columns of those rows, then those that are `given`. `window`: None
    where a key has one row at most. `owners` are as in Terms; `path` is the place that asks.
    A store that has made it sets `answers`, of each key its Slice, or its row or None, and how many
    `rows` it has read.
    """

    route: Route
    columns: tuple[str, ...]
    window: Window | None
    owners: frozenset[Any] | None
    via: tuple[str, ...]
    given: Key
    path: str
    below: Sequence[Along]
    answers: dict[Key, Any] | None = None
    rows: int = 0

    @property
    def part(self) -> Window:
        """The window that is read of each key."""
        return self.window or ONE


@dataclass(slots=True)
class Terms:
    """The terms on which one batch is read.

    `owners`: the only keys at the end of the owner path whose rows may come back, or None where
    anybody's may; `own_parents`: ids of parents that are known to be theirs. `deadline` is in the
    event loop's time, in seconds; `now` is what rows that expire are judged by. Keys are reported
    where `traced` says that somebody reads them. `viewer` is what the policies of Postgres are told
    of who asks; without it they let nothing through. `along` are reads of what hangs on the rows,
    which a store may make too, or leave.
    """

    columns: tuple[str, ...]
    owners: frozenset[Any] | None
    deadline: float
    now: datetime
    report: Callable[[Call], None] = field(repr=False)
    traced: bool = True
    own_parents: Set[Any] = frozenset()
    viewer: str = field(default="", repr=False)
    along: Sequence[Along] = ()


def shown_keys(
    columns: Sequence[tuple[StoredTable, str]], keys: Iterable[Sequence[Any]]
) -> list[dict[str, Any]]:
    """Keys as a trace may show them: a secret goes as the beginning of its digest."""
    secret = [table.columns[name].visibility is Visibility.NEVER for table, name in columns]
    names = [name for _, name in columns]
    return [
        {
            name: digest(value) if hidden else value
            for name, hidden, value in zip(names, secret, key, strict=True)
        }
        for key in keys
    ]


@dataclass(frozen=True)
class Health:
    """How a store is that answers.

    `read_from` tells which server of Postgres is read; `lag` is how many seconds a replica is
    behind at most, None where there is none or nobody can tell.
    """

    milliseconds: float
    read_from: Literal["primary", "replica"] | None = None
    lag: float | None = None


Change = tuple[int | None, ...]
"""What a channel tells of a changed row: the values of the channel's keys."""


class News(NamedTuple):
    """What has changed since it was asked last; where something was missed, anything may have."""

    missed: bool
    changes: Sequence[Change]


class Follower(Protocol):
    """One who is told of changes."""

    async def news(self) -> News:
        """What has changed, once there is something."""

    def miss(self) -> None:
        """Have everything looked at anew."""


class Store(Protocol):
    """A product's store. Each method answers for each key, in the keys' order.

    Keys are distinct. All raise SourceUnavailable and DeadlineExceeded.
    """

    @property
    def has_policies(self) -> bool:
        """Whether policies of its own hold rows back, and have to be told who asks."""

    @property
    def primary(self) -> Store:
        """The same data where it is written: a replica may not have yet what a change told of."""

    def following(
        self, channel: Channel, key: str, values: Collection[int]
    ) -> AbstractAsyncContextManager[Follower]:
        """Be told of the changes in which this key of a channel has one of these values.

        At first anything may have changed. DynamoDB has no channels: it raises NotImplementedError.
        """

    async def find(self, route: Route, keys: list[Key], terms: Terms) -> list[Row | None]:
        """The row of each key, or None."""

    async def listing(
        self, route: Route, keys: list[Key], window: Window, terms: Terms
    ) -> list[Slice]:
        """The window of each key's rows."""

    async def union(
        self,
        route: Union,
        keys: list[Key],
        columns: tuple[tuple[str, ...], ...],
        window: Window,
        terms: Terms,
    ) -> list[Slice]:
        """The window of each key's rows out of several tables, of each part these columns.

        DynamoDB has no such read: it raises NotImplementedError.
        """

    async def values(
        self, route: Union, keys: list[Key], at_most: int, terms: Terms
    ) -> list[list[Any]]:
        """The distinct values of the first position column below each key, from the lowest.

        DynamoDB has no such read: it raises NotImplementedError.
        """

    async def count(
        self, route: Route, keys: list[Key], window: Window, terms: Terms
    ) -> list[Count]:
        """How many rows each key has, within the window's range and filters."""

    @property
    def use(self) -> Use:
        """How much of its connections is used now."""

    async def health(self, deadline: float) -> Health:
        """How it is; until the deadline, in the event loop's time."""

    async def close(self) -> None:
        """Let go of every connection."""
