"""Documents over HTTP: by id, by hash, and as they stand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from gateway.app import ENDPOINT
from gateway.demo.data.people import ADA
from gateway.execution.documents import LONGEST_KEPT
from gateway.http.messages import GRAPHQL_JSON, JSON
from gateway.persisted.ids import id_of_text
from gateway.persisted.stores import DirectoryStore, RedisStore
from gateway.settings import SettingsError
from gateway.stores import Addresses
from tests.engines import Wire
from tests.gateway.persisted.valkey import ValkeyEngine
from tests.gateway.serving import Client, application, client_of

ME = "query Me { viewer { email } }"
ANSWER = {"data": {"viewer": {"email": ADA.email}}}
NO_STORES = Addresses({}, {}, {})
TYPED = "query Typed($yes: Boolean!) { a: __typename @include(if: $yes) }"


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def automatic(hash_: str, version: int = 1) -> Any:
    """What Apollo's clients send for the text of a document, or beside it."""
    return {"extensions": {"persistedQuery": {"version": version, "sha256Hash": hash_}}}


async def ask(client: Client, *, accept: str = JSON, **members: Any) -> httpx.Response:
    """The answer to a body of these members."""
    return await client.post(orjson.dumps(members), accept=accept)


def move_away(directory: Path) -> None:
    """Take a directory out of reach."""
    directory.rename(directory.with_name("elsewhere"))


def code(answer: httpx.Response) -> tuple[int, str]:
    """The status, and the code of the one error."""
    (error,) = answer.json()["errors"]
    return answer.status_code, error["extensions"]["code"]


FORBIDDEN = (403, "FORBIDDEN")
NOT_FOUND = (200, "PERSISTED_QUERY_NOT_FOUND")
NOT_SUPPORTED = (200, "PERSISTED_QUERY_NOT_SUPPORTED")
BAD = (400, "BAD_USER_INPUT")
DOWN = (503, "SOURCE_UNAVAILABLE")


@pytest.fixture
async def directory(tmp_path: Path) -> Path:
    """A directory with a document known by its hash, and by a name."""
    directory = tmp_path / "documents"
    await DirectoryStore(directory).add({id_of_text(ME): ME, "typed": TYPED, hash_of(TYPED): TYPED})
    return directory


@pytest.fixture
async def client(directory: Path) -> AsyncIterator[Client]:
    """A client of a gateway over that directory."""
    async with serving(gateway_documents_directory=directory) as client:
        yield client


@pytest.fixture
async def guarded(directory: Path) -> AsyncIterator[Client]:
    """A client of a gateway that runs the documents of the directory alone."""
    settings = {"gateway_documents_directory": directory, "gateway_documents": "only"}
    async with serving(**settings) as client:
        yield client


@asynccontextmanager
async def serving(**settings: Any) -> AsyncIterator[Client]:
    async with client_of(application(NO_STORES, **settings)) as client:
        yield client


def over(valkey: ValkeyEngine | Wire, **settings: Any) -> Any:
    """The settings of a gateway that has its documents there."""
    return {"gateway_documents_url": f"redis://127.0.0.1:{valkey.port}", **settings}


async def test_a_document_is_asked_for_by_its_id(client: Client) -> None:
    assert (await ask(client, documentId=id_of_text(ME))).json() == ANSWER
    answer = await ask(
        client, documentId="typed", operationName="Typed", variables={"yes": True}, extensions={}
    )
    assert answer.json() == {"data": {"a": "Query"}}
    assert (await ask(client, query=ME)).json() == ANSWER


async def test_a_document_is_asked_for_by_get(client: Client) -> None:
    asked = {"documentId": "typed", "variables": '{"yes":true}'}
    answer = await client.http.get(ENDPOINT, params=asked, headers={"accept": JSON})
    assert answer.json() == {"data": {"a": "Query"}}


async def test_an_unknown_id_is_told_of(client: Client) -> None:
    for id_ in (id_of_text("{ unknown }"), "unknown", "../typed", "", "a" * 10_000, "typed\0"):
        for accept in (JSON, GRAPHQL_JSON):
            answer = await ask(client, documentId=id_, accept=accept)
            assert code(answer) == (400, "PERSISTED_QUERY_NOT_FOUND")
            assert answer.json()["errors"][0]["message"] == "no document is stored by this id"


async def test_without_a_store_no_id_is_known() -> None:
    async with serving() as client:
        assert code(await ask(client, documentId="typed")) == (400, "PERSISTED_QUERY_NOT_FOUND")


async def test_a_document_is_told_once(client: Client) -> None:
    assert code(await ask(client, documentId="typed", query=TYPED)) == BAD
    assert code(await ask(client, variables={})) == BAD


