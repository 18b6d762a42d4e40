"""POST /graphql, from the socket to the endpoint and back, without ASGI in between."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, cast

from starlette.types import Receive
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)
from uvicorn.server import ServerState

from gateway.app import ENDPOINT
from gateway.http import body
from gateway.http.endpoint import Endpoint
from gateway.http.incoming import Head
from gateway.http.messages import JSON, Disconnected, Fields, Refused, Reply, by_name, lines
from gateway.http.refusals import reply_to
from gateway.http.request_id import request_id_of
from gateway.subscriptions.sse import EventStream

HEAD_LIMIT = 65_536
"""Bytes of a head from which no more of it is waited for."""
URL_LIMIT = 65_535
"""Bytes of the longest address that httptools takes apart."""
TIME_TO_ARRIVE = 30.0
"""Seconds in which a request has to come, head and body, from its first byte to its last."""
_SHORTEST_SLEEP = 1.0
"""Seconds after which a connection is looked at again, at the earliest."""
_ENDPOINT = ENDPOINT.encode()


class Exchange(RequestResponseCycle):
    """A request to the endpoint and its answer, as uvicorn knows them."""

    method = "POST"
    query_string = b""
    task: asyncio.Task[None]

    def __init__(self, protocol: Protocol, head: Head, *, keep_alive: bool) -> None:
        super().__init__(
            scope={"method": "POST", "headers": head.fields},  # type: ignore[typeddict-item]
            transport=protocol.transport,
            flow=protocol.flow,
            logger=protocol.logger,
            access_logger=protocol.access_logger,
            access_log=False,
            default_headers=protocol.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=protocol.expect_100_continue,
            keep_alive=keep_alive,
            on_response=protocol.on_response_complete,
        )
        self.head = head

    async def read(self, limit: int) -> bytes | bytearray:
        """The whole body; raises Refused and Disconnected."""
        if self.more_body or self.disconnected:
            return await body.read(cast("Receive", self.receive), limit)
        self.flow.resume_reading()  # to see that the client goes away
        whole, self.body = self.body, bytearray()  # an idle connection keeps none
        body.refuse_beyond(limit, len(whole))
        return whole


class Protocol(HttpToolsProtocol):
    """uvicorn's own, which asks the endpoint itself; all else goes to the application.

    ASGI's way there and back costs a small query more than its execution. uvicorn still reads the
    body, bounds what is read and written, keeps the order of requests and ends.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._head: Head | None = None
        """The last that was read: who keeps a connection sends the same again and again."""
        self._standing: Fields = ()
        self._standing_lines = b""
        """The headers of every answer, and how they are sent."""
        self._half_a_head = 0
        self._head_comes = False
        self._body_comes = False
        self._until: float | None = None
        """By when the client has to send what is awaited, by the loop's clock; None while the
        server is to say something."""
        self._timer: asyncio.TimerHandle | None = None
        self._endpoint: Endpoint | None = app_state.get(ENDPOINT)
        if (
            config.access_log
            or config.root_path
            or config.limit_concurrency is not None
            or config.reset_contextvars
        ):
            self._endpoint = None  # what uvicorn alone does

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the client time for its first request."""
        super().connection_made(transport)
        self._wait(TIME_TO_ARRIVE)
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let nothing more happen."""
        self._stop_looking()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to another protocol."""
        self._stop_looking()
        super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        """Read on; a head that does not end is refused, for which uvicorn would wait."""
        super().data_received(data)
        if not self._head_comes:
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

    def on_message_begin(self) -> None:
        """Give the request its time; what only an application is told is made when it is asked."""
        self.url = b""
        self.headers = []
        self.expect_100_continue = False
        self._head_comes = True
        self._wait(TIME_TO_ARRIVE)

    def on_headers_complete(self) -> None:
        """Start the request's task, or queue it behind the one that is under way."""
        if self._asks_endpoint():
            self._take()
        else:
            self._hand_on()
        self._head_comes, self._body_comes = False, True

    def _hand_on(self) -> None:
        """Have the application asked."""
        url, headers, expect_100_continue = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.headers, self.expect_100_continue = url, headers, expect_100_continue
        self.scope["headers"] = headers.copy()  # what comes behind the body is none
        super().on_headers_complete()

    def _take(self) -> None:
        """Ask the endpoint."""
        fields, self.headers = self.headers, []  # what comes behind the body is none
        if self._head is None or self._head.fields != fields:
            self._head = Head(fields)
        keep_alive = self.parser.should_keep_alive() and self.parser.get_http_version() != "1.0"
        before, self.cycle = self.cycle, Exchange(self, self._head, keep_alive=keep_alive)
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def on_message_complete(self) -> None:
        """Note that nothing of this request is awaited any more."""
        super().on_message_complete()
        self._body_comes = False
        self._until = None
        if self.cycle is not None:  # else it becomes a WebSocket
            self._await_another()

    def on_response_complete(self) -> None:
        """Go on with the request that waits, or wait for another."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        else:
            self._await_another()

    def shutdown(self) -> None:
        """A stream has no end to wait for: its client comes back to another server."""
        super().shutdown()
        if self.cycle is not None and self.cycle.chunked_encoding:
            self.transport.close()

    def _asks_endpoint(self) -> bool:
        return (
            self.url == _ENDPOINT
            and self._endpoint is not None
            and self.parser.get_method() == b"POST"
            and not self.parser.should_upgrade()
        )

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if isinstance(cycle, Exchange):
            answer: Any = partial(self._answer, cycle)
            cycle.task = self.loop.create_task(cycle.run_asgi(answer))
            self.tasks.add(cycle.task)
        else:
            super()._start_asgi_task(cycle, app)

    async def _answer(self, exchange: Exchange, _: Any, receive: Any, send: Any) -> None:
        assert self._endpoint is not None
        try:
            reply = await self._endpoint.reply(exchange)
            if isinstance(reply, EventStream):
                await reply(receive, send)
                return
            if self.flow.write_paused:
                await self.flow.drain()
        except Disconnected:
            return
        finally:  # a callback of the task, as uvicorn has one, costs as much as the task itself
            self.tasks.discard(exchange.task)
        if self.transport.is_closing():
            exchange.disconnected = True  # uvicorn says so to the last of several requests alone
        else:
            self._send(exchange, reply)

    def _send(self, exchange: Exchange, reply: Reply) -> None:
        self._write(reply, keep_alive=exchange.keep_alive)
        exchange.response_started = exchange.response_complete = True
        self.on_response_complete()

    def _write(self, reply: Reply, *, keep_alive: bool) -> None:
        standing = self.server_state.default_headers
        if standing is not self._standing:  # there is a new date each second
            self._standing, self._standing_lines = standing, lines(standing)
        end = b"\r\n" if keep_alive else b"connection: close\r\n\r\n"
        head = (STATUS_LINE[reply.status], self._standing_lines, reply.lines, end)
        self.transport.writelines((b"".join(head), reply.body))
        if not keep_alive:
            self.transport.close()

    def _refuse(self, refused: Refused) -> None:
        """Refuse the request that comes in, and read no further; no other answer is broken into."""
        if self.transport.is_closing():
            return
        if self._is_its_turn() and not (self._body_comes and self.cycle.response_started):
            fields = self.headers if self._head_comes else self.cycle.scope["headers"]
            request_id = request_id_of(by_name(list(fields)))
            self._write(reply_to(refused, JSON, request_id), keep_alive=False)
        self.transport.close()

    def _is_its_turn(self) -> bool:
        """Whether those before the request that comes in have been answered."""
        if self._body_comes:
            return not self.pipeline
        return self.cycle is None or self.cycle.response_complete

    def _await_another(self) -> None:
        """Give the client time for another request, if all that it sent has been answered."""
        if self.cycle.response_complete and not (self._head_comes or self._body_comes):
            self._wait(self.timeout_keep_alive)

    def _wait(self, seconds: float) -> None:
        self._until = self.loop.time() + seconds

    def _look(self) -> None:
        """See whether what is awaited has come in time.

        One timer for each connection, which sleeps most of the time, costs less than one or two for
        each request. It wakes up before any time can be over that was set while it slept.
        """
        left = TIME_TO_ARRIVE if self._until is None else self._until - self.loop.time()
        if left > 0:
            soonest = max(_SHORTEST_SLEEP, min(self.timeout_keep_alive, TIME_TO_ARRIVE))
            self._timer = self.loop.call_later(min(left, soonest), self._look)
        elif not (self._head_comes or self._body_comes):
            self.transport.close()
        elif self._is_its_turn():
            self._refuse(
                Refused(408, f"the request did not come within {TIME_TO_ARRIVE:g} seconds")
            )
        else:  # nobody reads what comes behind a request under way
            self._wait(TIME_TO_ARRIVE)
            self._look()

    def _stop_looking(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
