"""The errors that a client can meet: a closed list, each with its facts."""

import pytest

from loaders.errors import (
    BadStoredValue,
    BadUserInput,
    Code,
    DeadlineExceeded,
    Forbidden,
    GatewayError,
    Internal,
    SourceUnavailable,
)


def test_the_list_of_codes_is_closed() -> None:
    assert [code.value for code in Code] == [
        "BAD_USER_INPUT",
        "UNAUTHENTICATED",
        "FORBIDDEN",
        "BAD_STORED_VALUE",
        "SOURCE_UNAVAILABLE",
        "DEADLINE_EXCEEDED",
        "OVERLOADED",
        "QUERY_TOO_COSTLY",
        "PERSISTED_QUERY_NOT_FOUND",
        "PERSISTED_QUERY_NOT_SUPPORTED",
        "INTERNAL",
    ]


@pytest.mark.parametrize(
    ("error", "facts"),
    [
        (GatewayError("…"), {"code": "INTERNAL"}),
        (Internal("…"), {"code": "INTERNAL"}),
        (
            BadUserInput("…", argument="by.tmdbId"),
            {"code": "BAD_USER_INPUT", "argument": "by.tmdbId"},
        ),
        (Forbidden("…"), {"code": "FORBIDDEN"}),
        (
            BadStoredValue("…", product="family"),
            {"code": "BAD_STORED_VALUE", "product": "family"},
        ),
        (
            SourceUnavailable("…", product="family"),
            {"code": "SOURCE_UNAVAILABLE", "product": "family", "retryable": True},
        ),
        (
            DeadlineExceeded("…", product="stream"),
            {"code": "DEADLINE_EXCEEDED", "product": "stream", "retryable": True},
        ),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_tells_the_facts_that_apply(error: GatewayError, facts: dict[str, object]) -> None:
    assert str(error) == "…"
    assert error.extensions == facts
