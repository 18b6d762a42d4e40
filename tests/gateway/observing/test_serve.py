"""What `gateway serve` tells of itself, in a process of its own."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from loaders.stores.postgres import PostgresAddress
from tests.gateway.commands import PATIENCE, Running, running
from tests.gateway.observing.collector import collecting
from tests.gateway.observing.test_metrics import Counted, values
from tests.gateway.test_cli import CREDENTIALS, NEEDED

pytestmark = pytest.mark.slow
QUERY = "query Told { __typename }"


def entries(gateway: Running) -> list[dict[str, Any]]:
    """The lines of JSON that it has logged."""
    lines = gateway.log.read_bytes().splitlines()
    return [orjson.loads(line) for line in lines if line.startswith(b"{")]


def test_requests_and_all_else_are_logged_as_json(place: Path) -> None:
    with running(place / "log", "serve", **NEEDED, **CREDENTIALS) as gateway:
        gateway.ask(QUERY, x_request_id="request-7")
        gateway.end(signal.SIGTERM)
        events = {entry["event"]: entry for entry in entries(gateway)}
    assert (events["request"]["request"], events["request"]["name"]) == ("request-7", "Told")
    assert events["Application startup complete."]["logger"] == "uvicorn.error"
    said = gateway.said().splitlines()
    assert [line.partition(":")[0] for line in said if line[0] != "{"] == ["GraphQL"]


def test_the_log_may_be_off(place: Path) -> None:
    with running(place / "log", "serve", **NEEDED, **CREDENTIALS, GATEWAY_JSON_LOG="0") as gateway:
        gateway.ask(QUERY)
        gateway.end(signal.SIGTERM)
        assert entries(gateway) == []
        assert "Application startup complete." in gateway.said()


def test_workers_count_together(place: Path) -> None:
    """Also what one of them counted that has ended; what it held is gone."""
    temporary = place / "temporary"
    temporary.mkdir()
    settings = {"GATEWAY_METRICS": "1", "TMPDIR": str(temporary)}
    with running(
        place / "log", "serve", "--workers", "2", **NEEDED, **CREDENTIALS, **settings
    ) as gateway:
        page = gateway.url().removesuffix("graphql") + "metrics"
        gateway.ask(QUERY)
        wait_for(lambda: who_counted(temporary))
        (first,) = who_counted(temporary)
        os.kill(first, signal.SIGKILL)
        gateway.ask(QUERY)
        wait_for(lambda: counted(page, "quintet_requests_total") == {("Told", "ok"): 2})
        assert len(who_counted(temporary)) == 2
        limit = {("family",): 2.0 * PostgresAddress("").connections}  # of another in its place, too
        wait_for(lambda: counted(page, "quintet_store_connections_limit").items() >= limit.items())
        assert gateway.end(signal.SIGTERM) == 0
    assert list(temporary.iterdir()) == []


def who_counted(temporary: Path) -> list[int]:
    """The processes that have counted requests."""
    return [
        int(file.stem.partition("_")[2])
        for file in temporary.glob("*/histogram_*.db")
        if b"Told" in file.read_bytes()
    ]


def counted(page: str, name: str) -> Counted:
    """The values of a metric."""
    return values(httpx.get(page, timeout=PATIENCE).text, name)


def wait_for(true: Callable[[], Any]) -> None:
    """Wait until this is true."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_spans_are_sent_before_it_ends(place: Path) -> None:
    with collecting() as collector:
        settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
        with running(place / "log", "serve", **NEEDED, **CREDENTIALS, **settings) as gateway:
            gateway.ask(QUERY)
            assert gateway.end(signal.SIGTERM) == -signal.SIGTERM
    assert [span.name for span in collector.spans] == ["GraphQL Told"]


def test_a_collector_that_is_down_holds_up_nothing(place: Path) -> None:
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}
    with running(place / "log", "serve", **NEEDED, **CREDENTIALS, **settings) as gateway:
        assert gateway.ask(QUERY) == {"data": {"__typename": "Query"}}
        assert gateway.end(signal.SIGTERM) == -signal.SIGTERM
