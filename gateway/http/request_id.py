"""The id of a request: of its answer, its log lines and its line in the audit log."""

from __future__ import annotations

import re

from starlette.types import Message, Send

from gateway.execution.errors import new_request_id
from gateway.http.messages import REQUEST_ID, Fields, Headers, by_name, request_id_field

_GIVEN = REQUEST_ID.decode()
_is_well_formed = re.compile(r"[A-Za-z0-9._-]{1,128}").fullmatch


def request_id_of(headers: Headers) -> str:
    """The caller's, where it is well formed; else one of our own."""
    return given_id(headers) or new_request_id()


def given_id(headers: Headers) -> str | None:
    """The caller's, where it is well formed."""
    given = headers.get(_GIVEN)
    return given if given is not None and _is_well_formed(given) else None


def naming(send: Send, fields: Fields) -> Send:
    """Sends the answer to a request of these headers with its id, unless it has one already."""

    async def named(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message.get("headers", ())
            if all(name != REQUEST_ID for name, _ in headers):
                own = request_id_field(request_id_of(by_name(fields)))
                message = {**message, "headers": [*headers, own]}
        await send(message)

    return named
