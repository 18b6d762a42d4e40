"""From values to the bytes of JSON, once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson

_TIMES = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z
_WHOLE_NUMBERS = range(-(1 << 63), 1 << 64)
"""Those that orjson writes itself."""
_NESTED_AT_ONCE = 100
"""Levels that are written at once where orjson, which writes some 250, refuses the whole."""


def to_bytes(body: Any) -> bytes:
    """JSON; numbers keep their digits."""
    try:
        return orjson.dumps(body, default=_as_json, option=_TIMES)
    except orjson.JSONEncodeError:
        return orjson.dumps(_in_parts(body, 1), default=_as_json, option=_TIMES)


def _in_parts(value: Any, level: int) -> Any:
    """The same with its large whole numbers and its deeper levels written already."""
    if isinstance(value, dict | list):
        members = value.items() if isinstance(value, dict) else enumerate(value)
        parts: Any = value.copy()
        for place, member in members:
            parts[place] = _in_parts(member, level + 1)
        value = parts
    elif isinstance(value, int) and value not in _WHOLE_NUMBERS:
        return orjson.Fragment(str(value))
    if level % _NESTED_AT_ONCE == 0:
        return orjson.Fragment(orjson.dumps(value, default=_as_json, option=_TIMES))
    return value


def _as_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value))
    raise TypeError(f"{type(value).__name__} has no JSON form")
