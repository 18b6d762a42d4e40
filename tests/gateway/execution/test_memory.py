"""What a request has read is let go of with it, and waits for no garbage collector."""

from __future__ import annotations

import asyncio
import gc

import pytest

from loaders.request import Request
from tests.gateway.execution.both import Both
from tests.operations.expected import FOLDER, Case, cases, name_of

pytestmark = pytest.mark.slow


def requests() -> int:
    """How many requests there are in memory."""
    return sum(type(one) is Request for one in gc.get_objects())


@pytest.mark.parametrize(
    "case",
    [
        case
        for case in cases()
        if case.operation.parent == FOLDER / "screens" and "errors" not in case.content
    ],
    ids=name_of,
)
async def test_a_request_is_gone_once_it_is_answered(case: Case, both: Both) -> None:
    """Without errors: the traceback of one holds what it went through."""
    gc.collect()
    gc.disable()
    try:
        before = requests()
        await case.run(both.levels)
        await asyncio.sleep(0)  # in which the loop lets go of what has ended
        assert requests() == before
    finally:
        gc.enable()
