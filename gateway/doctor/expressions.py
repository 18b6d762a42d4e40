"""SQL expressions in one form, whether we wrote them or Postgres prints them."""

from __future__ import annotations

import re
from collections.abc import Callable

_STRING = re.compile(r"'(?:[^']|'')*'")
_HIDDEN = re.compile(r"\x00(\d+)\x00")
_CAST = re.compile(
    r"::(?:character varying|double precision|timestamp with(?:out)? time zone|\w+)"
    r"(?:\(\d+(?:,\s*\d+)?\))?(?:\[\])*"
)
_AMONG = re.compile(r"= ANY \(+ARRAY\[([^\]]*)\]\)+|IN \(([^)]*)\)", re.IGNORECASE)
_ENCLOSED = re.compile(r"(?<!\w)\(([\w\x00]+)\)")
_ADDED = re.compile(r"\bAS \"?\w+\"?|[()\"\s]")
_CLOCK = re.compile(r"\bnow\(\)|\b(?:current|local)_timestamp\b|_timestamp\(\)", re.IGNORECASE)
_QUOTED_NUMBER = re.compile(r"'(-?\d+(?:\.\d+)?)'")

SEQUENCE = "the next of a sequence"
NOW = "now()"


def plain(expression: str) -> str:
    """Without casts and needless parentheses; a list of values in alphabetical order.

    Postgres adds the casts, and keeps `a IN (…)` as `a = ANY (ARRAY[…])`.
    """
    hidden, shown = _without_strings(expression)
    freed = _ENCLOSED.sub(r"\1", _CAST.sub("", " ".join(hidden.split())))

    def among(match: re.Match[str]) -> str:
        values = (match[1] or match[2]).split(",")
        return f"IN ({', '.join(sorted(shown(value.strip()) for value in values))})"

    return shown(_AMONG.sub(among, freed))


def bare(condition: str) -> str:
    """Without what Postgres adds to a policy's condition: casts, names of results, parentheses."""
    hidden, shown = _without_strings(condition)
    return shown(_ADDED.sub("", _CAST.sub("", hidden)))


def plain_default(expression: str | None) -> str | None:
    """A column's default: any clock is as good as another, and so is any sequence."""
    if expression is None:
        return None
    if expression.startswith("nextval("):
        return SEQUENCE
    if _CLOCK.search(expression):
        return NOW
    return _QUOTED_NUMBER.sub(r"\1", plain(expression))


def _without_strings(expression: str) -> tuple[str, Callable[[str], str]]:
    """An expression with each string hidden, and what shows them again."""
    strings = _STRING.findall(expression)
    places = iter(range(len(strings)))

    def shown(text: str) -> str:
        return _HIDDEN.sub(lambda place: strings[int(place[1])], text)

    return _STRING.sub(lambda _: f"\x00{next(places)}\x00", expression), shown
