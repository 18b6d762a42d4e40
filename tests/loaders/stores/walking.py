"""Reading a listing a window at a time, as a client with cursors does."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from loaders.stores.interface import Key, Route, Slice, Store, Terms, Window


async def windows(
    store: Store, route: Route, key: Key, window: Window, terms: Terms
) -> list[Slice]:
    """The windows of a listing until its end, each from where the last one stopped."""
    found: list[Slice] = []
    after: Key | None = None
    while True:
        (part,) = await store.listing(route, [key], window._replace(after=after), terms)
        found.append(part)
        if not part.more:
            return found
        last = part.rows[0 if window.backward else -1] if part.rows else None
        after = part.stopped_at or tuple(last[name] for name in route.position if last)


def joined(parts: list[Slice], *, backward: bool) -> list[Any]:
    """The rows of the windows, in the order of the listing."""
    ordered = reversed(parts) if backward else parts
    return [row for part in ordered for row in part.rows]


def climbs(values: list[Any]) -> bool:
    """Whether no value stands before a greater or an equal one."""
    return all(low < high for low, high in pairwise(values))
