"""POST /graphql over real sockets: our protocol says what uvicorn does through ASGI."""

from __future__ import annotations

import asyncio
import logging
import re
import signal
import socket
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.app import Application
from gateway.http.endpoint import Endpoint
from gateway.protocol import HEAD_LIMIT, URL_LIMIT, Protocol
from tests.gateway.commands import PATIENCE, running
from tests.gateway.sockets import LIMIT, PROTOCOLS, Held, Server, served, until
from tests.gateway.test_cli import CREDENTIALS, NEEDED

pytestmark = pytest.mark.slow

HELLO = '{ said(text: "hello") }'
HELD = "{ held }"
BY_GET = "GET /graphql?query=%7B%20held%3A%20__typename%20%7D HTTP/1.1"
CLOSE = "Connection: close"
CHUNKED = "Transfer-Encoding: chunked"
CONTINUE = "Expect: 100-continue"


def body(query: str) -> bytes:
    """What asks this."""
    return orjson.dumps({"query": query})


def head(*headers: str, start: str = "POST /graphql HTTP/1.1", media: str = "json") -> bytes:
    """The head of a request, as it is sent."""
    lines = [start, "Host: gateway", f"Content-Type: application/{media}", *headers, "", ""]
    return "\r\n".join(lines).encode()


def asking(query: str, *headers: str, **how: Any) -> bytes:
    """A whole request."""
    return head(f"Content-Length: {len(body(query))}", *headers, **how) + body(query)


def chunks(*parts: bytes) -> bytes:
    """A body in parts, which does not tell its length."""
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)


def data(answer: bytes) -> Any:
    """The data of an answer."""
    return orjson.loads(answer.partition(b"\r\n\r\n")[2])["data"]


def code(answer: bytes) -> Any:
    """The code of an answer's only error."""
    (error,) = orjson.loads(answer.partition(b"\r\n\r\n")[2])["errors"]
    return error["extensions"]["code"]


def undated(said: bytes) -> bytes:
    """The same at all times, and for whichever request."""
    said = re.sub(rb"\r\nx-request-id: [0-9a-f]{32}\r", b"\r\nx-request-id: some\r", said)
    return re.sub(rb"\r\ndate: [^\r]+", b"\r\ndate: now", said)


@pytest.fixture(scope="module")
async def servers() -> AsyncIterator[Sequence[Server]]:
    """One of each kind."""
    async with served(PROTOCOLS[0]) as ours, served(PROTOCOLS[1]) as uvicorns:
        yield ours, uvicorns


@pytest.fixture(params=range(len(PROTOCOLS)), ids=["protocol", "asgi"])
async def server(request: pytest.FixtureRequest, servers: Sequence[Server]) -> Server:
    """Either, of which nothing has been asked."""
    server: Server = servers[request.param]
    server.held = Held()
    return server


async def both(servers: Sequence[Server], sent: bytes) -> bytes:
    """What both say to this until they close the connection, which is the same."""
    ours, uvicorns = [undated(await server.said(sent)) for server in servers]
    assert ours == uvicorns
    return ours


