"""One request, as observers are told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType
from typing import Literal

from gateway.execution.answers import Run
from gateway.http.messages import Fields, Reply
from loaders.errors import Code
from loaders.stores.interface import Call

Result = Literal["ok", "partial", "failed", "refused", "gone"]
"""All of the data, some of it, none of it; never run; or nobody was there to be answered."""

_OURS = frozenset({Code.INTERNAL, Code.SOURCE_UNAVAILABLE, Code.DEADLINE_EXCEEDED})
"""Codes of what is no fault of the request."""
_LONGEST_NAME = 100
_NONE: Mapping[str, int] = MappingProxyType({})


@dataclass(slots=True)
class Observed:
    """A request and its reply; without one its client went away.

    `began` and `ended` are by `time.perf_counter`. Nothing that is told of it here is a literal, a
    variable or a value of a key.
    """

    began: float
    ended: float
    fields: Fields = field(repr=False)
    reply: Reply | None = field(repr=False)
    name: str | None = field(init=False)
    """The name of the operation, where a valid document gives it one."""
    codes: Mapping[str, int] = field(init=False)
    """How many errors of each code the answer has."""
    result: Result = field(init=False)
    """What came of it."""

    def __post_init__(self) -> None:
        self.name = _name(self.reply and self.reply.run)
        self.codes = _codes(self.reply)
        self.result = _result(self.reply, self.codes)

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

    @property
    def calls(self) -> Sequence[Call]:
        """Its store calls."""
        return () if self.reply is None or self.reply.run is None else self.reply.run.trace.calls

    @property
    def rows(self) -> int:
        """How many rows its store calls brought."""
        return sum(read.rows for call in self.calls for read in call.reads)

    @property
    def capacity(self) -> float:
        """The read units that DynamoDB took for them."""
        return sum(call.capacity or 0.0 for call in self.calls)


def _name(run: Run | None) -> str | None:
    if run is None or run.document.errors:
        return None
    definition = run.document.operations.get(run.operation.name)
    if definition is None or definition.name is None:
        return None
    return definition.name.value[:_LONGEST_NAME]


def _codes(reply: Reply | None) -> Mapping[str, int]:
    if reply is None or "errors" not in reply.told:
        return _NONE
    return Counter(error["extensions"]["code"] for error in reply.told["errors"])


def _result(reply: Reply | None, codes: Mapping[str, int]) -> Result:
    if reply is None:
        return "gone"
    if "errors" not in reply.told:
        return "ok"
    if "data" not in reply.told:
        return "refused" if _OURS.isdisjoint(codes) else "failed"
    return "failed" if reply.told["data"] is None else "partial"


Observer = Callable[[Observed], None]
"""Is told of each request, once its reply is on its way."""
