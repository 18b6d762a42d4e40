"""The scalars beyond GraphQL's own, each with the page that specifies it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

JSON = NewType("JSON", object)
"""Stands in annotations for a value of any shape."""

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def _write_date_time(value: datetime) -> str:
    moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    precision = "milliseconds" if moment.microsecond % 1_000 == 0 else "microseconds"
    text = moment.isoformat(timespec=precision if moment.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def _read_date_time(value: Any) -> datetime:
    if not isinstance(value, str) or not _DATE_TIME.fullmatch(value):
        raise ValueError(f"{value!r} is no date and time such as 2025-09-20T10:00:00Z")
    moment = datetime.fromisoformat(value.upper())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _read_date(value: Any) -> date:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError(f"{value!r} is no date such as 2025-09-20")
    return date.fromisoformat(value)


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
        serialize=date.isoformat,
        parse_value=_read_date,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value: the product fixes no shape for it.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    ),
}
