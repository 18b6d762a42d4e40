"""POST /graphql: from a body to an operation, from an answer to bytes."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from gateway.execution.documents import Operation
from gateway.execution.errors import refusal, unforeseen
from gateway.execution.run import Answer, Gateway
from gateway.execution.writing import to_bytes
from gateway.viewers import HEADER, parse_viewer
from loaders.errors import BadUserInput
from loaders.viewer import Viewer

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"


class Refused(Exception):
    """A request that is no operation, and the HTTP status that says so."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Endpoint:
    """The GraphQL endpoint.

    `viewer` is who every request is from; in the demo a header may name another.
    """

    def __init__(self, viewer: Viewer, body_limit: int, *, demo: bool) -> None:
        self._viewer = viewer
        self._body_limit = body_limit
        self._demo = demo

    async def __call__(self, http: Request) -> Response:
        try:
            operation = _operation(await self._body(http))
            viewer = self._viewer_of(http)
        except Refused as refused:
            return _response(refusal(BadUserInput(str(refused))), refused.status, JSON)
        except BadUserInput as error:
            return _response(refusal(error), 400, JSON)
        except ClientDisconnect:
            return Response(status_code=400)  # that nobody reads
        try:
            return await self._answer(http, operation, viewer)
        except Exception as error:
            return _response({"errors": [unforeseen(error, uuid.uuid4().hex)]}, 500, JSON)

    async def _answer(self, http: Request, operation: Operation, viewer: Viewer) -> Response:
        gateway: Gateway = http.app.state.gateway
        traced = http.headers.get("gateway-trace") == "1" and (self._demo or viewer.is_staff)
        answer = await gateway.answer(operation, viewer, trace=traced)
        return _answered(answer, http.headers.get("accept", ""))

    async def _body(self, http: Request) -> bytes:
        media_type = http.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != JSON:
            raise Refused(415, f"the body must be {JSON}")
        body = bytearray()
        async for chunk in http.stream():
            body += chunk
            if len(body) > self._body_limit:
                raise Refused(413, f"the body is larger than {self._body_limit} bytes")
        return bytes(body)

    def _viewer_of(self, http: Request) -> Viewer:
        named = http.headers.get(HEADER)
        if not self._demo or named is None:
            return self._viewer
        try:  # header values come as Latin-1; an address beyond ASCII was sent as UTF-8
            return parse_viewer(named.encode("latin-1").decode())
        except UnicodeDecodeError:
            return parse_viewer(named)


def _operation(body: bytes) -> Operation:
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused(400, "the body is no JSON") from None
    if not isinstance(fields, dict):
        raise Refused(400, "the body must be a JSON object with a member `query`")
    query, variables, name = (
        fields.get(member) for member in ("query", "variables", "operationName")
    )
    if not isinstance(query, str):
        raise Refused(400, "`query` must be a text: the GraphQL document")
    if not isinstance(variables, dict | None):
        raise Refused(400, "`variables` must be an object")
    if not isinstance(name, str | None):
        raise Refused(400, "`operationName` must be a text")
    return Operation(query, variables, name)


def _answered(answer: Answer, accept: str) -> Response:
    """A refused document is 400 for clients that know the response type made for GraphQL."""
    if GRAPHQL_JSON in accept:
        return _response(answer.body, 200 if answer.executed else 400, GRAPHQL_JSON)
    return _response(answer.body, 200, JSON)


def _response(body: dict[str, Any], status: int, media_type: str) -> Response:
    return Response(to_bytes(body), status, media_type=f"{media_type}; charset=utf-8")
