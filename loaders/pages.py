"""Pages of a listing: from a client's arguments to a window, and from its rows to cursors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import msgspec

from loaders import cursors
from loaders.errors import BadUserInput
from loaders.sealing import Seal
from loaders.stores.interface import Count, Filter, Key, Range, Route, Slice, Window
from loaders.tables.facts import Row

DEFAULT_SIZE = 20
LARGEST_SIZE = 100
PAGING = ("first", "after", "last", "before")
"""The arguments of a connection, in the order of `Paging`."""


class Paging(NamedTuple):
    """The arguments of a connection, as the client gave them."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def check(self) -> None:
        """Raise BadUserInput where these arguments name no page."""
        if self.first is not None and self.last is not None:
            raise BadUserInput("give either first or last, not both", argument="last")
        if self.after is not None and self.before is not None:
            raise BadUserInput("give either after or before, not both", argument="before")
        if self.backward and self.after is not None:
            raise BadUserInput("after goes with first; last goes with before", argument="after")
        if self.first is not None and self.before is not None:
            raise BadUserInput("before goes with last; first goes with after", argument="before")
        for name, size in (("first", self.first), ("last", self.last)):
            if size is not None and not 1 <= size <= LARGEST_SIZE:
                raise BadUserInput(f"{name} must be from 1 to {LARGEST_SIZE}", argument=name)

    @property
    def backward(self) -> bool:
        return self.last is not None or self.before is not None

    @property
    def size(self) -> int:
        return self.first or self.last or DEFAULT_SIZE

    @property
    def cursor(self) -> tuple[str, str] | None:
        """The argument that holds a cursor, and the cursor."""
        if self.after is not None:
            return "after", self.after
        if self.before is not None:
            return "before", self.before
        return None


def window(
    route: Route,
    seal: Seal,
    paging: Paging,
    *,
    descending: bool | None = None,
    filters: tuple[Filter, ...] = (),
    ranges: tuple[Range, ...] = (),
    prefix: str | None = None,
) -> Window:
    """The window that these arguments name; BadUserInput where there is none."""
    paging.check()
    return Window(
        size=paging.size,
        descending=route.descending if descending is None else descending,
        backward=paging.backward,
        after=paging.cursor and cursors.read(seal, route, paging.cursor[1], paging.cursor[0]),
        filters=filters,
        ranges=ranges,
        prefix=prefix,
    )


class Page(msgspec.Struct):
    """The rows of a window, and what a connection tells of them."""

    route: Route
    seal: Seal
    window: Window
    slice: Slice
    key: Any
    count: Callable[[Any, Window, Any], Awaitable[Count]]
    """Counts the rows of a key within a window's conditions, for the field that asks."""

    @property
    def rows(self) -> list[Row]:
        return self.slice.rows

    async def total(self, info: Any) -> Count:
        """How many rows the listing has on all its pages, for the field that asks."""
        return await self.count(self.key, self.window, info)

    def cursor(self, row: Row) -> str:
        return self._cursor_at(tuple(row[name] for name in self.route.position))

    def _cursor_at(self, position: Key) -> str:
        return cursors.write(self.seal, self.route, position)

    @property
    def budget_spent(self) -> bool:
        return self.slice.stopped_at is not None and len(self.rows) < self.window.size

    @property
    def has_next_page(self) -> bool:
        return self.window.after is not None if self.window.backward else self.slice.more

    @property
    def has_previous_page(self) -> bool:
        return self.slice.more if self.window.backward else self.window.after is not None

    @property
    def start_cursor(self) -> str | None:
        return self._edge_cursor(0, at_end=self.window.backward)

    @property
    def end_cursor(self) -> str | None:
        return self._edge_cursor(-1, at_end=not self.window.backward)

    def _edge_cursor(self, place: int, *, at_end: bool) -> str | None:
        """The cursor to go on from: past the rows that were examined in vain, at that end."""
        if at_end and self.slice.stopped_at is not None:
            return self._cursor_at(self.slice.stopped_at)
        return self.cursor(self.rows[place]) if self.rows else None
