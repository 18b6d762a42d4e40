"""Asks every operation of the tests over little data and over much: how many store calls, how long.

It prints a report in Markdown. Nothing fails by it: a time is told, not judged.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from benchmarks.report import Figures, Sample, report
from gateway.app import gateway_over
from gateway.demo.data.epoch import EPOCH
from gateway.demo.directory import DataDirectory
from gateway.demo.dynamodb import DynamoEngine
from gateway.demo.postgres import PostgresEngine
from gateway.demo.run import demo_addresses
from gateway.execution.documents import Operation
from gateway.execution.run import Gateway
from gateway.progress import step
from gateway.seed.run import seed_directory
from gateway.settings import ServerSettings
from gateway.stores import Addresses, opened
from loaders.clock import Clock
from tests.operations.asking import ADA, SEAL, Answer, Asker
from tests.operations.expected import Case, cases, name_of
from tests.viewers import viewer_named

WARM_UP = 6
"""Rounds that are not timed: Postgres plans the first five executions of a statement apart."""


@dataclass(frozen=True)
class Asked:
    """A request: an operation, and who asks."""

    operation: Operation
    viewer: str

    async def of(self, gateway: Gateway) -> tuple[Answer, float]:
        """What it answers, and the seconds it took."""
        viewer = viewer_named(self.viewer)
        started = time.perf_counter()
        answer = await gateway.answer(self.operation, viewer, trace=True)
        seconds = time.perf_counter() - started
        return Answer(200, orjson.dumps(answer.body, default=str)), seconds

    async def sample(self, gateway: Gateway) -> Sample:
        answer, seconds = await self.of(gateway)
        trace = answer.body.get("extensions", {}).get("trace", [])
        return Sample(seconds, answer.calls, sum(call.get("rows", 0) for call in trace))


class Listener(Asker):
    """Asks a gateway without HTTP, and keeps what was asked."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.asked: list[Asked] = []

    async def __call__(self, query: str, viewer: str = ADA, **variables: Any) -> Answer:
        asked = Asked(Operation(query, variables), viewer)
        self.asked.append(asked)
        answer, _ = await asked.of(self._gateway)
        return answer


def main() -> None:
    """Seed what is not there, start the engines of both scales, and print the report."""
    given = _parser().parse_args()
    wanted = [case for case in cases() if given.only in name_of(case)]
    if not wanted:
        sys.exit(f"no case has {given.only} in its name")
    with ExitStack() as resources:
        small, large = (
            resources.enter_context(_started(given.directory / str(scale), scale))
            for scale in given.scales
        )
        with step(f"Asking {len(wanted)} cases"):
            figures = asyncio.run(_measure_all(wanted, small, large, given.rounds))
    sys.stdout.write(report(given.scales, figures))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.scale", description=__doc__)
    parser.add_argument("--scales", type=int, nargs=2, default=[1, 100], metavar="N")
    parser.add_argument("--rounds", type=int, default=10, help="how often each request is timed")
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="the cases with it in their name"
    )
    parser.add_argument(
        "--directory",
        type=Path,
        default=Path(".benchmarks"),
        help="where the data of each scale are kept (default: %(default)s)",
    )
    return parser


@contextmanager
def _started(path: Path, scale: int) -> Iterator[Addresses]:
    """The engines of a directory that is seeded to the scale."""
    seed_directory(path, scale)
    with ExitStack() as resources:
        directory = resources.enter_context(DataDirectory(path))
        postgres = resources.enter_context(PostgresEngine.start(directory.postgres))
        dynamodb = resources.enter_context(DynamoEngine.start(directory.dynamodb))
        yield demo_addresses(postgres, dynamodb)


@asynccontextmanager
async def _gateway_over(where: Addresses) -> AsyncIterator[Gateway]:
    """A gateway at the demo's time, which knows the ids that the cases have."""
    settings = ServerSettings()
    async with opened(where) as stores:
        yield gateway_over(stores, settings, SEAL, Clock.starting_at(EPOCH))


async def _measure_all(
    wanted: Sequence[Case], at_small: Addresses, at_large: Addresses, rounds: int
) -> list[Figures]:
    """The figures of each request of each case; of a list, all pages that the small scale has."""
    figures = []
    async with _gateway_over(at_small) as small, _gateway_over(at_large) as large:
        for case in wanted:
            listener = Listener(small)
            with suppress(AssertionError):  # a list that has grown beyond a case's pages
                await case.run(listener)
            for page, asked in enumerate(listener.asked, start=1):
                name = name_of(case) + (f", page {page}" if page > 1 else "")
                taken = [
                    # In turns, so that what else the machine does slows both.
                    (await asked.sample(small), await asked.sample(large))
                    for _ in range(WARM_UP + rounds)
                ]
                figures.append(Figures(name, *zip(*taken[WARM_UP:], strict=True)))
    return figures


if __name__ == "__main__":
    main()
