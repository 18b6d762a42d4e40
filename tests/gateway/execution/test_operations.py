"""Every operation that has an expected answer is answered the same under both executors."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pytest

from tests.gateway.execution.both import Both, differences
from tests.operations.expected import FOLDER, cases, name_of

QUICK = "nodes"
"""The folder whose operations are compared where time is short: they touch every type."""

CASES = {
    operation: list(each)
    for operation, each in groupby(
        sorted(cases(), key=lambda case: case.operation), key=lambda case: case.operation
    )
}


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param(
            operation,
            id=operation.relative_to(FOLDER).as_posix(),
            marks=[] if operation.parent.name == QUICK else pytest.mark.slow,
        )
        for operation in CASES
    ],
)
async def test_both_executors_say_the_same(operation: Path, both: Both) -> None:
    for case in CASES[operation]:
        levels = await case.run(both.levels)
        reference = await case.run(both.reference)
        assert (name_of(case), differences(levels, reference)) == (name_of(case), [])
        if "calls_at_most" not in case.content:
            for ours, theirs in zip(levels, reference, strict=True):
                assert ours.reads.keys() == theirs.calls.keys()
                assert sum(ours.calls.values()) <= sum(theirs.calls.values())
        else:
            most = case.content["calls_at_most"]
            assert all(count <= most[call] for call, count in levels[0].calls.items())
    assert both.executor.fallbacks == {}