async def test_the_endpoint_is_asked_without_the_application(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    async def application(self: Application, scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope["type"])
        await ask(self, scope, receive, send)

    ask = Application.__call__
    monkeypatch.setattr(Application, "__call__", application)
    async with served(Protocol) as server:
        assert data(await server.said(asking(HELLO, CLOSE))) == {"said": "hello"}
        assert asked == ["lifespan"]
        await server.said(asking(HELLO, CLOSE, start="GET /graphql HTTP/1.1"))
        assert asked == ["lifespan", "http"]


async def test_an_answer_is_what_asgi_makes_of_it(servers: Sequence[Server]) -> None:
    assert await both(servers, asking(HELLO, CLOSE)) == (
        b"HTTP/1.1 200 OK\r\n"
        b"date: now\r\n"
        b"server: uvicorn\r\n"
        b"content-type: application/json; charset=utf-8\r\n"
        b"content-length: 25\r\n"
        b"x-request-id: some\r\n"
        b"connection: close\r\n"
        b"\r\n"
        b'{"data":{"said":"hello"}}'
    )


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (asking(HELLO, start="POST /graphql HTTP/1.0"), 200),
        (asking(HELLO, "Connection: keep-alive", start="POST /graphql HTTP/1.0"), 200),
        (asking(HELLO, "connection:CLOSE"), 200),
        (asking(HELLO, CLOSE, start="POST /graphql?a=b HTTP/1.1"), 200),
        (asking(HELLO, CLOSE, start="POST /%67raphql HTTP/1.1"), 200),
        (asking(HELLO, CLOSE, start="POST http://gateway/graphql HTTP/1.1"), 200),
        (asking(HELLO, CLOSE, "Accept: application/graphql-response+json"), 200),
        (asking("{", CLOSE, "Accept: application/graphql-response+json"), 400),
        (asking(HELLO, CLOSE, "Accept: a/b", "Accept: application/graphql-response+json"), 200),
        (asking(HELLO, CLOSE, "X-Request-Id: 1-a.B_2"), 200),
        (asking(HELLO, CLOSE, "X-Request-Id: 1", "X-Request-Id: 2"), 200),
        (asking(HELLO, CLOSE, "Accept: a/b"), 406),
        (asking("{ large(size: 5000) }", CLOSE, "Accept-Encoding: gzip, br"), 200),
        (asking("{ large(size: 500000) }", CLOSE, "Accept-Encoding: gzip"), 200),
        (asking(HELLO, CLOSE, media="xml"), 415),
        (asking(HELLO, CLOSE, start="POST / HTTP/1.1"), 404),
        (asking(HELLO, CLOSE, start="POST /graphql/ HTTP/1.1"), 404),
        (asking(HELLO, CLOSE, start="PUT /graphql HTTP/1.1"), 405),
        (head(CLOSE, start="GET /graphql HTTP/1.1"), 400),
        (head(CLOSE, "Accept: text/html", start="GET /graphql HTTP/1.1"), 406),
        (head(CLOSE, "Accept: */json, application/json", start=BY_GET), 200),
        (head(CLOSE, "Accept: application/json", start=BY_GET.replace("GET", "HEAD")), 200),
        (head(CLOSE, start="OPTIONS * HTTP/1.1"), 404),
        (asking(HELLO, "Connection: close, upgrade", "Upgrade: h2c"), 400),
        (head("Content-Length: 0", CLOSE), 400),
        (head(CLOSE, CHUNKED) + chunks(b"{", b'"query":', b'"{ held: __typename }"}', b""), 200),
        (head(CLOSE, CHUNKED) + chunks(body(HELLO)) + b"0\r\nTrailer: a\r\n\r\n", 200),
    ],
)
async def test_every_request_is_answered_alike(
    servers: Sequence[Server], sent: bytes, status: int
) -> None:
    answer = await both(servers, sent)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"connection: close" in answer


@pytest.mark.parametrize(
    ("sent", "status", "request_id"),
    [
        (b"FOO /graphql HTTP/1.1\r\n\r\n", 400, "some"),
        (asking(HELLO, start="post /graphql HTTP/1.1"), 400, "some"),
        (b"POST /graphql HTTP/1.1\r\nnonsense\r\n\r\n", 400, "some"),
        (head("X-Request-Id: mine", "Content-Length: -1"), 400, "mine"),
        (head("Content-Length: abc"), 400, "some"),
        (head("Content-Length: 1", "Content-Length: 1") + b"1", 400, "some"),
        (head("Content-Length: 1", CHUNKED) + chunks(b""), 400, "some"),
        (head("Content-Length: 99999999999999999999"), 400, "some"),
        (head(CHUNKED, "X-Request-Id: mine") + b"z\r\n", 400, "mine"),
        (b"\x16\x03\x01\x02\x00", 400, "some"),
        (head(start=f"GET /graphql?{'a' * URL_LIMIT} HTTP/1.1"), 414, "some"),
    ],
)
async def test_what_the_parser_does_not_take_is_refused_in_our_words(
    servers: Sequence[Server], sent: bytes, status: int, request_id: str
) -> None:
    answer = undated(await servers[0].said(sent))
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"\r\nconnection: close\r\n" in answer
    assert b"\r\nx-request-id: %b\r\n" % request_id.encode() in answer
    assert code(answer) == "BAD_USER_INPUT"


async def test_no_refusal_is_taken_for_the_answer_to_another_request(
    servers: Sequence[Server],
) -> None:
    servers[0].held = Held()
    connection = await servers[0].connected()
    connection.send(asking(HELD))
    await until(lambda: servers[0].held.asked)
    connection.send(b"FOO")
    assert await connection.rest() == b""
    servers[0].held.free = True
    await until(lambda: not servers[0].server_state.tasks)


