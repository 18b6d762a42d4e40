"""One request, as observers are told of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Literal

from gateway.http.messages import Fields, Reply
from loaders.stores.interface import Call

Result = Literal["ok", "partial", "failed", "refused", "gone"]
"""All of the data, some of it, none of it; never run; or nobody was there to be answered."""

_LONGEST_NAME = 100


@dataclass(frozen=True)
class Observed:
    """A request and its reply; without one its client went away.

    `began` and `ended` are by `time.perf_counter`. Nothing that is told of it here is a literal, a
    variable or a value of a key.
    """

    began: float
    fields: Fields = field(repr=False)
    reply: Reply | None = field(repr=False)
    ended: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended - self.began

    @property
    def document_hash(self) -> str | None:
        """The beginning of the document's SHA-256; None where none was read."""
        if self.reply is None or self.reply.run is None:
            return None
        return sha256(self.reply.run.operation.query.encode()).hexdigest()[:16]

    @cached_property
    def name(self) -> str | None:
        """The name of the operation, where a valid document gives it one."""
        if self.reply is None or self.reply.run is None or self.reply.run.document.errors:
            return None
        operation, document, *_ = self.reply.run
        definition = document.operations.get(operation.name)
        if definition is None or definition.name is None:
            return None
        return definition.name.value[:_LONGEST_NAME]

    @cached_property
    def codes(self) -> Mapping[str, int]:
        """How many errors of each code the answer has."""
        if self.reply is None or "errors" not in self.reply.told:
            return {}
        return Counter(error["extensions"]["code"] for error in self.reply.told["errors"])

    @cached_property
    def result(self) -> Result:
        """What came of it."""
        if self.reply is None:
            return "gone"
        told = self.reply.told
        if "errors" not in told:
            return "ok"
        if "data" not in told:
            return "refused" if self.reply.status < 500 else "failed"
        return "failed" if told["data"] is None else "partial"

    @property
    def calls(self) -> Sequence[Call]:
        """Its store calls."""
        return () if self.reply is None or self.reply.run is None else self.reply.run.trace.calls

    @property
    def rows(self) -> int:
        """How many rows its store calls brought."""
        return sum(call.rows for call in self.calls)

    @property
    def capacity(self) -> float:
        """The read units that DynamoDB took for them."""
        return sum(call.capacity or 0.0 for call in self.calls)


Observer = Callable[[Observed], None]
"""Is told of each request, once its reply is on its way."""
