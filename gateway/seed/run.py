"""`gateway seed`: brings stores to a scale, from wherever an earlier run left them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from gateway.create import STORE_FAILURES, create_all
from gateway.demo.data.generations import FIRST
from gateway.demo.directory import DataDirectory
from gateway.demo.dynamodb import DynamoEngine
from gateway.demo.postgres import PostgresEngine
from gateway.demo.run import demo_addresses, mark_of
from gateway.progress import step
from gateway.seed.plan import Plan
from gateway.seed.tally import Tally
from gateway.seed.targets import DynamoTarget, PostgresTarget, Target
from gateway.stores import Addresses, addresses
from loaders.tables.catalogue import DYNAMODB, POSTGRES

BEGUN = 0
"""A line of the ledger that stands for no generation: rows without another line are seeding's."""


class SeedError(Exception):
    """Stores that cannot be seeded; the message says why and what helps."""


def seed_directory(path: Path, scale: int) -> None:
    """Bring a demo directory to a scale; `gateway demo` serves it afterwards."""
    with ExitStack() as resources:
        directory = resources.enter_context(DataDirectory(path))
        with step("Starting the engines"):
            postgres = resources.enter_context(PostgresEngine.start(directory.postgres))
            dynamodb = resources.enter_context(DynamoEngine.start(directory.dynamodb))
        where = demo_addresses(postgres, dynamodb)
        with step("Creating tables"):
            for product in POSTGRES:
                postgres.create_database(product)
            asyncio.run(create_all(where, row_security=True))
        asyncio.run(_seed_directory(directory, where, scale))


async def _seed_directory(directory: DataDirectory, where: Addresses, scale: int) -> None:
    plan = Plan()
    mark = mark_of(plan.demo_versions)
    loaded = directory.read_mark()
    if loaded and loaded != mark:
        raise SeedError(
            f"{directory.path} holds the demo of another version: "
            "start `gateway demo` on it once, which loads it anew, or choose another directory."
        )
    async with opened(where, together=True) as targets:
        seeding = Seeding(plan, targets)
        if loaded:
            await seeding.take_demo_as_loaded()
        await seeding.refuse_others(f"Choose another directory than {directory.path}, or remove it")
        # The demo loads its rows anew where they are not marked, so they come first, and alone.
        await seeding.grow(scale, when_first=lambda: directory.write_mark(mark))


def seed_stores(settings: Any, scale: int, *, beside_others: bool) -> None:
    """Bring the stores that the settings name to a scale."""
    where = addresses(settings, writing=True)

    async def seed() -> None:
        async with opened(where, together=False) as targets:
            seeding = Seeding(Plan(), targets)
            if not beside_others:
                await seeding.refuse_others("Name empty stores, or allow it with --beside-others")
            await seeding.grow(scale)

    asyncio.run(seed())


@asynccontextmanager
async def opened(where: Addresses, *, together: bool) -> AsyncIterator[Sequence[Target]]:
    """Every product's store, open for writing; `together` as `DynamoTarget.open` has it."""
    targets: list[Target] = []
    async with AsyncExitStack() as resources:
        for product in POSTGRES:
            with _named(product):
                opening = PostgresTarget.open(product, where.postgres[product].url)
                targets.append(await resources.enter_async_context(opening))
        for product in DYNAMODB:
            with _named(product):
                address, names = where.dynamodb[product], where.table_names[product]
                keeping = DynamoTarget.open(product, address, names, together=together)
                targets.append(await resources.enter_async_context(keeping))
        yield targets


class Seeding:
    """What is to be written, and the stores that it is written to."""

    def __init__(self, plan: Plan, targets: Sequence[Target]) -> None:
        self._plan = plan
        self._targets = targets

    async def take_demo_as_loaded(self) -> None:
        """Note the first generation where `gateway demo` has loaded it."""
        for target in self._targets:
            if FIRST.number not in await self._ledger(target):
                await self._note(target, FIRST.number)

    async def refuse_others(self, advice: str) -> None:
        """Raise SeedError where tables hold rows, and none of seeding's."""
        occupied = []
        for target in self._targets:
            with _named(target.product):
                if not await self._ledger(target):
                    occupied += [f"{target.product}.{name}" for name in await target.occupied()]
        if occupied:
            raise SeedError(
                f"Rows that seeding did not make are in {', '.join(occupied)}. {advice}."
            )

    async def grow(self, scale: int, when_first: Callable[[], None] = lambda: None) -> None:
        """Write the generations up to a scale that are not there; the first goes before others."""
        held = {target.product: await self._ledger(target) for target in self._targets}
        for target in self._targets:
            if not held[target.product]:
                await self._note(target, BEGUN)
        there = sum(1 <= number <= scale for numbers in held.values() for number in numbers)
        with Tally(scale * len(self._targets), there) as tally:
            await self._write(held, range(FIRST.number, 2), tally)
            when_first()
            await self._write(held, range(2, scale + 1), tally)
            for target in self._targets:
                if tally.rows[target.product]:
                    with _named(target.product):
                        await target.settle()

    async def _write(
        self, held: Mapping[str, Mapping[int, str]], numbers: range, tally: Tally
    ) -> None:
        async def fill(target: Target) -> None:
            product = target.product
            for number in numbers:
                if number in held[product]:
                    continue
                # In a thread, for the stores are to be fed while rows are made.
                rows = await asyncio.to_thread(self._plan.rows, product, number)
                with _named(product):
                    await target.write(number, self._plan.version(product, number), rows)
                tally.wrote(product, sum(map(len, rows.values())))

        try:
            async with asyncio.TaskGroup() as group:
                for target in self._targets:
                    group.create_task(fill(target))
        except BaseExceptionGroup as failed:
            raise _first(failed) from None  # it has stopped the others

    async def _note(self, target: Target, number: int) -> None:
        with _named(target.product):
            await target.note(number, self._plan.version(target.product, number))

    async def _ledger(self, target: Target) -> Mapping[int, str]:
        with _named(target.product):
            ledger = await target.ledger()
        plan, product = self._plan, target.product
        if any(version != plan.version(product, number) for number, version in ledger.items()):
            raise SeedError(
                f"the store of {target.product} was seeded by another version, whose rows would "
                "not go with these: empty it, or choose another."
            )
        return ledger


@contextmanager
def _named(product: str) -> Iterator[None]:
    """Say whose store it is that cannot be reached or refuses."""
    try:
        yield
    except Exception as failure:
        error = _first(failure)
        if not isinstance(error, STORE_FAILURES):
            raise
        raise SeedError(f"the store of {product}: {error}{_hint(error)}") from error


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _hint(error: BaseException) -> str:
    if isinstance(error, asyncpg.UniqueViolationError):
        return " (a row that seeding did not make has a key of its rows)"
    if isinstance(error, asyncpg.UndefinedTableError) or "ResourceNotFound" in str(error):
        return " (`gateway create` makes the tables)"
    return ""
