"""A request: its loaders, whose loads meet, and its end."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from gateway.demo.data.people import ADA
from gateway.demo.data.stream import account_id
from loaders.errors import Code
from loaders.request import TICKS_AT_MOST, Aside, BatchLoader, Links, Request, RequestClosed
from tests.loaders.asking import Asker, Field


class Echo:
    """A batch that answers each key with itself, in upper case, and remembers its batches."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.paths: list[list[str]] = []
        self.asked = asyncio.Event()
        self.answering = asyncio.Event()
        self.answering.set()

    async def __call__(self, keys: list[str], paths: list[str], links: Links) -> list[Any]:
        self.batches.append(keys)
        self.paths.append(paths)
        self.asked.set()
        await self.answering.wait()
        return [ValueError(key) if key.startswith("bad") else key.upper() for key in keys]


@pytest.fixture
async def info(ask: Asker) -> Field:
    """A field of a request."""
    return ask()


@pytest.fixture
async def echo() -> Echo:
    return Echo()


@pytest.fixture
async def loader(info: Field, echo: Echo) -> BatchLoader:
    """A loader of the request."""
    return info.context.loader("echo", echo)


async def soon(waiting: Awaitable[Any], ticks: int = 1) -> Any:
    """The answer to a load that somebody waits for some ticks from now."""
    for _ in range(ticks):
        await asyncio.sleep(0)
    return await waiting


async def asked(loader: BatchLoader, info: Field, key: str, ticks: int = 0) -> Any:
    """The answer to a load begun some ticks from now."""
    for _ in range(ticks):
        await asyncio.sleep(0)
    return await loader.ask(key, info)


async def test_a_loader_opens_once(info: Field, echo: Echo) -> None:
    assert info.context.loader("echo", echo) is info.context.loader("echo", Echo())
    assert info.context.loader("echo", echo) is not info.context.loader("other", echo)


async def test_loads_of_siblings_meet_in_one_batch(
    loader: BatchLoader, info: Field, echo: Echo
) -> None:
    from_sync = [loader.ask("a", info), loader.ask("b", info)]
    from_async = [asked(loader, info, "c"), asked(loader, info, "a")]
    assert await asyncio.gather(*from_sync, *from_async) == ["A", "B", "C", "A"]
    assert echo.batches == [["a", "b", "c"]]


async def test_a_batch_waits_while_keys_come_and_not_for_ever(
    loader: BatchLoader, info: Field, echo: Echo
) -> None:
    keys = [f"k{number:02}" for number in range(3 * TICKS_AT_MOST)]
    # The last first, so that each comes just before the loader looks again.
    loads = [asked(loader, info, key, ticks) for ticks, key in enumerate(keys)]
    await asyncio.gather(*reversed(loads))
    assert [key for batch in echo.batches for key in batch] == keys
    assert 1 < len(echo.batches) <= 4


async def test_a_key_is_asked_for_once_a_request(
    loader: BatchLoader, info: Field, echo: Echo
) -> None:
    assert [await loader.ask("a", info), await loader.ask("a", info)] == ["A", "A"]
    assert echo.batches == [["a"]]


async def test_cancelling_one_waiter_leaves_the_others(
    loader: BatchLoader, info: Field, echo: Echo
) -> None:
    echo.answering.clear()
    impatient, patient = (asyncio.ensure_future(soon(loader.ask("a", info))) for _ in range(2))
    await echo.asked.wait()
    impatient.cancel()
    await asyncio.wait([impatient])
    echo.answering.set()
    assert impatient.cancelled()
    assert await patient == "A"
    assert await loader.ask("a", info) == "A"


async def test_what_nobody_waits_for_any_more_is_read_when_it_is_asked_for_again(
    loader: BatchLoader, info: Field, echo: Echo
) -> None:
    echo.answering.clear()
    impatient = asyncio.ensure_future(soon(loader.ask("a", info)))
    await echo.asked.wait()
    impatient.cancel()
    await asyncio.wait([impatient])
    echo.answering.set()
    assert await loader.ask_each(["a", "b"], info) == ["A", "B"]


async def test_loaders_that_meet_are_read_side_by_side_and_end_together(info: Field) -> None:
    slow, quick = Echo(), Echo()
    slow.answering.clear()
    loaders = [info.context.loader(echo, echo, "meets") for echo in (slow, quick)]
    waiting = [asyncio.ensure_future(soon(loader.ask("a", info))) for loader in loaders]
    await slow.asked.wait()
    await quick.asked.wait()
    for _ in range(TICKS_AT_MOST):
        await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    slow.answering.set()
    assert await asyncio.gather(*waiting) == ["A", "A"]
    assert slow.batches == quick.batches == [["a"]]


async def test_a_failing_key_fails_alone(loader: BatchLoader, info: Field) -> None:
    answers = await asyncio.gather(
        *(loader.ask(key, info) for key in ("a", "bad", "b")), return_exceptions=True
    )
    assert [str(answer) for answer in answers] == ["A", "bad", "B"]
    assert isinstance(answers[1], ValueError)


