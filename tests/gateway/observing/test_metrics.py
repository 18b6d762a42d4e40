"""Metrics: what is counted of requests, and of what the gateway holds."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.demo.data.people import ADA
from gateway.observing.metrics import Metrics, _forget_the_dead
from gateway.observing.names import OTHER, UNNAMED, Names
from gateway.observing.observing import Observing
from gateway.stores import Addresses
from loaders.stores.dynamo_client import DynamoAddress
from tests.gateway.serving import Client, application, client_of

MOVIES = 'query Movies { movies(genre: "Drama", first: 2) { nodes { title } } }'
PEOPLE = "query People { viewer { accounts { product } } }"

Counted = dict[tuple[str, ...], float]


@pytest.fixture
async def counting(where: Addresses) -> AsyncIterator[Client]:
    """A client of a gateway that counts."""
    app = application(where, observing=Observing(metrics=Metrics()))
    async with client_of(app) as client:
        yield client


async def counted(client: Client, name: str) -> Counted:
    """The values of a metric by the values of its labels, in the order of the labels' names."""
    await asyncio.sleep(0)  # a request is told of when its reply is on its way
    answer = await client.http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    return values(answer.text, name)


def values(text: str, name: str) -> Counted:
    """The same out of a page."""
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    }


@pytest.mark.slow
async def test_requests_by_name_and_result(counting: Client) -> None:
    await counting.ask(MOVIES)
    await counting.ask(MOVIES)
    await counting.ask("{ __typename }")
    await counting.ask("query Wrong { nothing }")
    await counting.ask('query Bad { node(id: "no id") { id } }')
    await counting.post(b"{")
    await counting.post(b"{}", content_type="text/plain")
    assert await counted(counting, "quintet_requests_total") == {
        ("Movies", "ok"): 2,
        (UNNAMED, "ok"): 1,
        (UNNAMED, "refused"): 3,
        ("Bad", "partial"): 1,
    }
    assert await counted(counting, "quintet_errors_total") == {
        ("BAD_USER_INPUT", UNNAMED): 3,
        ("BAD_USER_INPUT", "Bad"): 1,
    }
    assert (await counted(counting, "quintet_request_seconds_count"))["Movies",] == 2


@pytest.mark.slow
async def test_store_calls_by_table_and_operation(counting: Client) -> None:
    await counting.ask(MOVIES)
    table = ("Query", "stream", "MovieTable")
    for name, figure in {
        "quintet_store_rows_total": 3,  # one more tells whether there are more
        "quintet_store_call_keys_sum": 1,
        "quintet_store_call_seconds_count": 1,
    }.items():
        assert (name, await counted(counting, name)) == (name, {table: figure})
    assert (await counted(counting, "quintet_dynamodb_read_units_total"))[table] > 0
    assert await counted(counting, "quintet_store_call_errors_total") == {}


@pytest.mark.slow
async def test_store_calls_that_fail(where: Addresses) -> None:
    closed = DynamoAddress("us-east-1", "http://127.0.0.1:1", "key", "secret")
    app = application(
        replace(where, dynamodb=dict.fromkeys(where.dynamodb, closed)),
        observing=Observing(metrics=Metrics()),
    )
    async with client_of(app) as client:
        await client.ask(MOVIES)
        assert await counted(client, "quintet_store_call_errors_total") == {
            ("SourceUnavailable", "Query", "stream", "MovieTable"): 1
        }
        assert await counted(client, "quintet_errors_total") == {
            ("SOURCE_UNAVAILABLE", "Movies"): 1
        }


@pytest.mark.slow
async def test_what_the_gateway_holds(counting: Client) -> None:
    await counting.ask(PEOPLE)
    await counting.ask(PEOPLE)
    connections = await counted(counting, "quintet_store_connections")
    assert connections["in_use", "family"] == 0
    assert connections["idle", "family"] >= 1
    assert await counted(counting, "quintet_store_connections_limit") == {
        (product,): store.use.at_most
        for product, store in counting.app._starlette.state.gateway.stores.items()
    }
    assert (await counted(counting, "quintet_document_hits_total"))[()] == 1
    assert (await counted(counting, "quintet_document_misses_total"))[()] == 1
    assert (await counted(counting, "quintet_plan_fallbacks_total"))[()] == 0


@pytest.mark.slow
async def test_a_fallback_is_counted(counting: Client) -> None:
    await counting.ask(
        "query ($all: Boolean!) { __schema { types @include(if: $all) { name } } }",
        variables={"all": True},
    )
    assert (await counted(counting, "quintet_plan_fallbacks_total"))[()] == 1


async def test_nobody_sees_metrics_unless_they_are_on(client: Client) -> None:
    assert (await client.http.get("/metrics")).status_code == 404


@pytest.mark.slow
async def test_labels_are_few_and_tell_nothing_of_anybody(counting: Client) -> None:
    for number in range(120):
        await counting.ask(f"query Number{number} {{ __typename }}")
    await counting.ask(
        "query ($of: String!) { person(email: $of) { email } }", variables={"of": ADA.email}
    )
    names = {name for name, _ in await counted(counting, "quintet_requests_total")}
    assert (len(names), OTHER in names) == (102, True)
    text = (await counting.http.get("/metrics")).text
    assert not re.search("@|example", text)


def test_names_that_came_first_are_kept() -> None:
    names = Names(2)
    assert [names.label(name) for name in ("A", None, "B", "C", "A", "B")] == [
        *("A", UNNAMED, "B", OTHER, "A", "B")
    ]


@pytest.mark.parametrize("why", [ProcessLookupError, PermissionError])
def test_what_a_process_held_goes_when_its_number_is_nobodys_or_anothers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: type[OSError]
) -> None:
    def kill(pid: int, signal: int) -> None:
        if pid == 7:
            raise why

    monkeypatch.setattr(os, "kill", kill)
    for name in ("gauge_livesum_7.db", "gauge_livesum_8.db", "counter_7.db"):
        (tmp_path / name).touch()
    _forget_the_dead(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"gauge_livesum_8.db", "counter_7.db"}
