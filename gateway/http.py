"""POST /graphql: from a body to an operation, from an answer to bytes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from starlette.types import Receive, Scope, Send

from gateway.authentication.keys import READ_EVERY
from gateway.execution.documents import Operation
from gateway.execution.errors import new_request_id, refusal, unforeseen
from gateway.execution.run import Answer, Explaining, Gateway
from gateway.execution.writing import to_bytes
from loaders.errors import BadUserInput, SourceUnavailable, Unauthenticated
from loaders.viewer import Viewer

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"


Fields = Sequence[tuple[bytes, bytes]]
"""Headers as they are sent: names in lower case, and values."""
Headers = Mapping[str, str]
"""By their names; those given several times are joined by commas."""
ViewerOf = Callable[[Headers], Awaitable[Viewer]]
"""Who a request is from; may raise Unauthenticated and SourceUnavailable."""

_RETRY_AFTER = (b"retry-after", str(int(READ_EVERY)).encode())


class Reply(NamedTuple):
    """What is sent back."""

    status: int
    media_type: str
    body: bytes
    headers: Fields = ()

    @property
    def fields(self) -> Fields:
        """Its headers; a server adds its own to them."""
        return [
            (b"content-type", f"{self.media_type}; charset=utf-8".encode()),
            (b"content-length", str(len(self.body)).encode()),
            *self.headers,
        ]


class Refused(Exception):
    """A request that is no operation, and the HTTP status that says so."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Disconnected(Exception):
    """The client went away before its request was there."""


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
            reply = await self.reply(scope["headers"], receive)
        except Disconnected:
            return
        start = {"status": reply.status, "headers": reply.fields}
        await send({"type": "http.response.start", **start})
        await send({"type": "http.response.body", "body": reply.body})

    async def reply(self, fields: Fields, receive: Receive) -> Reply:
        """What is sent back to a request of these headers; raises Disconnected."""
        headers = _headers(fields)
        try:
            operation = _operation(await self._body(headers, receive))
            viewer = await self._viewer_of(headers)
            explaining = _explaining(headers)
            may_trace = self._demo or viewer.is_staff
            answer = await self._gateway().answer(
                operation,
                viewer,
                trace=may_trace and headers.get("gateway-trace") == "1",
                explain=explaining if may_trace else None,
            )
            return _answered(answer, headers.get("accept", ""))
        except Disconnected:
            raise
        except Refused as refused:
            return _reply(refusal(BadUserInput(str(refused))), refused.status)
        except BadUserInput as error:
            return _reply(refusal(error), 400)
        except Unauthenticated as error:
            return _reply(refusal(error), 401)._replace(headers=[_challenge(error)])
        except SourceUnavailable as error:
            return _reply(refusal(error), 503)._replace(headers=[_RETRY_AFTER])
        except Exception as error:
            return _reply({"errors": [unforeseen(error, new_request_id())]}, 500)

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != JSON:
            raise Refused(415, f"the body must be {JSON}")
        self._limit(int(headers.get("content-length", 0)))
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            body += message.get("body", b"")
            more = message.get("more_body", False)
            self._limit(len(body))
        return body

    def _limit(self, length: int) -> None:
        if length > self._body_limit:
            raise Refused(413, f"the body is larger than {self._body_limit} bytes")


def _challenge(error: Unauthenticated) -> tuple[bytes, bytes]:
    told = f'Bearer error="invalid_token", error_description="{error}"'
    return b"www-authenticate", told.encode()


def _explaining(headers: Headers) -> Explaining | None:
    match headers.get("gateway-explain"):
        case None:
            return None
        case "plan":
            return "plan"
        case "run":
            return "run"
    raise BadUserInput("Gateway-Explain is `plan` or `run`", argument="Gateway-Explain")


def _headers(fields: Fields) -> Headers:
    headers: dict[str, str] = {}
    for name, value in fields:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _operation(body: bytes) -> Operation:
    try:
        members = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused(400, "the body is no JSON") from None
    if not isinstance(members, dict):
        raise Refused(400, "the body must be a JSON object with a member `query`")
    query = members.get("query")
    variables = members.get("variables")
    name = members.get("operationName")
    if not isinstance(query, str):
        raise Refused(400, "`query` must be a text: the GraphQL document")
    if variables is not None and not isinstance(variables, dict):
        raise Refused(400, "`variables` must be an object")
    if name is not None and not isinstance(name, str):
        raise Refused(400, "`operationName` must be a text")
    return Operation(query, variables, name)


def _answered(answer: Answer, accept: str) -> Reply:
    """A refused document is 400 for clients that know the response type made for GraphQL."""
    if GRAPHQL_JSON in accept:
        return _reply(answer.body, 200 if answer.executed else 400, GRAPHQL_JSON)
    return _reply(answer.body, 200)


def _reply(body: dict[str, Any], status: int, media_type: str = JSON) -> Reply:
    return Reply(status, media_type, to_bytes(body))
