"""What was measured at two scales, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

SLOWER = 3
"""How many times slower a request is that is listed, however many there are."""
WORST = 10
"""How many are listed where fewer are as slow."""


@dataclass(frozen=True)
class Sample:
    """One answer: how long it took, its store calls, and the rows that they brought."""

    seconds: float
    calls: Mapping[str, int]
    rows: int


@dataclass(frozen=True)
class Figures:
    """The samples of one request at the smaller scale and at the larger one."""

    name: str
    small: Sequence[Sample]
    large: Sequence[Sample]

    @cached_property
    def other_calls(self) -> Sequence[str]:
        """The calls whose number differs, if the scales never agreed.

        They do now and then: some reads meet in one call or not, as their answers come.
        """
        if any(one.calls == other.calls for one in self.small for other in self.large):
            return []
        small, large = self.small[-1].calls, self.large[-1].calls
        return [
            f"{call}: {small.get(call, 0)}, {large.get(call, 0)}"
            for call in sorted({*small, *large})
            if small.get(call) != large.get(call)
        ]

    @cached_property
    def ratio(self) -> float:
        """How many times slower the larger scale is."""
        return _milliseconds(self.large) / _milliseconds(self.small)

    @property
    def rows(self) -> str:
        """How many rows each scale's stores brought."""
        return f"{self.small[0].rows}, {self.large[0].rows}"


def _milliseconds(samples: Sequence[Sample]) -> float:
    """The fastest: what else the machine does only ever adds to a time."""
    return 1000 * min(sample.seconds for sample in samples)


def report(scales: tuple[int, int], figures: Sequence[Figures]) -> str:
    """How many make the same calls, those that make others, and the slowest in proportion."""
    others = [one for one in figures if one.other_calls]
    ordered = sorted(figures, key=lambda one: one.ratio, reverse=True)
    ratios = [one.ratio for one in ordered]
    slower = sum(ratio > SLOWER for ratio in ratios)
    at = "at {}, at {}".format(*scales)
    return f"""\
# Scale {scales[0]} and scale {scales[1]}

{len(figures)} requests: {len(others)} make other store calls, \
{slower} are more than {SLOWER} times slower.

| ratio of the times | |
|---|---|
| median | {median(ratios):.2f} |
| 90th percentile | {ratios[len(ratios) // 10]:.2f} |
| worst | {ratios[0]:.2f} |

## Other calls

| request | calls {at} | rows {at} |
|---|---|---|
{"".join(_of_calls(one) for one in others)}
## Slowest in proportion

| request | ms {at} | ratio | rows {at} |
|---|---|---|---|
{"".join(_of_times(one) for one in ordered[: max(WORST, slower)])}"""


def _of_calls(one: Figures) -> str:
    return f"| {one.name} | {'<br>'.join(one.other_calls)} | {one.rows} |\n"


def _of_times(one: Figures) -> str:
    times = f"{_milliseconds(one.small):.1f}, {_milliseconds(one.large):.1f}"
    return f"| {one.name} | {times} | {one.ratio:.2f} | {one.rows} |\n"
