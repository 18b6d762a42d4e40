"""What row level security costs a read of Postgres, beside the owner join and a transaction.

It prints a table in Markdown: microseconds of processor time that a read takes, ours and the
server's, medians of rounds. Nothing fails by it. It needs Linux, which tells a process's time.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any, Self

import asyncpg

from gateway.create import create_postgres, secure_postgres
from gateway.demo.data import demo_rows
from gateway.demo.data.epoch import EPOCH
from gateway.demo.data.people import ADA
from gateway.demo.load import load_postgres
from gateway.demo.postgres import SUPERUSER, PostgresEngine
from loaders import accounts, pipeline, titles
from loaders.access import Access, One
from loaders.stores.interface import Key, Terms, Window
from loaders.stores.postgres import PostgresAddress, PostgresStore
from loaders.stores.servers import Server
from loaders.stores.statements import Statement
from loaders.tables import policies
from loaders.tables.catalogue import POSTGRES

ADAS = frozenset({1})
"""The keys of Ada's accounts."""
READS = 50
"""In a round."""
WARM_UP = 3
"""Rounds that are not kept: Postgres plans the first executions of a statement apart."""
SAYS = "SELECT set_config($1, $2, true)"
NEWEST = """
SELECT pid FROM pg_stat_activity
WHERE application_name = 'quintet' ORDER BY backend_start DESC LIMIT 1"""


@dataclass(frozen=True)
class Reading:
    """A read of Ada's, as the loaders make it. `owners` as the rules would have it."""

    what: str
    way: Access
    keys: Sequence[Key]
    columns: tuple[str, ...] = ()
    size: int = 50
    owners: frozenset[int] | None = ADAS
    viewer: str = policies.of_owners(ADAS)

    async def by(self, store: PostgresStore, owners: frozenset[int] | None) -> int:
        """How many rows it brings."""
        terms = Terms(
            columns=self.way.selected({self.way.table: frozenset(self.columns)}),
            owners=owners,
            deadline=asyncio.get_running_loop().time() + 10,
            now=EPOCH,
            report=lambda call: None,
            traced=False,
            viewer=self.viewer,
        )
        if isinstance(self.way, One):
            found = await store.find(self.way.route, list(self.keys), terms)
            return len(found) - found.count(None)
        slices = await store.listing(self.way.route, list(self.keys), Window(self.size), terms)
        return sum(len(slice_.rows) for slice_ in slices)


_FIFTY = [(key,) for key in range(1, 51)]
READINGS = (
    Reading("an account by key", accounts.studio_account, [(1,)], ("email", "created_at")),
    Reading(
        "an account by e-mail",
        accounts.studio_accounts_by_email,
        [(ADA.email,)],
        owners=None,
        viewer=policies.of_email(ADA.email),
    ),
    Reading(
        "a page of 50 inputs of one owner",
        pipeline.inputs_of_user,
        [(1,)],
        ("status", "detected_language", "input_length"),
    ),
    Reading("50 keyframes by key, one hop", pipeline.keyframe, _FIFTY, ("description",)),
    Reading("50 images by key, two hops", pipeline.keyframe_image, _FIFTY, ("image_url",)),
    Reading(
        "P1: a page of 100 public titles",
        titles.tmdb_titles_of_media_type,
        [("movie",)],
        ("tmdb_id", "title", "overview", "release_date", "rating", "tags"),
        size=100,
        owners=None,
    ),
)


class InTransaction(PostgresStore):
    """Says who asks in a transaction around each read: four round trips."""

    async def _read(
        self, statement: Statement, values: Mapping[str, Any], row: type[Any], deadline: float
    ) -> list[Any]:
        assert isinstance(self._server, Server)
        connections = self._server.connections
        connection = await connections.acquire()
        try:
            async with connection.transaction():
                await connection.fetchval(SAYS, policies.SETTING, values["viewer"])
                records: list[Any] = await connection.fetch(
                    statement.sql, *statement.arguments(values), record_class=row
                )
                return records
        finally:
            connections.release(connection)

    @classmethod
    async def open(cls, product: str, address: PostgresAddress) -> Self:
        """Its statements say nothing of the viewer, and yet it reads under the policies."""
        return await super().open(product, replace(address, row_security=False))


