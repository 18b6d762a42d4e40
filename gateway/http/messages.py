"""What comes in and goes out over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from gateway.execution.answers import Run

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"
HTML = "text/html"

Field = tuple[bytes, bytes]
"""A header as it is sent: its name in lower case, and its value."""
Fields = Sequence[Field]
Headers = Mapping[str, str]
"""By their names; those given several times are joined by commas."""

_CONTENT_TYPES: Mapping[str, Field] = {
    media_type: (b"content-type", f"{media_type}; charset=utf-8".encode())
    for media_type in (JSON, GRAPHQL_JSON)
}
_CONTENT_TYPE_LINES = {
    media_type: b"%b: %b\r\n" % field for media_type, field in _CONTENT_TYPES.items()
}
REQUEST_ID = b"x-request-id"


def request_id_field(request_id: str) -> Field:
    """The header that tells the id of a request."""
    return REQUEST_ID, request_id.encode()


class Reply(NamedTuple):
    """What is sent back; `told` is what its body says, of `run` where an operation was run."""

    status: int
    media_type: str
    body: bytes
    request_id: str
    headers: Fields = ()
    told: Mapping[str, Any] = MappingProxyType({})
    run: Run | None = None

    @property
    def lines(self) -> bytes:
        """Its headers as they are sent, which tell the same as `fields`."""
        return b"%bcontent-length: %d\r\nx-request-id: %b\r\n%b" % (
            _CONTENT_TYPE_LINES[self.media_type],
            len(self.body),
            self.request_id.encode(),
            lines(self.headers) if self.headers else b"",
        )

    @property
    def fields(self) -> Fields:
        """Its headers; a server adds its own to them."""
        return [
            _CONTENT_TYPES[self.media_type],
            (b"content-length", b"%d" % len(self.body)),
            request_id_field(self.request_id),
            *self.headers,
        ]

    def also(self, headers: Fields) -> Reply:
        """The same with more headers."""
        return self._replace(headers=[*self.headers, *headers])


def lines(fields: Fields) -> bytes:
    """Headers as they are sent."""
    return b"".join([b"%b: %b\r\n" % field for field in fields])


class Refused(Exception):
    """A request that is no operation, and the HTTP status that says so."""

    def __init__(self, status: int, message: str, headers: Fields = ()) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


class Disconnected(Exception):
    """The client went away."""


def by_name(fields: Fields) -> Headers:
    """Headers by their names."""
    headers: dict[str, str] = {}
    for name, value in fields:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers
