"""What was measured, as JSON, as Markdown, and beside what was measured before."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from benchmarks.peers.measuring import Measured, Omitted, Pace
from benchmarks.peers.peers import OURS

LOSS = 0.05
"""What of a ratio may be lost against the run before without being listed."""


@dataclass(frozen=True)
class Figure:
    """Ours against a peer at one shape: above 1 is better for us.

    Ratios are medians of the rounds' own; `..._from` and `..._to` are the lowest and the highest.
    CPU is that of the server process for one request, in microseconds, latency in milliseconds.
    """

    shape: str
    peer: str
    rps_ratio: float
    cpu_ratio: float
    calls: int
    peer_calls: int
    rps_ratio_from: float
    rps_ratio_to: float
    cpu_ratio_from: float
    cpu_ratio_to: float
    rps: float
    peer_rps: float
    cpu: float
    peer_cpu: float
    p50: float
    peer_p50: float
    p99: float
    peer_p99: float


def figures(told: Sequence[Measured | Omitted]) -> list[Figure]:
    """Each peer at each shape, beside ours."""
    measured = [one for one in told if isinstance(one, Measured)]
    ours = {one.shape.name: one for one in measured if one.peer is OURS}
    return [_figure(ours[one.shape.name], one) for one in measured if one.peer is not OURS]


def _figure(ours: Measured, theirs: Measured) -> Figure:
    rates, costs = (theirs.ratios(ours, of) for of in ("rate", "cpu_each"))
    both = {
        name: (round(ours.median(of), 3), round(theirs.median(of), 3))
        for name, of in (("rps", "rate"), ("cpu", "cpu_each"), ("p50", "p50"), ("p99", "p99"))
    }
    return Figure(
        shape=theirs.shape.name,
        peer=theirs.peer.name,
        calls=ours.calls,
        peer_calls=theirs.calls,
        **{
            f"{name}_ratio{end}": round(of(ratios), 3)
            for name, ratios in (("rps", rates), ("cpu", costs))
            for end, of in (("", median), ("_from", min), ("_to", max))
        },
        **{name: mine for name, (mine, _) in both.items()},
        **{f"peer_{name}": his for name, (_, his) in both.items()},
    )


def as_json(found: Sequence[Figure]) -> str:
    """A list of objects."""
    return json.dumps([asdict(figure) for figure in found], indent=1) + "\n"


def read(path: Path) -> list[Figure]:
    """The figures of an earlier run, if there was one."""
    return [Figure(**one) for one in json.loads(path.read_text())] if path.exists() else []


def as_markdown(told: Sequence[Measured | Omitted], pace: Pace, versions: Mapping[str, str]) -> str:
    """The report."""
    found = figures(told)
    return "\n".join(
        [
            "# Beside other gateways",
            "",
            f"{pace.rounds} rounds of {pace.seconds:g} s in turns, {pace.clients} clients. "
            + heading(versions),
            "",
            *_ratios("Processor time of a request, theirs to ours", found, "cpu_ratio"),
            *_ratios("Requests a second, ours to theirs", found, "rps_ratio"),
            *_absolute(told),
            *_omitted(told),
        ]
    )


def heading(versions: Mapping[str, str]) -> str:
    """What it ran on."""
    named = (f"{name} {version}" for name, version in versions.items())
    return f"{', '.join([platform.machine(), *named])}. docs/benchmarks.md says how it is measured."


def _ratios(title: str, found: Sequence[Figure], of: str) -> Iterator[str]:
    peers = list(dict.fromkeys(figure.peer for figure in found))
    by_place = {(figure.shape, figure.peer): figure for figure in found}
    yield from (
        f"## {title}",
        "",
        f"| shape | {' | '.join(peers)} |",
        f"|---{'|---' * len(peers)}|",
    )
    for shape in dict.fromkeys(figure.shape for figure in found):
        there = [by_place.get((shape, peer)) for peer in peers]
        cells = [
            f"{getattr(one, of):.2f} ({getattr(one, of + '_from'):.2f} to "
            f"{getattr(one, of + '_to'):.2f})"
            if one
            else ""
            for one in there
        ]
        yield f"| {shape} | {' | '.join(cells)} |"
    yield ""


def _absolute(told: Sequence[Measured | Omitted]) -> Iterator[str]:
    yield from (
        "## Each server",
        "",
        "| shape | server | requests/s | CPU µs a request | p50 ms | p99 ms | store calls |",
        "|---|---|--:|--:|--:|--:|--:|",
    )
    for one in told:
        if isinstance(one, Measured):
            yield (
                f"| {one.shape.name} | {one.peer.name} | {one.median('rate'):,.0f} "
                f"| {one.median('cpu_each'):,.0f} | {one.median('p50'):.1f} "
                f"| {one.median('p99'):.1f} | {one.calls} |"
            )
    yield ""


def _omitted(told: Sequence[Measured | Omitted]) -> Iterator[str]:
    omitted = [one for one in told if isinstance(one, Omitted)]
    if omitted:
        yield from ("## Without a figure, for the answers differ", "")
        yield from (f"- {one.shape.name}, {one.peer.name}: {one.why[:500]}" for one in omitted)
        yield ""


def losses(found: Sequence[Figure], before: Sequence[Figure]) -> list[str]:
    """Where ours stands worse against a peer than it did, by more than a little."""
    known = {(figure.shape, figure.peer): figure for figure in before}
    return [
        f"{now.shape} {now.peer}: {what} {getattr(now, of):.2f}, before {getattr(then, of):.2f}"
        for now in found
        if (then := known.get((now.shape, now.peer)))
        for what, of in (("CPU", "cpu_ratio"), ("requests/s", "rps_ratio"))
        if getattr(now, of) < getattr(then, of) * (1 - LOSS)
    ]
