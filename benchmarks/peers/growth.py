"""How cost grows with the work: more rows, more parents, deeper, more clients, from memory; more
workers, over the stores; more documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, groupby, islice
from pathlib import Path
from statistics import median

from benchmarks.peers.load import DISTINCT, Load, load
from benchmarks.peers.measuring import WARM_UP, Measured, Pace
from benchmarks.peers.peers import Start
from benchmarks.peers.processes import Server
from benchmarks.peers.report import heading
from benchmarks.peers.shapes import COMMON, SHAPES, Shape

FLOOD = (1_000, 10_000, 100_000)
"""After how many documents memory is looked at; the gateway keeps a thousand."""
WORKERS = (1, 2, 3, 4)
CLIENTS = 32
"""Who ask at once of workers: enough that none is idle."""
FAMILY = "familyId name code rank"
MEMBER = "memberId name age active city"


@dataclass(frozen=True)
class Step:
    """A shape at one size of what grows."""

    axis: str
    size: int
    query: str
    clients: int = 4

    @property
    def shape(self) -> Shape:
        """What is asked."""
        return Shape("M", f"{self.axis} {self.size:,}", self.query)


def _records(first: int) -> str:
    return f"{{ records(first: {first}) {{ recordId {COMMON} origin weight }} }}"


def _families(first: int) -> str:
    return f"{{ families(first: {first}) {{ {FAMILY} members {{ {MEMBER} }} }} }}"


def _deep(depth: int) -> str:
    """Families, their members, those members' families, and so on."""
    further = cycle([("members", MEMBER), ("family", FAMILY)])
    query = ""
    for field, leaves in reversed([("families(first: 3)", FAMILY), *islice(further, depth - 1)]):
        query = f"{field} {{ {leaves} {query} }}"
    return f"{{ {query} }}"


STEPS = (
    *(Step("rows of 10 leaves", size, _records(size)) for size in (10, 100, 1_000, 10_000)),
    *(Step("parents of 10 each", size, _families(size)) for size in (1, 10, 100, 1_000)),
    *(Step("depth", size, _deep(size)) for size in range(1, 7)),
    *(Step("clients, of 100 rows", size, _records(100), size) for size in (1, 4, 16, 64, 256)),
)


def serving(workers: int) -> Start:
    """How so many workers are started over the stores."""
    program = "from gateway.cli import main; main()"
    return Start(["{python}", "-P", "-c", program, "serve", "--workers", str(workers)])


def shared(server: Server, pace: Pace, script: Path) -> list[Load]:
    """What the workers of a server answer together, round by round, once they are warm."""
    (shape,) = (shape for shape in SHAPES if shape.name == "P1")
    return [
        load(
            server.url("/graphql"),
            shape.body(server.name),
            {},
            clients=CLIENTS,
            seconds=seconds,
            script=script,
        )
        for seconds in (WARM_UP, *[pace.seconds] * pace.rounds)
    ][1:]


def flood(server: Server, clients: int, script: Path) -> Iterator[tuple[int, float]]:
    """The memory that a server holds, in megabytes, after so many documents, each another one."""
    sent = 0
    yield sent, server.megabytes
    for mark in FLOOD:
        while sent < mark:
            sent += load(
                server.url("/graphql"),
                {"query": f'{{ episode(by: {{ episodeId: "7" }}) {{ a{DISTINCT}: name }} }}'},
                {},
                clients=clients,
                seconds=5,
                script=script,
            ).requests
        yield sent, server.megabytes


def report(
    grown: Iterable[tuple[Step, Sequence[Measured]]],
    worked: Iterable[tuple[int, Sequence[Load]]],
    held: Iterable[tuple[int, float]],
    versions: Mapping[str, str],
) -> str:
    """A table a thing that grows."""
    lines = ["# As work grows", "", heading(versions), ""]
    for axis, steps in groupby(grown, key=lambda one: one[0].axis):
        tables = list(steps)
        names = [one.peer.name for one in tables[0][1]]
        heads = [f"{name}: CPU µs | requests/s | p99 ms" for name in names]
        lines += [f"| {axis} | {' | '.join(heads)} |", f"|--:{'|--:' * 3 * len(names)}|"]
        lines += [f"| {step.size:,} | {' | '.join(map(_cells, each))} |" for step, each in tables]
        lines.append("")
    lines += ["| workers on two cores, of 100 titles | requests/s | p99 ms |", "|--:|--:|--:|"]
    lines += [
        f"| {count} | {median(one.rate for one in rounds):,.0f}"
        f" | {median(one.p99 for one in rounds):.1f} |"
        for count, rounds in worked
    ]
    lines += ["", "| distinct documents | memory of ours, MB |", "|--:|--:|"]
    lines += [f"| {sent:,} | {megabytes:.0f} |" for sent, megabytes in held]
    return "\n".join([*lines, ""])


def _cells(one: Measured) -> str:
    cost, rate, slowest = (one.median(of) for of in ("cpu_each", "rate", "p99"))
    return f"{cost:,.0f} | {rate:,.0f} | {slowest:.1f}"
