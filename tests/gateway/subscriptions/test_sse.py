"""Server-sent events over real sockets: by our protocol, and by uvicorn's through ASGI."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from gateway.demo.data.people import ADA
from gateway.http.messages import EVENT_STREAM, GRAPHQL_JSON, JSON
from gateway.stores import Addresses
from gateway.subscriptions import sse
from tests.gateway.serving import application
from tests.gateway.sockets import PATIENCE, PROTOCOLS
from tests.gateway.subscriptions.serving import (
    MINE,
    STANDING,
    Events,
    Expiring,
    Served,
    bearing,
    served,
    streaming,
)
from tests.viewers import by_token

pytestmark = pytest.mark.slow

ME = "{ viewer { email } }"
STREAM = {"accept": EVENT_STREAM}
ADA_BEARS = bearing(ADA.email)
ADAS = {**STREAM, **ADA_BEARS}
COMPLETE = "event: complete\ndata:\n\n"


@pytest.fixture(scope="module", params=PROTOCOLS, ids=["protocol", "asgi"])
async def server(request: pytest.FixtureRequest, where: Addresses) -> AsyncIterator[Served]:
    """One that serves the whole module; of each kind."""
    app = application(where, viewer_of=by_token())
    async with served(app, http=request.param) as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A client of HTTP."""
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        yield client


async def test_a_query_is_one_event_and_the_end(server: Served, http: httpx.AsyncClient) -> None:
    answer = await http.post(server.url, json={"query": ME}, headers=ADAS)
    told = orjson.dumps({"data": {"viewer": {"email": ADA.email}}}).decode()
    assert answer.text == f"event: next\ndata: {told}\n\n{COMPLETE}"
    assert answer.headers["content-type"] == f"{EVENT_STREAM}; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["x-request-id"]
    assert "content-encoding" not in answer.headers


async def test_a_query_may_be_asked_by_get(server: Served, http: httpx.AsyncClient) -> None:
    answer = await http.get(server.url, params={"query": "{ __typename }"}, headers=STREAM)
    assert answer.text == (f'event: next\ndata: {{"data":{{"__typename":"Query"}}}}\n\n{COMPLETE}')
    headless = await http.head(server.url, params={"query": "{ __typename }"}, headers=STREAM)
    assert (headless.status_code, headless.text) == (200, "")


async def test_a_subscription_may_be_asked_by_get(server: Served, http: httpx.AsyncClient) -> None:
    asked = http.stream("GET", server.url, params={"query": MINE}, headers=ADAS)
    async with asked as answer:
        assert "inputRecordProgress" in (await Events(answer).next())["data"]


async def test_a_subscription_is_answered_until_the_client_goes(
    server: Served, http: httpx.AsyncClient
) -> None:
    async with streaming(http, server, MINE, **ADA_BEARS) as events:
        found = [await events.next() for _ in range(STANDING)]
    assert len({body["data"]["inputRecordProgress"]["id"] for body in found}) == STANDING


@pytest.mark.parametrize("query", ["{", "{ nothing }", "subscription { nothing }"])
async def test_a_document_that_is_refused_is_an_event(
    server: Served, http: httpx.AsyncClient, query: str
) -> None:
    async with streaming(http, server, query) as events:
        body = await events.next()
        assert await events.rest() == f"\n{COMPLETE}"
    assert body.keys() == {"errors"}
    assert body["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": JSON}, 400),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": JSON, "authorization": "Bearer nonsense"}, 401),
    ],
)
async def test_a_request_that_is_refused_has_no_stream(
    server: Served, http: httpx.AsyncClient, headers: Any, status: int
) -> None:
    body = b'{"query": "{ __typename }"}' if status == 401 else b"{"
    answer = await http.post(server.url, content=body, headers={**STREAM, **headers})
    assert answer.status_code == status
    assert answer.headers["content-type"] == f"{JSON}; charset=utf-8"
    assert answer.json()["errors"]


async def test_json_is_sent_to_who_likes_it_better(server: Served, http: httpx.AsyncClient) -> None:
    accept = f"{GRAPHQL_JSON}, {JSON}, {EVENT_STREAM}, multipart/mixed"
    answer = await http.post(server.url, json={"query": ME}, headers={"accept": accept})
    assert answer.headers["content-type"] == f"{GRAPHQL_JSON}; charset=utf-8"


async def test_pages_read_a_stream_where_their_origin_is_named(
    where: Addresses, http: httpx.AsyncClient
) -> None:
    shop = "https://shop.example.com"
    async with served(application(where, gateway_cors_origins=shop)) as server:
        answer = await http.post(
            server.url, json={"query": "{ __typename }"}, headers={**STREAM, "origin": shop}
        )
    assert answer.text.endswith(COMPLETE)
    assert answer.headers["access-control-allow-origin"] == shop


async def test_several_requests_go_over_one_connection(
    server: Served, http: httpx.AsyncClient
) -> None:
    for _ in range(3):
        async with streaming(http, server, ME, **ADA_BEARS) as events:
            assert (await events.next())["data"]
            assert await events.rest() == f"\n{COMPLETE}"


async def test_comments_keep_the_connection_alive(
    server: Served, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "KEPT_ALIVE_EVERY", 0.05)
    async with asyncio.timeout(PATIENCE), streaming(http, server, MINE, **ADA_BEARS) as events:
        for _ in range(STANDING):
            await events.next()
        comments = 0
        async for line in events.lines:
            assert line in (":", "")
            comments += line == ":"
            if comments == 3:
                break


async def test_the_stream_ends_when_its_token_expires(
    where: Addresses, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "KEPT_ALIVE_EVERY", 0.1)
    expiring = Expiring()
    async with (
        served(application(where, viewer_of=expiring.viewer_of)) as server,
        streaming(http, server, MINE, **ADA_BEARS) as events,
    ):
        for _ in range(STANDING):
            await events.next()
        expiring.expired = True
        assert await events.next() == {
            "errors": [
                {"message": "the token has expired", "extensions": {"code": "UNAUTHENTICATED"}}
            ]
        }
        assert await events.rest() == f"\n{COMPLETE}"


async def test_a_viewer_has_a_bounded_number_of_operations(
    where: Addresses, http: httpx.AsyncClient
) -> None:
    app = application(where, viewer_of=by_token(), gateway_operations_per_viewer=1)
    async with served(app) as server:
        async with streaming(http, server, MINE, **ADA_BEARS) as first:
            await first.next()
            async with streaming(http, server, ME, **ADA_BEARS) as second:
                (error,) = (await second.next())["errors"]
                assert error["extensions"] == {"code": "OVERLOADED", "retryable": True}
        async with asyncio.timeout(PATIENCE):  # who has gone counts no more
            body: Any = {"errors": []}
            while "errors" in body:
                async with streaming(http, server, ME, **ADA_BEARS) as third:
                    body = await third.next()


async def test_a_server_that_ends_waits_for_no_stream(
    where: Addresses, http: httpx.AsyncClient
) -> None:
    async with (
        served(application(where)) as server,
        streaming(http, server, MINE, **ADA_BEARS) as events,
    ):
        await events.next()
        server.stop()
        with pytest.raises(httpx.RemoteProtocolError):
            await events.rest()
