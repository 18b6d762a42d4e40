"""Rounds of load in turns, and what they tell of a shape."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.peers.answers import difference
from benchmarks.peers.caller import HEADERS
from benchmarks.peers.load import Failing, Load, load
from benchmarks.peers.peers import OURS, Peer, Places
from benchmarks.peers.processes import Server, pinned
from benchmarks.peers.shapes import Shape

TRACED = {**HEADERS, "Gateway-Trace": "1"}
ANSWERS_EACH = 4
"""How many answers every client gets in a round, as far as one alone tells beforehand."""
WARM_UP = 2.0
"""Seconds of load before the first round: compilers that work while programs run have to begin."""


@dataclass(frozen=True)
class Pace:
    """How long is measured, and how hard."""

    seconds: float
    rounds: int
    clients: int


@dataclass(frozen=True)
class Round:
    """One round of one server: the load, and the processor time of the server alone.

    `unanswered` requests were under way when the load ended; the server answers them too.
    """

    load: Load
    cpu: float
    unanswered: int

    @property
    def cpu_each(self) -> float:
        """Processor time of a request, in microseconds."""
        return self.cpu / (self.load.requests + self.unanswered) * 1e6


@dataclass(frozen=True)
class Measured:
    """What was measured of a server at a shape."""

    shape: Shape
    peer: Peer
    calls: int
    rounds: list[Round] = field(default_factory=list)

    def median(self, of: str) -> float:
        """The median of the rounds, of `rate`, `p50` or `p99` of the load, or of `cpu_each`."""
        values = (getattr(one if of == "cpu_each" else one.load, of) for one in self.rounds)
        return float(median(values))

    def ratios(self, ours: Measured, of: str) -> list[float]:
        """Ours against theirs, above 1 where ours is better, round by round."""
        pairs = zip(ours.rounds, self.rounds, strict=True)
        if of == "cpu_each":
            return [theirs.cpu_each / mine.cpu_each for mine, theirs in pairs]
        return [mine.load.rate / theirs.load.rate for mine, theirs in pairs]


@dataclass(frozen=True)
class Omitted:
    """A server that gets no figure at a shape, and why."""

    shape: Shape
    peer: Peer
    why: str


class Unlike(Exception):
    """An answer that is not ours; the message says where."""


@contextmanager
def servers(
    peers: Sequence[Peer],
    engines: Mapping[str, str],
    places: Places,
    core: int,
    *,
    in_memory: bool,
) -> Iterator[Mapping[str, Server]]:
    """A process of each, all on one core; they are ended afterwards."""
    started: dict[str, Server] = {}
    try:
        for peer in peers:
            start = peer.memory if in_memory else peer.stores
            if start is not None:
                with pinned(core):
                    log = places.memory.with_name(f"{peer.name}.log")
                    started[peer.name] = start.server(peer.name, engines, places, log)
        yield started
    finally:
        for server in started.values():
            server.stop()


class Measuring:
    """Measures shapes on servers that run."""

    def __init__(self, running: Mapping[str, Server], pace: Pace, script: Path) -> None:
        self._running = running
        self._pace = pace
        self._script = script

    def measure(self, shape: Shape, peers: Sequence[Peer]) -> list[Measured | Omitted]:
        """Ours first. Who answers otherwise, or fails, gets no figure."""
        answer = self._ask(OURS, shape, TRACED)
        running = [Measured(shape, OURS, len(answer.get("extensions", {}).get("trace", ())))]
        omitted: list[Omitted] = []
        for peer in peers:
            try:
                running.append(Measured(shape, peer, self._compared(peer, shape, answer)))
            except Unlike as why:
                omitted.append(Omitted(shape, peer, str(why)))
        seconds = {one.peer.name: self._warmed(one) for one in running}
        for _ in range(self._pace.rounds):
            for one in list(running):
                try:
                    one.rounds.append(self._load(one, seconds[one.peer.name]))
                except Failing as why:
                    if one.peer is OURS:
                        raise
                    running.remove(one)
                    omitted.append(Omitted(shape, one.peer, str(why)))
        return [*running, *omitted]

    def _ask(self, peer: Peer, shape: Shape, headers: Mapping[str, str]) -> Any:
        return self._running[peer.name].ask(shape.body(peer.name), peer.path(shape), headers)

    def _compared(self, peer: Peer, shape: Shape, ours: Any) -> int:
        """How often a peer asks its stores for the same answer as ours; Unlike for another."""
        server = self._running[peer.name]
        self._ask(peer, shape, HEADERS)  # the first time, connections are made
        before = 0 if shape.in_memory else server.calls()
        theirs = self._ask(peer, shape, HEADERS)
        errors = theirs.get("errors") or ours.get("errors")
        if errors:
            raise Unlike(f"errors: {errors}")
        unlike = shape.compared and difference(ours["data"], theirs["data"])
        if unlike:
            raise Unlike(unlike)
        return 0 if shape.in_memory else server.calls() - before

    def _warmed(self, one: Measured) -> float:
        """How long a round is: a slow server needs longer to answer each client a few times."""
        started = time.perf_counter()
        self._ask(one.peer, one.shape, HEADERS)
        each = time.perf_counter() - started
        with suppress(Failing):  # it may answer nobody in this time
            each = 1 / self._load(one, WARM_UP).load.rate
        return max(self._pace.seconds, ANSWERS_EACH * self._pace.clients * each)

    def _load(self, one: Measured, seconds: float) -> Round:
        server = self._running[one.peer.name]
        before = server.seconds
        brought = load(
            server.url(one.peer.path(one.shape)),
            one.shape.body(one.peer.name),
            HEADERS,
            clients=self._pace.clients,
            seconds=seconds,
            script=self._script,
        )
        server.rest()
        return Round(brought, server.seconds - before, self._pace.clients)
