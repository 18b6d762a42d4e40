"""How an error is shown: a closed list of codes, and nothing of our inner workings."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import count
from secrets import randbits, token_hex
from typing import Any

from graphql import GraphQLError

from loaders.errors import Code, GatewayError

_log = logging.getLogger("gateway")


_PROCESS = token_hex(8)
_NUMBERS = count(randbits(64), randbits(64) | 1)
_LOWEST_64_BITS = (1 << 64) - 1


def new_request_id() -> str:
    """What an answer and the log know a request by: 32 hexadecimal digits, the same never again.

    They do not tell how many requests there have been.
    """
    return f"{_PROCESS}{next(_NUMBERS) & _LOWEST_64_BITS:016x}"


def shown(errors: Sequence[GraphQLError], request_id: str) -> list[dict[str, Any]]:
    """The entries of `errors` for an answer's errors; what nobody foresaw goes to the log."""
    return [_shown(error, request_id) for error in errors]


def _shown(error: GraphQLError, request_id: str) -> dict[str, Any]:
    entry = error.formatted
    cause = error.original_error
    if isinstance(cause, GatewayError) and cause.code is not Code.INTERNAL:
        return {**entry}
    if cause is None or isinstance(cause, GraphQLError) or error.path is None:
        return {**entry, "extensions": {"code": Code.BAD_USER_INPUT.value}}
    return {**entry, **unforeseen(cause, request_id, ".".join(map(str, error.path)))}


def unforeseen(cause: Exception, request_id: str, what: str = "the request") -> dict[str, Any]:
    """The entry of `errors` for what nobody foresaw, whose text goes to the log alone."""
    _log.error("request %s: %s failed", request_id, what, exc_info=cause)
    return {
        "message": f"Something went wrong in the gateway; its log tells under {request_id}.",
        "extensions": {"code": Code.INTERNAL.value},
    }


def refusal(error: GatewayError) -> dict[str, Any]:
    """The whole answer where a request is refused before its document is read."""
    return {"errors": [{"message": str(error), "extensions": error.extensions}]}
