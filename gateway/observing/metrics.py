"""Metrics for Prometheus: of requests, of store calls, and of what the gateway holds."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
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


class _Requests(NamedTuple):
    """What is counted of the requests of one name."""

    results: dict[str, Any]
    seconds: Any


class _Calls(NamedTuple):
    """What is counted of the calls of one operation on one table."""

    count: Any
    seconds: Any
    keys: Any
    rows: Any


class Metrics:
    """An observer that counts. Several processes that share a directory count together."""

    def __init__(self) -> None:
        # prometheus_client's own variable, which it reads when it is imported.
        self._shared = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        self._registry = CollectorRegistry()
        self._names = Names(NAMES_KEPT)
        self._gateway: Gateway | None = None
        self._by_name: dict[str, _Requests] = {}
        self._by_table: dict[tuple[str, str, str], _Calls] = {}
        self._make()

    def _make(self) -> None:
        """The metrics; in files that are shared no registry is needed."""
        to: dict[str, Any] = {"registry": None if self._shared else self._registry}
        live = {**to, "multiprocess_mode": "livesum"}
        self._requests = Counter(
            "quintet_requests", "Requests, by what came of them.", ("document", "result"), **to
        )
        self._request_seconds = Histogram(
            "quintet_request_seconds",
            "From the headers of a request to its answer.",
            ("document",),
            buckets=_SECONDS,
            **to,
        )
        self._errors = Counter("quintet_errors", "Errors in answers.", ("document", "code"), **to)
        self._calls = Counter("quintet_store_calls", "Store calls.", _TABLE, **to)
        self._call_errors = Counter(
            "quintet_store_call_errors", "Store calls that failed.", (*_TABLE, "error"), **to
        )
        self._call_seconds = Histogram(
            "quintet_store_call_seconds", "Store calls.", _TABLE, buckets=_SECONDS, **to
        )
        self._call_keys = Histogram(
            "quintet_store_call_keys", "Keys of a store call.", _TABLE, buckets=_KEYS, **to
        )
        self._rows = Counter("quintet_store_rows", "Rows that stores answered.", _TABLE, **to)
        self._capacity = Counter(
            "quintet_dynamodb_read_units", "Capacity that DynamoDB took.", _TABLE, **to
        )
        self._connections = Gauge(
            "quintet_store_connections", "Connections to a store.", ("store", "state"), **live
        )
        self._connections_limit = Gauge(
            "quintet_store_connections_limit", "How many there may be.", ("store",), **live
        )
        self._document_hits = Counter(
            "quintet_document_hits", "Documents that were read before.", **to
        )
        self._document_misses = Counter(
            "quintet_document_misses", "Documents that were read anew.", **to
        )
        self._fallbacks = Counter(
            "quintet_plan_fallbacks", "Operations that graphql-core ran, for want of a plan.", **to
        )
        self._seen = (0, 0, 0)

    def __call__(self, observed: Observed) -> None:
        name = self._names.label(observed.name)
        requests = self._by_name.get(name)
        if requests is None:
            requests = self._by_name[name] = _Requests({}, self._request_seconds.labels(name))
        result = requests.results.get(observed.result)
        if result is None:
            result = self._requests.labels(name, observed.result)
            requests.results[observed.result] = result
        result.inc()
        requests.seconds.observe(observed.seconds)
        for code, number in observed.codes.items():
            self._errors.labels(name, code).inc(number)
        for call in observed.calls:
            self._count(call)

    def _count(self, call: Call) -> None:
        table = (call.store, call.table, call.operation)
        calls = self._by_table.get(table)
        if calls is None:
            calls = self._by_table[table] = _Calls(
                self._calls.labels(*table),
                self._call_seconds.labels(*table),
                self._call_keys.labels(*table),
                self._rows.labels(*table),
            )
        calls.count.inc()
        calls.seconds.observe(call.milliseconds / 1000)
        calls.keys.observe(call.key_count)
        calls.rows.inc(call.rows)
        if call.capacity is not None:
            self._capacity.labels(*table).inc(call.capacity)
        if call.error is not None:
            self._call_errors.labels(*table, call.error).inc()

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
            self._connections.labels(product, "in_use").set(use.in_use)
            self._connections.labels(product, "idle").set(use.idle)
            self._connections_limit.labels(product).set(use.at_most)
        documents, executor = self._gateway.documents, self._gateway.executor
        fallbacks = executor.fallbacks.total() if isinstance(executor, LevelExecutor) else 0
        seen, self._seen = self._seen, (documents.hits, documents.misses, fallbacks)
        counters = (self._document_hits, self._document_misses, self._fallbacks)
        for counter, now, before in zip(counters, self._seen, seen, strict=True):
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
    except ProcessLookupError:
        return False
    return True
