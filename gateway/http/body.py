"""The body of a request: read within a limit, and taken for an operation."""

from __future__ import annotations

import orjson
from starlette.types import Receive

from gateway.execution.documents import Operation
from gateway.http.messages import JSON, Disconnected, Headers, Refused


async def read(headers: Headers, receive: Receive, limit: int) -> bytes:
    """The whole body; raises Refused and Disconnected."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != JSON:
        raise Refused(415, f"the body must be {JSON}")
    _within(limit, int(headers.get("content-length", 0)))
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        body += message.get("body", b"")
        more = message.get("more_body", False)
        _within(limit, len(body))
    return body


def _within(limit: int, length: int) -> None:
    if length > limit:
        raise Refused(413, f"the body is larger than {limit} bytes")


def operation_of(body: bytes) -> Operation:
    """The operation that it asks for; raises Refused."""
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
