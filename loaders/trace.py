"""The store calls of one request, in the order in which they ended."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from loaders.masks import Mask, mask
from loaders.stores.interface import Call
from loaders.viewer import Viewer

_TOLD_OF_ALONG = ("table", "index", "keys", "rows", "attributes", "sql", "paths")
"""What a trace tells of a read that came along; all else is told of the call that it came with."""


class LevelRead(NamedTuple):
    """A field that was waited for, with all that is below it: how many objects, and from when to
    when, by `time.perf_counter`."""

    place: tuple[str, ...]
    objects: int
    began: float
    ended: float


@dataclass
class Trace:
    """A request's store calls. They are always counted; their keys only where they are `wanted`.

    `timed`: the levels are kept too. `began` is when the request did, by `time.perf_counter`.
    """

    wanted: bool = False
    timed: bool = False
    began: float = field(default_factory=time.perf_counter)
    calls: list[Call] = field(default_factory=list)
    levels: list[LevelRead] = field(default_factory=list)
    placed: bool = field(init=False)
    """Whether calls are told of the places of the query that asked for them."""

    def __post_init__(self) -> None:
        self.placed = self.wanted or self.timed

    def as_json(self, viewer: Viewer) -> list[dict[str, Any]]:
        """The calls as `extensions.trace` shows them; milliseconds and read units.

        `startedAt` is counted from the beginning of the request.
        Who sees personal data masked in an answer sees it masked here.
        """
        return [self._call(call, viewer) for call in self.calls]

    def _call(self, call: Call, viewer: Viewer) -> dict[str, Any]:
        line = {
            "store": call.store,
            "table": call.table,
            "index": call.index,
            "operation": call.operation,
            "keys": _keys(call, viewer),
            "rows": None if call.withheld else call.rows,
            "attributes": list(call.attributes),
            "startedAt": round((call.started - self.began) * 1000, 3),
            "milliseconds": round(call.milliseconds, 3),
            "consumedCapacity": None if call.withheld else call.capacity,
            "sql": call.sql,
            "error": call.error,
            "paths": list(call.paths),
            "along": [self._along(read, viewer) for read in call.along] or None,
        }
        return {name: value for name, value in line.items() if value is not None}

    def _along(self, read: Call, viewer: Viewer) -> dict[str, Any]:
        """A read that a call made too, whose keys stood in its rows."""
        line = self._call(read, viewer)
        return {name: line[name] for name in _TOLD_OF_ALONG}


def _keys(call: Call, viewer: Viewer) -> list[dict[str, Any]]:
    masked: Mapping[str, Mask] = call.personal if viewer.sees_masked(call.store) else {}
    return [
        {
            name: mask(part, masked[name]) if name in masked else _plain(part)
            for name, part in key.items()
        }
        for key in call.keys
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | Decimal):
        return str(value)
    return value
