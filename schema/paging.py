"""Connections: pages of rows by cursor, in both directions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Generic, TypeVar

import strawberry
from strawberry import UNSET

from loaders.pages import DEFAULT_SIZE, LARGEST_SIZE, Page
from schema.describe import enum_type, input_type, named_type, object_type
from schema.rows import Argument, optional, resolved_by

T = TypeVar("T")


@enum_type
class TimeOrder(Enum):
    """The direction of a list of events."""

    NEWEST_FIRST = "descending"
    """From the latest to the earliest."""
    OLDEST_FIRST = "ascending"
    """From the earliest to the latest."""


@enum_type
class SortOrder(Enum):
    """The direction of a sorted list."""

    ASCENDING = "ascending"
    """From the lowest to the highest."""
    DESCENDING = "descending"
    """From the highest to the lowest."""


@input_type()
class TimeRange:
    """A range of time; either end may be left open."""

    from_: datetime | None = strawberry.field(name="from", default=UNSET)
    """The earliest moment, itself included."""
    to: datetime | None = UNSET
    """The latest moment, itself included."""


@input_type()
class YearRange:
    """A range of years; either end may be left open."""

    from_: int | None = strawberry.field(name="from", default=UNSET)
    """The first year."""
    to: int | None = UNSET
    """The last year."""


@dataclass(frozen=True)
class EdgeOf:
    """A row beside its cursor."""

    node: Any
    cursor: str


@object_type
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool
    """Whether entries follow this page. Paging backward, whether a cursor was given."""
    has_previous_page: bool
    """Whether entries precede this page. Paging forward, whether a cursor was given."""
    start_cursor: str | None
    """Give it as `before` to get the entries that precede this page."""
    end_cursor: str | None
    """Give it as `after` to get the entries that follow this page."""
    budget_spent: bool
    """Whether the page is shorter than asked because so many entries were looked at in vain.
    Go on from the cursor at its end: more may match."""


@object_type
class Edge(Generic[T]):
    """An entry of a list and its cursor."""

    node: T | None
    """The entry."""
    cursor: str
    """Where the entry stands: give it as `after` or `before`."""


def _edges(page: Page, info: Any) -> list[Any]:
    """An edge for each row; an error stays what it is, and so is null at its place."""
    return [
        row if isinstance(row, Exception) else EdgeOf(row, page.cursor(row)) for row in page.rows
    ]


def _page_info(page: Page, info: Any) -> Page:
    return page


async def _total_count(page: Page, info: Any) -> int:
    return (await page.total(info)).count


_total_count.counts_page = True  # type: ignore[attr-defined]


@object_type
class Connection(Generic[T]):
    """A page of a list. Entries that come or go between two pages are neither repeated nor
    skipped: a cursor names the entry it stands at."""

    edges: list[Edge[T] | None] = resolved_by(_edges)
    """The entries with their cursors."""
    rows: list[T | None] = strawberry.field(name="nodes")
    """The entries alone."""
    page_info: PageInfo = resolved_by(_page_info)
    """Whether there is more, and how to get it."""


@named_type("Connection")
class CountedConnection(Connection[T], Generic[T]):
    """A page of a list whose length is known. Entries that come or go between two pages are
    neither repeated nor skipped: a cursor names the entry it stands at."""

    total_count: int | None = resolved_by(_total_count)
    """How many entries all pages have together, within the filters. Counting is a store call of
    its own."""


PAGING: dict[str, Argument] = {
    "first": optional(
        int,
        f"How many entries, from 1 to {LARGEST_SIZE}; {DEFAULT_SIZE} where neither it nor `last` "
        "is given.",
    ),
    "after": optional(str, "The cursor that the page begins after; goes with `first`."),
    "last": optional(int, f"How many entries counted from the end, from 1 to {LARGEST_SIZE}."),
    "before": optional(str, "The cursor that the page ends before; goes with `last`."),
}


def pages_by(resolver: Any, **arguments: Argument) -> Any:
    """A connection that a resolver finds; the paging arguments come after its own."""
    return resolved_by(resolver, **arguments, **PAGING)


NEWEST_FIRST = Argument(TimeOrder, "The direction of the list.", TimeOrder.NEWEST_FIRST)
OLDEST_FIRST = Argument(TimeOrder, "The direction of the list.", TimeOrder.OLDEST_FIRST)
ASCENDING = Argument(SortOrder, "The direction of the list.", SortOrder.ASCENDING)
DESCENDING = Argument(SortOrder, "The direction of the list.", SortOrder.DESCENDING)
