"""POST /graphql: every body gets an answer that a GraphQL client can read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import orjson
import pytest
from starlette.types import Message

from gateway.app import ENDPOINT
from gateway.demo.data.people import ADA
from gateway.execution.executors import LevelExecutor
from gateway.execution.writing import to_bytes
from gateway.http.messages import GRAPHQL_JSON, JSON
from gateway.stores import Addresses
from loaders.viewer import ANONYMOUS, Viewer
from tests.engines import Addresses as Engines
from tests.engines import dynamodb_copy, put
from tests.gateway.serving import Client, application, client_of
from tests.viewers import always

ME = "query Me { viewer { email } }"


def message(answer: httpx.Response) -> str:
    """The message of an answer's one error, which is a refusal."""
    (error,) = answer.json()["errors"]
    assert answer.json().keys() == {"errors"}
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    return str(error["message"])


async def test_answers_an_operation(client: Client) -> None:
    answer = await client.ask(ME, operationName="Me", variables={})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{JSON}; charset=utf-8"
    assert answer.json() == {"data": {"viewer": {"email": ADA.email}}}


async def test_unknown_members_of_the_body_are_left_alone(client: Client) -> None:
    answer = await client.ask(ME, extensions={"a": 1}, variables=None, operationName=None)
    assert answer.json() == {"data": {"viewer": {"email": ADA.email}}}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "the body is no JSON"),
        (b"{", "the body is no JSON"),
        (b"\xff\xfe", "the body is no JSON"),
        (b'{"query": "\xff"}', "the body is no JSON"),
        (b'{"query": "\\ud800"}', "the body is no JSON"),
        (b"[" * 100_000, "the body is no JSON"),
        (b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 100_000, "the body is no JSON"),
        (b"null", "the body must be a JSON object with a member `query`"),
        (b"1", "the body must be a JSON object with a member `query`"),
        (b'"a"', "the body must be a JSON object with a member `query`"),
        (b"[]", "batches are not taken: send each operation by itself"),
        (b'[{"query": "{ a }"}]', "batches are not taken: send each operation by itself"),
        (b"{}", "`query` must be a text: the GraphQL document"),
        (b'{"query": null}', "`query` must be a text: the GraphQL document"),
        (b'{"query": ["{ __typename }"]}', "`query` must be a text: the GraphQL document"),
        (b'{"query": "{ a }", "variables": []}', "`variables` must be an object"),
        (b'{"query": "{ a }", "variables": "{}"}', "`variables` must be an object"),
        (b'{"query": "{ a }", "operationName": 1}', "`operationName` must be a text"),
        (b'{"query": "{ a }", "operationName": {}}', "`operationName` must be a text"),
        (b'{"query": "{ a }", "documentId": 1}', "`documentId` must be a text"),
        (b'{"query": "{ a }", "extensions": []}', "`extensions` must be an object"),
    ],
)
async def test_a_body_that_is_no_operation_is_400(
    client: Client, body: bytes, expected: str
) -> None:
    for accepted in (JSON, GRAPHQL_JSON):
        answer = await client.post(body, accept=accepted)
        assert answer.status_code == 400
        assert message(answer) == expected


async def test_a_body_beyond_the_limit_is_413(where: Addresses) -> None:
    async with client_of(application(where, gateway_body_limit=100)) as client:
        body = orjson.dumps({"query": ME})
        exact = body + b" " * (100 - len(body))
        assert (await client.post(exact)).status_code == 200
        answer = await client.post(exact + b" ")
        assert answer.status_code == 413
        assert message(answer) == "the body is larger than 100 bytes"


@pytest.mark.parametrize(
    "media_type",
    ["", "text/plain", "application/graphql", "application/jsonp", "application/json5"],
)
async def test_another_media_type_is_415(client: Client, media_type: str) -> None:
    answer = await client.ask(ME, headers={"content_type": media_type})
    assert answer.status_code == 415
    assert message(answer) == "the body must be application/json"


@pytest.mark.parametrize(
    "media_type",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=a",
        "text/plain; charset=utf-8",
    ],
)
async def test_what_a_form_could_send_is_refused(client: Client, media_type: str) -> None:
    for body in (b'{"query": "{ __typename }"}', b"query=%7B%20__typename%20%7D", b""):
        answer = await client.post(body, content_type=media_type, authorization="Bearer a")
        assert answer.status_code == 415
        assert message(answer) == "the body must be application/json"


