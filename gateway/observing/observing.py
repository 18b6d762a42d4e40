"""Who is told of requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from time import perf_counter
from typing import Any

from starlette.routing import Route

from gateway.execution.answers import Answer
from gateway.execution.run import Gateway
from gateway.http.messages import JSON, Fields, Reply
from gateway.observing.logs import RequestLog
from gateway.observing.metrics import Metrics
from gateway.observing.observed import Observed, Observer
from gateway.settings import SettingsError

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")


class Observing:
    """The observers of a gateway. `spans` makes the one that sends spans, when it is to run."""

    def __init__(
        self,
        *,
        metrics: Metrics | None = None,
        log: RequestLog | None = None,
        spans: Callable[[], Any] | None = None,
    ) -> None:
        self._metrics = metrics
        self._log = log
        self._spans = spans
        self.observers: list[Observer] = []
        """Who is told now."""

    @property
    def timed(self) -> bool:
        """Whether anybody is told when levels were read."""
        return self._spans is not None

    @property
    def routes(self) -> Sequence[Route]:
        """What is shown over HTTP."""
        return () if self._metrics is None else (Route("/metrics", self._metrics.page),)

    @asynccontextmanager
    async def running(self, gateway: Gateway) -> AsyncIterator[None]:
        """Tell what is observed, and at the end send what waits."""
        async with AsyncExitStack() as closing:
            if self._metrics is not None:
                await closing.enter_async_context(self._metrics.watching(gateway))
                self.observers.append(self._metrics)
            if self._log is not None:
                self._log.lines.start()
                closing.push_async_callback(asyncio.to_thread, self._log.lines.close)
                self.observers.append(self._log)
            if self._spans is not None:
                spans = self._spans()
                closing.push_async_callback(asyncio.to_thread, spans.close)
                self.observers.append(spans)
            yield
            await asyncio.sleep(0)  # what came last is told
            self.observers.clear()

    def tell_streamed(self, answer: Answer, request_id: str) -> None:
        """Tell of one of the answers to an operation as of a request of its own."""
        if self.observers:
            began = perf_counter() if answer.run is None else answer.run.trace.began
            told = Reply(200, JSON, b"", request_id, told=answer.body, run=answer.run)
            self.tell(began, (), told)

    def tell(self, began: float, fields: Fields, reply: Reply | None) -> None:
        """Tell of a request that ends now, as soon as its reply is on its way."""
        asyncio.get_running_loop().call_soon(self._tell, began, perf_counter(), fields, reply)

    def _tell(self, began: float, ended: float, fields: Fields, reply: Reply | None) -> None:
        observed = Observed(began, ended, fields, reply)
        for observer in self.observers:
            observer(observed)


def spans_wanted(environment: Mapping[str, str]) -> Callable[[], Any] | None:
    """What makes the observer that sends spans, where OpenTelemetry's variables ask for them.

    Raises SettingsError where they cannot be sent that way.
    """
    exporter = environment.get("OTEL_TRACES_EXPORTER")
    if exporter == "none" or environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    if not exporter and not any(map(environment.get, _ENDPOINTS)):
        return None
    if exporter not in (None, "", "otlp"):
        raise SettingsError("OTEL_TRACES_EXPORTER: spans are sent by `otlp` alone")
    for name in _PROTOCOLS:
        if environment.get(name) not in (None, "", "http/protobuf"):
            raise SettingsError(f"{name}: spans are sent by `http/protobuf` alone")
    try:
        return import_module("gateway.observing.spans").Spans  # type: ignore[no-any-return]
    except ModuleNotFoundError as missing:
        raise SettingsError(
            f"OpenTelemetry's variables ask for spans, which need `quintet[otel]`: {missing}"
        ) from None
