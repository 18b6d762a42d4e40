"""What it costs to check who may see what: the same of a person by their own rights, and of staff.

Both answers are the same; for staff nothing is looked at but their role. It prints a table in
Markdown: processor time of the gateway, in this process. Nothing fails by it.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import uvloop

from benchmarks.in_process import AS_STAFF, HERSELF, gateway_in_process
from benchmarks.peers.engines import engines
from benchmarks.peers.shapes import SHAPES
from gateway.execution.documents import Operation
from gateway.execution.run import Gateway
from gateway.execution.writing import to_bytes
from loaders.viewer import Viewer

EACH = 20
"""Requests in a round."""
WARM_UP = 3

_X1 = next(shape for shape in SHAPES if shape.name == "X1")
QUERIES = {
    _X1.what: _X1.query,
    "profiles with settings and watchlists (DynamoDB)": """{ viewer { accounts {
      ... on StreamAccount { accountId profiles(first: 20) { nodes {
        profileId name settings { maxContentRating blockedGenres }
        watchlist(first: 20) { nodes { dateAdded movie { movieId title } } }
      } } }
    } } }""",
    "input records with characters and their images (Postgres)": """{ viewer { accounts {
      ... on StudioAccount { databaseId inputRecords(first: 10) { nodes {
        databaseId status characters(first: 10) { nodes {
          databaseId name images(first: 10) { nodes { databaseId imageUrl } }
        } }
      } } }
    } } }""",
}


@dataclass
class Cost:
    """Seconds of processor time that a request took, round by round, and its store calls."""

    what: str
    own: list[float] = field(default_factory=list)
    staff: list[float] = field(default_factory=list)
    calls: tuple[int, int] = (0, 0)

    def __str__(self) -> str:
        more = median(own / staff for own, staff in zip(self.own, self.staff, strict=True)) - 1
        own, staff = (f"{median(times) * 1e6:,.0f}" for times in (self.own, self.staff))
        return (
            f"| {self.what} | {self.calls[0]} / {self.calls[1]} | {own} | {staff} | {more:+.1%} |"
        )


def main() -> None:
    """Print the table."""
    given = _parser().parse_args()
    with engines(given.directory) as where:
        os.environ.update(where)
        costs = uvloop.run(_measured(given.rounds))
    heads = (
        "| viewer's | store calls | as herself, µs | as staff, µs | checks |\n|---|---|--:|--:|--:|"
    )
    sys.stdout.write("\n".join([heads, *map(str, costs), ""]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.checks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="of each")
    parser.add_argument(
        "--directory", type=Path, default=Path(".benchmarks"), help="where the data is kept"
    )
    return parser


async def _measured(rounds: int) -> Sequence[Cost]:
    async with gateway_in_process() as gateway:
        return [await _cost(gateway, what, query, rounds) for what, query in QUERIES.items()]


async def _cost(gateway: Gateway, what: str, query: str, rounds: int) -> Cost:
    own, staff = [
        await gateway.answer(Operation(query, {}, None), viewer, trace=True)
        for viewer in (HERSELF, AS_STAFF)
    ]
    if to_bytes(own.body["data"]) != to_bytes(staff.body["data"]):
        sys.exit(f"{what}: she is answered otherwise than as staff")
    cost = Cost(what)
    cost.calls = (len(own.body["extensions"]["trace"]), len(staff.body["extensions"]["trace"]))
    for number in range(WARM_UP + rounds):
        times = await _time(gateway, query, HERSELF), await _time(gateway, query, AS_STAFF)
        if number >= WARM_UP:
            cost.own.append(times[0])
            cost.staff.append(times[1])
    return cost


async def _time(gateway: Gateway, query: str, viewer: Viewer) -> float:
    started = time.process_time()
    for _ in range(EACH):
        to_bytes((await gateway.answer(Operation(query, {}, None), viewer)).body)
    return (time.process_time() - started) / EACH


if __name__ == "__main__":
    main()
