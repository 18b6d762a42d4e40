"""Spans for OpenTelemetry: one a request, one a level of its query, one a store call.

They are made when the reply is on its way, of what was written down until then. The standard
variables `OTEL_*` say where to they are sent, what is sampled, and what the service is called.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from threading import Thread
from typing import Any

from opentelemetry import propagate
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context

from gateway.execution.answers import Run
from gateway.http.messages import Fields
from gateway.observing.names import Names
from gateway.observing.observed import Observed
from loaders.stores.interface import Call

NAMES_KEPT = 1000
"""Different names of operations that become names of spans."""
TIME_TO_CLOSE = 2.0
"""Seconds that the spans which wait at the end have to be sent in."""
_SERVICE = "quintet"


class Spans:
    """An observer that sends spans; it has to be closed."""

    def __init__(self) -> None:
        resource = Resource.create().merge(Resource({SERVICE_NAME: _SERVICE}))
        resource = resource.merge(OTELResourceDetector().detect())  # which the environment names
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("quintet")
        self._names = Names(NAMES_KEPT)

    def close(self) -> None:
        """Send what waits; a collector that does not take it in time is left behind."""
        closing = Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(TIME_TO_CLOSE)

    def __call__(self, observed: Observed) -> None:
        clock = Clock()
        span = self._tracer.start_span(
            f"GraphQL {self._names.label(observed.name)}",
            propagate.extract(_carrier(observed.fields)),
            kind=SpanKind.SERVER,
            start_time=clock.at(observed.began),
        )
        if span.is_recording():
            span.set_attributes(_of_request(observed))
            if observed.result == "failed":
                span.set_status(Status(StatusCode.ERROR))
            if observed.reply is not None and observed.reply.run is not None:
                _Below(self._tracer, clock, span).tell(observed.reply.run)
        span.end(clock.at(observed.ended))


class Clock:
    """What time it was, in nanoseconds, at a moment of `time.perf_counter`."""

    def __init__(self) -> None:
        self._began = time.time_ns() - time.perf_counter_ns()

    def at(self, moment: float) -> int:
        return self._began + int(moment * 1e9)


class _Below:
    """The spans below that of a request."""

    def __init__(self, tracer: Tracer, clock: Clock, request: Span) -> None:
        self._tracer = tracer
        self._clock = clock
        self._by_place: dict[tuple[str, ...], Span] = {(): request}

    def tell(self, run: Run) -> None:
        """Levels from the top down, then the calls that they made."""
        for level in sorted(run.trace.levels, key=lambda level: (len(level.place), level.began)):
            span = self._start(f"level {'.'.join(level.place)}", level.place[:-1], level.began)
            span.set_attribute("quintet.objects", level.objects)
            span.end(self._clock.at(level.ended))
            self._by_place[level.place] = span
        for call in run.trace.calls:
            self._tell_call(call)

    def _tell_call(self, call: Call) -> None:
        place = tuple(call.paths[0].split(".")) if call.paths else ()
        kind = SpanKind.CLIENT
        span = self._start(f"{call.operation} {call.table}", place, call.started, kind)
        span.set_attributes(_of_call(call))
        if call.error is not None:
            span.set_status(Status(StatusCode.ERROR))
            span.set_attribute("error.type", call.error)
        span.end(self._clock.at(call.started + call.milliseconds / 1000))

    def _start(
        self,
        name: str,
        place: Sequence[str],
        began: float,
        kind: SpanKind = SpanKind.INTERNAL,
    ) -> Span:
        """A span below the innermost level that there is at a place."""
        above = tuple(place)
        while above not in self._by_place:
            above = above[:-1]
        context = set_span_in_context(self._by_place[above])
        return self._tracer.start_span(name, context, kind, start_time=self._clock.at(began))


def _carrier(fields: Fields) -> dict[str, str]:
    wanted = {name.encode() for name in propagate.get_global_textmap().fields}
    return {
        name.decode("latin-1"): value.decode("latin-1") for name, value in fields if name in wanted
    }


def _of_request(observed: Observed) -> dict[str, Any]:
    told = {
        "graphql.operation.name": observed.name,
        "quintet.document.hash": observed.document_hash,
        "quintet.request.id": observed.reply and observed.reply.request_id,
        "quintet.result": observed.result,
        "quintet.calls": len(observed.calls),
        "quintet.rows": observed.rows,
        "quintet.capacity": observed.capacity,
        "http.response.status_code": observed.reply and observed.reply.status,
        "error.type": next(iter(observed.codes), None),
    }
    return {name: value for name, value in told.items() if value is not None}


def _of_call(call: Call) -> dict[str, Any]:
    told = {
        "db.namespace": call.store,
        "db.collection.name": call.table,
        "db.operation.name": call.operation,
        "db.operation.batch.size": call.key_count,
        "db.response.returned_rows": call.rows,
        "quintet.index": call.index,
        "quintet.capacity": call.capacity,
    }
    return {name: value for name, value in told.items() if value is not None}
