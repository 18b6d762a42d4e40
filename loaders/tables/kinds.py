"""The kinds of stored values: how each is read, and how a bound on it is written."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import MINYEAR, UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal

AttributeType = Literal["S", "N", "BOOL", "L", "M"]


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Kind:
    """One kind of stored value.

    `parse` turns a stored value into what the schema shows and raises ValueError where the value
    is not of this kind. `bounds` turns an inclusive range into the stored form; rows between such
    bounds are parsed and checked again, so it may be wider than the range. `choices` are those of a
    closed list; `bits` is the size of a whole number that has one. Values of exactly the type
    `exact`, within those bits, are shown as they are stored.
    """

    name: str
    attribute_type: AttributeType
    parse: Callable[[Any], Any]
    bounds: Callable[[Any, Any], tuple[Any, Any]] = lambda low, high: (low, high)
    choices: tuple[str, ...] = ()
    bits: int | None = None
    exact: type | None = None


def _exactly(expected: type, name: str) -> Callable[[Any], Any]:
    def parse(value: Any) -> Any:
        if type(value) is not expected:
            raise ValueError(f"is no {name}")
        return value

    return parse


def _whole(bits: int) -> Callable[[Any], int]:
    bound = 1 << bits - 1

    def parse(value: Any) -> int:
        if type(value) is not int:
            raise ValueError("is no whole number")
        if not -bound <= value < bound:
            raise ValueError(f"is beyond what {bits} bits hold")
        return value

    return parse


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("is no number")
    return Decimal(value)


def _moment(value: Any) -> datetime:
    """ISO text; one without an offset is UTC."""
    if not isinstance(value, str):
        raise ValueError("is no ISO date and time")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("is no ISO date and time") from None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # an offset leads past the ends of the calendar
        raise ValueError("is no time that a calendar has") from None


def _utc(moment: datetime) -> datetime:
    """In UTC without saying so, and never past the ends of the calendar."""
    try:
        return moment.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return datetime.min if moment.year == MINYEAR else datetime.max


def _aware(value: Any) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("is no timestamp with time zone")
    return value


def _epoch(value: Any) -> datetime:
    """Seconds since 1970."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("is no number of seconds")
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (OverflowError, ValueError):
        raise ValueError("is no time that a calendar has") from None


def _epoch_bounds(low: datetime | None, high: datetime | None) -> tuple[int | None, int | None]:
    return (
        None if low is None else math.floor(low.timestamp()),
        None if high is None else math.ceil(high.timestamp()),
    )


def _float(value: Any) -> float:
    return float(_number(value))


_LARGEST_FLOAT = 1e100
"""Well within DynamoDB's numbers, and beyond any that is stored."""


def _float_bounds(low: float | None, high: float | None) -> tuple[Decimal | None, Decimal | None]:
    def stored(bound: float | None) -> Decimal | None:
        if bound is None:
            return None
        within = max(-_LARGEST_FLOAT, min(_LARGEST_FLOAT, bound))
        return Decimal(str(within)) if abs(within) > 1 / _LARGEST_FLOAT else Decimal(0)

    return stored(low), stored(high)


def _moment_bounds(low: datetime | None, high: datetime | None) -> tuple[str | None, str | None]:
    """To the second: as text, all moments of one lie from `…00` to `…00Z`, which is its last.

    Any wider, and a page would begin with the rows beside its range, however many they are.
    """
    return (
        None if low is None else _utc(low).isoformat(timespec="seconds"),
        None if high is None else _utc(high).isoformat(timespec="seconds") + "Z",
    )


def _naive(value: Any) -> datetime:
    """A timestamp without time zone, which is UTC."""
    if not isinstance(value, datetime):
        raise ValueError("is no timestamp")
    return value.replace(tzinfo=UTC)


def _naive_bounds(
    low: datetime | None, high: datetime | None
) -> tuple[datetime | None, datetime | None]:
    return low and _utc(low), high and _utc(high)


def _aware_bounds(
    low: datetime | None, high: datetime | None
) -> tuple[datetime | None, datetime | None]:
    return low and _utc(low).replace(tzinfo=UTC), high and _utc(high).replace(tzinfo=UTC)


def _year(value: Any) -> int:
    if not isinstance(value, str) or not (value.isascii() and value.isdigit()):
        raise ValueError("is no year")
    return int(value)


def _year_bounds(low: int | None, high: int | None) -> tuple[str | None, str | None]:
    def stored(year: int | None) -> str | None:
        # As text, a year of other than four digits would sort among those that have them.
        return None if year is None else f"{min(max(year, 0), 9999):04d}"

    return stored(low), stored(high)


TEXT = Kind("text", "S", _exactly(str, "text"), exact=str)
FLAG = Kind("flag", "BOOL", _exactly(bool, "boolean"), exact=bool)
INTEGER = Kind("whole number", "N", _whole(32), bits=32, exact=int)
BIG_INTEGER = Kind("large whole number", "N", _whole(64), bits=64, exact=int)
NUMBER = Kind("number", "N", _number)
MOMENT = Kind("ISO date and time", "S", _moment, _moment_bounds)
FLOAT = Kind("number", "N", _float, _float_bounds)
EPOCH = Kind("number of seconds", "N", _epoch, _epoch_bounds)
AWARE = Kind("timestamp with time zone", "S", _aware, _aware_bounds, exact=datetime)
NAIVE_UTC = Kind("timestamp", "S", _naive, _naive_bounds, exact=datetime)
DATE = Kind("date", "S", _exactly(date, "date"), exact=date)
YEAR = Kind("year", "S", _year, _year_bounds)
ANYTHING = Kind("anything", "M", _same)
"""A value whose shape its product does not fix: shown as JSON."""


def choice(*values: str) -> Kind:
    """Text out of a closed list; anything else is a broken record."""

    def parse(value: Any) -> str:
        if value not in values:
            raise ValueError(f"is none of {', '.join(values)}")
        return str(value)

    return Kind("choice", "S", parse, choices=values)


@cache
def list_of(item: Kind, *, gaps: bool = False) -> Kind:
    """A list, each item of which is of one kind; with `gaps`, some may be null."""

    def parse(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValueError("is no list")
        if item.bits is None and set(map(type, value)) == {item.exact}:
            return value
        return [None if gaps and entry is None else item.parse(entry) for entry in value]

    return Kind(f"list of {item.name}", "L", parse)


IDS = list_of(INTEGER, gaps=True)
"""Ids of rows: a null among them leads nowhere, like the id of a row that is gone."""


def shape(**members: Kind) -> Kind:
    """A map whose named members, those that it has, are of these kinds; others are kept."""

    def parse(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise ValueError("is no map")
        parsed = dict(value)
        for name, kind in members.items():
            if value.get(name) is not None:
                parsed[name] = kind.parse(value[name])
        return parsed

    return Kind("map", "M", parse)
