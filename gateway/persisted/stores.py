"""Where documents are stored: in a directory, or in Redis or Valkey."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from gateway.persisted.ids import is_id
from loaders.errors import SourceUnavailable

PATIENCE = 2.0
"""Seconds that a store has to answer while a client waits."""
REMEMBERED = 24 * 60 * 60
"""Seconds that Redis keeps a text that a client has sent."""
_CONNECTIONS = 10
_SUFFIX = ".graphql"


class Store(Protocol):
    """Documents by their ids. All of it raises SourceUnavailable."""

    async def find(self, id_: str) -> str | None:
        """The text of the document of this id."""

    async def add(self, documents: Mapping[str, str]) -> None:
        """Store texts by their ids."""

    async def remove(self, ids: Sequence[str]) -> None:
        """Have the store forget these."""

    async def all(self) -> Mapping[str, str]:
        """Every document of the store."""

    async def recall(self, hash_: str) -> str | None:
        """The text with this SHA-256, if a client has lately sent it to some process."""

    async def remember(self, hash_: str, text: str) -> None:
        """Let other processes know a text that a client has sent."""

    async def aclose(self) -> None:
        """Let go of the store."""


class DirectoryStore:
    """A file for each document, whose name is the id. What clients send is not written there."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def find(self, id_: str) -> str | None:
        async with _answering(PATIENCE):
            return await asyncio.to_thread(self._read, id_)

    async def add(self, documents: Mapping[str, str]) -> None:
        async with _answering():
            await asyncio.to_thread(self._write, documents)

    async def remove(self, ids: Sequence[str]) -> None:
        async with _answering():
            await asyncio.to_thread(self._unlink, ids)

    async def all(self) -> Mapping[str, str]:
        async with _answering():
            return await asyncio.to_thread(self._read_all)

    async def recall(self, hash_: str) -> str | None:
        return None

    async def remember(self, hash_: str, text: str) -> None:
        pass

    async def aclose(self) -> None:
        pass

    def _file(self, id_: str) -> Path:
        return self._directory / f"{id_}{_SUFFIX}"

    def _read(self, id_: str) -> str | None:
        try:
            return self._file(id_).read_bytes().decode()
        except FileNotFoundError:
            if not self._directory.is_dir():
                raise
            return None

    def _write(self, documents: Mapping[str, str]) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        for id_, text in documents.items():
            draft = self._directory / f".{id_}.new"
            draft.write_bytes(text.encode())
            draft.replace(self._file(id_))  # who reads finds all of it or nothing

    def _unlink(self, ids: Sequence[str]) -> None:
        for id_ in ids:
            self._file(id_).unlink(missing_ok=True)

    def _read_all(self) -> Mapping[str, str]:
        names = [path.name.removesuffix(_SUFFIX) for path in self._directory.glob(f"*{_SUFFIX}")]
        found = {id_: self._read(id_) for id_ in names if is_id(id_)}
        return {id_: text for id_, text in found.items() if text is not None}


class RedisStore:
    """One key for all documents, and for each text that a client has sent one that expires."""

    _DOCUMENTS = "quintet:documents"
    _AUTOMATIC = "quintet:automatic:"

    def __init__(self, url: str) -> None:
        """Connects when it is first asked."""
        # Any: its types do not know that what it says is decoded.
        self._redis: Any = Redis.from_pool(
            BlockingConnectionPool.from_url(
                url,
                max_connections=_CONNECTIONS,
                timeout=PATIENCE,
                socket_timeout=PATIENCE,
                socket_connect_timeout=PATIENCE,
                retry=Retry(NoBackoff(), 1),  # for a connection that has ended meanwhile
                decode_responses=True,
            )
        )

    async def find(self, id_: str) -> str | None:
        async with _answering(PATIENCE):
            text: str | None = await self._redis.hget(self._DOCUMENTS, id_)
            return text

    async def add(self, documents: Mapping[str, str]) -> None:
        async with _answering():
            await self._redis.hset(self._DOCUMENTS, mapping=documents)

    async def remove(self, ids: Sequence[str]) -> None:
        async with _answering():
            await self._redis.hdel(self._DOCUMENTS, *ids)

    async def all(self) -> Mapping[str, str]:
        async with _answering():
            found: dict[str, str] = await self._redis.hgetall(self._DOCUMENTS)
            return found

    async def recall(self, hash_: str) -> str | None:
        async with _answering(PATIENCE):
            text: str | None = await self._redis.get(self._AUTOMATIC + hash_)
            return text

    async def remember(self, hash_: str, text: str) -> None:
        async with _answering(PATIENCE):
            await self._redis.set(self._AUTOMATIC + hash_, text, ex=REMEMBERED)

    async def aclose(self) -> None:
        await self._redis.aclose()


@asynccontextmanager
async def _answering(patience: float | None = None) -> AsyncIterator[None]:
    """Whatever keeps a store from answering, within these seconds, is its being unavailable."""
    try:
        async with asyncio.timeout(patience):
            yield
    except (OSError, RedisError, UnicodeDecodeError, TimeoutError) as error:
        raise SourceUnavailable("the store of documents cannot be asked now") from error
