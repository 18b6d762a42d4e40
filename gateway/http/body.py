"""What is asked: in the body of a request, or in the query string of a GET."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive

from gateway.http.messages import JSON, Disconnected, Headers, Refused

_MEMBERS_AT_MOST = 100
_IN_JSON = ("variables", "extensions")
"""Those whose values a query string has as JSON."""


class Asked(NamedTuple):
    """What a client asks for, its document by its text or by its id."""

    query: str | None
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None
    document_id: str | None = None
    extensions: Mapping[str, Any] | None = None


async def read(receive: Receive, limit: int) -> bytes | bytearray:
    """The whole body; raises Refused and Disconnected."""
    body = bytearray()  # to which a piece is added for no more than its own length
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        body += message.get("body", b"")
        more = message.get("more_body", False)
        refuse_beyond(limit, len(body))
    return body


def refuse_unless_json(headers: Headers) -> None:
    """Refuse what a form can send, so that no other site has a browser send an operation.

    Raises Refused.
    """
    content_type = headers.get("content-type", "")
    if content_type != JSON:
        media_type, _, parameters = content_type.partition(";")
        if media_type.strip().lower() != JSON:
            raise Refused(415, f"the body must be {JSON}")
        if not _is_utf8(parameters):
            raise Refused(415, "the body must be UTF-8")
    if headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
        raise Refused(415, "the body must not be compressed")


def _is_utf8(parameters: str) -> bool:
    named = (parameter.partition("=") for parameter in parameters.lower().split(";"))
    return all(
        value.strip().strip('"') == "utf-8" for name, _, value in named if name.strip() == "charset"
    )


def length(headers: Headers) -> int:
    """What they say of the body's length, 0 where nothing; raises Refused."""
    try:
        return int(headers.get("content-length", 0))
    except ValueError:
        raise Refused(400, "`Content-Length` must be a number") from None


def refuse_beyond(limit: int, length: int) -> None:
    """Refuse a body of more bytes; raises Refused."""
    if length > limit:
        raise Refused(413, f"the body is larger than {limit} bytes")


def asked_in_body(body: bytes | bytearray) -> Asked:
    """What a body asks; raises Refused."""
    try:
        members = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused(400, "the body is no JSON") from None
    if isinstance(members, list):
        raise Refused(400, "batches are not taken: send each operation by itself")
    if not isinstance(members, dict):
        raise Refused(400, "the body must be a JSON object with a member `query`")
    return asked_in(members)


def asked_in_query_string(query_string: bytes, limit: int) -> Asked:
    """What the query string of a GET asks; raises Refused. What is empty counts as missing."""
    if len(query_string) > limit:
        raise Refused(414, f"the query string is longer than {limit} bytes")
    try:
        pairs = parse_qsl(query_string.decode(), errors="strict", max_num_fields=_MEMBERS_AT_MOST)
    except ValueError:
        raise Refused(400, "the query string cannot be read") from None
    members: dict[str, Any] = {}
    for name, text in pairs:
        if name in members:
            raise Refused(400, f"`{name}` is given twice")
        members[name] = text
    for name in _IN_JSON:
        if name in members:
            members[name] = _loaded(name, members[name])
    return asked_in(members)


def _loaded(name: str, text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Refused(400, f"`{name}` is no JSON") from None


def asked_in(members: Mapping[str, Any]) -> Asked:
    """What these members ask, however they were sent; raises Refused."""
    asked = Asked(
        members.get("query"),
        members.get("variables"),
        members.get("operationName"),
        members.get("documentId"),
        members.get("extensions"),
    )
    if asked.query is not None and not isinstance(asked.query, str):
        raise Refused(400, "`query` must be a text: the GraphQL document")
    if asked.variables is not None and not isinstance(asked.variables, dict):
        raise Refused(400, "`variables` must be an object")
    if asked.operation_name is not None and not isinstance(asked.operation_name, str):
        raise Refused(400, "`operationName` must be a text")
    if asked.document_id is not None and not isinstance(asked.document_id, str):
        raise Refused(400, "`documentId` must be a text")
    if asked.extensions is not None and not isinstance(asked.extensions, dict):
        raise Refused(400, "`extensions` must be an object")
    return asked
