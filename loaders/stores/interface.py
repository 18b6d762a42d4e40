"""What the loaders ask of a store, and what it answers, whichever engine it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from loaders.tables.facts import Index, Row, StoredTable

Key = tuple[Any, ...]
"""The values of a route's `by` columns, in their order."""


@dataclass(frozen=True)
class Route:
    """A way to rows that a key or an index serves.

    `position` names the columns that tell one row of a listing from the others, in its order;
    `brings` those that every read of this route selects.
    """

    table: StoredTable
    by: tuple[str, ...]
    index: Index
    position: tuple[str, ...] = ()
    descending: bool = False
    filters: tuple[str, ...] = ()
    brings: tuple[str, ...] = ()

    def __str__(self) -> str:
        direction = "-" if self.descending else ""
        order = f" order {direction}{','.join(self.position)}" if self.position else ""
        return f"{self.table} by {','.join(self.by) or 'all'}{order}"


@dataclass(frozen=True)
class Window:
    """The part of a listing that is asked for.

    `after` is the position of the row examined last, in the direction of reading: with `backward`
    the rows come that stand before it. `between` bounds the first position column, inclusively,
    with None for an open end; `prefix` is what its text begins with. `filters` are equalities on
    columns of the route.
    """

    size: int
    descending: bool = False
    backward: bool = False
    after: Key | None = None
    between: tuple[Any, Any] | None = None
    prefix: str | None = None
    filters: tuple[tuple[str, Any], ...] = ()

    @property
    def reading_down(self) -> bool:
        """Whether rows are read from high to low."""
        return self.descending != self.backward


@dataclass(slots=True)
class Slice:
    """The rows of a window, in the listing's order.

    `more`: rows go on in the direction of reading. `stopped_at` is set where the read budget ran
    out before the window was full: the position of the row examined last.
    """

    rows: list[Row]
    more: bool
    stopped_at: Key | None = None


@dataclass(frozen=True)
class Count:
    """A number of rows; inexact where the read budget ran out."""

    count: int
    exact: bool


@dataclass(slots=True)
class Call:
    """One call of a store, for the trace."""

    store: str
    table: str
    index: str | None
    operation: str
    keys: list[dict[str, Any]]
    attributes: tuple[str, ...]
    milliseconds: float = 0.0
    rows: int = 0
    capacity: float | None = None
    sql: str | None = None
    error: str | None = None
    personal: frozenset[str] = frozenset()
    """The columns of its table that are personal data."""
    paths: Sequence[str] = ()

    @contextmanager
    def measured(self, report: Callable[[Call], None]) -> Iterator[None]:
        """Take the time of the call, and report it, also where it fails."""
        started = time.perf_counter()
        try:
            yield
        except Exception as error:
            self.error = type(error).__name__
            raise
        finally:
            self.milliseconds = (time.perf_counter() - started) * 1000
            report(self)


@dataclass(frozen=True)
class Terms:
    """The terms on which one batch is read.

    `owners`: the only keys at the end of the owner path whose rows may come back, or None where
    anybody's may. `deadline` is in the event loop's time, in seconds.
    """

    columns: tuple[str, ...]
    owners: frozenset[Any] | None
    deadline: float
    report: Callable[[Call], None] = field(repr=False)


class Store(Protocol):
    """A product's store. Each method answers for each key, in the keys' order.

    Keys are distinct. All raise SourceUnavailable and DeadlineExceeded.
    """

    async def find(self, route: Route, keys: list[Key], terms: Terms) -> list[Row | None]:
        """The row of each key, or None."""

    async def listing(
        self, route: Route, keys: list[Key], window: Window, terms: Terms
    ) -> list[Slice]:
        """The window of each key's rows."""

    async def count(
        self, route: Route, keys: list[Key], window: Window, terms: Terms
    ) -> list[Count]:
        """How many rows each key has, within the window's range and filters."""

    async def close(self) -> None:
        """Let go of every connection."""
