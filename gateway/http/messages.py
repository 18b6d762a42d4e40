"""What comes in and goes out over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"

Fields = Sequence[tuple[bytes, bytes]]
"""Headers as they are sent: names in lower case, and values."""
Headers = Mapping[str, str]
"""By their names; those given several times are joined by commas."""


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


def by_name(fields: Fields) -> Headers:
    """Headers by their names."""
    headers: dict[str, str] = {}
    for name, value in fields:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers
