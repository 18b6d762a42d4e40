"""/graphql by GET and by other methods than POST."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from gateway.app import ENDPOINT
from gateway.demo.data.people import ADA
from gateway.http.body import asked_in_query_string
from gateway.http.messages import GRAPHQL_JSON, HTML, JSON, Refused
from tests.gateway.http.test_endpoint import ME, message
from tests.gateway.serving import Client

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"
FOR_FORMS = "a GET must show that no form sent it"


async def get(
    client: Client, headers: Any = None, *, method: str = "GET", **parameters: str
) -> httpx.Response:
    """The answer to a query string."""
    given = {"accept": JSON} if headers is None else headers
    return await client.http.request(method, ENDPOINT, params=parameters, headers=given)


async def test_answers_a_query(client: Client) -> None:
    answer = await get(client, query=ME, operationName="Me", variables="{}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{JSON}; charset=utf-8"
    assert answer.json() == {"data": {"viewer": {"email": ADA.email}}}


async def test_what_is_empty_counts_as_missing(client: Client) -> None:
    empty = dict.fromkeys(("operationName", "variables", "extensions", "documentId"), "")
    answer = await get(client, query=ME, **empty)
    assert answer.json() == {"data": {"viewer": {"email": ADA.email}}}


async def test_variables_are_json(client: Client) -> None:
    document = "query ($text: String!) { titles(named: $text, first: 1) { nodes { title } } }"
    answer = await get(client, query=document, variables='{"text": "Metropolis"}')
    assert answer.json()["data"]["titles"]["nodes"] == [{"title": "Metropolis"}]


async def test_head_is_get_without_the_body(client: Client) -> None:
    by_get = await get(client, query=ME)
    by_head = await get(client, method="HEAD", query=ME)
    assert by_head.status_code == 200
    assert by_head.content == b""
    assert by_head.headers["content-length"] == by_get.headers["content-length"]


@pytest.mark.parametrize(
    ("query_string", "expected"),
    [
        ("", "`query` must be a text: the GraphQL document"),
        ("a=b", "`query` must be a text: the GraphQL document"),
        ("query=%7Ba%7D&query=%7Ba%7D", "`query` is given twice"),
        ("query=%7Ba%7D&variables=a", "`variables` is no JSON"),
        ("query=%7Ba%7D&variables=" + "%5B" * 2000, "`variables` is no JSON"),
        ("query=%7Ba%7D&variables=%5B%5D", "`variables` must be an object"),
        ("query=%7Ba%7D&extensions=%7B", "`extensions` is no JSON"),
        ("query=%7Ba%7D&extensions=1", "`extensions` must be an object"),
        ("query=%FF", "the query string cannot be read"),
        ("&".join(f"a{number}" for number in range(200)), "the query string cannot be read"),
    ],
)
async def test_a_query_string_that_is_no_operation_is_400(
    client: Client, query_string: str, expected: str
) -> None:
    for accepted in (JSON, GRAPHQL_JSON):
        answer = await client.http.get(f"{ENDPOINT}?{query_string}", headers={"accept": accepted})
        assert answer.status_code == 400
        assert message(answer) == expected


def test_a_query_string_beyond_the_limit_of_bodies_is_414() -> None:
    longest = b"query=" + b"a" * 94
    assert asked_in_query_string(longest, 100).query == "a" * 94
    with pytest.raises(Refused, match="the query string is longer than 100 bytes") as refused:
        asked_in_query_string(longest + b"a", 100)
    assert refused.value.status == 414


@pytest.mark.parametrize("document", ["mutation { a }", "subscription { a }"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_what_is_no_query_is_sent_by_post(client: Client, document: str, method: str) -> None:
    answer = await get(client, method=method, query=document)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    if method == "GET":
        assert message(answer) == "by GET there are queries alone: use POST"


async def test_the_operation_that_is_named_decides(client: Client) -> None:
    document = "query A { __typename } mutation B { a }"
    assert (await get(client, query=document, operationName="B")).status_code == 405
    answer = await get(client, query=document, operationName="A")
    assert message(answer) == "The mutation operation is not supported by the schema."


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "*/*", "authorization": "Bearer a"},
        {"accept": "*/*", "graphql-require-preflight": "1"},
        {"accept": "*/*", "apollo-require-preflight": "true"},
        {"accept": "*/*", "x-apollo-operation-name": "Me"},
        {"accept": "*/*", "sec-fetch-mode": "cors"},
        {"accept": "*/*", "sec-fetch-mode": "same-origin"},
        {"accept": GRAPHQL_JSON},
        {"accept": f"*/*, {JSON};q=0.1"},
    ],
)
async def test_a_get_shows_that_it_is_meant(client: Client, headers: Any) -> None:
    assert (await get(client, headers, query=ME)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "*/*"},
        {"accept": ""},
        {"accept": "*/*", "sec-fetch-mode": "no-cors"},
        {"accept": "*/*", "sec-fetch-mode": "navigate"},
        {"accept": "application/*", "content-type": "text/plain", "cookie": "a=b"},
        {"accept": "image/avif,image/webp,*/*;q=0.8", "referer": "https://elsewhere.example"},
    ],
)
async def test_a_get_that_a_form_could_send_is_refused(client: Client, headers: Any) -> None:
    answer = await get(client, headers, query=ME)
    assert answer.status_code == 400
    assert message(answer).startswith(FOR_FORMS)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
async def test_other_methods_are_405(client: Client, method: str) -> None:
    answer = await client.http.request(method, ENDPOINT)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, POST"
    assert message(answer) == "operations are sent by GET or POST"


@pytest.mark.parametrize("accepted", [BROWSER, HTML, f"{JSON};q=0.5, Text/HTML;q=0.6"])
async def test_people_get_the_page(client: Client, accepted: str) -> None:
    for method in ("GET", "HEAD"):
        answer = await get(client, {"accept": accepted}, method=method, query=ME)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    "accepted", [f"{JSON}, {HTML}", f"{HTML};q=0.5, {GRAPHQL_JSON}", f"{HTML};q=0, {JSON}"]
)
async def test_who_prefers_json_gets_it(client: Client, accepted: str) -> None:
    answer = await get(client, {"accept": accepted}, query=ME)
    assert answer.json() == {"data": {"viewer": {"email": ADA.email}}}


async def test_a_post_never_gets_the_page(client: Client) -> None:
    answer = await client.ask(ME, headers={"accept": BROWSER})
    assert answer.json() == {"data": {"viewer": {"email": ADA.email}}}
