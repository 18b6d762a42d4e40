"""What subscriptions stream: rows as they stand, and then each that has changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from loaders.access import One, Paged
from loaders.following import Follow
from loaders.pages import Page, Paging
from loaders.reach import Reach
from loaders.request import Asking, only
from loaders.sealing import Seal
from loaders.tables.facts import Row

ROWS_AT_FIRST = 50
"""How many rows of each value are streamed as they stand, the newest of them."""


class Standing(NamedTuple):
    """The values that are followed, none where there is nothing to follow; the keys of the rows
    that there are below them."""

    values: Sequence[int]
    keys: Sequence[int]


@dataclass(frozen=True)
class Feed:
    """The rows of a listing, each as an event, whose value is the key of its row.

    `whose` finds the values that this viewer may follow, by the arguments of the field: none where
    what they name does not exist or is not theirs. As a resolver it reads the row of an event.
    """

    whose: Callable[..., Awaitable[Sequence[int]]]
    rows: Paged
    row: One
    follow: Follow

    async def __call__(self, event: int | None, info: Asking, **arguments: Any) -> Row | None:
        """The row of an event that the viewer may see."""
        return None if event is None else await self.row.load(info, event)

    def reaches(self, arguments: Mapping[str, Any], seal: Seal) -> Sequence[Reach]:
        """What one event reaches."""
        return [Reach(self.row)]

    async def standing(self, info: Asking, **arguments: Any) -> Standing:
        """What there is to follow now, from the oldest row."""
        values = await self.whose(info, **arguments)
        found = await self.rows.load_each(
            info,
            [(value,) for value in values],
            paging=Paging(last=ROWS_AT_FIRST),
            descending=False,
        )
        pages: list[Page] = [only([page]) for page in found]
        (key,) = self.row.by
        return Standing(values, [row[key] for page in pages for row in page.rows])
