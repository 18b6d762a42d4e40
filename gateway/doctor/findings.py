"""What the doctor has to say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """How much a finding matters."""

    DIFFERENCE = "difference"
    """Something that a product's document asks for, or a row that breaks its declaration."""
    ADVICE = "advice"
    """Something that is ours, beyond the documents; the gateway is slower or off without it."""
    NOTE = "note"
    """Something that could not be looked at."""


@dataclass(frozen=True)
class Finding:
    """One thing that is not as declared.

    `subject` names it, `row` the key of the row it is about, `mend` what mends it: SQL statements
    or commands, in their order. `without` says what is slower or off as long as it stays so.
    """

    level: Level
    subject: str
    says: str
    mend: tuple[str, ...] = ()
    row: tuple[tuple[str, Any], ...] = ()
    without: str | None = None

    def __str__(self) -> str:
        key = ", ".join(f"{name}={value}" for name, value in self.row)
        named = f"{self.subject} ({key})" if key else self.subject
        return f"{named} {self.says}" + (f"; {self.without}" if self.without else "")


def finding(
    subject: str,
    says: str,
    mend: tuple[str, ...],
    *,
    without: str | None = None,
    row: tuple[tuple[str, Any], ...] = (),
) -> Finding:
    """A difference; advice where it is ours, and so has something to say on life without it."""
    level = Level.ADVICE if without else Level.DIFFERENCE
    return Finding(level, subject, says, mend, row, without)
