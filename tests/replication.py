"""A Postgres and a streaming replica of it, between which there is a wire."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from gateway.create import create_postgres, secure_postgres
from gateway.demo.data import demo_rows
from gateway.demo.load import load_postgres
from gateway.demo.postgres import SETTINGS, SUPERUSER, PostgresEngine
from gateway.demo.processes import free_port
from loaders.tables import family
from tests.engines import Wire, execute

_REPLICATING = {
    **SETTINGS,
    "wal_level": "replica",
    "max_wal_senders": "4",
    "wal_retrieve_retry_interval": "100ms",
}


class Primary(PostgresEngine):
    """A Postgres that replicas may follow."""

    def settings(self) -> Mapping[str, str]:
        return _REPLICATING


class Standby(PostgresEngine):
    """A replica, which follows its primary by way of another port."""

    def __init__(self, directory: Path, primary: Primary, port: int) -> None:
        super().__init__(directory)
        self._primary = primary
        self._follows = f"host=127.0.0.1 port={port} user={SUPERUSER}"

    def launch(self) -> Standby:
        """Starts it, and waits until it may be read."""
        return self._start()

    def settings(self) -> Mapping[str, str]:
        return {**_REPLICATING, "primary_conninfo": self._follows}

    def _maker(self, draft: Path) -> Sequence[str | Path]:
        source = self._primary.url("postgres")
        how = ("--checkpoint=fast", "--no-sync", "--write-recovery-conf")
        return self._programs / "pg_basebackup", "-D", draft, "-d", source, *how


@dataclass
class Replicated:
    """Both, with the family's rows in a database of its name."""

    primary: Primary
    standby: Standby
    replication_port: int

    async def write(self, statement: str) -> None:
        """Run a statement on the primary."""
        await execute(self.primary.url(family.PRODUCT), statement)

    @asynccontextmanager
    async def followed(self) -> AsyncIterator[Wire]:
        """The wire by which the replica follows; at first it has replayed all there is."""
        wire = Wire(("127.0.0.1", self.primary.port), port=self.replication_port)
        await wire.listen()
        try:
            await self.caught_up()
            yield wire
        finally:
            await wire.refuse()

    async def caught_up(self) -> None:
        """Wait until the replica has replayed all that is written."""
        written = await self._of(self.primary, "SELECT pg_current_wal_lsn()::text")
        await self._until(f"SELECT pg_last_wal_replay_lsn() >= '{written}'")

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Meanwhile the replica takes what is written, and replays none of it.

        It says so only with the next record, which it does not replay any more.
        """
        await self._of(self.standby, "SELECT pg_wal_replay_pause()")
        try:
            yield
        finally:
            await self._of(self.standby, "SELECT pg_wal_replay_resume()")

    async def _until(self, condition: str) -> None:
        """Wait until this holds at the replica."""
        for _ in range(1_000):
            if await self._of(self.standby, condition):
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"the replica never came to: {condition}")

    async def _of(self, engine: PostgresEngine, statement: str) -> object:
        """The one value that a statement gives."""
        connection = await asyncpg.connect(engine.url("postgres"))
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()


@contextmanager
def replicated() -> Iterator[Replicated]:
    """Both, started; call it on the main thread."""
    with tempfile.TemporaryDirectory(prefix="quintet-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        port = free_port()
        with Primary.start(folder / "primary") as primary:
            primary.create_database(family.PRODUCT)
            asyncio.run(_fill(primary.url(family.PRODUCT)))
            with Standby(folder / "standby", primary, port).launch() as standby:
                yield Replicated(primary, standby, port)


async def _fill(url: str) -> None:
    await create_postgres(url, family.TABLES, _quietly)
    await load_postgres(url, family.TABLES, demo_rows()[family.PRODUCT])
    await secure_postgres(url, family.PRODUCT, family.TABLES, _quietly)


def _quietly(what: str) -> None:
    """What is made is of no interest here."""
