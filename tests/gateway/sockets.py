"""A small gateway behind real sockets: answered by our protocol, and by uvicorn through ASGI."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

import uvicorn
from graphql import build_schema
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.app import Application
from gateway.execution.documents import Documents
from gateway.execution.executors import LevelExecutor
from gateway.execution.run import Gateway
from gateway.http.endpoint import Endpoint
from gateway.listening import listen, url
from gateway.persisted.lookup import PersistedDocuments
from gateway.protocol import Protocol
from gateway.subscriptions.operations import Operations
from loaders.clock import Clock
from loaders.sealing import Seal
from loaders.viewer import ANONYMOUS
from schema.readings import READING, Reading
from tests.viewers import always

PROTOCOLS = (Protocol, HttpToolsProtocol)
LIMIT = 100_000
"""Bytes of the largest body."""
PATIENCE = 60.0
"""Seconds that something may take on a busy machine."""


@dataclass
class Held:
    """What the fields of the small schema are held by."""

    asked: int = 0
    """How often any of them was read."""
    free: bool = False
    """Until this, the field `held` waits."""


class Fields:
    """How the fields of the small schema are read."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def said(self, _: Any, __: Any, text: str) -> str:
        """The text itself."""
        self._server.held.asked += 1
        return text

    def large(self, _: Any, __: Any, size: int) -> str:
        """A text of this size."""
        self._server.held.asked += 1
        return "a" * size

    async def held(self, _: Any, __: Any) -> str:
        """A text that takes its time."""
        self._server.held.asked += 1
        await until(lambda: self._server.held.free)
        return "free"


def application(server: Server) -> Application:
    """The endpoint over the small schema, in front of nothing."""
    schema = build_schema(
        "type Query { said(text: String!): String, large(size: Int!): String, held: String }"
    )
    assert schema.query_type is not None
    for name, one in schema.query_type.fields.items():
        one.extensions[READING] = Reading(getattr(Fields(server), name), waits=name == "held")
    gateway = Gateway(
        stores={},
        documents=Documents(100, schema),
        executor=LevelExecutor(schema),
        seal=Seal("a secret of the tests"),
        clock=Clock(),
        deadline=PATIENCE,
        image_base_url="",
    )
    endpoint = Endpoint(
        lambda: gateway,
        always(ANONYMOUS),
        LIMIT,
        persisted=PersistedDocuments(None, 0),
        operations=Operations(lambda: gateway, per_viewer=1),
        demo=False,
    )
    return Application(endpoint, Starlette())


class Server(uvicorn.Server):
    """A server in a thread of its own, and so with an event loop of its own."""

    def __init__(self, listening: socket.socket, **options: Any) -> None:
        super().__init__(
            uvicorn.Config(application(self), log_config=None, **{"access_log": False, **options})
        )
        self.held = Held()
        self._listening = listening
        self._connections: list[Connection] = []

    @property
    def url(self) -> str:
        """Where it is."""
        return url(self._listening)

    async def connected(self) -> Connection:
        """A connection to it."""
        address = self._listening.getsockname()
        connection = Connection(*await asyncio.open_connection(*address, limit=1 << 30))
        self._connections.append(connection)
        return connection

    def leave(self) -> None:
        """End all connections to it."""
        for connection in self._connections:
            connection.writer.transport.abort()

    async def said(self, sent: bytes) -> bytes:
        """All that comes back until it closes the connection."""
        async with asyncio.timeout(PATIENCE):
            connection = await self.connected()
            connection.send(sent)
            return await connection.rest()


@dataclass(frozen=True)
class Connection:
    """One to a server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, sent: bytes) -> None:
        """Send this, some time."""
        self.writer.write(sent)

    async def answer(self) -> bytes:
        """The next answer, head and body."""
        async with asyncio.timeout(PATIENCE):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            return head + await self.reader.readexactly(int(length or 0))

    async def rest(self) -> bytes:
        """All that comes until the server closes it."""
        async with asyncio.timeout(PATIENCE):
            rest = await self.reader.read()
            self.writer.close()
            return rest


@asynccontextmanager
async def served(protocol: type[asyncio.Protocol], **options: Any) -> AsyncIterator[Server]:
    """A server that runs; those that go by this protocol."""
    with listen("127.0.0.1", 0) as listening:
        server = Server(listening, http=protocol, **options)
        running = Thread(target=server.run, args=([listening],))
        running.start()
        try:
            await until(lambda: server.started)
            yield server
        finally:
            server.held.free = True
            server.leave()
            server.should_exit = True
            await asyncio.to_thread(running.join)


async def until(true: Callable[[], Any]) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110  (the server has no event for it)
            await asyncio.sleep(0.01)
