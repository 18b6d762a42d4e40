"""graphql-transport-ws: operations over one WebSocket."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from contextlib import aclosing, suppress
from typing import Any

from starlette.types import Receive, Scope, Send

from gateway.execution.errors import new_request_id, unforeseen
from gateway.execution.writing import to_bytes
from gateway.http.body import Asked
from gateway.http.cors import Cors
from gateway.http.endpoint import ViewerOf, may_trace
from gateway.http.incoming import wants_trace
from gateway.http.messages import JSON, Disconnected, Headers, by_name
from gateway.http.refusals import reply_to
from gateway.http.request_id import request_id_of
from gateway.persisted.lookup import PersistedDocuments
from gateway.subscriptions.messages import (
    PROTOCOL,
    CloseCode,
    Closing,
    Complete,
    ConnectionInit,
    Message,
    Ping,
    Pong,
    Subscribe,
    message_of,
)
from gateway.subscriptions.operations import Operations, first_of
from loaders.errors import Forbidden, GatewayError, Overloaded, SourceUnavailable, Unauthenticated
from loaders.viewer import Viewer

TIME_TO_INITIALISE = 10.0
"""Seconds in which a client has to send `connection_init`."""
TOKEN_CHECKED_EVERY = 10.0
"""Seconds between two looks at a token: it may have expired, or its key may be withdrawn."""
TIME_TO_TAKE = 15.0
"""Seconds in which a client has to take a message, once it has taken none for a while."""


class WebSocketEndpoint:
    """The GraphQL endpoint for WebSockets, as plain ASGI.

    `viewer_of` tells who a connection is from, `persisted` the document of an operation. A page
    opens one where it is of our own origin, or of those that `cors` names.
    """

    def __init__(
        self,
        viewer_of: ViewerOf,
        *,
        persisted: PersistedDocuments,
        operations: Operations,
        per_connection: int,
        demo: bool,
        cors: Cors | None = None,
    ) -> None:
        self.viewer_of = viewer_of
        self.persisted = persisted
        self.operations = operations
        self.per_connection = per_connection
        self.demo = demo
        self._cors = cors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        headers = by_name(scope["headers"])
        if not self._may_open(headers):
            await self._refuse(headers, send)
            return
        connection = Connection(self, headers, receive, send)
        if PROTOCOL in scope["subprotocols"]:
            await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
            await connection.serve()
        else:
            await send({"type": "websocket.accept"})
            await connection.close(
                Closing(CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE, f"the subprotocol is {PROTOCOL}")
            )

    async def _refuse(self, headers: Headers, send: Send) -> None:
        """Answer by HTTP: it does not become a WebSocket."""
        error = Forbidden("pages of this origin open no WebSocket here")
        reply = reply_to(error, JSON, request_id_of(headers))
        start = {"status": reply.status, "headers": reply.fields}
        await send({"type": "websocket.http.response.start", **start})
        await send({"type": "websocket.http.response.body", "body": reply.body})

    def _may_open(self, headers: Headers) -> bool:
        """A browser lets every page open one, and says whose it is; programs say nothing."""
        origin = headers.get("origin")
        if origin is None or origin.endswith(f"://{headers.get('host')}"):
            return True
        return self._cors is not None and self._cors.names(origin)


class Connection:
    """One client's; its operations end with it."""

    def __init__(
        self, endpoint: WebSocketEndpoint, headers: Headers, receive: Receive, send: Send
    ) -> None:
        self._endpoint = endpoint
        self._headers = headers
        self._receive = receive
        self._send = send
        self._check_at = math.inf
        self._initialised = False
        self._viewer: Viewer | None = None
        self._running: dict[str, asyncio.Task[None]] = {}
        self._tasks = asyncio.TaskGroup()

    async def serve(self) -> None:
        """Do what the client says until one side ends it."""
        try:
            async with self._tasks:
                await self._listen()
        except* Disconnected:
            pass
        except* Closing as closings:
            await self.close(first_of(closings))
        except* Exception as failures:
            entry = unforeseen(first_of(failures), new_request_id())
            await self.close(Closing(CloseCode.INTERNAL, entry["message"]))

    async def close(self, why: Closing) -> None:
        """Say goodbye; one who takes nothing is not waited for."""
        with suppress(Closing, Disconnected):
            await self._sent({"type": "websocket.close", "code": why.code, "reason": why.reason})

    async def _listen(self) -> None:
        self._check_in(TIME_TO_INITIALISE)
        while True:
            try:
                async with asyncio.timeout_at(self._check_at):
                    said = await self._heard()
            except TimeoutError:
                await self._check()
                self._check_in(TOKEN_CHECKED_EVERY)
            else:
                await self._take(message_of(said))

    def _check_in(self, seconds: float) -> None:
        self._check_at = asyncio.get_running_loop().time() + seconds

    async def _heard(self) -> str:
        """The text of the client's next message."""
        event = await self._receive()
        if event["type"] == "websocket.disconnect":
            raise Disconnected
        text = event.get("text")
        if not isinstance(text, str):
            raise Closing(CloseCode.MALFORMED, "a message is text")
        return text

    async def _take(self, message: Message) -> None:
        match message:
            case ConnectionInit(payload):
                await self._initialise(payload)
            case Subscribe(id_, asked):
                await self._subscribe(id_, asked)
            case Complete(id_):
                if id_ in self._running:
                    self._running.pop(id_).cancel()
            case Ping():
                await self._say("pong")
            case Pong():
                pass

    async def _initialise(self, payload: Mapping[str, Any]) -> None:
        """Take the payload for the headers that a browser cannot give a WebSocket."""
        if self._initialised:
            raise Closing(
                CloseCode.TOO_MANY_INITIALISATIONS, "`connection_init` has been sent already"
            )
        self._initialised = True
        for name, token in payload.items():
            if name.lower() == "authorization" and not isinstance(token, str):
                raise Closing(CloseCode.MALFORMED, f"`{name}` must be a text")
        told = {name.lower(): text for name, text in payload.items() if isinstance(text, str)}
        self._headers = {**self._headers, **told}
        self._viewer = await self._identified()
        self._check_in(TOKEN_CHECKED_EVERY)
        await self._say("connection_ack")

    async def _check(self) -> None:
        """Whether the token still counts; before there is one, the client has come too late."""
        if not self._initialised:
            raise Closing(CloseCode.INITIALISATION_TIMEOUT, "`connection_init` has not been sent")
        await self._identified()

    async def _identified(self) -> Viewer:
        try:
            return await self._endpoint.viewer_of(self._headers)
        except Unauthenticated as error:
            raise Closing(CloseCode.FORBIDDEN, str(error)) from None
        except SourceUnavailable as error:
            raise Closing(CloseCode.TRY_AGAIN_LATER, str(error)) from None

    async def _subscribe(self, id_: str, asked: Asked) -> None:
        if self._viewer is None:
            raise Closing(CloseCode.UNAUTHORIZED, "`connection_init` comes first")
        if id_ in self._running:
            raise Closing(CloseCode.SUBSCRIBER_EXISTS, f"an operation {id_} is under way")
        most = self._endpoint.per_connection
        if len(self._running) >= most:
            many = Overloaded(f"this connection has {most} operations under way: end one of them")
            await self._say("error", id_, self._refused(many, new_request_id()))
        else:
            self._running[id_] = self._tasks.create_task(self._run(id_, asked, self._viewer))

    async def _run(self, id_: str, asked: Asked, viewer: Viewer) -> None:
        """Tell the answers to an operation; nothing is told on a token that has expired."""
        trace = wants_trace(self._headers) and may_trace(viewer, demo=self._endpoint.demo)
        request_id = new_request_id()
        try:
            operation = await self._endpoint.persisted.operation(asked)
        except GatewayError as error:
            await self._end(id_, "error", self._refused(error, request_id))
            return
        found = self._endpoint.operations.answers(operation, viewer, request_id, trace=trace)
        async with aclosing(found) as answers:
            async for answer in answers:
                await self._identified()
                if not answer.executed:
                    await self._end(id_, "error", answer.body["errors"])
                    return
                await self._say("next", id_, answer.body)
        await self._end(id_, "complete")

    def _refused(self, error: GatewayError, request_id: str) -> Any:
        return self._endpoint.operations.refused(error, request_id).body["errors"]

    async def _end(self, id_: str, type_: str, payload: Any = None) -> None:
        """Say the last that is said of an operation: the client may take its id again at once."""
        del self._running[id_]
        await self._say(type_, id_, payload)

    async def _say(self, type_: str, id_: str | None = None, payload: Any = None) -> None:
        message = {"id": id_, "type": type_, "payload": payload}
        told = {name: value for name, value in message.items() if value is not None}
        await self._sent({"type": "websocket.send", "text": to_bytes(told).decode()})

    async def _sent(self, event: Any) -> None:
        try:
            async with asyncio.timeout(TIME_TO_TAKE):
                await self._send(event)
        except TimeoutError:
            raise Closing(CloseCode.TOO_SLOW, "the messages are not taken fast enough") from None
        except (OSError, RuntimeError):  # uvicorn says so of a connection that it has closed itself
            raise Disconnected from None