async def test_a_failing_batch_fails_for_all_its_keys(info: Field) -> None:
    async def fail(keys: list[Any], paths: list[str], links: Links) -> list[Any]:
        raise ValueError(f"{len(keys)} keys")

    loader = info.context.loader("fail", fail)
    answers = await asyncio.gather(
        loader.ask("a", info), loader.ask("b", info), return_exceptions=True
    )
    assert [str(answer) for answer in answers] == ["2 keys", "2 keys"]


async def test_a_batch_is_told_who_asked(loader: BatchLoader, info: Field, echo: Echo) -> None:
    await asyncio.gather(
        loader.ask("a", info.at("movies", 0, "title")), loader.ask("b", info.at("movie"))
    )
    await loader.ask("c", info.at("last"))
    assert echo.paths == [["movies.title", "movie"], ["last"]]


async def test_closing_settles_those_who_wait(loader: BatchLoader, info: Field, echo: Echo) -> None:
    echo.answering.clear()
    waiting = asyncio.ensure_future(soon(loader.ask("a", info)))
    await echo.asked.wait()
    await info.context.close()
    with pytest.raises(RequestClosed, match=r"^the request was closed$") as closed:
        await asyncio.wait_for(waiting, 5)
    assert closed.value.code is Code.INTERNAL


async def test_closing_settles_those_who_wait_for_what_others_asked_for(
    loader: BatchLoader, info: Field, echo: Echo
) -> None:
    echo.answering.clear()
    reading = asyncio.ensure_future(asked(loader, info, "a"))
    await echo.asked.wait()
    gathering = asyncio.ensure_future(asked(loader, info, "b"))
    both = asyncio.ensure_future(loader.ask_each(["a", "b"], info.path))
    await asyncio.sleep(0)
    await info.context.close()
    found = await asyncio.gather(reading, gathering, both, return_exceptions=True)
    for end in (*found[:2], *found[2]):
        assert isinstance(end, RequestClosed)


async def test_closing_waits_until_a_read_has_stopped(info: Field) -> None:
    reading, stopped = asyncio.Event(), asyncio.Event()

    async def read(keys: list[Any], paths: list[str], links: Links) -> list[Any]:
        try:
            reading.set()
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            stopped.set()
        return keys

    loader = info.context.loader("read", read)
    waiting = [asyncio.ensure_future(soon(loader.ask("a", info))) for _ in range(2)]
    await reading.wait()
    await info.context.close()
    assert stopped.is_set()
    for one in waiting:
        with pytest.raises(RequestClosed):
            await asyncio.wait_for(one, 5)


async def test_nothing_is_read_once_a_request_is_closed(
    loader: BatchLoader, info: Field, echo: Echo
) -> None:
    begun = asyncio.ensure_future(soon(loader.ask("a", info)))
    await info.context.close()
    late = asyncio.ensure_future(soon(loader.ask("b", info)))
    for waiting in (begun, late):
        with pytest.raises(RequestClosed):
            await asyncio.wait_for(waiting, 5)
    with pytest.raises(RequestClosed):
        await info.context.owners("stream")
    assert echo.batches == []


async def test_closing_waits_until_all_has_stopped(info: Field) -> None:
    stopped: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            stopped.append("work")

    task = info.context.own(work())
    await asyncio.sleep(0)
    await info.context.close()
    assert stopped == ["work"]
    assert task.cancelled()


async def test_a_request_may_be_closed_twice(info: Field) -> None:
    await info.context.close()
    await info.context.close()


async def test_the_viewer_s_keys_are_looked_up_once(ask: Asker) -> None:
    info = ask(ADA.email)
    found = await asyncio.gather(*(info.context.owners("stream") for _ in range(5)))
    found.append(await info.context.owners("stream"))
    assert found == [frozenset({account_id(ADA)})] * 6
    assert info.calls == [("Query", "AccountTable", 1)]
    assert [call.paths for call in info.context.trace.calls] == [["(viewer)"]]


async def test_cancelling_who_asks_for_the_keys_leaves_the_others(ask: Asker) -> None:
    info = ask(ADA.email)
    impatient, patient = (asyncio.ensure_future(info.context.owners("family")) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient == frozenset({1})


async def test_a_look_up_that_failed_fails_for_all(ask: Asker) -> None:
    tries: list[Request] = []

    async def fail(request: Request) -> frozenset[Any]:
        tries.append(request)
        raise ValueError("no such store")

    info = ask(ADA.email, identities={"stream": fail})
    for _ in range(2):
        with pytest.raises(ValueError, match="no such store"):
            await info.context.owners("stream")
    assert tries == [info.context]


async def test_nobody_has_no_keys(ask: Asker) -> None:
    info = ask()
    assert await info.context.owners("stream") == frozenset()
    assert info.calls == []


async def test_the_request_itself_asks_as_the_viewer(info: Field) -> None:
    aside = Aside(info.context)
    assert aside.context is info.context
    assert aside.path.as_list() == ["(viewer)"]
