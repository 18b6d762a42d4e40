"""The embedded Postgres: databases, restarts, and what a hard end leaves behind."""

import os
import signal
from pathlib import Path

import asyncpg
import pytest

from gateway.demo import processes
from gateway.demo.postgres import PostgresEngine
from gateway.demo.processes import EngineError, lock

pytestmark = pytest.mark.slow


async def ask(url: str, statement: str) -> object:
    """The one value that the statement gives."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_makes_databases_and_copies(place: Path) -> None:
    with PostgresEngine.start(place / "postgres") as engine:
        engine.create_database("first")
        await ask(engine.url("first"), "CREATE TABLE words AS SELECT 'ÄRA' AS word")
        engine.create_database("second", template="first")
        engine.create_database("second")
        assert await ask(engine.url("second"), "SELECT lower(word) FROM words") == "ära"
        with pytest.raises(EngineError, match="third"):
            engine.create_database("third", template="absent")


async def test_keeps_its_data_even_where_it_was_killed(place: Path) -> None:
    directory = place / "postgres"
    with PostgresEngine.start(directory) as engine:
        engine.create_database("kept")
        await ask(engine.url("kept"), "CREATE TABLE one AS SELECT 1")
        os.kill(postmaster(directory), signal.SIGKILL)
        os.close(lock(directory / "lock", patience=15))
        assert engine.exited()
    with PostgresEngine.start(directory) as engine:
        assert await ask(engine.url("kept"), "SELECT count(*) FROM one") == 1
        url = engine.url("kept")
        engine.restart()
        assert engine.url("kept") == url
        assert await ask(url, "SELECT count(*) FROM one") == 1
    with pytest.raises(ConnectionError):
        await ask(url, "SELECT 1")


def test_starts_where_the_dead_server_s_number_is_in_use(place: Path) -> None:
    directory = place / "postgres"
    with PostgresEngine.start(directory):
        left = (directory / "cluster" / "postmaster.pid").read_text()
    _, rest = left.split("\n", 1)
    (directory / "cluster" / "postmaster.pid").write_text(f"{os.getpid()}\n{rest}")
    with PostgresEngine.start(directory):
        assert postmaster(directory) != os.getpid()


def test_begins_again_where_making_its_files_was_cut_short(place: Path) -> None:
    directory = place / "postgres"
    with PostgresEngine.start(directory):
        pass
    (directory / "cluster").rename(directory / "cluster.new")
    with PostgresEngine.start(directory):
        assert not (directory / "cluster.new").exists()


def test_a_directory_has_one_server(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LOCK_PATIENCE", 0.1)
    with (
        PostgresEngine.start(place / "postgres"),
        pytest.raises(EngineError, match="Another Postgres"),
    ):
        PostgresEngine.start(place / "postgres")


def test_says_why_it_did_not_start(place: Path) -> None:
    directory = place / "postgres"
    with PostgresEngine.start(directory):
        pass
    (directory / "cluster" / "postgresql.conf").write_text("nonsense = 1\n")
    with pytest.raises(EngineError, match="nonsense"):
        PostgresEngine.start(directory)


def postmaster(directory: Path) -> int:
    """The server's process id."""
    return int((directory / "cluster" / "postmaster.pid").read_text().split()[0])
