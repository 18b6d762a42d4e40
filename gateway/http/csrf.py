"""No other site can have a person's browser run an operation."""

from __future__ import annotations

from gateway.http.messages import Headers, Refused
from gateway.http.negotiation import names_data

_OF_PROGRAMS = (
    "authorization",
    "graphql-require-preflight",
    "apollo-require-preflight",
    "x-apollo-operation-name",
)
"""Headers that forms, links and images cannot send."""
_OF_SCRIPTS = ("cors", "same-origin")
"""What a browser says of a script's request, whose answer it keeps from other sites' scripts."""


def refuse_unless_meant(headers: Headers) -> None:
    """Refuse a GET that a form, a link or an image could send; raises Refused.

    A POST needs no such header: its body is JSON, which none of them sends.
    """
    if not (
        names_data(headers)
        or headers.get("sec-fetch-mode") in _OF_SCRIPTS
        or any(name in headers for name in _OF_PROGRAMS)
    ):
        raise Refused(
            400,
            "a GET must show that no form sent it: let its `Accept` name application/json or "
            "application/graphql-response+json, or send a header `GraphQL-Require-Preflight: 1`",
        )