@pytest.mark.parametrize(
    "options",
    [
        {"server_header": False, "date_header": False, "headers": [("a", "b"), ("c", "d")]},
        {"root_path": "/behind"},
        {"limit_concurrency": 1},
        {"access_log": True},
        {"timeout_keep_alive": 0},
    ],
)
async def test_what_a_server_is_told_holds(options: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "uvicorn.access")
    sent = asking(HELLO, *([] if "timeout_keep_alive" in options else [CLOSE]))
    async with served(PROTOCOLS[0], **options) as ours, served(PROTOCOLS[1], **options) as theirs:
        answer = await both([ours, theirs], sent)
    logged = [record for record in caplog.records if record.name == "uvicorn.access"]
    assert len(logged) == 2 or "access_log" not in options
    assert (b" 503 " in answer) is ("limit_concurrency" in options)
    assert (b"\r\na: b\r\nc: d\r\n" in answer) is ("headers" in options)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_server_ends_after_the_requests_that_it_may_answer(protocol: Any) -> None:
    async with served(protocol, limit_max_requests=2) as server:
        assert data(await server.said(asking(HELLO, CLOSE)))
        assert not server.should_exit
        assert data(await server.said(asking(HELLO, CLOSE)))
        await until(lambda: not server.servers[0].is_serving())


async def test_a_connection_is_kept(server: Server) -> None:
    connection = await server.connected()
    for number in range(5):
        connection.send(asking(f'{{ said(text: "{number}") }}'))
        answer = await connection.answer()
        assert data(answer) == {"said": str(number)}
        assert b"connection:" not in answer
    connection.send(asking(HELLO, CLOSE))
    assert data(await connection.rest()) == {"said": "hello"}


async def test_a_connection_is_kept_as_long_as_it_is_used() -> None:
    async with served(Protocol, timeout_keep_alive=2) as server:
        connection = await server.connected()
        for _ in range(8):
            connection.send(asking(HELLO))
            assert data(await connection.answer()) == {"said": "hello"}
            await asyncio.sleep(0.5)
        assert await connection.rest() == b""


async def test_each_request_of_a_connection_has_its_own_head(server: Server) -> None:
    connection = await server.connected()
    for name in ("one", "one", "two", None, "one"):
        connection.send(asking(HELLO, *([] if name is None else [f"X-Request-Id: {name}"])))
        said = undated(await connection.answer())
        assert b"\r\nx-request-id: %b\r\n" % (name or "some").encode() in said


async def test_requests_that_come_together_are_answered_in_their_order(server: Server) -> None:
    connection = await server.connected()
    connection.send(
        asking(HELD)
        + asking('{ said(text: "second") }')
        + asking(HELLO, start="GET /nowhere HTTP/1.1")
        + asking('{ said(text: "fourth") }')
        + asking(HELD, CLOSE)
    )
    await until(lambda: server.held.asked)
    assert len(server.server_state.tasks) == 1
    server.held.free = True
    assert data(await connection.answer()) == {"held": "free"}
    assert data(await connection.answer()) == {"said": "second"}
    assert (await connection.answer()).startswith(b"HTTP/1.1 404 ")
    assert data(await connection.answer()) == {"said": "fourth"}
    assert data(await connection.rest()) == {"held": "free"}


async def test_a_request_may_come_in_any_pieces(server: Server) -> None:
    connection = await server.connected()
    connection.writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in asking(HELLO, CLOSE):
        connection.send(bytes([byte]))
        await asyncio.sleep(0)
    assert data(await connection.rest()) == {"said": "hello"}


async def test_who_expects_to_be_told_to_go_on_is(server: Server) -> None:
    connection = await server.connected()
    length = f"Content-Length: {len(body(HELLO))}"
    connection.send(head(length, CONTINUE, CLOSE))
    assert await connection.answer() == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.send(body(HELLO))
    assert data(await connection.rest()) == {"said": "hello"}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (head(f"Content-Length: {LIMIT + 1}", CLOSE), 413),
        (head(f"Content-Length: {LIMIT + 1}", CONTINUE, CLOSE), 413),
        (head(CHUNKED, CLOSE) + chunks(*[b" " * 1000] * 101), 413),
        (head(CHUNKED, CLOSE) + b"fffff\r\n" + b" " * (LIMIT + 1), 413),
        (head("Content-Length: 10", CLOSE, media="xml"), 415),
        (head("Content-Length: 10", CONTINUE, CLOSE, media="xml"), 415),
    ],
)
async def test_a_body_that_is_not_taken_is_not_waited_for(
    servers: Sequence[Server], sent: bytes, status: int
) -> None:
    """Each is refused before its end, which never comes."""
    assert (await both(servers, sent)).startswith(b"HTTP/1.1 %d " % status)


