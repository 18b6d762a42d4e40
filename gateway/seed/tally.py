"""How far seeding is: a bar on a terminal, else a line every few seconds."""

from __future__ import annotations

import time
from collections import Counter
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gateway.progress import console, say

PAUSE = 5.0
"""Seconds between two lines where there is no terminal."""


class Tally:
    """Counts what is written, and shows it."""

    def __init__(self, batches: int, there: int) -> None:
        """`there`: how many of the batches an earlier run has written."""
        self.rows: Counter[str] = Counter()
        self._batches = batches
        self._done = self._there = there
        self._started = self._said = time.monotonic()
        self._bar = Progress(
            TextColumn("Seeding"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[told]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=batches, completed=there, told="")

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self._started

    def wrote(self, product: str, rows: int) -> None:
        """Count a batch, a generation of a product."""
        self.rows[product] += rows
        self._done += 1
        told = f"{self.rows.total():,} rows, {self.rows.total() / self.seconds:,.0f} a second"
        if console.is_terminal:
            self._bar.update(self._task, completed=self._done, told=told)
        elif time.monotonic() - self._said >= PAUSE:
            self._said = time.monotonic()
            say(f"Seeding: {self._done} of {self._batches} batches, {told}")

    def __enter__(self) -> Self:
        if self._there:
            say(f"{self._there} of {self._batches} batches are there already")
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()
        if error is None:
            parts = ", ".join(f"{rows:,} of {name}" for name, rows in self.rows.items())
            say(
                f"Seeded {self.rows.total():,} rows in {self.seconds:.1f} s{parts and f': {parts}'}"
            )
