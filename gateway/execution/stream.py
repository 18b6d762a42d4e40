"""A subscription that runs: from what has changed to what is answered."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from random import uniform
from typing import Any

from gateway.execution.answers import Answer
from gateway.execution.writing import to_bytes
from loaders.errors import GatewayError, SourceUnavailable
from loaders.request import Asking
from loaders.stores.interface import News, Store
from resolvers.feeds import ROWS_AT_FIRST, Feed, Standing

Body = dict[str, Any]

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 10.0
"""Seconds at most until a store is asked again that did not answer."""
_TOLD_KEPT = 4 * ROWS_AT_FIRST
"""Of how many rows it is known what was told of them last."""


@dataclass
class Stream:
    """The events of a feed, answered for one viewer.

    `ask` has something read in a request of its own, `answer` gives the answer to one event.
    """

    feed: Feed
    arguments: Mapping[str, Any]
    stores: Mapping[str, Store]
    ask: Callable[[Callable[[Asking], Awaitable[Any]]], Awaitable[Any]]
    answer: Callable[[int | None], Awaitable[Answer]]
    _told: OrderedDict[int, bytes] = field(default_factory=OrderedDict)
    """Digests of what was told of rows last, by their keys."""

    async def answers(self) -> AsyncGenerator[Answer]:
        """The state, then what changes; null, and the end, once there is nothing to follow.

        Where a store fails later on, the state is looked at anew, so that nothing is lost. Raises
        GatewayError where the stream cannot begin.
        """
        values = await self._whose()
        if values:
            async with self.feed.follow.following(self.stores, values) as follower:
                pause = _FIRST_PAUSE
                while values:
                    news = await follower.news()
                    try:
                        values, keys = await self._changed(news, values)
                        for key in keys:
                            answer = await self.answer(key)
                            if _is_gone(answer.body):
                                self._told.pop(key, None)
                                values = await self._whose()
                            elif self._is_news(key, answer.body):
                                yield answer
                    except GatewayError as error:
                        if not error.retryable:
                            raise
                        await asyncio.sleep(uniform(pause / 2, pause))
                        pause = min(2 * pause, _LONGEST_PAUSE)
                        follower.miss()
                    else:
                        pause = _FIRST_PAUSE
        yield await self.answer(None)

    async def _whose(self) -> Sequence[int]:
        values: Sequence[int] = await self.ask(partial(self.feed.whose, **self.arguments))
        return values

    async def _changed(self, news: News, values: Sequence[int]) -> Standing:
        """The values that are followed now, and the keys of rows that may have changed: where a row
        above them has, that of the newest."""
        keys = [self.feed.follow.key(change) for change in news.changes]
        if not news.missed and None not in keys:
            return Standing(values, [key for key in keys if key is not None])
        standing: Standing = await self.ask(partial(self.feed.standing, **self.arguments))
        if news.missed:
            looked_at = [*self._told, *standing.keys]
        else:
            looked_at = [*(key for key in keys if key is not None), *standing.keys[-1:]]
        return Standing(standing.values, list(dict.fromkeys(looked_at)))

    def _is_news(self, key: int, body: Body) -> bool:
        """Whether this was not told already; SourceUnavailable where there is no answer yet."""
        if _is_null(body) and any(error["extensions"].get("retryable") for error in body["errors"]):
            raise SourceUnavailable("no answer can be told yet")
        digest = blake2b(to_bytes(body.get("data")), digest_size=16).digest()
        if self._told.get(key) == digest:
            return False
        self._told[key] = digest
        self._told.move_to_end(key)
        if len(self._told) > _TOLD_KEPT:
            self._told.popitem(last=False)
        return True


def _is_null(body: Body) -> bool:
    data = body.get("data")
    return data is None or any(data[key] is None for key in data)


def _is_gone(body: Body) -> bool:
    """Whether the row of the event is no more, or not this viewer's."""
    return _is_null(body) and "errors" not in body