@pytest.mark.parametrize(
    ("begun", "status"), [(b"POST /graphql", 414), (head()[:-2] + b"X-Long: ", 400)]
)
async def test_a_head_that_does_not_end_is_refused(
    servers: Sequence[Server], begun: bytes, status: int
) -> None:
    """uvicorn itself would read on."""
    connection = await servers[0].connected()
    connection.send(asking(HELLO))
    assert data(await connection.answer()) == {"said": "hello"}
    connection.send(begun + b"a" * HEAD_LIMIT)
    answer = await connection.rest()
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert code(answer) == "BAD_USER_INPUT"


@pytest.fixture
async def hurried(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    """A server that gives a request a second to come."""
    monkeypatch.setattr("gateway.protocol.TIME_TO_ARRIVE", 1.0)
    async with served(Protocol) as server:
        yield server


@pytest.mark.parametrize(
    "begun",
    [
        b"P",
        head()[:-2],
        head("Content-Length: 100") + b'{"a',
        head("Content-Length: 100", start="POST /graphql?a=b HTTP/1.1") + b'{"a',
        head(CHUNKED) + chunks(b"{"),
    ],
)
@pytest.mark.parametrize("before", [b"", asking(HELLO)])
async def test_a_request_that_does_not_end_is_not_waited_for(
    hurried: Server, begun: bytes, before: bytes
) -> None:
    connection = await hurried.connected()
    connection.send(before + begun)
    if before:
        assert data(await connection.answer()) == {"said": "hello"}
    answer = await connection.rest()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"\r\nconnection: close\r\n" in answer
    assert code(answer) == "BAD_USER_INPUT"
    await until(lambda: not hurried.server_state.tasks)


@pytest.mark.parametrize("sent", [b"", b"\r\n", head("Content-Length: 10", media="xml") + b" "])
async def test_who_says_nothing_is_not_waited_for(hurried: Server, sent: bytes) -> None:
    """Nothing is said to it that it has not been told already."""
    assert (await hurried.said(sent)).count(b"HTTP/1.1") == sent.count(b"HTTP/1.1")


async def test_an_answer_may_take_longer_than_its_request(hurried: Server) -> None:
    """What comes behind it is given time when it has been answered."""
    connection = await hurried.connected()
    connection.send(asking(HELD) + b"POST")
    await until(lambda: hurried.held.asked)
    await asyncio.sleep(2.5)
    hurried.held.free = True
    assert data(await connection.answer()) == {"held": "free"}
    assert (await connection.rest()).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("path", ["/graphql", "/graphql?a=b"])
async def test_what_stands_behind_the_body_is_no_header(
    servers: Sequence[Server], path: str
) -> None:
    """A proxy in front would not look for one there; uvicorn itself would take it."""
    trailer = b"0\r\nX-Request-Id: of-a-trailer\r\n\r\n"
    begun = head(CHUNKED, CLOSE, start=f"POST {path} HTTP/1.1")
    answer = await servers[0].said(begun + chunks(body(HELLO)) + trailer)
    assert data(answer) == {"said": "hello"}
    assert b"of-a-trailer" not in answer


async def test_after_a_body_that_is_not_taken_the_connection_goes_on(server: Server) -> None:
    connection = await server.connected()
    connection.send(head(f"Content-Length: {4 * LIMIT}"))
    assert (await connection.answer()).startswith(b"HTTP/1.1 413 ")
    connection.send(b" " * 4 * LIMIT + asking(HELLO, CLOSE))
    assert data(await connection.rest()) == {"said": "hello"}


async def test_a_body_of_the_largest_size_is_read(server: Server) -> None:
    query = f'{{ said(text: "{"a" * (LIMIT - 100)}") }}'
    assert len(data(await server.said(asking(query, CLOSE)))["said"]) == LIMIT - 100


async def test_no_more_is_made_than_a_client_reads(server: Server) -> None:
    large, times = 2_000_000, 12
    connection = await server.connected()
    connection.writer.transport.pause_reading()  # type: ignore[attr-defined]
    connection.send(asking(f"{{ large(size: {large}) }}") * (times - 1))
    connection.send(asking(f"{{ large(size: {large}) }}", CLOSE))
    (one,) = await _connections(server, 1)
    await until(lambda: one.flow.write_paused)
    others = 2 * times
    for _ in range(others):  # time for all, if the server took it
        await server.said(asking(HELLO, CLOSE))
    assert server.held.asked - others < times
    connection.writer.transport.resume_reading()  # type: ignore[attr-defined]
    for _ in range(times - 1):
        assert len(data(await connection.answer())["large"]) == large
    assert len(data(await connection.rest())["large"]) == large
    assert server.held.asked == others + times


async def _connections(server: Server, number: int) -> list[Any]:
    """The connections that the server knows, once there are so many."""
    await until(lambda: len(server.server_state.connections) == number)
    return list(server.server_state.connections)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        head("Content-Length: 100"),
        head("Content-Length: 100") + b"{",
        head(CHUNKED) + chunks(b"{"),
        asking(HELD),
        asking("{ large(size: 30000000) }"),
    ],
)
@pytest.mark.parametrize("abruptly", [False, True])
async def test_a_client_that_goes_away_leaves_nothing(
    server: Server, sent: bytes, caplog: pytest.LogCaptureFixture, *, abruptly: bool
) -> None:
    await _leave(server, sent, abruptly=abruptly)
    assert caplog.records == []


