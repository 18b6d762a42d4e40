"""Whether two servers said the same, value by value."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import chain
from typing import Any

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")

_ENUMS = ("mediaType",)
"""Members whose values a server names as they are stored, in lower case."""


def difference(ours: Any, theirs: Any, place: str = "") -> str:
    """The first place where they differ, with both values; empty where they are the same."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        if ours.keys() != theirs.keys():
            return f"{place}: {sorted(ours)} and {sorted(theirs)}"
        pairs = ((f"{place}.{name}", ours[name], theirs[name]) for name in ours)
    elif isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            return f"{place}: {len(ours)} and {len(theirs)} entries"
        pairs = ((f"{place}.{at}", *both) for at, both in enumerate(zip(ours, theirs, strict=True)))
    else:
        same = _plain(ours, place) == _plain(theirs, place)
        return "" if same else f"{place}: {ours!r} and {theirs!r}"
    return next(filter(None, (difference(one, other, at) for at, one, other in pairs)), "")


def leaves(answer: Any) -> int:
    """How many values there are that are no lists and no objects."""
    if isinstance(answer, dict):
        return sum(map(leaves, answer.values()))
    return sum(map(leaves, chain(answer))) if isinstance(answer, list) else 1


def _plain(value: Any, place: str) -> Any:
    """The moment that a text names, however it is written."""
    if not isinstance(value, str):
        return value
    if _MOMENT.match(value):
        moment = datetime.fromisoformat(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return value.upper() if place.rpartition(".")[2] in _ENUMS else value
