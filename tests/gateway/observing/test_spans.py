"""Spans, as a collector receives them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.observing.observed import Observed
from gateway.observing.observing import Observing, spans_wanted
from gateway.observing.spans import Spans
from gateway.settings import SettingsError
from gateway.stores import Addresses
from tests.gateway.observing.collector import Collector, attributes_of, collecting
from tests.gateway.serving import application, client_of

QUERY = """query History {
  viewer {
    accounts { ... on StreamAccount { watchHistory(first: 2) { nodes { movie { title } } } } }
  }
}"""
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """A collector that OpenTelemetry's variables name."""
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        yield collector


async def ask(where: Addresses, query: str, **headers: str) -> None:
    """Ask a gateway that sends spans, and end it."""
    observing = Observing(spans=Spans)
    async with client_of(application(where, observing=observing)) as client:
        await client.ask(query, headers=headers)


def shape(spans: list[Any], parent: bytes) -> dict[str, Any]:
    """The names of the spans below one, and of those below them."""
    return {
        span.name: shape(spans, span.span_id) for span in spans if span.parent_span_id == parent
    }


@pytest.mark.slow
async def test_a_request_its_levels_and_its_calls(where: Addresses, collector: Collector) -> None:
    await ask(where, QUERY)
    assert collector.service == "quintet"
    spans = collector.spans
    levels = "viewer.accounts.watchHistory"
    below = shape(spans, b"")["GraphQL History"]
    assert below["level viewer.accounts"]["level " + levels] == {
        "Query WatchHistoryTable": {},
        f"level {levels}.nodes.movie": {"BatchGetItem MovieTable": {}},
    }
    for span in spans:
        above = next((one for one in spans if one.span_id == span.parent_span_id), span)
        assert above.start_time_unix_nano <= span.start_time_unix_nano
        assert span.end_time_unix_nano <= above.end_time_unix_nano


@pytest.mark.slow
async def test_what_a_span_says(where: Addresses, collector: Collector) -> None:
    await ask(where, QUERY, x_request_id="request-7")
    told = [attributes_of(span) for span in collector.spans]
    by_name = {span.name: attributes_of(span) for span in collector.spans}
    request = by_name["GraphQL History"]
    call = by_name["BatchGetItem MovieTable"]
    assert len(request.pop("quintet.document.hash")) == 16
    assert request.pop("quintet.rows") > 0
    assert request.pop("quintet.capacity") > 0
    assert request.pop("quintet.calls") == sum("db.namespace" in one for one in told)
    assert request == {
        "graphql.operation.name": "History",
        "quintet.request.id": "request-7",
        "quintet.result": "ok",
        "http.response.status_code": 200,
    }
    assert by_name["level viewer.accounts"] == {"quintet.objects": 1}
    assert call.pop("quintet.capacity") > 0
    assert call == {
        "db.namespace": "stream",
        "db.collection.name": "MovieTable",
        "db.operation.name": "BatchGetItem",
        "db.operation.batch.size": 2,
        "db.response.returned_rows": 2,
    }
    assert by_name["Query WatchHistoryTable"]["db.namespace"] == "stream"


@pytest.mark.slow
async def test_the_callers_trace_goes_on(where: Addresses, collector: Collector) -> None:
    await ask(where, "{ __typename }", traceparent=f"00-{TRACE}-{PARENT}-01")
    (span,) = collector.spans
    assert (span.name, span.trace_id.hex()) == ("GraphQL (unnamed)", TRACE)
    assert span.parent_span_id.hex() == PARENT


@pytest.mark.slow
async def test_what_the_caller_does_not_sample_is_not_sent(
    where: Addresses, collector: Collector
) -> None:
    await ask(where, QUERY, traceparent=f"00-{TRACE}-{PARENT}-00")
    assert collector.requests == []


@pytest.mark.slow
async def test_what_is_refused_has_a_span_too(where: Addresses, collector: Collector) -> None:
    await ask(where, "{ nothing }")
    (span,) = collector.spans
    told = attributes_of(span)
    assert (told["quintet.result"], told["error.type"]) == ("refused", "BAD_USER_INPUT")


@pytest.mark.slow
async def test_a_service_may_have_another_name(
    where: Addresses, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "films")
    await ask(where, "{ __typename }")
    assert collector.service == "films"


@pytest.mark.slow
def test_a_collector_that_does_not_answer_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.observing.spans.TIME_TO_CLOSE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as collector:
        port = collector.getsockname()[1]
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
        spans = Spans()
        spans(Observed(0, 1, (), None))
        spans.close()
        sending, _ = collector.accept()
        with sending:
            sending.settimeout(1)
            with pytest.raises(TimeoutError):  # it is not given up: its answer is waited for
                list(iter(lambda: sending.recv(10_000), b""))
            sending.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            for thread in threading.enumerate():
                if thread.name.startswith("Otel"):
                    thread.join()


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1"},
        {"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
    ],
)
def test_no_spans_unless_they_are_asked_for(environment: dict[str, str]) -> None:
    assert spans_wanted(environment) is None


@pytest.mark.parametrize(
    "environment",
    [
        {"OTEL_TRACES_EXPORTER": "otlp"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1"},
        {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1/v1/traces"},
    ],
)
def test_spans_are_asked_for_by_the_standard_variables(environment: dict[str, str]) -> None:
    assert spans_wanted(environment) is Spans


@pytest.mark.parametrize(
    ("name", "value"),
    [("OTEL_TRACES_EXPORTER", "zipkin"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")],
)
def test_another_way_to_send_them_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}: "):
        spans_wanted({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1", name: value})
