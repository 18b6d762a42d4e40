"""From a client's argument to a stored value, or to an error that names the argument."""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

import pytest
from strawberry import UNSET

from loaders.errors import BadUserInput
from loaders.stores.interface import Range
from loaders.tables.facts import Column
from loaders.tables.kinds import BIG_INTEGER, FLAG, INTEGER, TEXT, Kind, choice
from resolvers.arguments import LONGEST_TEXT, column_range, column_value, graphql_name


class Size(Enum):
    SMALL = "s"


def of(kind: Kind) -> Column:
    return Column("it", kind, kind.parse)


@pytest.mark.parametrize(
    ("name", "known_as"),
    [("by", "by"), ("order_by", "orderBy"), ("from_", "from"), ("tmdb_title_id", "tmdbTitleId")],
)
def test_a_python_name_is_known_to_clients_in_camel_case(name: str, known_as: str) -> None:
    assert graphql_name(name) == known_as


@pytest.mark.parametrize(
    ("kind", "given", "stored"),
    [
        (INTEGER, "7", 7),
        (INTEGER, "-7", -7),
        (INTEGER, "007", 7),
        (INTEGER, 7, 7),
        (INTEGER, str(2**31 - 1), 2**31 - 1),
        (INTEGER, str(-(2**31)), -(2**31)),
        (BIG_INTEGER, str(2**63 - 1), 2**63 - 1),
        (BIG_INTEGER, str(-(2**63)), -(2**63)),
        (TEXT, " 7 ", " 7 "),
        (TEXT, "ü" * (LONGEST_TEXT // 2), "ü" * (LONGEST_TEXT // 2)),
        (FLAG, False, False),
        (choice("s", "m"), Size.SMALL, "s"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_the_stored_form_of_an_argument(kind: Kind, given: Any, stored: Any) -> None:
    assert column_value(of(kind), given, "it") == stored


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        (INTEGER, "", "it must be a whole number"),
        (INTEGER, "7.0", "it must be a whole number"),
        (INTEGER, "7\n", "it must be a whole number"),
        (INTEGER, True, "it must be a whole number"),
        (INTEGER, str(2**31), "it is beyond what 32 bits hold"),
        (BIG_INTEGER, str(2**63), "it is beyond what 64 bits hold"),
        (BIG_INTEGER, "9" * 10_000, "it is beyond what 64 bits hold"),
        (TEXT, "", "it must not be empty"),
        (TEXT, "\0", "it must not hold a NUL character"),
        (TEXT, "ü" * (LONGEST_TEXT // 2) + "!", "it is longer than 1024 bytes"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_a_column_cannot_hold_is_refused(kind: Kind, given: Any, message: str) -> None:
    with pytest.raises(BadUserInput) as refused:
        column_value(of(kind), given, "it")
    assert str(refused.value) == message
    assert refused.value.argument == "it"


class Years(NamedTuple):
    from_: Any
    to: Any


@pytest.mark.parametrize("given", [(1927, 1950), (1927, 1927), (None, 1950), (1927, None)])
def test_the_range_of_an_argument(given: tuple[int | None, int | None]) -> None:
    assert column_range("year", Years(*given), "years") == Range("year", *given)
    left_out = Years(*(UNSET if year is None else year for year in given))
    assert column_range("year", left_out, "years") == Range("year", *given)


@pytest.mark.parametrize("given", [Years(None, None), Years(UNSET, None), None])
def test_a_range_without_bounds_is_none(given: Years | None) -> None:
    assert column_range("year", given, "years") is None


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(BadUserInput, match=r"^years ends before it begins$") as refused:
        column_range("year", Years(1950, 1927), "years")
    assert refused.value.argument == "years"
