"""A gateway behind a real socket, and its clients over WebSocket and event streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from threading import Thread
from typing import Any

import httpx
import orjson
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from gateway.app import ENDPOINT, Application
from gateway.authentication.tokens import BadToken, Reason
from gateway.http.messages import EVENT_STREAM, Headers
from gateway.listening import config, listen, url
from gateway.subscriptions.messages import PROTOCOL
from loaders.viewer import Viewer
from tests.gateway.sockets import PATIENCE, until
from tests.viewers import authorization, by_token

MINE = "subscription { inputRecordProgress { id } }"
"""Ada's inputs as they stand, 50 of them, and what changes of them."""
STANDING = 50
"""How many answers it has while nothing changes."""


def bearing(text: str) -> dict[str, str]:
    """The header by which a viewer asks."""
    return {name.decode(): value.decode() for name, value in authorization(text).items()}


@dataclass(frozen=True)
class Served:
    """A server in a thread of its own."""

    server: uvicorn.Server
    url: str
    """Of its GraphQL endpoint."""

    def stop(self) -> None:
        """Tell it to end, as a signal does."""
        self.server.should_exit = True


@asynccontextmanager
async def served(app: Application, **options: Any) -> AsyncIterator[Served]:
    """An application that is served; it ends with all that is under way."""
    with listen("127.0.0.1", 0) as listening:
        usual = {"log_config": None, "timeout_graceful_shutdown": round(PATIENCE)}
        server = uvicorn.Server(config(app, **{**usual, **options}))
        running = Thread(target=server.run, args=([listening],))
        running.start()
        try:
            await until(lambda: server.started)
            yield Served(server, url(listening) + ENDPOINT)
        finally:
            server.should_exit = True
            await asyncio.to_thread(running.join)


class Talk:
    """One WebSocket, from the client's side."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, *messages: Any) -> None:
        """Send these, as JSON unless they are text or bytes already."""
        for message in messages:
            plain = isinstance(message, str | bytes)
            await self.connection.send(message if plain else orjson.dumps(message).decode())

    async def hear(self) -> Any:
        """The next message."""
        async with asyncio.timeout(PATIENCE):
            return orjson.loads(await self.connection.recv())

    async def closed(self) -> tuple[int, str]:
        """The code and the reason by which the other side closes it, whatever it says before."""
        async with asyncio.timeout(PATIENCE):
            with suppress(ConnectionClosed):
                while True:
                    await self.connection.recv()
        assert self.connection.close_code is not None
        return self.connection.close_code, self.connection.close_reason or ""


class Expiring:
    """Takes the tokens of the tests until they have expired."""

    def __init__(self) -> None:
        self.expired = False
        self._viewer_of = by_token()

    async def viewer_of(self, headers: Headers) -> Viewer:
        if self.expired:
            raise BadToken(Reason.EXPIRED)
        return await self._viewer_of(headers)


@asynccontextmanager
async def talking(
    served: Served, payload: Any = None, *, initialise: bool = True, **options: Any
) -> AsyncIterator[Talk]:
    """A WebSocket on which `connection_init` was sent, with this payload, and acknowledged."""
    address = served.url.replace("http:", "ws:")
    async with connect(address, **{"subprotocols": [PROTOCOL], **options}) as connection:
        talk = Talk(connection)
        if initialise:
            await talk.say({"type": "connection_init", "payload": payload})
            assert await talk.hear() == {"type": "connection_ack"}
        yield talk


def subscribe(query: str, id_: str = "1", **members: Any) -> Any:
    """The message that begins an operation."""
    return {"type": "subscribe", "id": id_, "payload": {"query": query, **members}}


class Events:
    """The events of a stream, from the client's side."""

    def __init__(self, answer: httpx.Response) -> None:
        self.lines = answer.aiter_lines()

    async def next(self) -> Any:
        """The data of the next event, which is no other."""
        lines = [line async for line in self._event()]
        assert lines[0] == "event: next"
        return orjson.loads(lines[1].removeprefix("data: "))

    async def rest(self) -> str:
        """All that comes until the stream ends."""
        return "".join([f"{line}\n" async for line in self.lines])

    async def _event(self) -> AsyncIterator[str]:
        """The lines up to the empty one, comments aside."""
        async for line in self.lines:
            if line and line != ":":
                yield line
                if line.startswith("data:"):
                    return


@asynccontextmanager
async def streaming(
    http: httpx.AsyncClient, server: Served, query: str, **headers: str
) -> AsyncIterator[Events]:
    """The events of an operation."""
    asked = http.stream(
        "POST", server.url, json={"query": query}, headers={"accept": EVENT_STREAM, **headers}
    )
    async with asked as answer:
        assert answer.status_code == 200
        yield Events(answer)
