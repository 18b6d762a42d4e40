"""The GraphQL endpoint: one request, one reply or a stream of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import perf_counter

from graphql import OperationType
from starlette.types import Receive, Scope, Send

from gateway.execution.answers import Answer
from gateway.execution.documents import Operation
from gateway.execution.errors import new_request_id
from gateway.execution.run import Gateway
from gateway.execution.writing import to_bytes
from gateway.http import body, compression
from gateway.http.body import Asked
from gateway.http.cors import Cors, is_preflight
from gateway.http.csrf import refuse_unless_meant
from gateway.http.incoming import Head, Incoming, OverAsgi
from gateway.http.messages import (
    EVENT_STREAM,
    GRAPHQL_JSON,
    JSON,
    Disconnected,
    Fields,
    Headers,
    Refused,
    Reply,
    request_id_field,
)
from gateway.http.refusals import reply_to
from gateway.http.request_id import request_id_of
from gateway.observing.observing import Observing
from gateway.persisted.lookup import PersistedDocuments
from gateway.subscriptions.operations import Operations
from gateway.subscriptions.sse import EventStream
from loaders.viewer import Viewer

ViewerOf = Callable[[Headers], Awaitable[Viewer]]
"""Who a request is from; may raise Unauthenticated and SourceUnavailable."""

_READING = ("GET", "HEAD")
_BY_GET = (OperationType.QUERY, None)
_STREAMED_BY_GET = (*_BY_GET, OperationType.SUBSCRIPTION)
_ALLOW = (b"allow", b"GET, HEAD, POST")
_ALLOW_POST = (b"allow", b"POST")
_OF_READING = ((b"vary", b"Accept"), (b"cache-control", b"no-store"))
"""An answer may hold personal data, and the address has a page too."""


class Endpoint:
    """The GraphQL endpoint, as plain ASGI: most of what a small query costs would be a framework's.

    `persisted` tells the document of a request, and `viewer_of` who it is from; `operations` are
    those whose answers are streamed. In the demo everybody may see the trace. `cors` tells browsers
    whose pages may read answers; without it none of another origin may.
    """

    def __init__(
        self,
        gateway: Callable[[], Gateway],
        viewer_of: ViewerOf,
        body_limit: int,
        *,
        persisted: PersistedDocuments,
        operations: Operations,
        demo: bool,
        observing: Observing | None = None,
        cors: Cors | None = None,
    ) -> None:
        self._gateway = gateway
        self._persisted = persisted
        self._operations = operations
        self._viewer_of = viewer_of
        self._body_limit = body_limit
        self._demo = demo
        self._observing = observing or Observing()
        self._cors = cors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = OverAsgi(scope, receive)
        method, headers = incoming.method, incoming.head.headers
        if self._cors is not None and is_preflight(method, headers):
            named = request_id_field(request_id_of(headers))
            await _send(send, 204, [named, *self._cors.preflight(headers)])
            return
        try:
            reply = await self.reply(incoming)
        except Disconnected:
            return
        if isinstance(reply, EventStream):
            await reply(receive, send)
            return
        if method in _READING:
            reply = reply.also(_OF_READING)
        await _send(send, reply.status, reply.fields, b"" if method == "HEAD" else reply.body)

    def reply(self, incoming: Incoming) -> Awaitable[Reply | EventStream]:
        """What is sent back to a request; raises Disconnected."""
        return self._observed(incoming) if self._observing.observers else self._reply(incoming)

    async def _observed(self, incoming: Incoming) -> Reply | EventStream:
        began, reply = perf_counter(), None
        try:
            reply = await self._reply(incoming)
            return reply
        finally:
            if not isinstance(reply, EventStream):  # whose answers are told of one by one
                self._observing.tell(began, incoming.head.fields, reply)

    async def _reply(self, incoming: Incoming) -> Reply | EventStream:
        head = incoming.head
        request_id = head.request_id or new_request_id()
        media_type = JSON
        try:
            streams = head.media_type == EVENT_STREAM
            media_type = JSON if streams else head.media_type
            if incoming.method == "POST":
                body.refuse_beyond(self._body_limit, head.length)
                asked = body.asked_in_body(await incoming.read(self._body_limit))
            else:
                asked = self._asked_by_get(incoming)
            operation = await self._persisted.operation(asked)
            if incoming.method in _READING:
                self._refuse_by_get(operation, streams=streams)
            if streams and incoming.method != "HEAD":
                return await self._stream(operation, head, request_id)
            answer = await self._answer(operation, head, request_id)
            # A refused document is 400 for clients that know the type that was made for GraphQL.
            status = 400 if media_type == GRAPHQL_JSON and not answer.executed else 200
            content = to_bytes(answer.body)
            reply = Reply(status, media_type, content, request_id, told=answer.body, run=answer.run)
            if len(reply.body) >= compression.LEAST:
                reply = await compression.compressed(reply, head.headers)
        except Disconnected:
            raise
        except Exception as error:
            reply = reply_to(error, media_type, request_id)
        return reply if self._cors is None else reply.also(self._cors.fields(head.headers))

    def _asked_by_get(self, incoming: Incoming) -> Asked:
        if incoming.method not in _READING:
            raise Refused(405, "operations are sent by GET or POST", [_ALLOW])
        refuse_unless_meant(incoming.head.headers)
        return body.asked_in_query_string(incoming.query_string, self._body_limit)

    def _refuse_by_get(self, operation: Operation, *, streams: bool) -> None:
        """Refuse what is no query, or no subscription where answers are streamed."""
        document = self._gateway().documents.get(operation.query)
        kinds = _STREAMED_BY_GET if streams else _BY_GET
        if document.operation_type(operation.name) not in kinds:
            raise Refused(405, "by GET there are queries alone: use POST", [_ALLOW_POST])

    async def _answer(self, operation: Operation, head: Head, request_id: str) -> Answer:
        viewer = await self._viewer_of(head.headers)
        trace, explain = head.wants_trace, head.explaining
        if (trace or explain) and not may_trace(viewer, demo=self._demo):
            trace, explain = False, None
        return await self._gateway().answer(
            operation, viewer, trace=trace, explain=explain, request_id=request_id
        )

    async def _stream(self, operation: Operation, head: Head, request_id: str) -> EventStream:
        headers = head.headers
        viewer = await self._viewer_of(headers)
        trace = head.wants_trace and may_trace(viewer, demo=self._demo)
        return EventStream(
            self._operations.answers(operation, viewer, request_id, trace=trace),
            check=lambda: self._viewer_of(headers),
            request_id=request_id,
            headers=() if self._cors is None else self._cors.fields(headers),
        )


def may_trace(viewer: Viewer, *, demo: bool) -> bool:
    """Whether a viewer may be told which calls an answer took."""
    return demo or viewer.is_staff


async def _send(send: Send, status: int, fields: Fields, content: bytes = b"") -> None:
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": content})
