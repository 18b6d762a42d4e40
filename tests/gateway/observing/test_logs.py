"""The log: a line of JSON for each request, and what stands in it."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.demo.data.people import ADA
from gateway.http.endpoint import ViewerOf
from gateway.http.messages import JSON, Reply
from gateway.observing.lines import Lines
from gateway.observing.logs import JsonHandler, Pseudonyms, RequestLog
from gateway.observing.observed import Observed
from gateway.observing.observing import Observing
from gateway.stores import Addresses
from loaders.errors import Code
from loaders.viewer import ANONYMOUS, Subject, Viewer
from tests.gateway.serving import Client, application, client_of
from tests.viewers import by_token

MOVIES = 'query Movies { movies(genre: "Drama", first: 2) { nodes { title } } }'
NAMES = Pseudonyms("a secret of the tests")


class Log:
    """What a gateway logs."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def entries(self) -> list[dict[str, Any]]:
        return [orjson.loads(line) for line in self._file.read_bytes().splitlines()]


@asynccontextmanager
async def logging_to(
    file: Path, where: Addresses, *, slow: float = 60, viewer_of: ViewerOf | None = None
) -> AsyncIterator[Client]:
    """A client of a gateway that logs to a file."""
    with file.open("wb") as output:
        log = RequestLog(Lines(output.fileno()), NAMES, slow)
        app = application(where, viewer_of=viewer_of, observing=Observing(log=log))
        async with client_of(app) as client:
            yield client


@pytest.mark.slow
async def test_a_request_is_one_line(where: Addresses, tmp_path: Path) -> None:
    async with logging_to(tmp_path / "log", where) as client:
        await client.ask(MOVIES, headers={"x_request_id": "request-7"})
    (entry,) = Log(tmp_path / "log").entries
    assert datetime.fromisoformat(entry.pop("time")).tzinfo is not None
    assert entry.pop("capacity") > 0
    assert entry.pop("milliseconds") > 0
    assert entry == {
        "level": "info",
        "event": "request",
        "request": "request-7",
        "name": "Movies",
        "document": sha256(MOVIES.encode()).hexdigest()[:16],
        "viewer": NAMES.of(Viewer(ADA.email)),
        "status": 200,
        "result": "ok",
        "calls": 1,
        "rows": 3,
    }


@pytest.mark.slow
async def test_what_is_refused_is_one_too(where: Addresses, tmp_path: Path) -> None:
    async with logging_to(tmp_path / "log", where, viewer_of=by_token()) as client:
        await client.post(b"{}", content_type="text/plain")
        await client.ask(MOVIES, headers={"authorization": "Bearer no"})
        await client.ask("{ nothing }")
        await client.ask('{ a: node(id: "a") { id } b: node(id: "b") { id } }')
    told = [
        [entry.get(name) for name in ("status", "result", "errors")]
        for entry in Log(tmp_path / "log").entries
    ]
    assert told == [
        [415, "refused", {"BAD_USER_INPUT": 1}],
        [401, "refused", {"UNAUTHENTICATED": 1}],
        [200, "refused", {"BAD_USER_INPUT": 1}],
        [200, "partial", {"BAD_USER_INPUT": 2}],
    ]


@pytest.mark.slow
async def test_a_slow_store_call_has_a_line_of_its_own(where: Addresses, tmp_path: Path) -> None:
    async with logging_to(tmp_path / "log", where, slow=0) as client:
        await client.ask(MOVIES, headers={"x_request_id": "request-7"})
    _, entry = Log(tmp_path / "log").entries
    assert entry.pop("milliseconds") > 0
    del entry["time"]
    assert entry == {
        "level": "info",
        "event": "slow call",
        "request": "request-7",
        "store": "stream",
        "table": "MovieTable",
        "index": "GenreIndex",
        "operation": "Query",
        "keys": 1,
        "rows": 3,
    }


def test_a_viewer_goes_by_what_only_the_secret_leads_to() -> None:
    ada, shouting = Viewer(ADA.email), Viewer(ADA.email.upper())
    named = Viewer(subject=Subject("family", "7"))
    found = [NAMES.of(viewer) for viewer in (ada, shouting, named, ANONYMOUS)]
    assert found[0] == found[1] != found[2]
    assert found[3] is None
    assert all(re.fullmatch("[0-9a-f]{16}", name) for name in found if name)
    assert Pseudonyms("another secret of the tests").of(ada) != found[0]


def test_who_logs_what_cannot_be_written_does_not_fail(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "log").open("wb") as output:
        handler = JsonHandler(Lines(output.fileno()))
        for text in ("%d of them", "\udcff"):
            handler.handle(logging.LogRecord("a", logging.ERROR, "", 0, text, ("no number",), None))
    assert Log(tmp_path / "log").entries == []
    assert capsys.readouterr().err.count("--- Logging error ---") == 2


def test_what_else_is_logged_is_json_too(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as output:
        handler = JsonHandler(Lines(output.fileno()))
        try:
            raise ValueError("no such thing")
        except ValueError as error:
            told = (type(error), error, error.__traceback__)
        handler.handle(logging.LogRecord("a", logging.ERROR, "", 0, "%s failed", ("it",), told))
    (entry,) = Log(tmp_path / "log").entries
    assert (entry["level"], entry["event"], entry["logger"]) == ("error", "it failed", "a")
    assert entry["exception"].endswith("ValueError: no such thing")


@pytest.mark.parametrize(
    ("code", "result"),
    [
        (Code.BAD_USER_INPUT, "refused"),
        (Code.OVERLOADED, "refused"),
        (Code.INTERNAL, "failed"),
        (Code.SOURCE_UNAVAILABLE, "failed"),
    ],
)
def test_what_is_no_fault_of_the_request_has_failed(code: Code, result: str) -> None:
    """Whatever the status: a stream has begun with 200."""
    told = {"errors": [{"message": "no", "extensions": {"code": code.value}}]}
    assert Observed(0, 1, (), Reply(200, JSON, b"", "request-7", told=told)).result == result
