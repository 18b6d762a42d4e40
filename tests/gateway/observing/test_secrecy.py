"""Nothing that is told of requests is a literal, a variable, an e-mail or the value of a key."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import StringValueNode, Visitor, parse, visit

from gateway.demo.data import CANARIES
from gateway.observing.lines import Lines
from gateway.observing.logs import Pseudonyms, RequestLog
from gateway.observing.metrics import Metrics
from gateway.observing.observing import Observing
from gateway.observing.spans import Spans
from gateway.stores import Addresses
from tests.gateway.observing.collector import collecting
from tests.operations.asking import Answer, gateway_over
from tests.operations.expected import Case, cases

LONG_ENOUGH = 6
"""Characters of a text that stands nowhere by chance."""
OURS = re.compile("[a-z_]+|[0-9]+")
"""Values such as states are our own words, too; digits alone stand in times and digests."""


def texts(value: Any) -> Iterator[str]:
    """All texts in JSON."""
    if isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value


class Literals(Visitor):
    """The texts that stand in a document."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        self.found.append(node.value)


def secrets_of(case: Case, answers: list[Answer]) -> set[str]:
    """What an operation's client has said, who that was, and the keys that were read for it."""
    literals = Literals()
    visit(parse(case.query), literals)
    viewer = str(case.content.get("viewer", "ada@example.com")).partition(";")[0]
    keys = [
        call["keys"]
        for answer in answers
        for call in answer.body.get("extensions", {}).get("trace", [])
    ]
    said = {
        *CANARIES,
        *literals.found,
        *texts(case.content.get("variables", {})),
        viewer,
        *texts(keys),
    }
    return {text for text in said if len(text) >= LONG_ENOUGH and not OURS.fullmatch(text)}


@pytest.mark.slow
async def test_nothing_of_anybodys_is_told(
    engines: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: set[str] = set()
    where: Addresses = engines.stores()
    with collecting() as collector, (tmp_path / "log").open("wb") as log:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        metrics = Metrics()
        observing = Observing(
            metrics=metrics,
            log=RequestLog(Lines(log.fileno()), Pseudonyms("a secret of the tests"), slow=0),
            spans=Spans,
        )
        async with gateway_over(where, observing=observing) as ask:
            for case in cases():
                said |= secrets_of(case, await case.run(ask))
            await asyncio.sleep(0)
            page = await ask.page("/metrics")
    told = {
        "metrics": page,
        "log": (tmp_path / "log").read_text(),
        "spans": "\n".join(map(str, collector.requests)),
    }
    assert len(said) > 100
    for what, text in told.items():
        assert len(text) > 10_000, what
        assert (what, [secret for secret in said if secret in text]) == (what, [])
