"""POST /graphql, from the socket to the endpoint and back, without ASGI in between."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)
from uvicorn.server import ServerState

from gateway.app import ENDPOINT
from gateway.http.endpoint import Endpoint
from gateway.http.messages import Disconnected, Reply
from gateway.subscriptions.sse import EventStream

HEAD_LIMIT = 65_536
"""Bytes of a head from which no more of it is waited for."""


class Protocol(HttpToolsProtocol):
    """uvicorn's own, which asks the endpoint itself; all else goes to the application.

    ASGI's way there and back costs a small query more than its execution. uvicorn still reads the
    body, bounds what is read and written, starts the task, keeps the order of requests and ends.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._half_a_head = 0
        self._endpoint: Endpoint | None = app_state.get(ENDPOINT)
        if config.access_log or config.root_path or config.limit_concurrency is not None:
            self._endpoint = None  # what uvicorn alone does

    def data_received(self, data: bytes) -> None:
        """Read on; a head that does not end is refused, which uvicorn would keep as it grows."""
        super().data_received(data)
        if self.scope is None or "method" in self.scope:  # no head has begun, or it is whole
            self._half_a_head = 0
            return
        self._half_a_head += len(data)
        if self._half_a_head > HEAD_LIMIT and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def on_headers_complete(self) -> None:
        """Start the request's task, or queue it behind the one that is under way."""
        self.scope["headers"] = self.headers.copy()  # what comes behind the body is none
        if not self._asks_endpoint():
            super().on_headers_complete()
            return
        before = self.cycle
        self.cycle = self._cycle()
        answer: Any = partial(self._answer, self.cycle)
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, answer)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, answer))

    def shutdown(self) -> None:
        """A stream has no end to wait for: its client comes back to another server."""
        super().shutdown()
        if self.cycle is not None and self.cycle.chunked_encoding:
            self.transport.close()

    def _asks_endpoint(self) -> bool:
        return (
            self._endpoint is not None
            and self.url == ENDPOINT.encode()
            and self.parser.get_method() == b"POST"
            and not self.parser.should_upgrade()
        )

    def _cycle(self) -> RequestResponseCycle:
        """What uvicorn knows a request by that is under way."""
        self.scope["method"] = "POST"
        return RequestResponseCycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=self.parser.get_http_version() != "1.0" and self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )

    async def _answer(
        self, cycle: RequestResponseCycle, scope: Any, receive: Any, send: Any
    ) -> None:
        assert self._endpoint is not None
        try:
            reply = await self._endpoint.reply(scope, receive)
        except Disconnected:
            return
        if isinstance(reply, EventStream):
            await reply(receive, send)
            return
        if self.flow.write_paused:
            await self.flow.drain()
        if self.transport.is_closing():
            cycle.disconnected = True  # uvicorn says so to the last of several requests alone
        else:
            self._send(cycle, reply)

    def _send(self, cycle: RequestResponseCycle, reply: Reply) -> None:
        head = [STATUS_LINE[reply.status]]
        for name, value in (*self.server_state.default_headers, *reply.fields):
            head += (name, b": ", value, b"\r\n")
        head.append(b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n")
        self.transport.writelines((b"".join(head), reply.body))
        cycle.response_started = cycle.response_complete = True
        if not cycle.keep_alive:
            self.transport.close()
        self.on_response_complete()
