"""The log as lines of JSON: one a request, one a slow store call, and what else is logged."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import orjson

from gateway.observing.lines import Lines
from gateway.observing.observed import Observed
from loaders.stores.interface import Call
from loaders.viewer import Viewer, folded

_NAMES_KEPT = 10_000


class RequestLog:
    """An observer that writes a line for each request, and one for each store call of `slow`
    seconds or more."""

    def __init__(self, lines: Lines, names: Pseudonyms, slow: float) -> None:
        self.lines = lines
        self._names = names
        self._slow = slow * 1000

    def __call__(self, observed: Observed) -> None:
        reply = observed.reply
        run = reply and reply.run
        request_id = reply and reply.request_id
        self._write(
            "request",
            request=request_id,
            name=observed.name,
            document=observed.document_hash,
            viewer=run and self._names.of(run.viewer),
            status=reply and reply.status,
            result=observed.result,
            errors=observed.codes or None,
            calls=len(observed.calls),
            rows=observed.rows,
            capacity=observed.capacity,
            milliseconds=round(observed.seconds * 1000, 3),
        )
        for call in observed.calls:
            if call.milliseconds >= self._slow:
                self._write("slow call", request=request_id, **_facts(call))

    def _write(self, event: str, **facts: Any) -> None:
        told = {name: fact for name, fact in facts.items() if fact is not None}
        self.lines.write(_line("info", event, told))


def _facts(call: Call) -> dict[str, Any]:
    return {
        "store": call.store,
        "table": call.table,
        "index": call.index,
        "operation": call.operation,
        "keys": call.key_count,
        "rows": call.rows,
        "error": call.error,
        "milliseconds": round(call.milliseconds, 3),
    }


class Pseudonyms:
    """What stands for viewers: the same each time, and nothing that tries e-mails finds them by it
    without the secret."""

    def __init__(self, secret: str) -> None:
        self._key = blake2b(secret.encode(), person=b"viewers").digest()
        self._named = lru_cache(_NAMES_KEPT)(self._name)

    def of(self, viewer: Viewer) -> str | None:
        """16 hexadecimal digits; None for nobody."""
        if viewer.email is not None:
            return self._named("email", viewer.email)
        if viewer.subject is not None:
            return self._named(f"subject at {viewer.subject.product}", viewer.subject.name)
        return None

    def _name(self, kind: str, who: str) -> str:
        return blake2b(f"{kind} {folded(who)}".encode(), digest_size=8, key=self._key).hexdigest()


class JsonHandler(logging.Handler):
    """Writes what is logged by way of `logging` among the same lines."""

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._lines.write(_told(record))
        except Exception:  # who logs something is not to fail by it
            self.handleError(record)


def _told(record: logging.LogRecord) -> bytes:
    facts: dict[str, Any] = {"logger": record.name}
    if record.exc_info:
        facts["exception"] = logging.Formatter().formatException(record.exc_info)
    return _line(record.levelname.lower(), record.getMessage(), facts)


def log_to(lines: Lines) -> None:
    """Have all that is logged in this process written there, from INFO on."""
    logging.basicConfig(handlers=[JsonHandler(lines)], level=logging.INFO, force=True)


def _line(level: str, event: str, facts: Mapping[str, Any]) -> bytes:
    line = {"time": datetime.now(UTC), "level": level, "event": event, **facts}
    return orjson.dumps(line, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
