"""The errors that a client can meet: a closed list of codes, each with its facts."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """The value of `extensions.code`. There is no NOT_FOUND: what is absent is null."""

    BAD_USER_INPUT = "BAD_USER_INPUT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    BAD_STORED_VALUE = "BAD_STORED_VALUE"
    SOURCE_UNAVAILABLE = "SOURCE_UNAVAILABLE"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    OVERLOADED = "OVERLOADED"
    QUERY_TOO_COSTLY = "QUERY_TOO_COSTLY"
    INTERNAL = "INTERNAL"


class GatewayError(Exception):
    """An error whose message may be shown to the client.

    `extensions` is what graphql-core copies beside the message.
    """

    code = Code.INTERNAL
    retryable = False

    def __init__(
        self, message: str, *, product: str | None = None, argument: str | None = None
    ) -> None:
        super().__init__(message)
        self.product = product
        self.argument = argument

    @property
    def extensions(self) -> dict[str, object]:
        facts = {
            "code": self.code.value,
            "product": self.product,
            "argument": self.argument,
            "retryable": self.retryable or None,
        }
        return {name: fact for name, fact in facts.items() if fact is not None}


class BadUserInput(GatewayError):
    """An argument that cannot be used; `argument` is its path, such as `by.tmdbId`."""

    code = Code.BAD_USER_INPUT


class Unauthenticated(GatewayError):
    """Who asks cannot be told by what they brought."""

    code = Code.UNAUTHENTICATED


class Forbidden(GatewayError):
    """The viewer may not use this entry at all."""

    code = Code.FORBIDDEN


class BadStoredValue(GatewayError):
    """A stored value that breaks its declaration; the message names the row."""

    code = Code.BAD_STORED_VALUE


class SourceUnavailable(GatewayError):
    """A product's store does not answer."""

    code = Code.SOURCE_UNAVAILABLE
    retryable = True


class DeadlineExceeded(GatewayError):
    """The request's time ran out while a store was being asked."""

    code = Code.DEADLINE_EXCEEDED
    retryable = True


class Overloaded(GatewayError):
    """There is more under way than is taken on at once."""

    code = Code.OVERLOADED
    retryable = True


class QueryTooCostly(GatewayError):
    """The query reads more than one request may."""

    code = Code.QUERY_TOO_COSTLY


class Internal(GatewayError):
    """Our own fault; what happened stands in the log under the request's id."""

    code = Code.INTERNAL
