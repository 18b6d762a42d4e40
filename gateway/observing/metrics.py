"""Metrics for Prometheus: of requests, of store calls, and of what the gateway holds."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from starlette.requests import Request
from starlette.responses import Response

from gateway.execution.executors import LevelExecutor
from gateway.execution.run import Gateway
from gateway.observing.names import Names
from gateway.observing.observed import Observed
from loaders.stores.interface import Call

NAMES_KEPT = 100
"""Different names of operations that become labels."""
EVERY = 1.0
"""Seconds between two looks at what each of several processes holds."""

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_KEYS = (1, 2, 5, 10, 25, 50, 100, 250, 1000)
_TABLE = ("store", "table", "operation")


class Metrics:
    """An observer that counts. Several processes that share a directory count together."""

    def __init__(self) -> None:
        # prometheus_client's own variable, which it reads when it is imported.
        self._shared = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        # When each series was begun would be a third of all.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._names = Names(NAMES_KEPT)
        self._gateway: Gateway | None = None
        self._make()

    def _make(self) -> None:
        """The metrics; in files that are shared no registry is needed."""
        to: dict[str, Any] = {"registry": None if self._shared else self._registry}
        live = {**to, "multiprocess_mode": "livesum"}
        timed = {**to, "buckets": _SECONDS}
        self._requests = _labelled(
            Counter("quintet_requests", "What came of requests.", ("document", "result"), **to)
        )
        self._request_seconds = _labelled(
            Histogram("quintet_request_seconds", "From headers to answer.", ("document",), **timed)
        )
        self._errors = _labelled(
            Counter("quintet_errors", "Errors in answers.", ("document", "code"), **to)
        )
        self._call_seconds = _labelled(
            Histogram("quintet_store_call_seconds", "Store calls.", _TABLE, **timed)
        )
        self._call_errors = _labelled(
            Counter("quintet_store_call_errors", "Those that failed.", (*_TABLE, "error"), **to)
        )
        self._call_keys = _labelled(
            Histogram("quintet_store_call_keys", "Keys of a call.", _TABLE, buckets=_KEYS, **to)
        )
        self._rows = _labelled(Counter("quintet_store_rows", "Rows that came back.", _TABLE, **to))
        self._capacity = _labelled(
            Counter("quintet_dynamodb_read_units", "Capacity that DynamoDB took.", _TABLE, **to)
        )
        self._connections = _labelled(
            Gauge("quintet_store_connections", "Connections.", ("store", "state"), **live)
        )
        self._connections_limit = _labelled(
            Gauge("quintet_store_connections_limit", "As many at most.", ("store",), **live)
        )
        self._held = (
            Counter("quintet_document_hits", "Documents that were read before.", **to),
            Counter("quintet_document_misses", "Documents that were read anew.", **to),
            Counter("quintet_plan_fallbacks", "Operations that graphql-core ran.", **to),
        )
        self._seen = (0, 0, 0)

    def __call__(self, observed: Observed) -> None:
        name = self._names.label(observed.name)
        self._requests(name, observed.result).inc()
        self._request_seconds(name).observe(observed.seconds)
        for code, number in observed.codes.items():
            self._errors(name, code).inc(number)
        for call in observed.calls:
            self._count(call)

    def _count(self, call: Call) -> None:
        table = (call.store, call.table, call.operation)
        self._call_seconds(*table).observe(call.milliseconds / 1000)
        self._call_keys(*table).observe(call.key_count)
        for read in call.reads:
            self._rows(read.store, read.table, read.operation).inc(read.rows)
        if call.capacity is not None:
            self._capacity(*table).inc(call.capacity)
        if call.error is not None:
            self._call_errors(*table, call.error).inc()

    @asynccontextmanager
    async def watching(self, gateway: Gateway) -> AsyncIterator[None]:
        """Look at what a gateway holds: when somebody asks, and beside other processes always."""
        self._gateway = gateway
        looking = asyncio.create_task(self._look_on()) if self._shared else None
        try:
            yield
        finally:
            if looking is not None:
                looking.cancel()
            self._gateway = None

    async def _look_on(self) -> None:
        while True:
            self._look()
            await asyncio.sleep(EVERY)

    def _look(self) -> None:
        if self._gateway is None:
            return
        for product, store in self._gateway.stores.items():
            use = store.use
            self._connections(product, "in_use").set(use.in_use)
            self._connections(product, "idle").set(use.idle)
            self._connections_limit(product).set(use.at_most)
        documents, executor = self._gateway.documents, self._gateway.executor
        fallbacks = executor.fallbacks.total() if isinstance(executor, LevelExecutor) else 0
        seen, self._seen = self._seen, (documents.hits, documents.misses, fallbacks)
        for counter, now, before in zip(self._held, self._seen, seen, strict=True):
            counter.inc(now - before)

    async def page(self, request: Request) -> Response:
        """All of them, as Prometheus reads them; of all processes where several count together."""
        self._look()
        encode, media_type = choose_encoder(request.headers.get("accept", ""))
        text = await asyncio.to_thread(lambda: encode(self._collected()))
        return Response(text, headers={"content-type": media_type})

    def _collected(self) -> CollectorRegistry:
        if self._shared is None:
            return self._registry
        _forget_the_dead(Path(self._shared))
        registry = CollectorRegistry()
        MultiProcessCollector(registry, self._shared)  # type: ignore[no-untyped-call]
        return registry


def _labelled(metric: Any) -> Callable[..., Any]:
    """What finds the part of a metric that has these labels, of which there are not many."""
    return cache(metric.labels)


@contextmanager
def counted_together() -> Iterator[None]:
    """Have processes that are started in here count together."""
    with TemporaryDirectory(prefix="quintet-metrics-") as directory:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = directory
        try:
            yield
        finally:
            del os.environ["PROMETHEUS_MULTIPROC_DIR"]


def _forget_the_dead(directory: Path) -> None:
    """Take away what processes held that have ended: what they counted stays."""
    for pid in {int(file.stem.rpartition("_")[2]) for file in directory.glob("gauge_live*.db")}:
        with suppress(FileNotFoundError):  # another process was faster
            if not _lives(pid):
                mark_process_dead(pid, str(directory))  # type: ignore[no-untyped-call]


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:  # there is none, or it is somebody else's, who got the number after it
        return False
    return True
