"""HTTP to a server that says what it likes: answers in any form, faults, and proxies."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from loaders.stores import http_client
from loaders.stores.http_client import Answer, HttpClient

pytestmark = pytest.mark.slow

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
HANG_UP = b"(hangs up)"
HEADERS = "host: somewhere\r\n"


@dataclass
class Speaker:
    """A server that answers each request with the next of these bytes, and keeps to the last.

    It hangs up after an answer that ends with HANG_UP.
    """

    answers: list[bytes]
    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
                self.requests.append(head + await reader.readexactly(int(length or b"0")))
                self.heard.set()
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                writer.write(answer.removesuffix(HANG_UP))
                await writer.drain()
                if answer.endswith(HANG_UP):
                    break
        writer.transport.abort()


@asynccontextmanager
async def speaking(*answers: bytes) -> AsyncIterator[Speaker]:
    speaker = Speaker(list(answers))
    server = await asyncio.start_server(speaker.serve, "127.0.0.1", 0)
    speaker.port = server.sockets[0].getsockname()[1]
    try:
        yield speaker
    finally:
        server.close()


@asynccontextmanager
async def client_of(url: str, **options: Any) -> AsyncIterator[HttpClient]:
    usual = {"connections": 2, "tls": ssl.create_default_context()}
    client = HttpClient(url, "test/1", **{**usual, **options})
    try:
        yield client
    finally:
        await client.close()


async def test_a_request_says_what_is_meant() -> None:
    async with speaking(OK) as server, client_of(f"{server.url}/a b/%20") as client:
        answer = await client.post(HEADERS, b"body")
    assert answer == Answer(200, {b"content-length": b"2"}, b"ok")
    assert server.requests == [
        b"POST /a%20b/%20 HTTP/1.1\r\nuser-agent: test/1\r\naccept-encoding: identity\r\n"
        b"host: somewhere\r\ncontent-length: 4\r\n\r\nbody"
    ]


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("said", "connections"),
    [
        (OK, 1),
        (CHUNKED, 1),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, 1),
        (OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), 3),
        (b"HTTP/1.0" + OK[8:], 3),
        (OK + HANG_UP, 3),
    ],
)
async def test_a_connection_is_kept_where_it_may_be(said: bytes, connections: int) -> None:
    async with speaking(said) as server, client_of(server.url) as client:
        for _ in range(3):
            assert (await client.post(HEADERS, b"")).body == b"ok"
            await asyncio.sleep(0.05)  # time enough to hang up
    assert server.connections == connections


@pytest.mark.parametrize(
    "said",
    [
        b"Welcome!\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok" + HANG_UP,
        CHUNKED[:-4] + HANG_UP,
        b"HTTP/1.1 200 OK\r\n\r\nof no known length" + HANG_UP,
        HANG_UP,
    ],
)
async def test_a_broken_answer_is_an_error_and_costs_its_connection(said: bytes) -> None:
    async with speaking(said, OK) as server, client_of(server.url) as client:
        with pytest.raises(ConnectionError):
            await client.post(HEADERS, b"")
        assert (await client.post(HEADERS, b"")).body == b"ok"
    assert server.connections == 2


async def test_a_server_that_takes_no_request_is_an_error_at_once() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.transport.abort(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, client_of(f"http://127.0.0.1:{port}") as client, asyncio.timeout(5):
        with pytest.raises(ConnectionError):
            await client.post(HEADERS, b"")


async def test_what_nobody_asked_for_is_no_answer_to_the_next() -> None:
    twice = OK + OK.replace(b"ok", b"no")
    async with speaking(twice, OK) as server, client_of(server.url) as client:
        for _ in range(2):
            assert (await client.post(HEADERS, b"")).body == b"ok"
    assert server.connections == 2


async def test_an_answer_that_nobody_waits_for_any_more_is_not_the_next_one_s() -> None:
    async with speaking(b"", OK) as server, client_of(server.url, connections=1) as client:
        given_up = asyncio.ensure_future(client.post(HEADERS, b""))
        await server.heard.wait()
        given_up.cancel()
        assert (await client.post(HEADERS, b"")).body == b"ok"
    assert given_up.cancelled()
    assert server.connections == 2


async def test_so_many_connections_and_no_more() -> None:
    async with speaking(OK) as server, client_of(server.url, connections=3) as client:
        await asyncio.gather(*(client.post(HEADERS, b"") for _ in range(20)))
    assert server.connections == 3
    assert len(server.requests) == 20


async def test_a_connection_that_was_idle_for_long_is_not_trusted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with speaking(OK) as server, client_of(server.url) as client:
        await client.post(HEADERS, b"")
        monkeypatch.setattr(http_client, "KEPT_SECONDS", 0)
        await asyncio.sleep(0.001)
        await client.post(HEADERS, b"")
    assert server.connections == 2


@pytest.mark.parametrize("limit", ["CONNECT_SECONDS", "READ_SECONDS"])
async def test_a_server_that_says_nothing_is_given_up(
    monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(http_client, limit, 0.05)
    scheme = "https" if limit == "CONNECT_SECONDS" else "http"  # TLS begins with an answer
    async with speaking(b"") as server, client_of(server.url.replace("http", scheme)) as client:
        with pytest.raises(TimeoutError):
            await client.post(HEADERS, b"")


# The way past a proxy


async def test_a_proxy_is_told_where_to_and_by_whom() -> None:
    async with speaking(OK) as proxy:
        way = f"http://some:p%40ss@127.0.0.1:{proxy.port}"
        async with client_of("http://example.com:8000/", proxy=way) as client:
            await client.post(HEADERS, b"")
    assert proxy.requests[0].startswith(
        b"POST http://example.com:8000/ HTTP/1.1\r\nproxy-authorization: Basic c29tZTpwQHNz\r\n"
    )
