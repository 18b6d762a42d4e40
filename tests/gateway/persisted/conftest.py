"""Stores of documents."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis

from gateway.persisted.stores import DirectoryStore, RedisStore, Store
from tests.engines import Wire
from tests.gateway.persisted.valkey import ValkeyEngine


@pytest.fixture(scope="session")
def engine() -> Iterator[ValkeyEngine]:
    """One Valkey for all tests of a worker."""
    with ValkeyEngine.start() as engine:
        yield engine


@pytest.fixture
def valkey(engine: ValkeyEngine) -> ValkeyEngine:
    """A Valkey in which nothing is kept."""
    with redis.Redis.from_url(engine.url) as client:
        client.flushall()
    return engine


@pytest.fixture
async def wire(valkey: ValkeyEngine) -> AsyncIterator[Wire]:
    """A wire to that Valkey."""
    wire = Wire(("127.0.0.1", valkey.port))
    await wire.listen()
    yield wire
    await wire.refuse()


@pytest.fixture(params=["directory", "valkey"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store of each kind."""
    if request.param == "directory":
        yield DirectoryStore(tmp_path)
    else:
        store = RedisStore(request.getfixturevalue("valkey").url)
        yield store
        await store.aclose()
