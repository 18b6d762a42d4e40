"""A clock that stands: tokens of the demo's data expire minutes after the data's own time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.demo.data.epoch import EPOCH
from loaders.clock import Clock


@dataclass(frozen=True)
class StandingClock(Clock):
    """Always the same moment."""

    moment: datetime = EPOCH

    def now(self) -> datetime:
        return self.moment
