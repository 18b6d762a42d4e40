"""From a client's argument to the value of a stored column."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any

from strawberry import UNSET

from loaders.errors import BadUserInput
from loaders.stores.interface import Range
from loaders.tables.facts import Column
from loaders.tables.kinds import Kind

LONGEST_TEXT = 1_024
"""In bytes. No key that is stored is longer: DynamoDB's sort columns hold no more."""

_WHOLE_NUMBER = re.compile(r"-?[0-9]+")
_MOST_DIGITS = 20
"""More than any number of 64 bits has; `int` takes no number of thousands."""


def graphql_name(name: str) -> str:
    """The name that a client knows a Python name by."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in rest)


def column_value(column: Column, given: Any, argument: str) -> Any:
    """The stored form of an argument, or BadUserInput where a column cannot hold it."""
    if isinstance(given, Enum):
        return given.value
    if column.kind.bits is not None:
        return _integer(column.kind, given, argument)
    if isinstance(given, str):
        return text(given, argument)
    return given


def _integer(kind: Kind, given: Any, argument: str) -> int:
    digits = str(given)
    if not _WHOLE_NUMBER.fullmatch(digits):
        raise BadUserInput(f"{argument} must be a whole number", argument=argument)
    bound = 1 << (kind.bits or 0) - 1
    if len(digits) > _MOST_DIGITS or not -bound <= int(digits) < bound:
        raise BadUserInput(f"{argument} is beyond what {kind.bits} bits hold", argument=argument)
    return int(digits)


def text(given: str, argument: str) -> str:
    """A text that a key can be, or BadUserInput."""
    if not given:
        raise BadUserInput(f"{argument} must not be empty", argument=argument)
    if "\0" in given:
        raise BadUserInput(f"{argument} must not hold a NUL character", argument=argument)
    if len(given.encode()) > LONGEST_TEXT:
        raise BadUserInput(f"{argument} is longer than {LONGEST_TEXT} bytes", argument=argument)
    return given


def column_range(column: str, given: Any, argument: str) -> Range | None:
    """The range that an argument gives a column; BadUserInput where it ends before it begins."""
    if given is None:
        return None
    low, high = (None if end is UNSET else end for end in (given.from_, given.to))
    if low is not None and high is not None and high < low:
        raise BadUserInput(f"{argument} ends before it begins", argument=argument)
    return None if low is None and high is None else Range(column, low, high)
