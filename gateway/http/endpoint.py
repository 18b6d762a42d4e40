"""The GraphQL endpoint: one request, one reply."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from graphql import OperationType
from starlette.types import Receive, Scope, Send

from gateway.execution.documents import Operation
from gateway.execution.run import Answer, Explaining, Gateway
from gateway.execution.writing import to_bytes
from gateway.http import body, negotiation
from gateway.http.body import Asked
from gateway.http.csrf import refuse_unless_meant
from gateway.http.messages import (
    GRAPHQL_JSON,
    JSON,
    Disconnected,
    Headers,
    Refused,
    Reply,
    by_name,
)
from gateway.http.refusals import reply_to
from gateway.http.request_id import request_id_of
from loaders.errors import BadUserInput
from loaders.viewer import Viewer

ViewerOf = Callable[[Headers], Awaitable[Viewer]]
"""Who a request is from; may raise Unauthenticated and SourceUnavailable."""

_READING = ("GET", "HEAD")
_ALLOW = (b"allow", b"GET, HEAD, POST")
_ALLOW_POST = (b"allow", b"POST")


class Endpoint:
    """The GraphQL endpoint, as plain ASGI: most of what a small query costs would be a framework's.

    `viewer_of` tells who a request is from. In the demo everybody may see the trace.
    """

    def __init__(
        self, gateway: Callable[[], Gateway], viewer_of: ViewerOf, body_limit: int, *, demo: bool
    ) -> None:
        self._gateway = gateway
        self._viewer_of = viewer_of
        self._body_limit = body_limit
        self._demo = demo

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            reply = await self.reply(scope, receive)
        except Disconnected:
            return
        start = {"status": reply.status, "headers": reply.fields}
        await send({"type": "http.response.start", **start})
        content = b"" if scope["method"] == "HEAD" else reply.body
        await send({"type": "http.response.body", "body": content})

    async def reply(self, scope: Scope, receive: Receive) -> Reply:
        """What is sent back to a request; raises Disconnected.

        Of `scope` it reads `method`, `headers` and, unless it is a POST, `query_string`.
        """
        headers = by_name(scope["headers"])
        request_id = request_id_of(headers)
        media_type = JSON
        try:
            media_type = negotiation.media_type(headers)
            operation = self._operation(await self._asked(scope, headers, receive), scope["method"])
            answer = await self._answer(operation, headers, request_id)
        except Disconnected:
            raise
        except Exception as error:
            return reply_to(error, media_type, request_id)
        # A refused document is 400 for clients that know the type that was made for GraphQL.
        status = 400 if media_type == GRAPHQL_JSON and not answer.executed else 200
        return Reply(status, media_type, to_bytes(answer.body), request_id)

    async def _asked(self, scope: Scope, headers: Headers, receive: Receive) -> Asked:
        if scope["method"] == "POST":
            return body.asked_in_body(await body.read(headers, receive, self._body_limit))
        if scope["method"] in _READING:
            refuse_unless_meant(headers)
            return body.asked_in_query_string(scope["query_string"], self._body_limit)
        raise Refused(405, "operations are sent by GET or POST", [_ALLOW])

    def _operation(self, asked: Asked, method: str) -> Operation:
        operation = body.operation_of(asked)
        if method in _READING:
            document = self._gateway().documents.get(operation.query)
            if document.operation_type(operation.name) not in (OperationType.QUERY, None):
                raise Refused(405, "by GET there are queries alone: use POST", [_ALLOW_POST])
        return operation

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


def _explaining(headers: Headers) -> Explaining | None:
    match headers.get("gateway-explain"):
        case None:
            return None
        case "plan":
            return "plan"
        case "run":
            return "run"
    raise BadUserInput("Gateway-Explain is `plan` or `run`", argument="Gateway-Explain")
