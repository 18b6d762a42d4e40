"""Errors as clients see them: each has a code, and none shows what is ours."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest

from gateway.execution.documents import Documents, Operation
from gateway.execution.executors import LevelExecutor
from gateway.execution.run import Gateway
from gateway.execution.writing import to_bytes
from loaders import errors
from loaders.clock import Clock
from loaders.errors import Code, GatewayError, Internal, SourceUnavailable
from loaders.sealing import Seal
from loaders.stores.connections import Use
from loaders.viewer import ANONYMOUS
from schema.build import graphql_schema

DOCS = Path(__file__).parents[2] / "docs"
SECRET = "password=hunter2"
TITLES = '{ titles(named: "Wings") { nodes { title } } movies(genre: "Drama") { nodes { title } } }'


class Failing:
    """A store that fails at whatever it is asked."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def fail(self, *_: Any) -> Any:
        raise self._error

    find = listing = union = values = count = health = close = fail
    use = Use(in_use=0, idle=0, at_most=0)
    has_policies = False


def gateway(error: Exception) -> Gateway:
    """A gateway whose stores all fail."""
    failing: Any = Failing(error)
    return Gateway(
        stores={"stream": failing, "family": failing},
        documents=Documents(10),
        executor=LevelExecutor(graphql_schema),
        seal=Seal("a secret of the tests"),
        clock=Clock(),
        deadline=10,
        image_base_url="https://images.example.com",
    )


async def ask(error: Exception, document: str) -> dict[str, Any]:
    answer = await gateway(error).answer(Operation(document), ANONYMOUS)
    return answer.body


async def test_what_nobody_foresaw_is_told_to_the_log_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    body = await ask(RuntimeError(SECRET), TITLES)
    assert SECRET not in to_bytes(body).decode()
    assert body["data"]["movies"] is None
    for error in body["errors"]:
        assert error["extensions"] == {"code": "INTERNAL"}
        assert error["path"]
        (request_id,) = re.findall(r"its log tells under ([0-9a-f]{32})\.", error["message"])
        assert f"request {request_id}: {'.'.join(map(str, error['path']))} failed" in caplog.text
    assert SECRET in caplog.text
    assert {record.levelno for record in caplog.records} == {logging.ERROR}


async def test_a_fault_of_ours_that_was_foreseen_is_logged_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    body = await ask(
        Internal(SECRET, product="stream"), '{ movies(genre: "Drama") { nodes { id } } }'
    )
    (error,) = body["errors"]
    assert error["extensions"] == {"code": "INTERNAL"}
    assert SECRET not in error["message"]
    assert SECRET in caplog.text


async def test_errors_made_for_clients_are_shown_with_their_facts(
    caplog: pytest.LogCaptureFixture,
) -> None:
    body = await ask(
        SourceUnavailable("stream: cannot be reached", product="stream"),
        '{ movies(genre: "Drama") { nodes { id } } }',
    )
    (error,) = body["errors"]
    assert error["message"] == "stream: cannot be reached"
    assert error["path"] == ["movies"]
    assert error["extensions"] == {
        "code": "SOURCE_UNAVAILABLE",
        "product": "stream",
        "retryable": True,
    }
    assert not caplog.records


@pytest.mark.parametrize(
    "document",
    [
        "{",
        "{ nothing }",
        "{ movies { nodes { id } } }",
        '{ movies(genre: "Drama", first: "2") { nodes { id } } }',
        '{ movies(genre: "Drama", first: 0) { nodes { id } } }',
        '{ movies(genre: "") { nodes { id } } }',
        '{ movies(genre: "Drama", after: "x") { nodes { id } } }',
        '{ node(id: "x") { id } }',
        "query ($id: ID!) { node(id: $id) { id } }",
        "{ title(by: {}) { title } }",
        '{ usage: account(by: { streamAccountId: "a", familyAccountId: 1 }) { email } }',
        "query A { __typename } query A { __typename }",
        "subscription { a }",
    ],
)
async def test_what_clients_ask_wrongly_has_a_code(document: str) -> None:
    body = await ask(RuntimeError(SECRET), document)
    assert {error["extensions"]["code"] for error in body["errors"]} == {"BAD_USER_INPUT"}


@pytest.mark.parametrize("error", [ValueError("wrong"), TypeError("wrong"), KeyError("wrong")])
async def test_each_kind_of_unforeseen_error_is_ours(error: Exception) -> None:
    body = await ask(error, '{ movies(genre: "Drama") { nodes { id } } }')
    (shown,) = body["errors"]
    assert shown["extensions"] == {"code": "INTERNAL"}
    assert "wrong" not in shown["message"].removeprefix("Something went wrong")


def documented() -> dict[str, str]:
    """Of each code in docs/errors.md: whether the same request may succeed later."""
    rows = re.findall(r"^\| `([A-Z_]+)` \|.*\| (\w+) \|$", (DOCS / "errors.md").read_text(), re.M)
    return dict(rows)


def test_the_page_tells_of_every_code() -> None:
    assert list(documented()) == [code.value for code in Code]


def test_the_page_says_truly_what_may_be_tried_again() -> None:
    classes = [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, GatewayError)
    ]
    for class_ in classes:
        assert documented()[class_.code] == ("yes" if class_.retryable else "no")
