"""HTTP/1.1 to one server, over connections that are kept: what calls of a store need, no more.

aiohttp's client, which is made for any request to any server, takes three times as long for a call.
"""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from typing import NamedTuple, cast
from urllib.parse import SplitResult, quote, unquote, urlsplit

from httptools import HttpParserError, HttpResponseParser

from loaders.stores.connections import Connections, Use

CONNECT_SECONDS = 2.0
"""How long it may take to find a server, connect to it and agree on keys."""
READ_SECONDS = 30.0
KEPT_SECONDS = 50.0
"""How long an idle connection is kept: a new one over TLS costs more than a call."""
_CLOSED = "the server has closed the connection"


class Answer(NamedTuple):
    """What a server answered; the names of its headers are in lower case."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes


class HttpClient:
    """Calls of one server. Whatever fails on the way there and back is an OSError."""

    def __init__(
        self,
        url: str,
        user_agent: str,
        *,
        connections: int,
        tls: ssl.SSLContext,
        proxy: str | None = None,
    ) -> None:
        self._server = urlsplit(url)
        self._tls = tls
        self._proxy = None if proxy is None else urlsplit(proxy)
        self._connections = Connections(self._connect, connections)
        target = quote(self._server.path or "/", safe="/%~")
        authorization = ""
        if self._proxy is not None and not _is_secure(self._server):
            target = f"http://{self._server.netloc}{target}"
            authorization = _authorization(self._proxy)
        self._first_lines = (
            f"POST {target} HTTP/1.1\r\n{authorization}"
            f"user-agent: {user_agent}\r\naccept-encoding: identity\r\n"
        )

    async def post(self, headers: str, body: bytes) -> Answer:
        """The answer to a request with these lines of headers, one of which names the host."""
        head = f"{self._first_lines}{headers}content-length: {len(body)}\r\n\r\n"
        connection: Connection = await self._connections.acquire()
        try:
            return await connection.ask(head.encode("latin-1") + body)
        finally:
            self._connections.release(connection)

    @property
    def use(self) -> Use:
        """How much of the connections is used now."""
        return self._connections.use

    async def close(self) -> None:
        """Let go of the connections."""
        await self._connections.close()

    async def _connect(self) -> Connection:
        async with asyncio.timeout(CONNECT_SECONDS):
            if self._proxy is None:
                return await self._reach(self._server, Connection())
            if not _is_secure(self._server):
                return await self._reach(self._proxy, Connection())
            return await self._tunnel(self._proxy, self._server)

    async def _reach(self, server: SplitResult, connection: Connection) -> Connection:
        assert server.hostname is not None
        secure = _is_secure(server)
        await asyncio.get_running_loop().create_connection(
            lambda: connection,
            server.hostname,
            server.port or (443 if secure else 80),
            ssl=self._tls if secure else None,
        )
        return connection

    async def _tunnel(self, proxy: SplitResult, server: SplitResult) -> Connection:
        """A connection over TLS that a proxy passes on unread."""
        host = server.netloc if server.port else f"{server.netloc}:443"
        way = await self._reach(proxy, _Way())
        answer = await way.ask(
            f"CONNECT {host} HTTP/1.1\r\nhost: {host}\r\n{_authorization(proxy)}\r\n".encode()
        )
        if answer.status != 200:
            way.terminate()
            raise ConnectionRefusedError(f"the proxy answers {answer.status}")
        connection = Connection()
        connection.connection_made(way.transport)  # which start_tls leaves to us
        transport = await asyncio.get_running_loop().start_tls(
            way.transport, connection, self._tls, server_hostname=server.hostname
        )
        connection.transport = cast(asyncio.Transport, transport)
        return connection


class Connection(asyncio.Protocol):
    """A connection, which takes one request at a time."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._lost = self._loop.create_future()
        self._parser = HttpResponseParser(self)
        self._waiter: asyncio.Future[Answer] | None = None
        self._idle_since = self._loop.time()
        self._headers: dict[bytes, bytes] = {}
        self._body: list[bytes] = []

    async def ask(self, request: bytes) -> Answer:
        """The answer to a request. Who gives up waiting ends the connection."""
        if self.transport.is_closing():
            raise ConnectionResetError(_CLOSED)
        self._waiter = self._loop.create_future()
        patience = self._loop.call_later(READ_SECONDS, self._fail, TimeoutError("no answer"))
        try:
            self.transport.write(request)
            return await self._waiter
        except BaseException:
            self.terminate()
            raise
        finally:
            patience.cancel()
            self._waiter = None
            self._idle_since = self._loop.time()

    def is_closed(self) -> bool:
        """Whether nothing more can be asked; what was idle for long, a server may have left."""
        if self._loop.time() > self._idle_since + KEPT_SECONDS:
            self.terminate()
        return self.transport.is_closing()

    def terminate(self) -> None:
        """End the connection without taking leave."""
        self.transport.abort()

    async def close(self) -> None:
        """End the connection, and wait until it has ended."""
        self.terminate()
        await self._lost

    # What asyncio tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._waiter is None:
            self.terminate()  # nobody has asked
            return
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            self._fail(ConnectionError(f"no HTTP: {error}"))

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(error or ConnectionResetError(_CLOSED))
        if not self._lost.done():
            self._lost.set_result(None)

    # What the parser tells

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        answer = Answer(self._parser.get_status_code(), self._headers, b"".join(self._body))
        self._headers, self._body = {}, []
        if answer.status < 200:
            return  # it says that the answer is to come
        if not self._parser.should_keep_alive():
            self.transport.close()
        self._answered(answer)

    def _answered(self, answer: Answer) -> None:
        if self._waiter is None or self._waiter.done():
            self.terminate()  # nobody has asked
        else:
            self._waiter.set_result(answer)

    def _fail(self, error: Exception) -> None:
        self.terminate()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)


class _Way(Connection):
    """A connection to a proxy, whose answer to CONNECT ends with its headers."""

    def on_headers_complete(self) -> None:
        self._answered(Answer(self._parser.get_status_code(), self._headers, b""))

    def on_message_complete(self) -> None:
        """What a proxy says beside its refusal is of no concern."""


def _is_secure(server: SplitResult) -> bool:
    return server.scheme == "https"


def _authorization(proxy: SplitResult) -> str:
    """The line that names us to a proxy, where its URL does."""
    if proxy.username is None:
        return ""
    name = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return f"proxy-authorization: Basic {b64encode(name.encode()).decode()}\r\n"
