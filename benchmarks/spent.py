"""What the processor time of a shape's requests is spent on: samples of where the gateway stands.

It prints a table in Markdown, of requests that are asked in this process, without HTTP. Time in C
counts for the Python that goes on after it; what waits for a store is no processor time.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import uvloop

from benchmarks.in_process import AS_STAFF, gateway_in_process
from benchmarks.peers.engines import engines
from benchmarks.peers.shapes import SHAPES, Shape
from gateway.execution.documents import Operation
from gateway.execution.run import Gateway
from gateway.execution.writing import to_bytes

EVERY = 0.001
"""Seconds of processor time between two samples."""
PARTS = {
    "/asyncpg/": "driver and socket of Postgres",
    "/loaders/stores/http_client.py": "socket of DynamoDB",
    "/loaders/stores/": "stores",
    "/loaders/": "loaders",
    "/asyncio/": "tasks, timers",
    "<selection>": "leaves",
    "/gateway/execution/writing.py": "JSON",
    "/gateway/execution/": "engine",
    "/resolvers/": "links, arguments",
    "/schema/": "links, arguments",
}
"""Of a file, by what its path has in it, the first that fits: what it does."""
OTHER = "other"


def main() -> None:
    """Print the table."""
    given = _parser().parse_args()
    with engines(given.directory) as where:
        os.environ.update(where)
        found = uvloop.run(_spent(given.shapes, given.seconds))
    parts = [*dict.fromkeys(PARTS.values()), OTHER]
    lines = [f"| shape | µs | {' | '.join(parts)} |", "|---|--:|" + "--:|" * len(parts)]
    for name, (each, samples) in found.items():
        shares = (f"{samples[part] / samples.total():.0%}" for part in parts)
        lines.append(f"| {name} | {each * 1e6:,.0f} | {' | '.join(shares)} |")
    sys.stdout.write("\n".join([*lines, ""]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.spent", description=__doc__)
    parser.add_argument("shapes", nargs="+", metavar="SHAPE", help="such as P1")
    parser.add_argument("--seconds", type=float, default=5, help="that a shape is asked")
    parser.add_argument(
        "--directory", type=Path, default=Path(".benchmarks"), help="where the data is kept"
    )
    return parser


async def _spent(names: list[str], seconds: float) -> Mapping[str, tuple[float, Counter[str]]]:
    """Of each shape: seconds of processor time a request, and the samples by what they show."""
    async with gateway_in_process() as gateway:
        return {
            shape.name: await _asked(gateway, shape, seconds)
            for shape in SHAPES
            if shape.name in names
        }


async def _asked(gateway: Gateway, shape: Shape, seconds: float) -> tuple[float, Counter[str]]:
    operation = Operation(shape.query, dict(shape.variables), None)
    for _ in range(10):  # connections, statements, generated code
        await gateway.answer(operation, AS_STAFF)
    requests, samples = 0, Counter[str]()
    started = time.process_time()
    with _sampled(samples):
        while time.process_time() < started + seconds:
            to_bytes((await gateway.answer(operation, AS_STAFF)).body)
            requests += 1
    return (time.process_time() - started) / requests, samples


@contextmanager
def _sampled(samples: Counter[str]) -> Iterator[None]:
    def take(number: int, frame: FrameType | None) -> None:
        file = frame.f_code.co_filename if frame else ""
        samples[next((part for path, part in PARTS.items() if path in file), OTHER)] += 1

    before = signal.signal(signal.SIGPROF, take)
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


if __name__ == "__main__":
    main()
