"""The scalars: what they read, what they write, what they refuse."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLScalarType

from gateway.execution.writing import to_bytes
from schema.build import graphql_schema


def scalar(name: str) -> GraphQLScalarType:
    found = graphql_schema.type_map[name]
    assert isinstance(found, GraphQLScalarType)
    return found


NOON = datetime(2025, 9, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (NOON, "2025-09-20T12:00:00Z"),
        (NOON.replace(tzinfo=None), "2025-09-20T12:00:00Z"),
        (NOON.astimezone(timezone(timedelta(hours=5, minutes=30))), "2025-09-20T12:00:00Z"),
        (NOON.replace(microsecond=50_000), "2025-09-20T12:00:00.050000Z"),
        (NOON.replace(microsecond=1), "2025-09-20T12:00:00.000001Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00Z"),
    ],
)
def test_a_moment_is_written_in_utc(value: datetime, written: str) -> None:
    assert to_bytes(scalar("DateTime").coerce_output_value(value)) == f'"{written}"'.encode()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-09-20T12:00:00Z", NOON),
        ("2025-09-20t12:00:00z", NOON),
        ("2025-09-20 12:00:00", NOON),
        ("2025-09-20T12:00:00", NOON),
        ("2025-09-20T14:00:00+02:00", NOON),
        ("2025-09-20T12:00:00.5Z", NOON.replace(microsecond=500_000)),
        ("2025-09-20T12:00:00.123456789Z", NOON.replace(microsecond=123_456)),
    ],
)
def test_a_moment_is_read_with_any_offset(text: str, moment: datetime) -> None:
    found = scalar("DateTime").parse_value(text)
    assert found == moment
    assert found.tzinfo is not None


@pytest.mark.parametrize(
    "value",
    [
        "2025-09-20",
        "2025-09-20T12:00Z",
        "2025-09-20T12:00:00+0200",
        "2025-02-30T12:00:00Z",
        "2025-09-20T24:00:01Z",
        "2025-09-20T12:00:60Z",
        "20250920T120000Z",
        "٢٠٢٥-09-20T12:00:00Z",
        "yesterday",
        "",
        1_758_369_600,
        True,
        None,
        ["2025-09-20T12:00:00Z"],
    ],
    ids=repr,
)
def test_what_is_no_moment_is_refused(value: Any) -> None:
    with pytest.raises((ValueError, GraphQLError)):
        scalar("DateTime").parse_value(value)


def test_a_date_is_read_and_written() -> None:
    assert to_bytes(scalar("Date").coerce_output_value(date(2025, 9, 20))) == b'"2025-09-20"'
    with pytest.raises(ValueError, match="no date"):
        scalar("Date").coerce_output_value(NOON)
    assert scalar("Date").parse_value("2024-02-29") == date(2024, 2, 29)


@pytest.mark.parametrize(
    "value", ["2025-02-29", "20250920", "2025-9-20", "2025-W38-6", "2025-09-20T12:00:00Z", 5, None]
)
def test_what_is_no_date_is_refused(value: Any) -> None:
    with pytest.raises((ValueError, GraphQLError)):
        scalar("Date").parse_value(value)


@pytest.mark.parametrize("value", [{"a": [1, None]}, [], "text", 1.5, False])
def test_any_json_goes_through_as_it_is(value: Any) -> None:
    assert scalar("JSON").serialize(value) is value
    assert scalar("JSON").parse_value(value) is value
