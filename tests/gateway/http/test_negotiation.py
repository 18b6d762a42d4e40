"""What is sent to whom, by what they accept."""

from __future__ import annotations

import pytest

from gateway.http.messages import EVENT_STREAM, GRAPHQL_JSON, JSON
from gateway.http.negotiation import OFFERED, best_type


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", JSON),
        (" ", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        ("Application/GraphQL-Response+JSON; charset=utf-8", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}, {JSON}", GRAPHQL_JSON),
        (f"{JSON}, {GRAPHQL_JSON}", JSON),
        (f"{JSON};q=0.9, {GRAPHQL_JSON}", GRAPHQL_JSON),
        (f"{JSON} ; Q=0.9 , {GRAPHQL_JSON};q=0.8", JSON),
        (f"text/html, {GRAPHQL_JSON};q=0.1", GRAPHQL_JSON),
        (f"*/*;q=0.1, {GRAPHQL_JSON};q=0.2", GRAPHQL_JSON),
        (f"*/*, {JSON};q=0", GRAPHQL_JSON),
        (f"{JSON};q=0.2, application/*;q=0.5", GRAPHQL_JSON),
        (f"{JSON};q=much, {GRAPHQL_JSON};q=0.1", GRAPHQL_JSON),
        (f"{JSON};q=7, {GRAPHQL_JSON}", GRAPHQL_JSON),
        (f",;=,, {JSON}", JSON),
        (EVENT_STREAM, EVENT_STREAM),
        (f"{EVENT_STREAM}, {JSON}", EVENT_STREAM),
        (f"{GRAPHQL_JSON}, {JSON}, {EVENT_STREAM}, multipart/mixed", GRAPHQL_JSON),
        (f"{JSON};q=0.5, {EVENT_STREAM};q=0.6", EVENT_STREAM),
        (f"{EVENT_STREAM};q=0.5, */*", JSON),
        (f"{EVENT_STREAM};q=0, {JSON}", JSON),
        (f"{EVENT_STREAM};q=0", None),
        ("*/*;q=0", None),
        ("text/*", None),
        ("image/png, text/html;q=0.9", None),
        ("application", None),
        (f"{JSON};q=0, {GRAPHQL_JSON};q=0.000", None),
        (f"{JSON};q=nan", None),
        ("a/b, " * 1000 + JSON, JSON),
    ],
)
def test_the_type_of_an_answer(accept: str, chosen: str | None) -> None:
    assert best_type(accept, OFFERED) == chosen
