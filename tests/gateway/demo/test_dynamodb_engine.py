"""The embedded DynamoDB: in memory and in a file, its installation, and what it refuses to run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aioboto3
import pytest

from gateway.demo import dynamodb, processes
from gateway.demo.dynamodb import DynamoEngine, EngineUnavailable, engines_directory, install
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
        pytest.raises(EngineError, match="Another dynoxide"),
    ):
        DynamoEngine.start(tmp_path / "dynamodb.db")


def test_says_why_it_did_not_start(tmp_path: Path) -> None:
    (tmp_path / "dynamodb.db").write_text("no database at all " * 100)
    with pytest.raises(EngineError, match="not a valid SQLite database"):
        DynamoEngine.start(tmp_path / "dynamodb.db")


def test_refuses_a_binary_that_was_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = install(engines_directory())
    changed = tmp_path / genuine.relative_to(engines_directory())
    changed.parent.mkdir(parents=True)
    changed.write_bytes(genuine.read_bytes() + b"\0")
    monkeypatch.setenv("GATEWAY_ENGINES", str(tmp_path))
    with pytest.raises(EngineUnavailable, match="SHA-256"):
        DynamoEngine.start(None)


def test_says_what_to_install_where_npm_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineUnavailable, match=r"npm is missing.* apt-get install npm"):
        install(tmp_path / "engines")


def test_passes_on_what_npm_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho no such package >&2\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineUnavailable, match="no such package"):
        install(tmp_path / "engines")


def test_another_platform_runs_a_binary_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = install(engines_directory())
    monkeypatch.setattr(dynamodb, "BUILDS", {})
    with pytest.raises(EngineUnavailable, match="GATEWAY_DYNOXIDE"):
        install(tmp_path)
    monkeypatch.setenv("GATEWAY_DYNOXIDE", str(own))
    with DynamoEngine.start(None) as engine:
        assert not engine.exited()
