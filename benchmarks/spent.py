"""What the processor time of a shape's requests is spent on, layer by layer.

It asks in this process, without HTTP, eight at once; then makes the calls of stores that this took
again alone, and those of the drivers below them. It prints, in Markdown, what each layer adds.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import uvloop

from benchmarks.in_process import AS_STAFF, gateway_in_process
from benchmarks.peers.engines import engines
from benchmarks.peers.shapes import SHAPES, Shape
from gateway.execution.documents import Operation
from gateway.execution.run import Gateway
from gateway.execution.writing import to_bytes
from gateway.listening import spare_the_collector
from loaders.stores.dynamo import DynamoStore
from loaders.stores.dynamo_client import DynamoClient
from loaders.stores.postgres import PostgresStore
from loaders.stores.servers import Server

AT_ONCE = 8
EACH = 5
"""How often each of them asks in a round; the fastest round counts."""
WARM_UP = 10
DRIVERS = ((Server, "fetch"), (DynamoClient, "read"))
STORES = tuple(
    (store, name)
    for store in (PostgresStore, DynamoStore)
    for name in ("find", "listing", "union", "values", "count")
)
LAYERS = ("driver and engine's socket", "stores", "loaders, engine", "JSON")

Ask = Callable[[], Awaitable[Any]]


def main() -> None:
    """Print the table."""
    given = _parser().parse_args()
    with engines(given.directory) as where:
        os.environ.update(where)
        found = uvloop.run(_spent(given.shapes, given.seconds))
    lines = [f"| shape | µs | {' | '.join(LAYERS)} |", "|---|--:|" + "--:|" * len(LAYERS)]
    for name, layers in found.items():
        whole = sum(layers)
        shares = (f"{layer * 1e6:,.0f} ({layer / whole:.0%})" for layer in layers)
        lines.append(f"| {name} | {whole * 1e6:,.0f} | {' | '.join(shares)} |")
    sys.stdout.write("\n".join([*lines, ""]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.spent", description=__doc__)
    parser.add_argument("shapes", nargs="+", metavar="SHAPE", help="such as P1")
    parser.add_argument("--seconds", type=float, default=5, help="that each layer is asked")
    parser.add_argument(
        "--directory", type=Path, default=Path(".benchmarks"), help="where the data is kept"
    )
    return parser


async def _spent(names: Sequence[str], seconds: float) -> dict[str, list[float]]:
    """Of each shape: the seconds of processor time a request that each layer adds."""
    async with gateway_in_process() as gateway:
        spare_the_collector()
        return {
            shape.name: await _layers(gateway, shape, seconds)
            for shape in SHAPES
            if shape.name in names
        }


async def _layers(gateway: Gateway, shape: Shape, seconds: float) -> list[float]:
    operation = Operation(shape.query, dict(shape.variables), None)

    async def ask() -> dict[str, Any]:
        return (await gateway.answer(operation, AS_STAFF)).body

    async def write() -> None:
        to_bytes(body)

    for _ in range(WARM_UP):  # connections, statements, generated code
        body = await ask()
    driver = await _each(await _made_again(DRIVERS, ask), seconds)
    stores = await _each(await _made_again(STORES, ask), seconds)
    whole = await _each(ask, seconds)
    return [driver, stores - driver, whole - stores, await _each(write, seconds)]


async def _made_again(methods: Sequence[tuple[type, str]], ask: Ask) -> Ask:
    """Makes the calls of these methods again that asking takes."""
    with _kept(methods) as calls:
        await ask()

    async def again() -> None:
        for call in calls:
            await call()

    return again


@contextmanager
def _kept(methods: Sequence[tuple[type, str]]) -> Iterator[list[Ask]]:
    calls: list[Ask] = []

    def keeping(method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        def call(*arguments: Any, **named: Any) -> Awaitable[Any]:
            calls.append(partial(method, *arguments, **named))
            return method(*arguments, **named)

        return call

    with ExitStack() as patched:
        for class_, name in methods:
            kept = keeping(getattr(class_, name))
            patched.enter_context(patch.object(class_, name, kept))
        yield calls


async def _each(ask: Ask, seconds: float) -> float:
    """Seconds of processor time that asking once takes."""

    async def one_after_another() -> None:
        for _ in range(EACH):
            await ask()

    best = float("inf")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.process_time()
        await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))
        best = min(best, (time.process_time() - began) / EACH / AT_ONCE)
    return best


if __name__ == "__main__":
    main()
