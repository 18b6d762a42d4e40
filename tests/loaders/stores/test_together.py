"""Several reads at once, as one."""

import asyncio

import pytest

from loaders.stores.together import together


async def after(answer: int, ticks: int = 0) -> int:
    for _ in range(ticks):
        await asyncio.sleep(0)
    return answer


async def failing(message: str, ticks: int = 0) -> int:
    await after(0, ticks)
    raise ValueError(message)


async def test_answers_come_in_the_order_of_the_reads() -> None:
    assert await together([after(1, 5), after(2), after(3, 2)]) == [1, 2, 3]
    assert await together([]) == []


async def test_the_first_that_fails_ends_the_others() -> None:
    ended: list[str] = []

    async def endless() -> int:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("endless")
        return 0

    with pytest.raises(ValueError, match="first"):
        await together([endless(), failing("first", 1), failing("second", 9)])
    assert ended == ["endless"]


async def test_cancelling_the_whole_ends_every_part() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def endless() -> int:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return 0

    whole = asyncio.ensure_future(together([endless(), after(1)]))
    await begun.wait()
    whole.cancel()
    await asyncio.wait([whole])
    assert whole.cancelled()
    assert ended.is_set()
