"""The errors that a client can meet: a closed list of codes, each with its facts."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """The value of `extensions.code`. There is no NOT_FOUND: what is absent is null.

    The codes of persisted queries are Apollo's own, which its clients look for.
    """

    BAD_USER_INPUT = "BAD_USER_INPUT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    BAD_STORED_VALUE = "BAD_STORED_VALUE"
    SOURCE_UNAVAILABLE = "SOURCE_UNAVAILABLE"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    OVERLOADED = "OVERLOADED"
    QUERY_TOO_COSTLY = "QUERY_TOO_COSTLY"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
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
    """The viewer may not use this entry at all, or nobody may ask this document."""

    code = Code.FORBIDDEN


class BadStoredValue(GatewayError):
    """A stored value that breaks its declaration; the message names the row."""

    code = Code.BAD_STORED_VALUE


class SourceUnavailable(GatewayError):
    """A product's store does not answer."""

    code = Code.SOURCE_UNAVAILABLE
    retryable = True


class NotTogether(SourceUnavailable):
    """A store refuses what was to be read in one go; each by itself it may read."""


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


class DocumentUnknown(GatewayError):
    """No document has the id that the client gave in its place."""

    code = Code.PERSISTED_QUERY_NOT_FOUND


class AutomaticDocumentUnknown(DocumentUnknown):
    """Nobody has sent the document of this hash yet: the client does so next."""

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotFound")  # by which Apollo's clients and others know it


class AutomaticDocumentsOff(GatewayError):
    """Documents are not kept for clients: they send each as it stands."""

    code = Code.PERSISTED_QUERY_NOT_SUPPORTED

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotSupported")  # likewise


class Internal(GatewayError):
    """Our own fault; what happened stands in the log under the request's id."""

    code = Code.INTERNAL
