"""Server-sent events: the answers to one operation, as graphql-sse's distinct connections are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, Final

from starlette.types import Receive, Send

from gateway.execution.answers import Answer
from gateway.execution.errors import refusal
from gateway.execution.writing import to_bytes
from gateway.http.messages import EVENT_STREAM, Disconnected, Fields, request_id_field
from gateway.subscriptions.operations import first_of
from loaders.errors import GatewayError

KEPT_ALIVE_EVERY = 12.0
"""Seconds between two comments, by which proxies see life, and we that the client is there."""

_FIELDS: Final = [
    (b"content-type", f"{EVENT_STREAM}; charset=utf-8".encode()),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
_COMMENT = b":\n\n"
_COMPLETE = b"event: complete\ndata:\n\n"


class EventStream:
    """The answers to an operation, sent as they come.

    `check` raises a GatewayError when the client may hear no more: its token has expired.
    """

    def __init__(
        self,
        answers: AsyncGenerator[Answer],
        check: Callable[[], Awaitable[object]],
        request_id: str,
        headers: Fields = (),
    ) -> None:
        self._answers = answers
        self._check = check
        self._request_id = request_id
        self._headers = headers

    async def __call__(self, receive: Receive, send: Send) -> None:
        """Send them until there are no more, or the client goes away."""
        fields = [*_FIELDS, request_id_field(self._request_id), *self._headers]
        await send({"type": "http.response.start", "status": 200, "headers": fields})
        try:
            async with asyncio.TaskGroup() as tasks:
                beside = [
                    tasks.create_task(_until_disconnected(receive)),
                    tasks.create_task(self._keep_alive(send)),
                ]
                await self._tell(send)
                for task in beside:
                    task.cancel()
        except* GatewayError as errors:
            await _send_part(send, _next(refusal(first_of(errors))))
        except* Disconnected:
            pass  # what is sent now goes nowhere
        await _send_part(send, _COMPLETE, more=False)

    async def _tell(self, send: Send) -> None:
        async with aclosing(self._answers) as answers:
            async for answer in answers:
                await self._check()
                await _send_part(send, _next(answer.body))

    async def _keep_alive(self, send: Send) -> None:
        while True:
            await asyncio.sleep(KEPT_ALIVE_EVERY)
            await self._check()
            await _send_part(send, _COMMENT)


async def _until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    raise Disconnected


async def _send_part(send: Send, part: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": part, "more_body": more})


def _next(body: dict[str, Any]) -> bytes:
    return b"event: next\ndata: %b\n\n" % to_bytes(body)
