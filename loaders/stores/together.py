"""Several reads at once, as one: the first that fails ends the others."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any


async def together(reads: Iterable[Coroutine[Any, Any, Any]]) -> list[Any]:
    """The answers in the order of the reads; raises what the first failing one raised."""
    reads = list(reads)
    if len(reads) == 1:
        return [await reads[0]]
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(read) for read in reads]
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]
