"""graphql-transport-ws over real sockets: its messages, and why connections are closed."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from hashlib import sha256
from typing import Any

import orjson
import pytest
from graphql import get_introspection_query
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.http11 import Response

from gateway.demo.data.people import ADA, BEN
from gateway.stores import Addresses
from gateway.subscriptions import websocket
from gateway.subscriptions.messages import PROTOCOL, Closing
from gateway.subscriptions.websocket import Connection
from tests.gateway.serving import application
from tests.gateway.sockets import until
from tests.gateway.subscriptions.serving import (
    MINE,
    STANDING,
    Expiring,
    Served,
    Talk,
    bearing,
    served,
    subscribe,
    talking,
)
from tests.viewers import by_token

pytestmark = pytest.mark.slow

ME = "{ viewer { email } }"
INIT = {"type": "connection_init"}


ADAS = bearing(ADA.email)
BENS = bearing(BEN.email)


async def answers(talk: Talk, count: int) -> list[Any]:
    """So many answers to the operation 1, and nothing else."""
    heard = [await talk.hear() for _ in range(count)]
    assert {(message["id"], message["type"]) for message in heard} == {("1", "next")}
    return [message["payload"] for message in heard]


async def test_a_query_has_one_answer(server: Served) -> None:
    async with talking(server, ADAS) as talk:
        await talk.say(subscribe(ME))
        assert await answers(talk, 1) == [{"data": {"viewer": {"email": ADA.email}}}]
        assert await talk.hear() == {"id": "1", "type": "complete"}


async def test_the_address_is_not_logged(server: Served, caplog: pytest.LogCaptureFixture) -> None:
    """It may have a token in it, whatever we make of it."""
    asked = replace(server, url=f"{server.url}?access_token=abc")
    uvicorns = logging.getLogger("uvicorn.error")
    uvicorns.addHandler(caplog.handler)
    with caplog.at_level(logging.INFO, uvicorns.name):
        async with talking(asked) as talk:
            uvicorns.info("what else it logs")
            assert await talk.connection.ping()
    uvicorns.removeHandler(caplog.handler)
    assert "what else it logs" in caplog.messages
    assert "access_token" not in caplog.text


async def test_variables_and_the_name_of_the_operation_are_taken(server: Served) -> None:
    async with talking(server) as talk:
        document = "query A { a: __typename } query B($b: Boolean!) { b: __typename @skip(if: $b) }"
        await talk.say(subscribe(document, operationName="B", variables={"b": False}))
        assert await answers(talk, 1) == [{"data": {"b": "Query"}}]


async def test_a_subscription_is_answered_until_the_client_ends_it(server: Served) -> None:
    async with talking(server, ADAS) as talk:
        for _ in range(2):  # its id is free again
            await talk.say(subscribe(MINE))
            found = await answers(talk, STANDING)
            assert len({body["data"]["inputRecordProgress"]["id"] for body in found}) == STANDING
            await talk.say({"type": "complete", "id": "1"})
        await talk.say({"type": "complete", "id": "1"}, {"type": "ping"})
        assert await talk.hear() == {"type": "pong"}


async def test_what_is_refused_is_an_error(server: Served) -> None:
    async with talking(server) as talk:
        for query in ("{", "{ nothing }", "subscription { nothing }", "mutation { a }"):
            await talk.say(subscribe(query))
            message = await talk.hear()
            assert (message["id"], message["type"]) == ("1", "error")
            (error,) = message["payload"]
            assert error["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_a_document_may_be_asked_for_by_its_hash(server: Served) -> None:
    query = "{ asked: __typename }"
    hash_ = sha256(query.encode()).hexdigest()
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": hash_}}
    unknown = {"type": "subscribe", "id": "1", "payload": {"extensions": extensions}}
    async with talking(server) as talk:
        await talk.say(unknown)
        message = await talk.hear()
        assert (message["id"], message["type"]) == ("1", "error")
        assert message["payload"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
        for known in (subscribe(query, extensions=extensions), unknown):
            await talk.say(known)
            assert await answers(talk, 1) == [{"data": {"asked": "Query"}}]
            assert await talk.hear() == {"id": "1", "type": "complete"}


async def test_a_field_that_fails_is_told_in_the_answer(server: Served) -> None:
    async with talking(server) as talk:
        await talk.say(subscribe('{ node(id: "nonsense") { id } }'))
        (body,) = await answers(talk, 1)
        assert body["data"] == {"node": None}
        assert body["errors"][0]["path"] == ["node"]


async def test_each_side_may_ask_whether_the_other_is_there(server: Served) -> None:
    async with talking(server, initialise=False) as talk:
        await talk.say({"type": "pong"}, {"type": "ping", "payload": {"any": "thing"}}, INIT)
        assert [await talk.hear(), await talk.hear()] == [
            {"type": "pong"},
            {"type": "connection_ack"},
        ]


@pytest.mark.parametrize(
    ("messages", "code", "reason"),
    [
        (["{"], 4400, "the message is no JSON"),
        ([b"{}"], 4400, "a message is text"),
        (["[]"], 4400, "a message is a JSON object with a member `type`"),
        ([{"type": 1}], 4400, "a message is a JSON object with a member `type`"),
        ([{"type": "start"}], 4400, "no message has the type start"),
        ([{**INIT, "payload": []}], 4400, "`payload` must be an object"),
        ([{**INIT, "payload": {"Authorization": 1}}], 4400, "`Authorization` must be a text"),
        ([INIT, {"type": "subscribe", "id": "1"}], 4400, "`payload` says what is asked for"),
        ([INIT, subscribe(ME, "")], 4400, "`id` must be a text that is not empty"),
        ([INIT, {"type": "complete"}], 4400, "`id` must be a text that is not empty"),
        ([INIT, subscribe(ME, variables=[])], 4400, "`variables` must be an object"),
        ([INIT, {"type": "é" * 200}], 4400, "no message has the type " + "é" * 49),
        ([subscribe(ME)], 4401, "`connection_init` comes first"),
        ([INIT, subscribe(MINE), subscribe(ME)], 4409, "an operation 1 is under way"),
        ([INIT, INIT], 4429, "`connection_init` has been sent already"),
    ],
)
async def test_what_breaks_the_protocol_closes_the_connection(
    server: Served, messages: list[Any], code: int, reason: str
) -> None:
    async with talking(server, initialise=False, additional_headers=ADAS) as talk:
        await talk.say(*messages)
        assert await talk.closed() == (code, reason)


async def test_who_says_nothing_is_not_waited_for(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "TIME_TO_INITIALISE", 0.1)
    async with talking(server, initialise=False) as talk:
        assert await talk.closed() == (4408, "`connection_init` has not been sent")


@pytest.mark.parametrize("offered", [["graphql-ws"], None])
async def test_no_other_protocol_is_spoken(server: Served, offered: Any) -> None:
    async with talking(server, initialise=False, subprotocols=offered) as talk:
        assert talk.connection.subprotocol is None
        assert await talk.closed() == (4406, f"the subprotocol is {PROTOCOL}")


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
async def test_the_token_is_in_the_payload(server: Served, name: str) -> None:
    async with talking(server, {name: BENS["Authorization"], "other": 1}) as talk:
        await talk.say(subscribe(ME))
        assert await answers(talk, 1) == [{"data": {"viewer": {"email": BEN.email}}}]


async def test_the_token_may_be_in_the_handshake(server: Served) -> None:
    async with talking(server, additional_headers=ADAS) as talk:
        await talk.say(subscribe(ME))
        assert await answers(talk, 1) == [{"data": {"viewer": {"email": ADA.email}}}]


async def test_a_token_that_is_refused_closes_the_connection(server: Served) -> None:
    async with talking(server, initialise=False) as talk:
        await talk.say({**INIT, "payload": {"authorization": "Bearer nonsense"}})
        assert await talk.closed() == (4403, "the token is malformed")


async def test_the_connection_ends_when_its_token_expires(
    where: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "TOKEN_CHECKED_EVERY", 0.1)
    expiring = Expiring()
    app = application(where, viewer_of=expiring.viewer_of)
    async with served(app) as server, talking(server, ADAS) as talk:
        await talk.say(subscribe(MINE))
        await answers(talk, STANDING)
        expiring.expired = True
        assert await talk.closed() == (4403, "the token has expired")


async def test_nothing_is_told_on_a_token_that_has_expired(where: Addresses) -> None:
    expiring = Expiring()
    app = application(where, viewer_of=expiring.viewer_of)
    async with served(app) as server, talking(server, ADAS) as talk:
        expiring.expired = True
        await talk.say(subscribe(ME))
        with pytest.raises(ConnectionClosed):
            await talk.hear()
        assert await talk.closed() == (4403, "the token has expired")


async def test_a_page_of_another_site_opens_no_connection(server: Served) -> None:
    own = server.url.removesuffix("/graphql")
    async with talking(server, origin=own) as talk:
        await talk.say({"type": "ping"})
        assert await talk.hear() == {"type": "pong"}
    for foreign in ("https://evil.example.com", "null", "http://[", f"{own}0"):
        with pytest.raises(InvalidStatus) as refused:
            async with talking(server, origin=foreign):
                pass
        assert told_by(refused.value.response) == (403, "FORBIDDEN")


async def test_a_websocket_may_last_longer_than_a_request_may_take_to_come(
    where: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.protocol.TIME_TO_ARRIVE", 0.5)
    async with served(application(where)) as server, talking(server) as talk:
        await asyncio.sleep(1)
        await talk.say({"type": "ping"})
        assert await talk.hear() == {"type": "pong"}


async def test_there_is_no_websocket_elsewhere(server: Served) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(server.url.replace("http", "ws", 1) + "s"):
            pass
    assert told_by(refused.value.response) == (404, "BAD_USER_INPUT")


def told_by(response: Response) -> tuple[int, str]:
    """The status and the code of the answer to a handshake, which has an id."""
    assert response.headers["x-request-id"]
    assert response.headers["content-type"].startswith("application/json")
    (error,) = orjson.loads(response.body)["errors"]
    return response.status_code, error["extensions"]["code"]


async def test_a_page_whose_origin_is_named_opens_one(where: Addresses) -> None:
    shop = "https://shop.example.com"
    async with served(application(where, gateway_cors_origins=shop)) as server:
        async with talking(server, origin=shop):
            pass
        with pytest.raises(InvalidStatus):
            async with talking(server, origin="https://evil.example.com"):
                pass


async def test_a_connection_has_a_bounded_number_of_operations(where: Addresses) -> None:
    app = application(where, gateway_operations_per_connection=1)
    async with served(app) as server, talking(server) as talk:
        await talk.say(subscribe(MINE), subscribe(ME, "2"))
        await _overloaded(talk, "this connection has 1 operations under way: end one of them")
        await talk.say({"type": "complete", "id": "1"}, subscribe(ME, "3"))
        await _completed(talk, "3")


async def test_a_viewer_has_a_bounded_number_of_operations(where: Addresses) -> None:
    app = application(where, viewer_of=by_token(), gateway_operations_per_viewer=1)
    async with served(app) as server, talking(server, ADAS) as talk:
        async with talking(server, ADAS) as first:
            await first.say(subscribe(MINE))
            await answers(first, STANDING)
            await talk.say(subscribe(ME, "2"))
            await _overloaded(talk, "you have 1 operations under way: end one of them")
            async with talking(server, BENS) as bens:
                await bens.say(subscribe(ME))
                await answers(bens, 1)
            first.connection.transport.abort()  # who goes without a word counts no more
        async with asyncio.timeout(60):
            message = {"type": "error"}
            while message["type"] == "error":
                await talk.say(subscribe(ME, "2"))
                message = await talk.hear()
        assert message["type"] == "next"


async def _overloaded(talk: Talk, why: str) -> None:
    """Wait for the word that there is too much, of the operation 2."""
    while (message := await talk.hear())["id"] == "1":
        pass
    assert (message["id"], message["type"]) == ("2", "error")
    (error,) = message["payload"]
    assert error["message"] == why
    assert error["extensions"] == {"code": "OVERLOADED", "retryable": True}


async def _completed(talk: Talk, id_: str) -> None:
    while await talk.hear() != {"id": id_, "type": "complete"}:
        pass


async def test_a_message_is_no_larger_than_a_body(where: Addresses) -> None:
    async with served(application(where), ws_max_size=1000) as server, talking(server) as talk:
        await talk.say(subscribe(f"{{ {'a' * 1000} }}"))
        code, _ = await talk.closed()
        assert code == 1009


async def test_who_takes_no_messages_is_dropped(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped = []
    goodbye = Connection.close

    async def close(self: Connection, why: Closing) -> None:
        dropped.append(why)
        monkeypatch.undo()
        await goodbye(self, why)

    monkeypatch.setattr(websocket, "TIME_TO_TAKE", 0.2)
    monkeypatch.setattr(Connection, "close", close)
    everything = get_introspection_query()
    async with talking(server) as talk:
        talk.connection.transport.pause_reading()
        await talk.say(*(subscribe(everything, str(number)) for number in range(50)))
        await until(lambda: dropped)
        talk.connection.transport.resume_reading()
        assert await talk.closed() == (4430, "the messages are not taken fast enough")


async def test_what_nobody_foresaw_closes_the_connection(where: Addresses) -> None:
    async def viewer_of(headers: Any) -> Any:
        raise ZeroDivisionError("secret")

    app = application(where, viewer_of=viewer_of)
    async with served(app) as server, talking(server, initialise=False) as talk:
        await talk.say(INIT)
        code, reason = await talk.closed()
    assert code == 1011
    assert "its log tells under" in reason


async def test_a_server_that_ends_says_so_and_waits_for_nobody(where: Addresses) -> None:
    async with served(application(where)) as server, talking(server) as talk:
        await talk.say(subscribe(MINE))
        await answers(talk, STANDING)
        server.stop()
        code, _ = await talk.closed()
        assert code == 1012


async def test_the_trace_is_shown_to_who_asks_for_it(server: Served) -> None:
    async with talking(server, {**ADAS, "Gateway-Trace": "1"}) as talk:
        await talk.say(subscribe(MINE))
        (body,) = await answers(talk, 1)
        assert body["extensions"]["trace"]
