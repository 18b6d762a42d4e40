"""Stores of documents: a directory, and Redis or Valkey."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.persisted.ids import id_of_text
from gateway.persisted.stores import REMEMBERED, DirectoryStore, RedisStore, Store
from loaders.errors import SourceUnavailable
from tests.engines import Wire
from tests.gateway.persisted.valkey import ValkeyEngine

TEXT = "# Größe\r\n{ __typename }\n"
ID = id_of_text(TEXT)


async def test_a_document_is_found_as_it_was_stored(store: Store) -> None:
    assert await store.find(ID) is None
    assert await store.all() == {}
    await store.add({ID: TEXT, "other": "{ a: __typename }"})
    assert await store.find(ID) == TEXT
    assert await store.all() == {ID: TEXT, "other": "{ a: __typename }"}


async def test_what_is_removed_is_gone(store: Store) -> None:
    await store.add({"a": TEXT, "b": TEXT})
    await store.remove(["a", "c"])
    assert await store.all() == {"b": TEXT}
    assert await store.find("a") is None


async def test_other_files_of_a_directory_are_no_documents(tmp_path: Path) -> None:
    for name in ("README.md", "an id.graphql", ".a.new"):
        (tmp_path / name).write_text(TEXT)
    (tmp_path / "mine.graphql").write_bytes(TEXT.encode())
    assert await DirectoryStore(tmp_path).all() == {"mine": TEXT}


async def test_a_directory_that_is_gone_does_not_answer(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "gone")
    await store.add({ID: TEXT})
    (tmp_path / "gone" / f"{ID}.graphql").unlink()
    assert await store.find(ID) is None
    (tmp_path / "gone").rmdir()
    with pytest.raises(SourceUnavailable, match="the store of documents"):
        await store.find(ID)


async def test_what_is_no_text_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "a.graphql").write_bytes(b"\xff")
    with pytest.raises(SourceUnavailable):
        await DirectoryStore(tmp_path).find("a")


async def test_what_clients_send_is_no_document_of_a_store(store: Store) -> None:
    await store.remember("abc", TEXT)
    assert await store.all() == {}
    assert await store.find("abc") is None


async def test_valkey_remembers_for_a_while(valkey: ValkeyEngine) -> None:
    store = RedisStore(valkey.url)
    assert await store.recall("abc") is None
    await store.remember("abc", TEXT)
    assert await store.recall("abc") == TEXT
    (key,) = await store._redis.keys()
    assert 0 < await store._redis.ttl(key) <= REMEMBERED
    await store.aclose()


async def test_a_connection_that_ended_is_made_anew(wire: Wire) -> None:
    store = RedisStore(f"redis://127.0.0.1:{wire.port}")
    await store.add({ID: TEXT})
    await wire.drop()
    assert await store.find(ID) == TEXT
    assert wire.connections == 2
    await store.aclose()


async def test_a_valkey_that_is_down_does_not_answer(wire: Wire) -> None:
    store = RedisStore(f"redis://127.0.0.1:{wire.port}")
    await wire.refuse()
    with pytest.raises(SourceUnavailable, match="the store of documents"):
        await store.find(ID)
    await wire.listen()
    assert await store.find(ID) is None
    await store.aclose()


@pytest.mark.slow
async def test_a_valkey_that_says_nothing_does_not_answer(wire: Wire) -> None:
    store = RedisStore(f"redis://127.0.0.1:{wire.port}")
    assert await store.find(ID) is None
    wire.stalled = True
    with pytest.raises(SourceUnavailable):
        await store.find(ID)
    wire.stalled = False
    assert await store.find(ID) is None
    await store.aclose()