async def test_what_was_found_is_kept_in_memory(client: Client, directory: Path) -> None:
    assert (await ask(client, documentId=id_of_text(ME))).json() == ANSWER
    await DirectoryStore(directory).remove([id_of_text(ME), "typed"])
    assert (await ask(client, documentId=id_of_text(ME))).json() == ANSWER
    assert code(await ask(client, documentId="typed"))[0] == 400


async def test_so_many_are_kept_at_most(directory: Path) -> None:
    settings = {"gateway_documents_directory": directory, "gateway_documents_kept": 1}
    async with serving(**settings) as client:
        for id_ in (id_of_text(ME), "typed"):
            assert (await ask(client, documentId=id_, variables={"yes": True})).status_code == 200
        await DirectoryStore(directory).remove([id_of_text(ME), "typed"])
        assert "data" in (await ask(client, documentId="typed", variables={"yes": True})).json()
        assert code(await ask(client, documentId=id_of_text(ME)))[0] == 400


async def test_a_store_that_is_down_costs_what_needs_it(client: Client, directory: Path) -> None:
    assert (await ask(client, documentId=id_of_text(ME))).json() == ANSWER
    move_away(directory)
    answer = await ask(client, documentId="typed")
    assert code(answer) == DOWN
    assert answer.headers["retry-after"]
    assert answer.json()["errors"][0]["extensions"]["retryable"] is True
    assert (await ask(client, documentId=id_of_text(ME))).json() == ANSWER
    assert (await ask(client, query=ME)).json() == ANSWER
    assert code(await ask(client, **automatic(hash_of(TYPED)))) == NOT_FOUND
    asked = {"query": TYPED, "variables": {"yes": True}, **automatic(hash_of(TYPED))}
    assert "data" in (await ask(client, **asked)).json()


async def test_only_what_is_stored_is_run(guarded: Client) -> None:
    assert (await ask(guarded, documentId=id_of_text(ME))).json() == ANSWER
    answer = await ask(guarded, query=ME)
    assert code(answer) == FORBIDDEN
    assert "documentId" in answer.json()["errors"][0]["message"]
    assert code(await ask(guarded, query="{ __typename }", extensions={})) == FORBIDDEN
    assert code(await ask(guarded, query="{")) == FORBIDDEN
    assert code(await ask(guarded)) == BAD
    by_get = await guarded.http.get(ENDPOINT, params={"query": ME}, headers={"accept": JSON})
    assert code(by_get) == FORBIDDEN


async def test_only_what_is_stored_is_run_by_its_hash(guarded: Client) -> None:
    yes: Any = {"variables": {"yes": True}}
    assert (await ask(guarded, **automatic(hash_of(ME)))).json() == ANSWER
    assert (await ask(guarded, query=ME, **automatic(hash_of(ME)))).json() == ANSWER
    assert "data" in (await ask(guarded, **automatic(hash_of(TYPED)), **yes)).json()
    assert "data" in (await ask(guarded, **automatic("typed"), **yes)).json()
    other = "{ __typename }"
    assert code(await ask(guarded, **automatic(hash_of(other)))) == NOT_FOUND
    for _ in range(2):
        assert code(await ask(guarded, query=other, **automatic(hash_of(other)))) == FORBIDDEN
    assert code(await ask(guarded, **automatic(hash_of(other)))) == NOT_FOUND


async def test_only_what_is_stored_needs_the_store(guarded: Client, directory: Path) -> None:
    move_away(directory)
    assert code(await ask(guarded, documentId="typed")) == DOWN
    assert code(await ask(guarded, **automatic(hash_of(ME)))) == DOWN
    assert code(await ask(guarded, query=ME, **automatic(hash_of(ME)))) == DOWN
    assert code(await ask(guarded, query=ME)) == FORBIDDEN


def test_only_what_is_stored_has_to_be_stored_somewhere() -> None:
    with pytest.raises(SettingsError, match="GATEWAY_DOCUMENTS_DIRECTORY or GATEWAY_DOCUMENTS_URL"):
        application(NO_STORES, gateway_documents="only")


async def test_what_a_client_sends_with_its_hash_is_kept() -> None:
    async with serving() as client:
        for accept in (JSON, GRAPHQL_JSON):
            missed = await ask(client, **automatic(hash_of(ME)), accept=accept)
            assert code(missed) == NOT_FOUND
            assert missed.json()["errors"][0]["message"] == "PersistedQueryNotFound"
            assert missed.headers["content-type"].startswith(JSON)
        assert (await ask(client, query=ME, **automatic(hash_of(ME)))).json() == ANSWER
        assert (await ask(client, **automatic(hash_of(ME)))).json() == ANSWER


