"""Asks for rows that the viewer may not see, and for rows that there are not: how long each takes.

It prints a report in Markdown. Nothing fails by it: a time is told, not judged.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from gateway.create import create_postgres
from gateway.demo.postgres import PostgresEngine
from gateway.execution.documents import Operation
from gateway.execution.run import Gateway
from gateway.progress import step
from loaders.stores.postgres import PostgresAddress
from loaders.tables.catalogue import POSTGRES
from loaders.viewer import Viewer
from tests.matrix.gateway import gateway_over, stores_of_seeds
from tests.matrix.guesses import Guess, guesses
from tests.matrix.people import ANOTHER, NOBODY

WARM_UP = 20
"""Rounds that are not timed."""
AT_MOST = 0.05
"""How far apart the medians should be."""
ASKING = {"another person": ANOTHER, "anonymous": NOBODY}


@dataclass
class Times:
    """How long one way took, in seconds, for a row that is denied and for one that is absent."""

    title: str
    viewer: str
    denied: list[float] = field(default_factory=list)
    absent: list[float] = field(default_factory=list)

    @property
    def difference(self) -> float:
        """How much longer the denied one takes, as a part of the absent one."""
        return median(self.denied) / median(self.absent) - 1

    def __str__(self) -> str:
        milliseconds = [1000 * median(times) for times in (self.denied, self.absent)]
        denied, absent = (f"{each:.3f}" for each in milliseconds)
        return f"| {self.title} | {self.viewer} | {denied} | {absent} | {self.difference:+.1%} |"


def main() -> None:
    """Start engines with rows of several people, and print the report."""
    given = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="quintet-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # Postgres may run as another user
        with PostgresEngine.start(folder / "postgres") as postgres, step("Guessing"):
            times = asyncio.run(_measure(postgres, folder, given.rounds, given.only))
    sys.stdout.write("\n".join(_report(times, given.rounds)) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.guessing", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1_000, help="requests of each kind")
    parser.add_argument("--only", default="", metavar="TEXT", help="ways with it in their name")
    return parser


async def _measure(postgres: PostgresEngine, folder: Path, rounds: int, only: str) -> list[Times]:
    databases = {}
    for product, tables in POSTGRES.items():
        postgres.create_database(product)
        databases[product] = PostgresAddress(postgres.url(product))
        await create_postgres(databases[product].url, tables, lambda made: None)
    found = []
    async with stores_of_seeds(databases, folder) as where, gateway_over(where) as gateway:
        for guess in guesses():
            for name, asking in ASKING.items():
                if only in guess.title and guess.is_denied_to(asking.who):
                    times = Times(guess.title, name)
                    await _time(gateway, guess, asking.viewer, times, rounds)
                    found.append(times)
    return found


async def _time(gateway: Gateway, guess: Guess, viewer: Viewer, times: Times, rounds: int) -> None:
    """In turns, so that what else the machine does slows both; each goes first as often."""
    denied = Operation(guess.denied.query, {})
    absent = [Operation(entry.query, {}) for entry in guess.absent]
    for number in range(-WARM_UP, rounds):
        pair = [(denied, times.denied), (absent[number % len(absent)], times.absent)]
        for operation, taken in pair if number % 2 else reversed(pair):
            started = time.perf_counter()
            await gateway.answer(operation, viewer)
            if number >= 0:
                taken.append(time.perf_counter() - started)


def _report(times: Sequence[Times], rounds: int) -> Iterator[str]:
    yield "| asked for | by | denied, ms | absent, ms | difference |"
    yield "|---|---|---|---|---|"
    yield from map(str, times)
    apart = [one.title for one in times if abs(one.difference) > AT_MOST]
    yield ""
    yield f"Medians of {rounds} requests each; {len(times) - len(apart)} of {len(times)} lie within"
    yield f"{AT_MOST:.0%}" + (f", all but {', '.join(apart)}." if apart else ".")


if __name__ == "__main__":
    main()
