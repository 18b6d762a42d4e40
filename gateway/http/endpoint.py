"""The GraphQL endpoint: one request, one reply."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import Receive, Scope, Send

from gateway.authentication.keys import READ_EVERY
from gateway.execution.errors import new_request_id, refusal, unforeseen
from gateway.execution.run import Answer, Explaining, Gateway
from gateway.execution.writing import to_bytes
from gateway.http import body
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
from loaders.errors import BadUserInput, SourceUnavailable, Unauthenticated
from loaders.viewer import Viewer

ViewerOf = Callable[[Headers], Awaitable[Viewer]]
"""Who a request is from; may raise Unauthenticated and SourceUnavailable."""

_RETRY_AFTER = (b"retry-after", str(int(READ_EVERY)).encode())


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
        headers = by_name(fields)
        try:
            operation = body.operation_of(await body.read(headers, receive, self._body_limit))
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


def _answered(answer: Answer, accept: str) -> Reply:
    """A refused document is 400 for clients that know the response type made for GraphQL."""
    if GRAPHQL_JSON in accept:
        return _reply(answer.body, 200 if answer.executed else 400, GRAPHQL_JSON)
    return _reply(answer.body, 200)


def _reply(answer: dict[str, Any], status: int, media_type: str = JSON) -> Reply:
    return Reply(status, media_type, to_bytes(answer))
