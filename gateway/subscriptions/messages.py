"""The words of graphql-transport-ws: what clients say, and why a connection is closed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, NamedTuple

import orjson

from gateway.http.body import Asked, asked_in
from gateway.http.messages import Refused

PROTOCOL = "graphql-transport-ws"
_LONGEST_REASON = 123
"""Bytes; more does not fit into the frame."""


class CloseCode(IntEnum):
    """The protocol's own, but for those of WebSocket itself and TOO_SLOW."""

    INTERNAL = 1011
    TRY_AGAIN_LATER = 1013
    MALFORMED = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INITIALISATION_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY_INITIALISATIONS = 4429
    TOO_SLOW = 4430


class Closing(Exception):
    """The connection is to be closed; the reason is cut to what a frame holds."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:_LONGEST_REASON].decode(errors="ignore")


class ConnectionInit(NamedTuple):
    """The first message, with what its payload tells."""

    payload: Mapping[str, Any]


class Ping(NamedTuple):
    """Asks for a pong."""


class Pong(NamedTuple):
    """Asks for nothing."""


class Subscribe(NamedTuple):
    """Begins an operation, a query too; `id` is what the client knows it by."""

    id: str
    asked: Asked


class Complete(NamedTuple):
    """Ends an operation."""

    id: str


Message = ConnectionInit | Ping | Pong | Subscribe | Complete


def message_of(text: str) -> Message:
    """What a client says; raises Closing where that is none of the protocol's messages."""
    try:
        members = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Closing(CloseCode.MALFORMED, "the message is no JSON") from None
    match members:
        case {"type": "connection_init"}:
            return ConnectionInit(_payload(members))
        case {"type": "ping"}:
            _payload(members)
            return Ping()
        case {"type": "pong"}:
            _payload(members)
            return Pong()
        case {"type": "subscribe"}:
            if "payload" not in members:
                raise Closing(CloseCode.MALFORMED, "`payload` says what is asked for")
            return Subscribe(_id(members), _asked(_payload(members)))
        case {"type": "complete"}:
            return Complete(_id(members))
        case {"type": str(other)}:
            raise Closing(CloseCode.MALFORMED, f"no message has the type {other}")
    raise Closing(CloseCode.MALFORMED, "a message is a JSON object with a member `type`")


def _payload(members: Mapping[str, Any]) -> Mapping[str, Any]:
    payload = members.get("payload")
    if payload is None:
        return {}
    if not isinstance(payload, dict):
        raise Closing(CloseCode.MALFORMED, "`payload` must be an object")
    return payload


def _id(members: Mapping[str, Any]) -> str:
    id_ = members.get("id")
    if not isinstance(id_, str) or not id_:
        raise Closing(CloseCode.MALFORMED, "`id` must be a text that is not empty")
    return id_


def _asked(payload: Mapping[str, Any]) -> Asked:
    try:
        return asked_in(payload)
    except Refused as refused:
        raise Closing(CloseCode.MALFORMED, str(refused)) from None
