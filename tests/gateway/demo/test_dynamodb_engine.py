"""The embedded DynamoDB: in memory and in a file, its installation, and what it refuses to run."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aioboto3
import pytest

from gateway.demo import dynoxide, processes
from gateway.demo.dynamodb import DynamoEngine, install
from gateway.demo.dynoxide import BUILDS
from gateway.demo.installing import EngineUnavailable, engines_directory
from gateway.demo.processes import EngineError


@asynccontextmanager
async def client(endpoint: str) -> AsyncIterator[Any]:
    """A DynamoDB client of the engine."""
    session = aioboto3.Session("key", "secret", region_name="us-east-1")
    async with session.client("dynamodb", endpoint_url=endpoint) as opened:
        yield opened


async def make_table(endpoint: str) -> None:
    """Makes the table `words`, keyed by `word`."""
    async with client(endpoint) as opened:
        await opened.create_table(
            TableName="words",
            AttributeDefinitions=[{"AttributeName": "word", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "word", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )


async def tables(endpoint: str) -> list[str]:
    """The names of the engine's tables."""
    async with client(endpoint) as opened:
        names: list[str] = (await opened.list_tables())["TableNames"]
        return names


async def test_engines_in_memory_share_nothing() -> None:
    with DynamoEngine.start(None) as one, DynamoEngine.start(None) as other:
        await make_table(one.endpoint)
        assert await tables(one.endpoint) == ["words"]
        assert await tables(other.endpoint) == []


async def test_a_file_outlives_its_engine(tmp_path: Path) -> None:
    with DynamoEngine.start(tmp_path / "dynamodb.db") as engine:
        await make_table(engine.endpoint)
    with DynamoEngine.start(tmp_path / "dynamodb.db") as engine:
        assert await tables(engine.endpoint) == ["words"]
        endpoint = engine.endpoint
        engine.restart()
        assert engine.endpoint == endpoint
        assert not engine.exited()
        assert await tables(endpoint) == ["words"]


def test_a_file_has_one_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LOCK_PATIENCE", 0.1)
    with (
        DynamoEngine.start(tmp_path / "dynamodb.db"),
        pytest.raises(EngineError, match="Another DynamoDB"),
    ):
        DynamoEngine.start(tmp_path / "dynamodb.db")


def test_says_why_it_did_not_start(tmp_path: Path) -> None:
    (tmp_path / "dynamodb.db").write_text("no database at all " * 100)
    with pytest.raises(EngineError, match="not a valid SQLite database"):
        DynamoEngine.start(tmp_path / "dynamodb.db")


def genuine() -> Path:
    """The binary of this checkout."""
    build = dynoxide.build()
    assert build is not None
    return dynoxide.install(build, engines_directory())


def test_refuses_a_binary_that_was_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = tmp_path / genuine().relative_to(engines_directory())
    changed.parent.mkdir(parents=True)
    changed.write_bytes(genuine().read_bytes() + b"\0")
    monkeypatch.setenv("GATEWAY_ENGINES", str(tmp_path))
    with pytest.raises(EngineUnavailable, match="SHA-256"):
        DynamoEngine.start(None)


def make_npm(folder: Path, *lines: str) -> None:
    """An `npm` of one's own, as a shell script; it is given `install --prefix DIRECTORY …`."""
    folder.mkdir(parents=True, exist_ok=True)
    npm = folder / "npm"
    npm.write_text("\n".join(("#!/bin/sh", *lines)))
    npm.chmod(0o755)


def test_passes_on_what_npm_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_npm(tmp_path, "echo no such package >&2", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineUnavailable, match="no such package"):
        install(tmp_path / "engines")


def test_pip_brings_an_npm_for_as_long_as_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    build = next(iter(BUILDS.values()))

    def brought(lock_file: Path, home: Path) -> Path:
        assert lock_file.name == "npm.lock"
        packages = f'"$3/node_modules/{build.package}"'
        make_npm(home / "bin", f"/bin/mkdir -p {packages}", f"/bin/cp {binary} {packages}")
        return home / "bin"

    binary = genuine()
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(dynoxide, "install_locked", brought)
    installed = dynoxide.install(build, tmp_path)
    assert installed.read_bytes() == binary.read_bytes()
    assert not (tmp_path / "npm").exists()
    assert "an npm that pip brings" in capsys.readouterr().err


def test_says_what_to_install_where_there_is_neither_npm_nor_pip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(EngineUnavailable, match=r"npm is missing.* apt-get install npm"):
        install(tmp_path / "engines")
    assert not (tmp_path / "engines" / "npm").exists()


def test_another_platform_can_run_a_binary_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_DYNOXIDE", str(genuine()))
    monkeypatch.setattr(dynoxide, "BUILDS", {})
    with DynamoEngine.start(None) as engine:
        assert not engine.exited()
