"""A request that comes in: its head, and its body for who wants it."""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

from starlette.types import Receive, Scope

from gateway.execution.run import Explaining
from gateway.http import body, negotiation
from gateway.http.messages import Fields, Headers, by_name
from gateway.http.request_id import given_id
from loaders.errors import BadUserInput


class Head:
    """What the headers of a request say, read once: a client says the same again and again."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.headers = by_name(fields)

    @cached_property
    def request_id(self) -> str | None:
        """The id that the client gives the request."""
        return given_id(self.headers)

    @cached_property
    def media_type(self) -> str:
        """The media type of the answer; raises Refused where none can be taken."""
        return negotiation.media_type(self.headers)

    @cached_property
    def length(self) -> int:
        """The length of its body, 0 where it is not told; raises Refused where that is no JSON."""
        body.refuse_unless_json(self.headers)
        return body.length(self.headers)

    @cached_property
    def wants_trace(self) -> bool:
        """Whether it asks for the calls that its answer takes."""
        return wants_trace(self.headers)

    @cached_property
    def explaining(self) -> Explaining | None:
        """What it asks to have explained; raises BadUserInput."""
        match self.headers.get("gateway-explain"):
            case None:
                return None
            case "plan":
                return "plan"
            case "run":
                return "run"
        raise BadUserInput("Gateway-Explain is `plan` or `run`", argument="Gateway-Explain")


def wants_trace(headers: Headers) -> bool:
    """Whether they ask for the calls that an answer takes."""
    return headers.get("gateway-trace") == "1"


class Incoming(Protocol):
    """A request, however it comes."""

    @property
    def method(self) -> str: ...

    @property
    def query_string(self) -> bytes: ...

    @property
    def head(self) -> Head: ...

    async def read(self, limit: int) -> bytes | bytearray:
        """The whole body; raises Refused and Disconnected."""


class OverAsgi:
    """One that comes as ASGI says."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method: str = scope["method"]
        self.query_string: bytes = scope["query_string"]
        self.head = Head(scope["headers"])
        self._receive = receive

    async def read(self, limit: int) -> bytes | bytearray:
        """The whole body; raises Refused and Disconnected."""
        return await body.read(self._receive, limit)
