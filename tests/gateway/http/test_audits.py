"""The audits of the npm package `graphql-http`: its own, and the same in Python."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import orjson
import pytest

from gateway.app import ENDPOINT
from gateway.http.messages import GRAPHQL_JSON, JSON
from tests import npm
from tests.gateway.serving import Client
from tests.gateway.sockets import PROTOCOLS, served

AUDITS = Path(__file__).parent / "audits"

Check = Callable[[httpx.Response], object]


class Audit(NamedTuple):
    """What is sent, and what has to be true of the answer."""

    id: str
    name: str
    sent: Mapping[str, Any]
    checks: tuple[Check, ...]


def audit(id_: str, name: str, sent: Mapping[str, Any], *checks: Check) -> Audit:
    return Audit(id_, name, sent, checks)


def post(
    content: Any = None, accept: str | None = None, content_type: str | None = JSON
) -> Mapping[str, Any]:
    """A POST of these members, or of this text."""
    headers = {"accept": accept, "content-type": content_type}
    return {
        "method": "POST",
        "content": content if isinstance(content, str | None) else orjson.dumps(content),
        "headers": {name: value for name, value in headers.items() if value is not None},
    }


def get(accept: str | None = None, **parameters: str) -> Mapping[str, Any]:
    """A GET, as a script sends it."""
    headers = {"accept": accept or "*/*", "sec-fetch-mode": "cors"}
    return {"method": "GET", "params": parameters, "headers": headers}


def status(first: int, last: int | None = None) -> Check:
    return lambda answer: first <= answer.status_code <= (last or first)


def media_type(wanted: str) -> Check:
    return lambda answer: wanted in answer.headers["content-type"]


def without(member: str) -> Check:
    return lambda answer: member not in answer.json()


def is_utf8(answer: httpx.Response) -> bool:
    return bool(answer.content.decode("utf-8"))


OK = status(200)
BAD = status(400)
REFUSED = status(400, 499)
FAILED = status(400, 599)

TYPENAME = {"query": "{ __typename }"}
NAMED = {"query": "query Query { __typename }", "operationName": "Query"}
TYPE = "query Type($name: String!) { __type(name: $name) { name } }"
OF_SOME_TYPE = {"query": TYPE, "variables": {"name": "sometype"}}
IN_THE_ADDRESS = {"query": TYPE, "variables": '{"name":"sometype"}'}
EXTENDED = {**TYPENAME, "extensions": {"some": "value"}}
NO_JSON = '{ "not a JSON'
NO_DOCUMENT = {"query": "{"}
NO_FIELD = {"query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }"}
NO_VARIABLE = {"query": "query CoerceFailure($id: ID!){ __typename }", "variables": {"id": None}}
MISSPELT = {"qeury": "{ __typename }"}


def of_wrong_types(prefix: str, parameter: str, *, text: bool) -> list[Audit]:
    """A parameter of each type that it must not have."""
    wrong: dict[str, Any] = {"string": "string"} if text else {"object": {"obj": "ect"}}
    wrong |= {"number": 0, "boolean": False, "array": ["array"]}
    return [
        audit(
            f"{prefix}{number}",
            f"MAY use 400 status code on {kind} {{{parameter}}} parameter",
            post({**TYPENAME, parameter: value}),
            BAD,
        )
        for number, (kind, value) in enumerate(wrong.items())
    ]


def of_null(number: int, parameter: str) -> list[Audit]:
    """A parameter that is null."""
    sent = {**TYPENAME, parameter: None}
    name = f"allow null {{{parameter}}} parameter when accepting"
    return [
        audit(
            f"94B{number}",
            f"SHOULD {name} {GRAPHQL_JSON}",
            post(sent, GRAPHQL_JSON),
            OK,
            without("errors"),
        ),
        audit(f"022{number}", f"MUST {name} {JSON}", post(sent, JSON), OK, without("errors")),
    ]


TABLE = [
    audit(
        "22EB",
        "SHOULD accept application/graphql-response+json and match the content-type",
        post(TYPENAME, GRAPHQL_JSON),
        OK,
        media_type(GRAPHQL_JSON),
    ),
    audit(
        "4655",
        "MUST accept application/json and match the content-type",
        post(TYPENAME, JSON),
        OK,
        media_type(JSON),
    ),
    audit(
        "47DE",
        "SHOULD accept */* and use application/json for the content-type",
        post(TYPENAME, "*/*"),
        OK,
        media_type(JSON),
    ),
    audit(
        "80D8",
        "SHOULD assume application/json content-type when accept is missing",
        post(TYPENAME),
        OK,
        media_type(JSON),
    ),
    audit("82A3", "MUST use utf-8 encoding when responding", post(TYPENAME), OK, is_utf8),
    audit(
        "BF61",
        "MUST accept utf-8 encoded request",
        post(
            {"query": '{ __type(name: "Run🏃Swim🏊") { name } }'},
            content_type=f"{JSON}; charset=utf-8",
        ),
        OK,
    ),
    audit(
        "78D5",
        "MUST assume utf-8 in request if encoding is unspecified",
        post(TYPENAME),
        OK,
    ),
    audit("2C94", "MUST accept POST requests", post(TYPENAME), OK),
    audit(
        "5A70",
        "MAY accept application/x-www-form-urlencoded formatted GET requests",
        get(**TYPENAME),
        OK,
    ),
    audit(
        "9C48",
        "MAY NOT allow executing mutations on GET requests",
        get(GRAPHQL_JSON, query="mutation { __typename }"),
        REFUSED,
    ),
    audit(
        "9ABE",
        "SHOULD respond with 4xx status code if content-type is not supplied on POST requests",
        post(TYPENAME, content_type=None),
        REFUSED,
    ),
    audit("03D4", "MUST accept application/json POST requests", post(TYPENAME), OK),
    audit("A5BF", "MAY use 400 status code when request body is missing on POST", post(), BAD),
    audit(
        "423L",
        "MAY use 400 status code on missing {query} parameter",
        post({"notquery": "{ __typename }"}, GRAPHQL_JSON),
        BAD,
    ),
    *of_wrong_types("LKJ", "query", text=False),
    audit(
        "34A2",
        "SHOULD allow string {query} parameter when accepting application/graphql-response+json",
        post(TYPENAME, GRAPHQL_JSON),
        OK,
    ),
    audit(
        "13EE",
        "MUST allow string {query} parameter when accepting application/json",
        post(TYPENAME, JSON),
        OK,
        without("errors"),
    ),
    *of_wrong_types("6C0", "operationName", text=False),
    audit(
        "8161",
        "SHOULD allow string {operationName} parameter when accepting "
        "application/graphql-response+json",
        post(NAMED, GRAPHQL_JSON),
        OK,
    ),
    audit(
        "B8B3",
        "MUST allow string {operationName} parameter when accepting application/json",
        post(NAMED, JSON),
        OK,
        without("errors"),
    ),
    *of_null(0, "variables"),
    *of_null(1, "operationName"),
    *of_null(2, "extensions"),
    *of_wrong_types("476", "variables", text=True),
    audit(
        "2EA1",
        "SHOULD allow map {variables} parameter when accepting application/graphql-response+json",
        post(OF_SOME_TYPE, GRAPHQL_JSON),
        OK,
    ),
    audit(
        "28B9",
        "MUST allow map {variables} parameter when accepting application/json",
        post(OF_SOME_TYPE, JSON),
        OK,
        without("errors"),
    ),
    audit(
        "D6D5",
        "MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting "
        "application/graphql-response+json",
        get(GRAPHQL_JSON, **IN_THE_ADDRESS),
        OK,
        without("errors"),
    ),
    audit(
        "6A70",
        "MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting "
        "application/json",
        get(JSON, **IN_THE_ADDRESS),
        OK,
        without("errors"),
    ),
    *of_wrong_types("58B", "extensions", text=True),
    audit(
        "428F",
        "SHOULD allow map {extensions} parameter when accepting application/graphql-response+json",
        post(EXTENDED, GRAPHQL_JSON),
        OK,
    ),
    audit(
        "1B7A",
        "MUST allow map {extensions} parameter when accepting application/json",
        post(EXTENDED, JSON),
        OK,
        without("errors"),
    ),
    audit(
        "B6DC",
        "MAY use 2xx, 4xx, or 5xx status codes on JSON parsing failure when accepting "
        "application/json",
        post(NO_JSON, JSON),
        BAD,
    ),
    audit(
        "BCF8",
        "SHOULD use 400 status code on JSON parsing failure when accepting application/json",
        post(NO_JSON, JSON),
        BAD,
    ),
    audit(
        "B7N8",
        "SHOULD use 400 status code on JSON parsing failure when accepting "
        "application/graphql-response+json",
        post(NO_JSON, GRAPHQL_JSON),
        BAD,
    ),
    audit(
        "8764",
        "MAY use 4xx or 5xx status codes if parameters are invalid",
        post(MISSPELT),
        FAILED,
    ),
    audit("3E3A", "MAY use 400 status code if parameters are invalid", post(MISSPELT), BAD),
    audit(
        "572B",
        "SHOULD use 200 status code on document parsing failure when accepting application/json",
        post(NO_DOCUMENT, JSON),
        OK,
    ),
    audit(
        "FDE2",
        "SHOULD use 200 status code on document validation failure when accepting application/json",
        post(NO_FIELD, JSON),
        OK,
    ),
    audit(
        "7B9B",
        "SHOULD use a status code of 200 on variable coercion failure when accepting "
        "application/json",
        post(NO_VARIABLE, JSON),
        OK,
    ),
    audit(
        "865D",
        "SHOULD use 4xx or 5xx status codes on document parsing failure when accepting "
        "application/graphql-response+json",
        post(NO_DOCUMENT, GRAPHQL_JSON),
        FAILED,
    ),
    audit(
        "556A",
        "SHOULD use 400 status code on document parsing failure when accepting "
        "application/graphql-response+json",
        post(NO_DOCUMENT, GRAPHQL_JSON),
        BAD,
    ),
    audit(
        "D586",
        "SHOULD not contain the data entry on document parsing failure when accepting "
        "application/graphql-response+json",
        post(NO_DOCUMENT, GRAPHQL_JSON),
        without("data"),
    ),
    audit(
        "51FE",
        "SHOULD use 4xx or 5xx status codes on document validation failure when accepting "
        "application/graphql-response+json",
        post(NO_FIELD, GRAPHQL_JSON),
        FAILED,
    ),
    audit(
        "74FF",
        "SHOULD use 400 status code on document validation failure when accepting "
        "application/graphql-response+json",
        post(NO_FIELD, GRAPHQL_JSON),
        BAD,
    ),
    audit(
        "5E5B",
        "SHOULD not contain the data entry on document validation failure when accepting "
        "application/graphql-response+json",
        post(NO_FIELD, GRAPHQL_JSON),
        without("data"),
    ),
    audit(
        "86EE",
        "SHOULD use a status code of 400 on variable coercion failure when accepting "
        "application/graphql-response+json",
        post(NO_VARIABLE, GRAPHQL_JSON),
        BAD,
    ),
]


@pytest.mark.parametrize("one", TABLE, ids=lambda one: one.id)
async def test_an_audit(client: Client, one: Audit) -> None:
    request = client.http.build_request(url=ENDPOINT, **one.sent)
    if "accept" not in one.sent["headers"]:
        del request.headers["accept"]  # which httpx adds
    answer = await client.http.send(request)
    assert all(check(answer) for check in one.checks), (one.name, answer.status_code, answer.text)


@pytest.mark.slow
@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_the_audits_of_the_package_themselves(protocol: Any) -> None:
    async with served(protocol) as server:
        results = json.loads(npm.node(AUDITS / "audit.cjs", f"{server.url}{ENDPOINT}"))
    assert [one for one in results if one["status"] != "ok"] == []
    assert [(one["id"], one["name"]) for one in results] == [(one.id, one.name) for one in TABLE]
    assert len(results) == 61