async def test_what_a_client_sends_by_get_is_kept() -> None:
    async with serving() as client:
        extensions = orjson.dumps(automatic(hash_of(ME))["extensions"]).decode()

        async def get(**members: str) -> httpx.Response:
            asked = {"extensions": extensions, **members}
            return await client.http.get(ENDPOINT, params=asked, headers={"accept": JSON})

        missed = await get()
        assert code(missed) == NOT_FOUND
        assert missed.headers["cache-control"] == "no-store"
        assert (await get(query=ME)).json() == ANSWER
        assert (await get()).json() == ANSWER


@pytest.mark.parametrize(
    "persisted",
    [
        1,
        {},
        {"version": 1},
        {"version": 2, "sha256Hash": hash_of(ME)},
        {"version": 1, "sha256Hash": 1},
        {"version": 1, "sha256Hash": hash_of(TYPED)},
        {"version": 1, "sha256Hash": "typed"},
    ],
)
async def test_a_hash_has_to_be_that_of_the_text(client: Client, persisted: Any) -> None:
    answer = await ask(client, query=ME, extensions={"persistedQuery": persisted})
    assert code(answer) == BAD
    (error,) = answer.json()["errors"]
    assert error["extensions"]["argument"] == "extensions.persistedQuery"


async def test_a_stored_document_is_found_by_its_hash_or_the_id_of_a_manifest(
    client: Client,
) -> None:
    yes: Any = {"variables": {"yes": True}}
    assert (await ask(client, **automatic(hash_of(ME)))).json() == ANSWER
    assert "data" in (await ask(client, **automatic("typed"), **yes)).json()
    assert "data" in (await ask(client, **automatic(hash_of(TYPED)), **yes)).json()


async def test_documents_of_clients_are_bounded() -> None:
    long = "{ __typename }".ljust(LONGEST_KEPT + 1)
    async with serving(gateway_documents_kept=1) as client:
        for text in (long, TYPED, ME):
            await ask(client, query=text, variables={"yes": True}, **automatic(hash_of(text)))
        assert (await ask(client, **automatic(hash_of(ME)))).json() == ANSWER
        for text in (long, TYPED):
            assert code(await ask(client, **automatic(hash_of(text)))) == NOT_FOUND


async def test_keeping_documents_of_clients_can_be_left(directory: Path) -> None:
    settings = {"gateway_documents_directory": directory, "gateway_automatic_documents": False}
    async with serving(**settings) as client:
        other = "{ __typename }"
        assert (await ask(client, **automatic(hash_of(ME)))).json() == ANSWER
        for _ in range(2):
            missed = await ask(client, **automatic(hash_of(other)))
            assert code(missed) == NOT_SUPPORTED
            assert missed.json()["errors"][0]["message"] == "PersistedQueryNotSupported"
            sent = await ask(client, query=other, **automatic(hash_of(other)))
            assert sent.json() == {"data": {"__typename": "Query"}}


async def test_processes_share_what_is_in_valkey(valkey: ValkeyEngine) -> None:
    store = RedisStore(valkey.url)
    await store.add({"mine": ME})
    await store.aclose()
    async with serving(**over(valkey)) as one, serving(**over(valkey)) as other:
        assert (await ask(one, documentId="mine")).json() == ANSWER
        asked = {"variables": {"yes": True}, **automatic(hash_of(TYPED))}
        assert code(await ask(other, **asked)) == NOT_FOUND
        assert "data" in (await ask(one, query=TYPED, **asked)).json()
        assert "data" in (await ask(other, **asked)).json()
        valkey_only = over(valkey, gateway_documents="only")
        async with serving(**valkey_only) as guarded:
            assert (await ask(guarded, documentId="mine")).json() == ANSWER
            assert code(await ask(guarded, **asked)) == NOT_FOUND
            assert code(await ask(guarded, query=TYPED, **asked)) == FORBIDDEN


async def test_a_valkey_that_is_down_costs_what_needs_it(wire: Wire) -> None:
    await wire.refuse()
    async with serving(**over(wire)) as client:
        assert code(await ask(client, documentId="mine")) == DOWN
        assert (await ask(client, query=ME)).json() == ANSWER
        assert code(await ask(client, **automatic(hash_of(ME)))) == NOT_FOUND
        assert (await ask(client, query=ME, **automatic(hash_of(ME)))).json() == ANSWER
        assert (await ask(client, **automatic(hash_of(ME)))).json() == ANSWER
        await wire.listen()
        assert code(await ask(client, documentId="mine"))[0] == 400
