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
from gateway.http.messages import JSON, Disconnected, Refused, Reply, by_name
from gateway.http.refusals import reply_to
from gateway.http.request_id import request_id_of
from gateway.subscriptions.sse import EventStream

HEAD_LIMIT = 65_536
"""Bytes of a head from which no more of it is waited for."""
URL_LIMIT = 65_535
"""Bytes of the longest address that httptools takes apart."""
TIME_TO_ARRIVE = 30.0
"""Seconds in which a request has to come, head and body, from its first byte to its last."""


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
        self._whole: Any = None
        """The scope of the request that came to its end last."""
        self._timed: Any = None
        """The scope of the request whose time runs; None before any has begun."""
        self._timer: asyncio.TimerHandle | None = None
        self._endpoint: Endpoint | None = app_state.get(ENDPOINT)
        if config.access_log or config.root_path or config.limit_concurrency is not None:
            self._endpoint = None  # what uvicorn alone does

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the client time for its first request."""
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let nothing more happen."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; what does not come to its end is refused, for which uvicorn would wait."""
        super().data_received(data)
        if not self._awaits_more():
            if self._timer is not None:
                self._stop_timer()
        elif self._timer is None or self._timed is not self.scope:
            self._start_timer()
        if self.scope is None or "method" in self.scope:  # no head has begun, or it is whole
            self._half_a_head = 0
            return
        self._half_a_head += len(data)
        if self._half_a_head > HEAD_LIMIT:
            if self.headers:
                self._refuse(Refused(400, "the head of the request is too large"))
            else:
                self._refuse(Refused(414, "the address is too long"))

    def send_400_response(self, msg: str) -> None:
        """Say in our own words that the parser does not take the request."""
        if len(self.url) > URL_LIMIT:
            self._refuse(Refused(414, f"the address is longer than {URL_LIMIT} bytes"))
        else:
            self._refuse(Refused(400, "this is no HTTP request that can be read"))

    def on_message_complete(self) -> None:
        """Note that nothing of this request is awaited any more."""
        self._whole = self.scope
        super().on_message_complete()

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
        self._write(reply, keep_alive=cycle.keep_alive)
        cycle.response_started = cycle.response_complete = True
        self.on_response_complete()

    def _write(self, reply: Reply, *, keep_alive: bool) -> None:
        head = [STATUS_LINE[reply.status]]
        for name, value in (*self.server_state.default_headers, *reply.fields):
            head += (name, b": ", value, b"\r\n")
        head.append(b"\r\n" if keep_alive else b"connection: close\r\n\r\n")
        self.transport.writelines((b"".join(head), reply.body))
        if not keep_alive:
            self.transport.close()

    def _refuse(self, refused: Refused) -> None:
        """Refuse the request that comes in, and read no further; no other answer is broken into."""
        if self.transport.is_closing():
            return
        if self._is_its_turn() and not (self._is_taken() and self.cycle.response_started):
            request_id = request_id_of(by_name(list(self.scope["headers"])))
            self._write(reply_to(refused, JSON, request_id), keep_alive=False)
        self.transport.close()

    def _is_taken(self) -> bool:
        """Whether the head of the request that comes in has been taken."""
        return self.cycle is not None and self.cycle.scope is self.scope

    def _is_its_turn(self) -> bool:
        """Whether those before the request that comes in have been answered."""
        if self._is_taken():
            return not self.pipeline
        return self.cycle is None or self.cycle.response_complete

    def _awaits_more(self) -> bool:
        """Whether the client is to send something, and not the server."""
        if self.scope is None or self.scope is not self._whole:
            return True
        return self._is_taken() and self.cycle.response_complete

    def _start_timer(self) -> None:
        self._stop_timer()
        self._timed = self.scope
        self._timer = self.loop.call_later(TIME_TO_ARRIVE, self._on_time_up)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_time_up(self) -> None:
        if self.scope is self._whole:  # nothing has begun
            self.transport.close()
        elif self._is_its_turn():
            self._refuse(
                Refused(408, f"the request did not come within {TIME_TO_ARRIVE:g} seconds")
            )
        else:
            self._start_timer()  # nobody reads what comes behind a request under way
