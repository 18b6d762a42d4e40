"""One page out of several listings: all of one source's rows, then the next one's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loaders import cursors
from loaders.access import Paged
from loaders.errors import BadUserInput
from loaders.pages import Page, Paging
from loaders.request import Asking
from loaders.tables.facts import Row, table_of


@dataclass(frozen=True)
class MergedPage:
    """Rows of several pages; an error stands at the end for each source that did not answer."""

    pages: Sequence[Page]
    errors: Sequence[Exception]
    shown: Sequence[Row]
    has_next_page: bool
    has_previous_page: bool

    @property
    def rows(self) -> list[Any]:
        return [*self.shown, *self.errors]

    def cursor(self, row: Row) -> str:
        (page,) = (page for page in self.pages if page.route.table is table_of(row))
        return page.cursor(row)

    @property
    def budget_spent(self) -> bool:
        return any(page.budget_spent for page in self.pages)

    @property
    def start_cursor(self) -> str | None:
        return self.cursor(self.shown[0]) if self.shown else None

    @property
    def end_cursor(self) -> str | None:
        return self.cursor(self.shown[-1]) if self.shown else None


async def merged(info: Asking, sources: Sequence[Paged], key: Any, paging: Paging) -> MergedPage:
    """A page over the sources, each of which has a table of its own."""
    paging.check()
    place = _place(info, sources, paging)
    wanted = range(place + 1) if paging.backward else range(place, len(sources))
    answers = await asyncio.gather(
        *(
            sources[at].load(info, key, paging=paging if at == place else _whole(paging))
            for at in wanted
        ),
        return_exceptions=True,
    )
    pages = [answer for answer in answers if isinstance(answer, Page)]
    rows = [row for page in pages for row in page.rows]
    shown = rows[-paging.size :] if paging.backward else rows[: paging.size]
    more = len(rows) > len(shown) or any(page.slice.more for page in pages)
    continued = paging.cursor is not None
    return MergedPage(
        pages=pages,
        errors=[answer for answer in answers if isinstance(answer, Exception)],
        shown=shown,
        has_next_page=continued if paging.backward else more,
        has_previous_page=more if paging.backward else continued,
    )


def _place(info: Asking, sources: Sequence[Paged], paging: Paging) -> int:
    """The source that the cursor belongs to; without one, the first in reading order."""
    if paging.cursor is None:
        return len(sources) - 1 if paging.backward else 0
    argument, cursor = paging.cursor
    for place, source in enumerate(sources):
        try:
            cursors.read(info.context.seal, source.route, cursor, argument)
        except BadUserInput:
            continue
        return place
    raise cursors.foreign(argument)


def _whole(paging: Paging) -> Paging:
    """The same size from a source's own beginning or end."""
    return Paging(last=paging.size) if paging.backward else Paging(first=paging.size)
