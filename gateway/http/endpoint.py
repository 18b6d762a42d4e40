"""The GraphQL endpoint: one request, one reply."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import perf_counter

from graphql import OperationType
from starlette.types import Receive, Scope, Send

from gateway.execution.documents import Operation
from gateway.execution.run import Answer, Explaining, Gateway
from gateway.execution.writing import to_bytes
from gateway.http import body, compression, negotiation
from gateway.http.body import Asked
from gateway.http.cors import Cors, is_preflight
from gateway.http.csrf import refuse_unless_meant
from gateway.http.messages import (
    GRAPHQL_JSON,
    JSON,
    Disconnected,
    Fields,
    Headers,
    Refused,
    Reply,
    by_name,
)
from gateway.http.refusals import reply_to
from gateway.http.request_id import request_id_of
from gateway.observing.observing import Observing
from gateway.persisted.lookup import PersistedDocuments
from loaders.errors import BadUserInput
from loaders.viewer import Viewer

ViewerOf = Callable[[Headers], Awaitable[Viewer]]
"""Who a request is from; may raise Unauthenticated and SourceUnavailable."""

_READING = ("GET", "HEAD")
_ALLOW = (b"allow", b"GET, HEAD, POST")
_ALLOW_POST = (b"allow", b"POST")
_OF_READING = ((b"vary", b"Accept"), (b"cache-control", b"no-store"))
"""An answer may hold personal data, and the address has a page too."""


class Endpoint:
    """The GraphQL endpoint, as plain ASGI: most of what a small query costs would be a framework's.

    `persisted` tells the document of a request, and `viewer_of` who it is from. In the demo
    everybody may see the trace. `cors` tells browsers whose pages may read answers; without it none
    of another origin may.
    """

    def __init__(
        self,
        gateway: Callable[[], Gateway],
        viewer_of: ViewerOf,
        body_limit: int,
        *,
        persisted: PersistedDocuments,
        demo: bool,
        observing: Observing | None = None,
        cors: Cors | None = None,
    ) -> None:
        self._gateway = gateway
        self._persisted = persisted
        self._viewer_of = viewer_of
        self._body_limit = body_limit
        self._demo = demo
        self._observing = observing or Observing()
        self._cors = cors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, headers = scope["method"], by_name(scope["headers"])
        if self._cors is not None and is_preflight(method, headers):
            named = (b"x-request-id", request_id_of(headers).encode())
            await _send(send, 204, [named, *self._cors.preflight(headers)])
            return
        try:
            reply = await self.reply(scope, receive)
        except Disconnected:
            return
        if method in _READING:
            reply = reply.also(_OF_READING)
        await _send(send, reply.status, reply.fields, b"" if method == "HEAD" else reply.body)

    async def reply(self, scope: Scope, receive: Receive) -> Reply:
        """What is sent back to a request; raises Disconnected.

        Of `scope` it reads `method`, `headers` and, unless it is a POST, `query_string`.
        """
        if not self._observing.observers:
            return await self._reply(scope, receive)
        began, reply = perf_counter(), None
        try:
            reply = await self._reply(scope, receive)
            return reply
        finally:
            self._observing.tell(began, scope["headers"], reply)

    async def _reply(self, scope: Scope, receive: Receive) -> Reply:
        headers = by_name(scope["headers"])
        request_id = request_id_of(headers)
        media_type = JSON
        try:
            media_type = negotiation.media_type(headers)
            asked = await self._asked(scope, headers, receive)
            operation = await self._persisted.operation(asked)
            if scope["method"] in _READING:
                self._refuse_all_but_queries(operation)
            answer = await self._answer(operation, headers, request_id)
            # A refused document is 400 for clients that know the type that was made for GraphQL.
            status = 400 if media_type == GRAPHQL_JSON and not answer.executed else 200
            content = to_bytes(answer.body)
            reply = Reply(status, media_type, content, request_id, told=answer.body, run=answer.run)
            if len(reply.body) >= compression.LEAST:
                reply = await compression.compressed(reply, headers)
        except Disconnected:
            raise
        except Exception as error:
            reply = reply_to(error, media_type, request_id)
        return reply if self._cors is None else reply.also(self._cors.fields(headers))

    async def _asked(self, scope: Scope, headers: Headers, receive: Receive) -> Asked:
        if scope["method"] == "POST":
            return body.asked_in_body(await body.read(headers, receive, self._body_limit))
        if scope["method"] in _READING:
            refuse_unless_meant(headers)
            return body.asked_in_query_string(scope["query_string"], self._body_limit)
        raise Refused(405, "operations are sent by GET or POST", [_ALLOW])

    def _refuse_all_but_queries(self, operation: Operation) -> None:
        document = self._gateway().documents.get(operation.query)
        if document.operation_type(operation.name) not in (OperationType.QUERY, None):
            raise Refused(405, "by GET there are queries alone: use POST", [_ALLOW_POST])

    async def _answer(self, operation: Operation, headers: Headers, request_id: str) -> Answer:
        viewer = await self._viewer_of(headers)
        explaining = _explaining(headers)
        may_trace = self._demo or viewer.is_staff
        return await self._gateway().answer(
            operation,
            viewer,
            trace=may_trace and headers.get("gateway-trace") == "1",
            explain=explaining if may_trace else None,
            request_id=request_id,
        )


async def _send(send: Send, status: int, fields: Fields, content: bytes = b"") -> None:
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": content})


def _explaining(headers: Headers) -> Explaining | None:
    match headers.get("gateway-explain"):
        case None:
            return None
        case "plan":
            return "plan"
        case "run":
            return "run"
    raise BadUserInput("Gateway-Explain is `plan` or `run`", argument="Gateway-Explain")
