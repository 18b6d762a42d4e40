"""The kinds of stored values: what each reads, what it refuses, and how it bounds a range."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from loaders.tables.kinds import (
    ANYTHING,
    AWARE,
    BIG_INTEGER,
    DATE,
    FLAG,
    IDS,
    INTEGER,
    MOMENT,
    NAIVE_UTC,
    NUMBER,
    TEXT,
    YEAR,
    Kind,
    choice,
    list_of,
    shape,
)

NOON = datetime(2025, 9, 20, 12, tzinfo=UTC)
EAST = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("kind", "stored", "shown"),
    [
        (TEXT, "", ""),
        (FLAG, False, False),
        (INTEGER, -(2**31), -(2**31)),
        (BIG_INTEGER, 2**63 - 1, 2**63 - 1),
        (NUMBER, 3, Decimal(3)),
        (NUMBER, Decimal("0.10"), Decimal("0.10")),
        (MOMENT, "2025-09-20T12:00:00Z", NOON),
        (MOMENT, "2025-09-20T12:00:00.250Z", NOON + timedelta(milliseconds=250)),
        (MOMENT, "2025-09-20T14:00:00+02:00", NOON),
        (MOMENT, "2025-09-20T12:00:00", NOON),
        (NAIVE_UTC, datetime(2025, 9, 20, 12), NOON),
        (DATE, date(2025, 9, 20), date(2025, 9, 20)),
        (YEAR, "0987", 987),
        (ANYTHING, {"a": [1]}, {"a": [1]}),
        (choice("movie", "tv"), "tv", "tv"),
        (list_of(INTEGER), [2, 1], [2, 1]),
        (IDS, [2, None, 2], [2, None, 2]),
        (shape(id=INTEGER, name=TEXT), {"id": 1, "more": 2}, {"id": 1, "more": 2}),
        (shape(id=INTEGER, name=TEXT), {"name": None}, {"name": None}),
    ],
)
def test_a_stored_value_is_read(kind: Kind, stored: Any, shown: Any) -> None:
    assert kind.parse(stored) == shown
    assert type(kind.parse(stored)) is type(shown)


@pytest.mark.parametrize(
    ("kind", "stored", "what"),
    [
        (TEXT, 1, "is no text"),
        (FLAG, 1, "is no boolean"),
        (INTEGER, True, "is no whole number"),
        (INTEGER, Decimal("1.5"), "is no whole number"),
        (INTEGER, 2**31, "is beyond what 32 bits hold"),
        (BIG_INTEGER, -(2**63) - 1, "is beyond what 64 bits hold"),
        (NUMBER, True, "is no number"),
        (NUMBER, "1", "is no number"),
        (MOMENT, "yesterday", "is no ISO date and time"),
        (MOMENT, 1_758_369_600, "is no ISO date and time"),
        (MOMENT, "9999-12-31T23:59:59-02:00", "is no time that a calendar has"),
        (NAIVE_UTC, "2025-09-20T12:00:00", "is no timestamp"),
        (DATE, datetime(2025, 9, 20), "is no date"),
        (YEAR, "MCMXCV", "is no year"),
        (YEAR, "", "is no year"),
        (YEAR, "١٩٩٥", "is no year"),
        (YEAR, 1995, "is no year"),
        (choice("movie", "tv"), "radio", "is none of movie, tv"),
        (list_of(TEXT), "text", "is no list"),
        (list_of(TEXT), ["a", None], "is no text"),
        (IDS, [2, "1"], "is no whole number"),
        (shape(id=INTEGER), [1], "is no map"),
        (shape(id=INTEGER), {"id": "1"}, "is no whole number"),
    ],
)
def test_a_value_of_another_kind_is_refused(kind: Kind, stored: Any, what: str) -> None:
    with pytest.raises(ValueError, match=f"^{what}$"):
        kind.parse(stored)


def test_bounds_on_iso_text_hold_the_whole_second_and_none_beside_it() -> None:
    low, high = MOMENT.bounds(NOON, NOON + timedelta(milliseconds=999))
    for fraction in ("", ".000", ".250", ".999", ".000001"):
        for offset in ("", "Z", "+00:00"):
            assert low <= f"2025-09-20T12:00:00{fraction}{offset}" <= high
            assert f"2025-09-20T11:59:59{fraction}{offset}" < low
            assert f"2025-09-20T12:00:01{fraction}{offset}" > high


@pytest.mark.parametrize(
    ("kind", "low", "high", "stored"),
    [
        (TEXT, "a", None, ("a", None)),
        (MOMENT, None, None, (None, None)),
        (MOMENT, NOON.astimezone(EAST), None, ("2025-09-20T12:00:00", None)),
        (MOMENT, None, NOON.astimezone(EAST), (None, "2025-09-20T12:00:00Z")),
        (NAIVE_UTC, NOON.astimezone(EAST), None, (datetime(2025, 9, 20, 12), None)),
        (NAIVE_UTC, None, NOON, (None, datetime(2025, 9, 20, 12))),
        (AWARE, NOON.astimezone(EAST), None, (NOON, None)),
        (YEAR, 987, 2025, ("0987", "2025")),
        (YEAR, None, None, (None, None)),
    ],
)
def test_bounds_are_of_the_stored_kind(kind: Kind, low: Any, high: Any, stored: Any) -> None:
    assert kind.bounds(low, high) == stored


@pytest.mark.parametrize("kind", [MOMENT, NAIVE_UTC, AWARE])
@pytest.mark.parametrize("zone", [UTC, EAST, timezone(timedelta(hours=-2))])
def test_a_range_may_reach_from_the_first_instant_to_the_last(kind: Kind, zone: timezone) -> None:
    low, high = kind.bounds(datetime.min.replace(tzinfo=zone), datetime.max.replace(tzinfo=zone))
    assert str(low).startswith("0001-01-01")
    assert str(high).startswith("9999-12-31")


def test_a_year_of_five_digits_does_not_sort_before_those_of_four() -> None:
    assert YEAR.bounds(None, 12_000) == (None, "9999")
    assert YEAR.bounds(12_000, 13_000) == ("9999", "9999")
    assert YEAR.bounds(-44, None) == ("0000", None)
