"""What tells the answers of two executors apart, and what makes a query that does so small."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import parse, print_ast

from tests.gateway.execution.both import Said, difference
from tests.gateway.execution.queries import Query
from tests.gateway.execution.shrinking import smallest


def error(*path: int | str, message: str = "wrong", code: str = "BAD_STORED_VALUE") -> Any:
    return {"path": list(path), "message": message, "extensions": {"code": code}}


def said(data: Any, *errors: Any) -> Said:
    return Said.of(data, errors, maps=["json"])


LOST = {"a": {"b": None}}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (said({"a": 1}), said({"a": 1})),
        (said({"json": {"x": 1, "y": 2}}), said({"json": {"y": 2, "x": 1}})),
        (said(LOST, error("a", "b"), error("a", "b")), said(LOST, error("a", "b"))),
        (said(LOST, error("a", "b", "c")), said(LOST, error("a", "b", "d", 0))),
        (said(LOST, error("a", "b", "c"), error("a", "b", "d")), said(LOST, error("a", "b", "d"))),
        (said(None, error("a")), said(None, error("b"))),
        (
            said(LOST, error("a", "b", code="INTERNAL", message="one request")),
            said(LOST, error("a", "b", code="INTERNAL", message="another")),
        ),
    ],
)  # fmt: skip
def test_the_same(one: Said, other: Said) -> None:
    assert difference(one, other) is None
    assert difference(other, one) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (said({"a": 1}), said({"a": 2})),
        (said({"a": 1}), said({"a": 1.0})),
        (said({"a": 1, "b": 2}), said({"b": 2, "a": 1})),
        (said({"map": {"x": 1, "y": 2}}), said({"map": {"y": 2, "x": 1}})),
        (said(LOST), said(LOST, error("a", "b"))),
        (said(LOST, error("a", "b")), said(LOST, error("a", "b", message="otherwise"))),
        (said(LOST, error("a", "b")), said(LOST, error("a", "b", code="FORBIDDEN"))),
        (said(LOST, error("a", "b")), said(LOST, error("a", "b", "c"))),
        (said(LOST, error("a", "b", "c")), said(LOST, error("a", "b", "c", message="otherwise"))),
        (said(None, error("a")), said(None, error("a", message="otherwise"))),
    ],
)  # fmt: skip
def test_not_the_same(one: Said, other: Said) -> None:
    assert difference(one, other) is not None
    assert difference(other, one) is not None


async def test_the_smallest_query_keeps_what_shows_the_fault() -> None:
    async def shows(query: Query) -> bool:
        return "mediaType" in query.text

    query = Query(
        """
        query ($id: ID!, $ids: [ID!]!, $if: Boolean!) {
          nodes(ids: $ids) { ...Other @include(if: $if) }
          title(by: { tmdbTitleId: $id }) { title ...Title }
        }
        fragment Title on Title { overview ... on TmdbTitle { databaseId mediaType ...Other } }
        fragment Other on Node { id }
        """,
        {"id": 1, "ids": [], "if": True},
        "anonymous",
    )
    expected = """
        query ($id: ID!) { title(by: { tmdbTitleId: $id }) { ...Title } }
        fragment Title on Title { ... on TmdbTitle { mediaType } }
    """
    assert (await smallest(query, shows)).text == print_ast(parse(expected))