@pytest.mark.parametrize("charset", ["iso-8859-1", "UTF-16", '"latin1"', "", "utf-8; charset=a"])
async def test_another_charset_is_415(client: Client, charset: str) -> None:
    media_type = f"application/json; charset={charset}"
    answer = await client.ask(ME, headers={"content_type": media_type})
    assert answer.status_code == 415
    assert message(answer) == "the body must be UTF-8"


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip", "x"])
async def test_a_compressed_body_is_415(client: Client, coding: str) -> None:
    answer = await client.ask(ME, headers={"content_encoding": coding})
    assert answer.status_code == 415
    assert message(answer) == "the body must not be compressed"


async def test_a_body_may_say_that_it_is_not_compressed(client: Client) -> None:
    answer = await client.ask(ME, headers={"content_encoding": "Identity"})
    assert answer.status_code == 200


@pytest.mark.parametrize("length", ["a", "", "1, 1", "²", "9" * 5000])
async def test_a_length_that_is_none_is_400(client: Client, length: str) -> None:
    answer = await client.ask(ME, headers={"content_length": length.encode()})
    assert answer.status_code == 400
    assert message(answer) == "`Content-Length` must be a number"


@pytest.mark.parametrize("accepted", ["image/png", "text/*", "*/*;q=0", f"{JSON};q=0"])
async def test_who_takes_no_json_gets_406(client: Client, accepted: str) -> None:
    answer = await client.ask(ME, headers={"accept": accepted})
    assert answer.status_code == 406
    assert answer.headers["content-type"] == f"{JSON}; charset=utf-8"
    assert message(answer).startswith(f"the answer can be {JSON} or {GRAPHQL_JSON}")


async def test_what_is_refused_has_the_media_type_that_was_asked_for(client: Client) -> None:
    answer = await client.post(b"{", accept=GRAPHQL_JSON)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == f"{GRAPHQL_JSON}; charset=utf-8"


@pytest.mark.parametrize(
    "media_type",
    ["application/json; charset=utf-8", 'Application/JSON ;a=b; Charset="UTF-8"', f"{JSON};"],
)
async def test_parameters_and_case_of_the_media_type_do_not_matter(
    client: Client, media_type: str
) -> None:
    assert (await client.ask(ME, headers={"content_type": media_type})).status_code == 200


@pytest.mark.parametrize(
    ("document", "name", "expected"),
    [
        (ME, "You", "Unknown operation named 'You'."),
        (ME, "", "Unknown operation named ''."),
        (
            "query A { __typename } query B { __typename }",
            None,
            "Must provide operation name if query contains multiple operations.",
        ),
        ("{", None, "Syntax Error: Expected Name, found <EOF>."),
        ("", None, "Syntax Error: Unexpected <EOF>."),
        (
            "mutation { a }",
            None,
            "The mutation operation is not supported by the schema.",
        ),
        (
            "{ nothing }",
            None,
            "Cannot query field 'nothing' on type 'Query'.",
        ),
        (
            "query ($id: ID!) { node(id: $id) { id } }",
            None,
            "Variable '$id' has invalid value: Expected a value of non-null type 'ID!' to be "
            "provided.",
        ),
    ],
)
async def test_a_document_that_cannot_be_run_is_400_for_clients_that_know_why(
    client: Client, document: str, name: str | None, expected: str
) -> None:
    for accepted, status in ((JSON, 200), (GRAPHQL_JSON, 400)):
        answer = await client.ask(document, operationName=name, headers={"accept": accepted})
        assert answer.status_code == status
        assert message(answer) == expected


async def test_the_operation_is_chosen_by_its_name(client: Client) -> None:
    document = "query A { a: __typename } query B { b: __typename }"
    answer = await client.ask(document, operationName="B")
    assert answer.json() == {"data": {"b": "Query"}}


@pytest.mark.parametrize(
    ("accepted", "media_type"),
    [
        ("", JSON),
        ("*/*", JSON),
        (JSON, JSON),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}, {JSON};q=0.9", GRAPHQL_JSON),
        (f"{JSON};q=0.9, {GRAPHQL_JSON}; charset=utf-8", GRAPHQL_JSON),
    ],
)
async def test_the_media_type_of_the_answer(client: Client, accepted: str, media_type: str) -> None:
    answer = await client.ask(ME, headers={"accept": accepted})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"


