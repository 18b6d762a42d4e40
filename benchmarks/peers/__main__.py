"""Measures the gateway beside others: the same requests, the same answers, the same stores."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from benchmarks.peers import growth
from benchmarks.peers.engines import engines
from benchmarks.peers.installing import (
    CHECKOUT,
    Node,
    NoNode,
    Python,
    install_node,
    install_python,
)
from benchmarks.peers.load import Load, NoLoad, program
from benchmarks.peers.measuring import Measured, Measuring, Omitted, Pace, servers
from benchmarks.peers.memory import memory
from benchmarks.peers.peers import OURS, PEERS, Peer, Places
from benchmarks.peers.picture import picture
from benchmarks.peers.processes import Server, ServerFailed, cores, pinned
from benchmarks.peers.python import fastest
from benchmarks.peers.report import as_json, as_markdown, figures, losses, read
from benchmarks.peers.shapes import SHAPES, Shape
from gateway.demo.processes import EngineError
from gateway.progress import say, step
from gateway.seed.run import SeedError

RESULTS = CHECKOUT / "benchmarks" / "results"
PICTURE = CHECKOUT / "docs" / "benchmarks.svg"


def main() -> None:
    """Measure, print the report, and keep it where all was measured."""
    given = _parser().parse_args()
    shapes = [shape for shape in SHAPES if shape.name.startswith(tuple(given.shapes))]
    peers = [peer for peer in PEERS if peer.name.lower().startswith(tuple(given.peers))]
    pace = Pace(given.seconds, given.rounds, given.clients)
    try:
        program()
        node = _node(given.directory)
        python = install_python(given.directory, given.python or fastest())
        versions = {"Python": python.version, **({"Node": node.version} if node else {})}
        there = [peer for peer in peers if node or not peer.on_node]
        with _started(there, node, python, given.directory, pace) as bench:
            if given.growth:
                told = growth.report(bench.growth(), bench.workers(), bench.flood(), versions)
                _keep("growth.md", told)
                return
            measured = bench.measure(shapes)
    except (NoLoad, ServerFailed, EngineError, SeedError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    report, found = as_markdown(measured, pace, versions), figures(measured)
    sys.stdout.write(report)
    for line in losses(found, read(RESULTS / "latest.json")):
        say(f"Worse than in the run before: {line}")
    if len(shapes) == len(SHAPES) and len(there) == len(PEERS):
        _keep("latest.md", report)
        _keep("latest.json", as_json(found))
        PICTURE.write_text(picture(found))


def _keep(name: str, text: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / name).write_text(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.peers", description=__doc__)
    parser.add_argument("--shapes", nargs="+", default=[""], metavar="NAME", help="such as M or P1")
    parser.add_argument("--peers", nargs="+", default=[""], metavar="NAME", help="such as yoga")
    parser.add_argument(
        "--growth", action="store_true", help="how cost grows with the work, instead"
    )
    parser.add_argument("--rounds", type=int, default=3, help="of each server at each shape")
    parser.add_argument("--seconds", type=float, default=2, help="that a round takes")
    parser.add_argument("--clients", type=int, default=8, help="that ask at once")
    parser.add_argument(
        "--python",
        type=Path,
        metavar="PROGRAM",
        help="runs the servers in Python (default: the fastest there is)",
    )
    parser.add_argument(
        "--directory",
        type=Path,
        default=CHECKOUT / ".benchmarks",
        help="where data and peers are kept",
    )
    return parser


def _node(kept: Path) -> Node | None:
    try:
        return install_node(kept)
    except NoNode as missing:
        say(str(missing))
        return None


@contextmanager
def _started(
    peers: Sequence[Peer], node: Node | None, python: Python, kept: Path, pace: Pace
) -> Iterator[Bench]:
    """The server that is measured has a core for itself; engines and load share the other."""
    there = cores()
    places = Places(node, python, kept / "memory.json")
    places.memory.write_bytes(orjson.dumps(memory()))
    with pinned(there[1]), engines(kept) as where:
        yield Bench(peers, places, where, there, pace)


@dataclass(frozen=True)
class Bench:
    """The peers, and what their servers are started with."""

    peers: Sequence[Peer]
    places: Places
    where: Mapping[str, str]
    cores: tuple[int, int]
    pace: Pace

    @property
    def script(self) -> Path:
        """What the load is told is written here."""
        return self.places.memory.with_name("load.lua")

    def measure(self, shapes: Sequence[Shape]) -> list[Measured | Omitted]:
        """Ours and the peers at each shape."""
        told: list[Measured | Omitted] = []
        for in_memory in (False, True):
            asked = [shape for shape in shapes if shape.in_memory is in_memory]
            if asked:
                with self._servers(self.peers, in_memory=in_memory) as running:
                    for shape in asked:
                        with step(f"{shape.name}: {shape.what}"):
                            told += Measuring(running, self.pace, self.script).measure(
                                shape, [peer for peer in self.peers if peer.answers(shape)]
                            )
        return told

    def growth(self) -> Iterator[tuple[growth.Step, list[Measured]]]:
        """Ours, and the fastest of the peers that are there, at each step."""
        peers = [peer for peer in self.peers if peer.memory][:1]
        with self._servers(peers, in_memory=True) as running:
            for one in growth.STEPS:
                pace = replace(self.pace, clients=one.clients)
                with step(one.shape.what):
                    told = Measuring(running, pace, self.script).measure(one.shape, peers)
                yield one, [each for each in told if isinstance(each, Measured)]

    def workers(self) -> Iterator[tuple[int, list[Load]]]:
        """What ours answers with so many workers, which share all cores with all else."""
        for count in growth.WORKERS:
            with step(f"{count} workers"), pinned(*self.cores):
                log = self.places.memory.with_name("workers.log")
                server = growth.serving(count).server("workers", self.where, self.places, log)
                try:
                    yield count, growth.shared(server, self.pace, self.script)
                finally:
                    server.stop()

    def flood(self) -> Iterator[tuple[int, float]]:
        """The memory that ours holds after so many documents."""
        with self._servers([], in_memory=False) as running, step("distinct documents"):
            yield from growth.flood(running[OURS.name], self.pace.clients, self.script)

    def _servers(
        self, peers: Sequence[Peer], *, in_memory: bool
    ) -> AbstractContextManager[Mapping[str, Server]]:
        return servers([OURS, *peers], self.where, self.places, self.cores[0], in_memory=in_memory)


if __name__ == "__main__":
    main()