@pytest.mark.parametrize("abruptly", [False, True])
@pytest.mark.parametrize("query", [HELD, "{ large(size: 30000000) }"])
async def test_a_client_that_goes_away_and_awaits_several_answers_leaves_nothing(
    servers: Sequence[Server], query: str, caplog: pytest.LogCaptureFixture, *, abruptly: bool
) -> None:
    """uvicorn itself would write to the closed connection, and log that it cannot."""
    servers[0].held = Held()
    await _leave(servers[0], asking(query) + asking(HELLO) * 2, abruptly=abruptly)
    assert caplog.records == []


async def _leave(server: Server, sent: bytes, *, abruptly: bool) -> None:
    """Send this and go away, and wait until the server has nothing left of it."""
    connection = await server.connected()
    connection.writer.transport.pause_reading()  # type: ignore[attr-defined]
    connection.send(sent)
    (one,) = await _connections(server, 1)
    await until(lambda: one.cycle is not None if sent else True)
    if b"held" in sent or b"large" in sent:
        await until(lambda: server.held.asked)
    if abruptly:
        connection.writer.transport.abort()
    connection.writer.close()
    await _connections(server, 0)
    server.held.free = True
    await until(lambda: not server.server_state.tasks)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_what_is_under_way_is_answered_before_the_server_ends(protocol: Any) -> None:
    async with served(protocol) as server:
        idle, busy, half = [await server.connected() for _ in range(3)]
        idle.send(asking(HELLO))
        assert data(await idle.answer())
        busy.send(asking(HELD))
        half.send(asking(HELLO)[:-5])
        await until(lambda: server.held.asked == 2 and len(server.server_state.tasks) == 2)
        server.should_exit = True
        assert await idle.rest() == b""
        server.held.free = True
        half.send(asking(HELLO)[-5:])
        for connection, told in ((busy, {"held": "free"}), (half, {"said": "hello"})):
            answer = await connection.rest()
            assert data(answer) == told
            assert b"connection: close" in answer


async def test_a_server_in_a_hurry_says_that_it_could_not_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = []
    for protocol in PROTOCOLS:
        async with served(protocol, timeout_graceful_shutdown=0) as server:
            connection = await server.connected()
            connection.send(asking(HELD))
            held = server.held
            await until(lambda held=held: held.asked)  # type: ignore[misc]
            server.should_exit = True
            said.append(undated(await connection.rest()))
    assert said[0] == said[1]
    assert said[0].startswith(b"HTTP/1.1 500 ")
    assert "graceful shutdown exceeded" in caplog.text


async def test_what_the_endpoint_itself_cannot_bear_is_500(
    servers: Sequence[Server], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Endpoint, "reply", None)
    assert (await both(servers, asking(HELLO, CLOSE))).startswith(b"HTTP/1.1 500 ")
    assert "NoneType" in caplog.text


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_request_that_is_under_way_at_sigterm_is_answered(place: Path, workers: int) -> None:
    arguments = ("serve", "--workers", str(workers))
    with running(place / "log", *arguments, **NEEDED, **CREDENTIALS) as gateway:
        gateway.wait_for("(?s)" + "(Started server).*" * workers)
        port = int(gateway.url().rpartition(":")[2].partition("/")[0])
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
            sent = asking("{ __typename }", CONTINUE)
            client.sendall(sent[:-5])
            assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
            gateway.process.send_signal(signal.SIGTERM)
            gateway.wait_for("(?s)" + "(Shutting down).*" * workers)  # all of them
            client.sendall(sent[-5:])
            said = b"".join(iter(lambda: client.recv(1000), b""))
        assert data(said) == {"__typename": "Query"}
        assert b"connection: close" in said
        gateway.process.wait(PATIENCE)
    assert "Traceback" not in gateway.said()
