"""Cursors: the position of the row examined last, sealed for one listing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson

from loaders.errors import BadUserInput
from loaders.sealing import Seal
from loaders.stores.interface import Key, Route

_VERSION = "cursor-1"
_READERS: dict[str, Callable[[str], Any]] = {
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "n": Decimal,
}


def write(seal: Seal, route: Route, position: Key) -> str:
    """The cursor of a position, for this route alone."""
    return seal.close(orjson.dumps([_tagged(value) for value in position]), _purpose(route))


def read(seal: Seal, route: Route, cursor: str, argument: str) -> Key:
    """The position that a cursor names; BadUserInput where it is not one of this listing."""
    try:
        content = seal.open(cursor, _purpose(route))
    except ValueError:
        raise foreign(argument) from None
    return tuple(_untagged(value) for value in orjson.loads(content))


def foreign(argument: str) -> BadUserInput:
    """The error for a cursor that this listing has not written."""
    return BadUserInput(
        f"{argument} is no cursor of this list: give one that its pageInfo or edges answered",
        argument=argument,
    )


def _purpose(route: Route) -> str:
    return f"{_VERSION} {route}"


def _tagged(value: Any) -> Any:
    """JSON that tells the types apart that a position can have."""
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, Decimal):
        return {"n": str(value)}
    return value


def _untagged(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((tag, text),) = value.items()
    return _READERS[tag](text)