async def test_a_field_that_failed_is_part_of_an_answer(client: Client) -> None:
    answer = await client.ask(
        '{ person(email: "ben@example.com") { email } }', headers={"accept": GRAPHQL_JSON}
    )
    assert answer.status_code == 200
    assert answer.json()["data"] == {"person": None}
    assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("demo", "viewer", "shown"),
    [
        (True, ANONYMOUS, True),
        (False, ANONYMOUS, False),
        (False, Viewer(ADA.email), False),
        (False, Viewer(ADA.email, frozenset({"support"})), True),
        (False, Viewer(ADA.email, frozenset({"owner"})), False),
    ],
)
async def test_the_trace_is_for_the_demo_and_for_staff(
    where: Addresses, *, demo: bool, viewer: Viewer, shown: bool
) -> None:
    async with client_of(application(where, demo=demo, viewer_of=always(viewer))) as client:
        document = '{ titles(named: "Metropolis") { nodes { title } } }'
        answer = await client.ask(document, headers={"gateway_trace": "1"})
        assert answer.json()["data"]["titles"]["nodes"]
        assert ("extensions" in answer.json()) is shown
        if shown:
            calls = answer.json()["extensions"]["trace"]
            assert {call["table"].rpartition("-")[2] for call in calls} == {"MovieTable", "titles"}
        assert "extensions" not in (await client.ask(document)).json()


async def test_numbers_keep_their_digits(engines: Engines, tmp_path: Any) -> None:
    details = {
        "tenth": Decimal("0.1"),
        "exact": Decimal("0.1234567890123456789012345678901234567"),
        "large": 12345678901234567890123456789012345678,
        "least": -(1 << 63),
        "most": (1 << 64) - 1,
        "below": -(1 << 63) - 1,
    }
    with dynamodb_copy(engines, tmp_path) as address:
        await put(
            address,
            "UserUsageTable",
            {
                "accountId": "ada-digits",
                "timestamp": "2025-09-20T11:59:00Z",
                "serviceType": "digits",
                "activityType": "count",
                "details": details,
            },
        )
        where = engines.stores(dynamodb={"stream": address})
        staff = Viewer("sam@example.com", frozenset({"admin"}))
        async with client_of(application(where, viewer_of=always(staff))) as client:
            answer = await client.ask(
                '{ usageEvents(serviceType: "digits") { nodes { details } } }'
            )
    assert answer.status_code == 200
    for name, number in details.items():
        assert f'"{name}":{number}'.encode() in answer.content


def test_decimals_keep_their_zeros() -> None:
    assert to_bytes({"price": Decimal("1.10"), "large": Decimal("1E+40")}) == (
        b'{"price":1.10,"large":1E+40}'
    )


def test_what_has_no_json_form_is_a_fault_of_ours() -> None:
    with pytest.raises(TypeError):
        to_bytes({"data": object()})


@pytest.mark.parametrize("depth", [10, 50, 99, 100, 125, 130, 150, 200, 220])
def test_an_answer_may_be_nested_deeply(depth: int) -> None:
    body: dict[str, Any] = {"leaf": [1, "a", None, True, {}]}
    expected = '{"leaf":[1,"a",null,true,{}]}'
    for _ in range(depth):
        body = {"a": [body]}
        expected = f'{{"a":[{expected}]}}'
    assert to_bytes(body).decode() == expected


async def test_the_deepest_document_gets_its_answer(client: Client) -> None:
    hops = 65
    document = (
        "{ episode(by: { episodeId: 1 }) { name "
        + "title { episodes(first: 1) { nodes { name " * hops
        + "} } }" * hops
        + "} }"
    )
    answer = await client.ask(document)
    assert answer.status_code == 200
    assert "errors" not in answer.json()
    assert answer.text.count('"name"') == hops + 1


async def test_what_nobody_foresaw_is_still_graphql(
    where: Addresses, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LevelExecutor, "execute", None)
    async with client_of(application(where)) as client:
        answer = await client.ask(ME)
    assert answer.status_code == 500
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "INTERNAL"}
    assert "NoneType" not in answer.text
    assert "NoneType" in caplog.text
    assert error["message"].rpartition(" ")[2].strip(".") in caplog.text


async def test_a_client_that_goes_away_is_no_fault_of_ours(client: Client) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": ENDPOINT,
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }
    await client.app(scope, receive, send)
    assert sent == []
