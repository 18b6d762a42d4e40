"""What is told of changes waits, each change once and within a bound, until it is asked for."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from loaders.stores.changes import PENDING_AT_MOST, Follower
from loaders.stores.interface import News
from loaders.stores.postgres import PostgresStore
from loaders.tables.postgresql import Channel
from tests.engines import Addresses, execute

CHANNEL = Channel("studio", "changes_of_the_tests", ("parent", "child"))


@pytest.fixture
async def store(engines: Addresses) -> AsyncIterator[PostgresStore]:
    """A store of which nothing is read."""
    store = await PostgresStore.open("studio", engines.read_only("studio"))
    yield store
    await store.close()


async def tell(engines: Addresses, *keys: int | None) -> None:
    """Tell of a change as a trigger does."""
    payload = json.dumps(keys)
    await execute(engines.database("studio"), f"NOTIFY {CHANNEL.name}, '{payload}'")


async def test_each_change_is_told_once_to_those_who_follow(
    store: PostgresStore, engines: Addresses
) -> None:
    async with (
        store.following(CHANNEL, "parent", [1, 2]) as parents,
        store.following(CHANNEL, "child", [7]) as child,
        store.following(CHANNEL, "child", [9]) as last,
    ):
        anything = News(missed=True, changes=[])
        for follower in (parents, child, last):
            assert await follower.news() == anything
        for change in ((3, 8), (1, 7), (2, None), (1, 7), (3, 7), (3, 9)):
            await tell(engines, *change)
        assert await last.news() == News(False, [(3, 9)])
        assert await child.news() == News(False, [(1, 7), (3, 7)])
        assert await parents.news() == News(False, [(1, 7), (2, None)])
    async with store.following(CHANNEL, "parent", [1]) as again:
        assert await again.news() == anything
        await tell(engines, 1, 1)
        assert await again.news() == News(False, [(1, 1)])


async def test_of_too_many_changes_it_is_told_that_there_were_some() -> None:
    follower = Follower()
    for number in range(PENDING_AT_MOST):
        follower.tell((number,))
    assert len((await follower.news()).changes) == PENDING_AT_MOST
    for number in range(3 * PENDING_AT_MOST):
        follower.tell((number,))
    assert await follower.news() == News(missed=True, changes=[])
    follower.tell((1,))
    assert await follower.news() == News(missed=False, changes=[(1,)])
