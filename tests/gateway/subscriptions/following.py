"""Somebody who follows what a subscription tells."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import asyncpg

from gateway.execution.answers import Answer
from gateway.execution.documents import Operation
from gateway.execution.run import Gateway
from loaders.stores.postgres import LISTENER
from tests.operations.asking import ADA
from tests.plain import plain
from tests.viewers import viewer_named

PHASES = """
subscription ($record: ID!) {
  processingStatus(inputRecordId: $record) { databaseId phase status progressPercentage }
}
"""
"""The phases of one input."""
RECORDS = """
subscription {
  inputRecordProgress {
    databaseId status currentPhase
    processingStatuses(last: 1) { nodes { databaseId status progressPercentage } }
  }
}
"""
"""The viewer's own inputs."""
_PATIENCE = 30.0
"""Seconds that nothing takes, however busy the machine is."""


class Following:
    """What a subscription has told, from one answer to the next."""

    def __init__(self, answers: AsyncIterator[Answer]) -> None:
        self._answers = answers

    async def answer(self) -> Answer:
        """The next answer."""
        async with asyncio.timeout(_PATIENCE):
            return _plain(await anext(self._answers))

    async def event(self) -> Any:
        """What the next answer shows, which has no errors."""
        answer = await self.answer()
        assert answer.executed
        assert "errors" not in answer.body
        (shown,) = answer.body["data"].values()
        return shown

    async def events(self, count: int) -> list[Any]:
        """What the next answers show."""
        return [await self.event() for _ in range(count)]

    async def rest(self) -> list[Answer]:
        """All answers up to the end."""
        async with asyncio.timeout(_PATIENCE):
            return [_plain(answer) async for answer in self._answers]

    async def until(self, **members: Any) -> Any:
        """The next event that shows these members."""
        while True:
            event = await self.event()
            if event is not None and members.items() <= event.items():
                return event


def _plain(answer: Answer) -> Answer:
    return answer._replace(body=plain(answer.body))


@asynccontextmanager
async def following(
    gateway: Gateway, query: str, viewer: str = ADA, *, trace: bool = False, **variables: Any
) -> AsyncIterator[Following]:
    """A subscription that ends with the block."""
    asked = Operation(query, variables)
    async with aclosing(gateway.subscribe(asked, viewer_named(viewer), trace=trace)) as answers:
        yield Following(answers)


async def fetch(url: str, statement: str, *arguments: Any) -> list[Any]:
    """The first column of what a statement gives."""
    connection = await asyncpg.connect(url)
    try:
        return [record[0] for record in await connection.fetch(statement, *arguments)]
    finally:
        await connection.close()


async def listeners(url: str) -> list[int]:
    """The processes that Postgres keeps for those who are told of changes in a database."""
    return await fetch(
        url,
        "SELECT pid FROM pg_stat_activity "
        "WHERE application_name = $1 AND datname = current_database()",
        LISTENER,
    )


async def nobody_listens(url: str) -> None:
    """Wait until there are none: who takes leave is not told when the process has ended."""
    for _ in range(1_000):
        if not await listeners(url):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("somebody listens")
