"""How a request is answered that cannot be run."""

from __future__ import annotations

from gateway.authentication.keys import READ_EVERY
from gateway.execution.errors import refusal, unforeseen
from gateway.execution.writing import to_bytes
from gateway.http.messages import JSON, Field, Refused, Reply
from loaders.errors import (
    AutomaticDocumentsOff,
    AutomaticDocumentUnknown,
    BadUserInput,
    DocumentUnknown,
    Forbidden,
    GatewayError,
    SourceUnavailable,
    Unauthenticated,
)

_RETRY_AFTER = (b"retry-after", str(int(READ_EVERY)).encode())


def reply_to(error: Exception, media_type: str, request_id: str) -> Reply:
    """The answer that tells of an error."""
    match error:
        case Refused():
            told: GatewayError = BadUserInput(str(error))
            status, headers = error.status, error.headers
        case BadUserInput():
            told, status, headers = error, 400, ()
        case Unauthenticated():
            told, status, headers = error, 401, [_challenge(error)]
        case Forbidden():
            told, status, headers = error, 403, ()
        case AutomaticDocumentUnknown() | AutomaticDocumentsOff():
            # Apollo's clients for iOS and Android read nothing but 200.
            told, status, headers, media_type = error, 200, (), JSON
        case DocumentUnknown():
            told, status, headers = error, 400, ()
        case SourceUnavailable():
            told, status, headers = error, 503, [_RETRY_AFTER]
        case _:
            answer = {"errors": [unforeseen(error, request_id)]}
            return Reply(500, media_type, to_bytes(answer), request_id, told=answer)
    answer = refusal(told)
    return Reply(status, media_type, to_bytes(answer), request_id, headers, answer)


def _challenge(error: Unauthenticated) -> Field:
    told = f'Bearer error="invalid_token", error_description="{error}"'
    return b"www-authenticate", told.encode()
