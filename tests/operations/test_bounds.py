"""No operation asks more of the stores than is known before it runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pytest

from tests.operations.asking import ADA, Asker, reads_of
from tests.operations.expected import Case, cases, name_of


def of(told: Mapping[str, Any]) -> tuple[Any, ...]:
    """Which operation of which store this is."""
    return tuple(told.get(name) for name in ("store", "table", "index", "operation"))


@pytest.mark.parametrize("case", cases(), ids=name_of)
async def test_nothing_is_asked_for_that_was_not_foreseen(case: Case, ask: Asker) -> None:
    viewer, variables = case.content.get("viewer", ADA), case.content.get("variables", {})
    body = (await ask.explained(case.query, viewer, **variables)).body
    if "explain" not in body["extensions"]:
        assert "data" not in body  # it was refused before anything was asked
        return
    explained, trace = body["extensions"]["explain"], body["extensions"]["trace"]
    bounds: dict[Any, list[float]] = defaultdict(lambda: [0, 0, 0])
    foreseen = set()
    for place in explained["places"]:
        for operation in place["operations"]:
            foreseen.add((place["path"], of(operation)))
            for at, name in enumerate(("calls", "rows", "readUnits")):
                bounds[of(operation)][at] += operation["bound"][name]
    reads = [(call, read) for call in trace for read in reads_of(call)]
    assert {(path, of(read)) for _, read in reads for path in read["paths"]} <= foreseen
    # Places that share a call are told of it all: what they are allowed is told together.
    actual: dict[Any, list[float]] = defaultdict(lambda: [0, 0, 0])
    for call, read in reads:
        itself = read is call
        capacity = call.get("consumedCapacity", 0) if itself else 0
        for at, figure in enumerate((itself, read.get("rows", 0), capacity)):
            actual[of(read)][at] += figure
    exceeded = {
        operation: (figures, bounds[operation])
        for operation, figures in actual.items()
        if any(figure > most for figure, most in zip(figures, bounds[operation], strict=True))
    }
    assert exceeded == {}
    total = explained["bound"]
    assert all(explained["actual"][name] <= total[name] for name in total)
