"""The time that rows are judged by; a demo's stands where its data does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True)
class Clock:
    """Real time, moved by an offset."""

    offset: timedelta = timedelta()

    @classmethod
    def starting_at(cls, moment: datetime) -> Clock:
        return cls(moment - datetime.now(UTC))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset
