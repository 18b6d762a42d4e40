"""What is told of operations whose answers are streamed: of each answer as of a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.demo.data.people import ADA
from gateway.observing.lines import Lines
from gateway.observing.logs import RequestLog
from gateway.observing.observing import Observing
from gateway.stores import Addresses
from loaders.viewer import Viewer
from tests.gateway.observing.test_logs import NAMES, Log
from tests.gateway.serving import application
from tests.gateway.sockets import PATIENCE
from tests.gateway.subscriptions.serving import (
    STANDING,
    Served,
    served,
    streaming,
    subscribe,
    talking,
)

pytestmark = pytest.mark.slow

NAMED = "subscription Mine { inputRecordProgress { id } }"

BOUNDS = ("connection", "viewer")


async def over_events(server: Served, query: str, answers: int) -> None:
    """So many answers to an operation, as server-sent events."""
    async with (
        httpx.AsyncClient(timeout=PATIENCE) as http,
        streaming(http, server, query, **{"x-request-id": "request-7"}) as events,
    ):
        for _ in range(answers):
            await events.next()


async def over_a_websocket(server: Served, query: str, answers: int) -> None:
    """The same over a WebSocket."""
    async with talking(server) as talk:
        await talk.say(subscribe(query))
        for _ in range(answers):
            await talk.hear()


async def logged(
    where: Addresses, file: Path, ask: Callable[[Served], Awaitable[None]], **settings: Any
) -> list[dict[str, Any]]:
    """What a gateway has logged of requests when it has ended."""
    with file.open("wb") as output:
        log = RequestLog(Lines(output.fileno()), NAMES, slow=60)
        async with served(application(where, observing=Observing(log=log), **settings)) as server:
            await ask(server)
    return Log(file).entries


@pytest.mark.parametrize("streamed", [over_events, over_a_websocket])
async def test_each_answer_is_a_line(
    where: Addresses, tmp_path: Path, streamed: Callable[..., Awaitable[None]]
) -> None:
    entries = await logged(
        where, tmp_path / "log", lambda server: streamed(server, NAMED, STANDING)
    )
    assert len(entries) == STANDING
    assert len({entry.pop("request") for entry in entries}) == 1
    assert all(entry["calls"] and entry["milliseconds"] for entry in entries)
    told = {"name", "document", "viewer", "status", "result"}
    (fact,) = {tuple(sorted((name, entry[name]) for name in told)) for entry in entries}
    assert dict(fact) == {
        "name": "Mine",
        "document": sha256(NAMED.encode()).hexdigest()[:16],
        "viewer": NAMES.of(Viewer(ADA.email)),
        "status": 200,
        "result": "ok",
    }


async def test_the_id_is_that_of_the_stream(where: Addresses, tmp_path: Path) -> None:
    entries = await logged(where, tmp_path / "log", lambda server: over_events(server, NAMED, 1))
    assert {entry["request"] for entry in entries} == {"request-7"}


@pytest.mark.parametrize("bounded", BOUNDS)
async def test_what_is_not_begun_is_a_line(where: Addresses, tmp_path: Path, bounded: str) -> None:
    async def ask(server: Served) -> None:
        unknown = {"type": "subscribe", "id": "2", "payload": {"documentId": "unknown"}}
        async with talking(server) as talk:
            for messages in ([unknown], [subscribe(NAMED, "1"), subscribe(NAMED, "3")]):
                await talk.say(*messages)
                while (await talk.hear())["type"] != "error":
                    pass

    bound = {f"gateway_operations_per_{whose}": 1 if whose == bounded else 9 for whose in BOUNDS}
    entries = await logged(where, tmp_path / "log", ask, **bound)
    refused = [entry["errors"] for entry in entries if entry["result"] == "refused"]
    assert sorted(refused, key=str) == [{"OVERLOADED": 1}, {"PERSISTED_QUERY_NOT_FOUND": 1}]
