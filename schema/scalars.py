"""The scalars beyond GraphQL's own, each with the page that specifies it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

JSON = NewType("JSON", object)
"""Stands in annotations for a value of any shape."""

BigInt = NewType("BigInt", int)
"""Stands in annotations for a whole number that may be beyond 32 bits."""

_WHOLE = re.compile(r"-?\d+")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def _write_date_time(value: datetime) -> datetime:
    """In UTC; the writer of JSON makes the text."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _write_date(value: date) -> date:
    """As it is; the writer of JSON makes the text."""
    if type(value) is not date:
        raise ValueError(f"{value!r} is no date")
    return value


def _read_date_time(value: Any) -> datetime:
    if not isinstance(value, str) or not _DATE_TIME.fullmatch(value):
        raise ValueError(f"{value!r} is no date and time such as 2025-09-20T10:00:00Z")
    moment = datetime.fromisoformat(value.upper())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _read_date(value: Any) -> date:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError(f"{value!r} is no date such as 2025-09-20")
    return date.fromisoformat(value)


def _read_big_int(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"{value!r} is no whole number")
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        raise ValueError(f"{value!r} is no whole number")
    number = int(value)
    if not -(1 << 63) <= number < 1 << 63:
        raise ValueError(f"{value!r} is beyond what 64 bits hold")
    return number


def _write_decimal(value: Decimal) -> str:
    return format(value, "f")


def _read_decimal(value: Any) -> Decimal:
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise ValueError(f'{value!r} is no decimal number in a text, such as "9.90"')
    return Decimal(value)


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A date and time in UTC, such as `2025-09-20T10:00:00Z`. "
        "As an argument it may have any offset; without one it is UTC.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
        serialize=_write_date_time,
        parse_value=_read_date_time,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A date without a time, such as `2025-09-20`.",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date",
        serialize=_write_date,
        parse_value=_read_date,
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number of up to 64 bits, as text: JavaScript's numbers lose digits.",
        specified_by_url="https://www.postgresql.org/docs/current/datatype-numeric.html",
        serialize=str,
        parse_value=_read_big_int,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description="A decimal number with all its digits, as text, such as `9.90`.",
        specified_by_url="https://www.postgresql.org/docs/current/datatype-numeric.html",
        serialize=_write_decimal,
        parse_value=_read_decimal,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value: the product fixes no shape for it.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    ),
}