@dataclass(frozen=True)
class Variant:
    """A way to guard a read: as which role, by what kind of store, with the owner join or not."""

    name: str
    role: str
    kind: type[PostgresStore]
    joins: bool


VARIANTS = (
    Variant("no guard", SUPERUSER, PostgresStore, joins=False),
    Variant("owner join", SUPERUSER, PostgresStore, joins=True),
    Variant("policies", policies.READER, PostgresStore, joins=False),
    Variant("both", policies.READER, PostgresStore, joins=True),
    Variant("policies, in a transaction", policies.READER, InTransaction, joins=False),
)


@dataclass(frozen=True)
class Measured:
    """A variant of a reading, on a connection of its own."""

    reading: Reading
    variant: Variant
    store: PostgresStore
    backend: int

    @classmethod
    async def open(cls, engine: PostgresEngine, reading: Reading, variant: Variant) -> Self:
        product = reading.way.table.product
        url = engine.url(product, variant.role)
        secured = variant.role != SUPERUSER
        store = await variant.kind.open(product, PostgresAddress(url, row_security=secured))
        await reading.by(store, None)
        connection = await asyncpg.connect(engine.url(product))
        backend = await connection.fetchval(NEWEST)
        await connection.close()
        return cls(reading, variant, store, backend)

    async def microseconds(self) -> tuple[float, float]:
        """Processor time of one read, ours and the server's, over a round of them."""
        owners = self.reading.owners if self.variant.joins else None
        ours, theirs = time.process_time_ns(), self._spent()
        for _ in range(READS):
            assert await self.reading.by(self.store, owners)
        ours, theirs = time.process_time_ns() - ours, self._spent() - theirs
        return ours / READS / 1000, theirs / READS / 1000

    def _spent(self) -> int:
        return int(Path(f"/proc/{self.backend}/schedstat").read_text().split()[0])


def main() -> None:
    """Start an engine with the demo's rows, and print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.row_security", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="how often each is measured")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="quintet-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # Postgres runs as another user under root
        with PostgresEngine.start(folder / "postgres") as engine:
            for product in POSTGRES:
                engine.create_database(product)
            sys.stdout.write(asyncio.run(_report(engine, given.rounds)))


async def _fill(engine: PostgresEngine) -> None:
    rows = demo_rows()
    for product, tables in POSTGRES.items():
        url = engine.url(product)
        await create_postgres(url, tables, lambda made: None)
        await load_postgres(url, tables, rows[product])
        await secure_postgres(url, product, tables, lambda made: None)
        connection = await asyncpg.connect(url)
        await connection.execute("VACUUM (ANALYZE)")
        await connection.close()


async def _report(engine: PostgresEngine, rounds: int) -> str:
    await _fill(engine)
    lines = [
        " | ".join(["| read", *(variant.name for variant in VARIANTS)]) + " |",
        "|---" * (len(VARIANTS) + 1) + "|",
    ]
    for reading in READINGS:
        measured = [await Measured.open(engine, reading, variant) for variant in VARIANTS]
        times: list[list[tuple[float, float]]] = [[] for _ in measured]
        for turn in range(WARM_UP + rounds):  # in turns, so that all meet the same weather
            for one, kept in zip(measured, times, strict=True):
                spent = await one.microseconds()
                if turn >= WARM_UP:
                    kept.append(spent)
        for one in measured:
            await one.store.close()
        lines.append(" | ".join([f"| {reading.what}", *map(_median, times)]) + " |")
    return "\n".join(lines) + "\n"


def _median(times: Sequence[tuple[float, float]]) -> str:
    ours, theirs = (median(part) for part in zip(*times, strict=True))
    return f"{ours:.0f} + {theirs:.0f}"


if __name__ == "__main__":
    main()
