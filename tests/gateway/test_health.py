"""What is told to those who watch over the gateway, and what it costs the stores."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from gateway import health
from gateway.stores import Addresses
from loaders.stores import servers
from loaders.stores.connections import Use
from loaders.stores.postgres import PostgresAddress
from loaders.tables import family, stream
from loaders.tables.catalogue import DYNAMODB, POSTGRES
from tests.engines import HttpWire, http_wire_to, local, refusal, wire_to
from tests.gateway.serving import Client, application, client_of

DOWN = {"state": "down", "code": "SOURCE_UNAVAILABLE"}
NOWHERE = PostgresAddress("postgresql://gateway:canary-password@127.0.0.1:1/family")


@pytest.fixture(autouse=True)
def on_a_busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is late who only waits for the machine."""
    monkeypatch.setattr(servers, "ANSWERS_WITHIN", 3.0)
    monkeypatch.setattr(health, "ANSWERS_WITHIN", 3.0)


def alone(postgres: Mapping[str, PostgresAddress] = MappingProxyType({})) -> Addresses:
    """These stores and no others."""
    return Addresses(postgres, {}, {})


def by_wire(where: Addresses, wire: HttpWire) -> Addresses:
    """The stream's tables at the end of a wire, and no others."""
    product = stream.PRODUCT
    names = {product: where.table_names[product]}
    return Addresses({}, {product: local(wire.endpoint)}, names)


async def states(client: Client, status: int = 200) -> dict[str, Any]:
    """What is told of each store."""
    answer = await client.http.get("/readyz")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert told.keys() == {"ready", "stores"}
    assert told["ready"] is (status == 200)
    return dict(told["stores"])


async def test_who_is_alive_says_so_and_asks_no_store(where: Addresses) -> None:
    async with wire_to(where.postgres[family.PRODUCT].url) as wire:
        at_wire = PostgresAddress(f"postgresql://postgres@127.0.0.1:{wire.port}/family")
        async with client_of(application(alone({"family": at_wire}))) as client:
            answer = await client.http.get("/healthz")
            assert (answer.status_code, answer.json()) == (200, {"alive": True})
            assert answer.headers["cache-control"] == "no-store"
        assert wire.connections == 0


async def test_who_is_ready_tells_of_each_store(client: Client) -> None:
    told = await states(client)
    assert told.keys() == {*POSTGRES, *DYNAMODB}
    for product, state in told.items():
        assert state.pop("milliseconds") > 0
        server = {"readFrom": "primary"} if product in POSTGRES else {}
        assert state == {"state": "up", **server}


async def test_who_is_ready_tells_of_a_replica(where: Addresses) -> None:
    url = where.postgres[family.PRODUCT].url
    address = replace(where.postgres[family.PRODUCT], primary_url=url)
    async with client_of(application(alone({"family": address}))) as client:
        told = (await states(client))["family"]
    assert told.pop("milliseconds") > 0
    assert told == {"state": "up", "readFrom": "replica", "lagSeconds": 0.0}


@pytest.mark.slow
async def test_a_store_that_is_down_makes_nobody_unready(where: Addresses) -> None:
    some = replace(where, postgres={**where.postgres, "family": NOWHERE})
    async with client_of(application(some)) as client:
        told = await states(client)
    assert told.pop("family") == DOWN
    assert {state["state"] for state in told.values()} == {"up"}


async def test_nobody_is_ready_whose_stores_are_all_down() -> None:
    async with client_of(application(alone({"family": NOWHERE}))) as client:
        assert await states(client, 503) == {"family": DOWN}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("UnrecognizedClientException", "SOURCE_UNAVAILABLE"),
        ("ResourceNotFoundException", "SOURCE_UNAVAILABLE"),
        ("SomethingElse", "INTERNAL"),
    ],
)
async def test_what_a_store_says_is_told_as_a_code(
    where: Addresses, code: str, expected: str
) -> None:
    async with http_wire_to(where.dynamodb[stream.PRODUCT].endpoint_url or "") as wire:
        wire.always = refusal(code, message="canary")
        async with client_of(application(by_wire(where, wire))) as client:
            assert await states(client, 503) == {"stream": {"state": "down", "code": expected}}


async def test_what_nobody_foresaw_is_told_to_the_log_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Failing:
        """A store that fails at whatever it is asked."""

        async def fail(self, *_: Any) -> Any:
            raise ValueError("canary")

        find = listing = union = values = count = health = close = fail
        use = Use(in_use=0, idle=0, at_most=0)

    failing: Any = Failing()
    readiness = health.Readiness({"family": failing})
    assert await readiness.states() == {"family": {"state": "down", "code": "INTERNAL"}}
    assert "canary" in caplog.text


@pytest.mark.slow
async def test_many_probes_are_one_question(
    where: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "KEPT", 3600.0)
    async with http_wire_to(where.dynamodb[stream.PRODUCT].endpoint_url or "") as wire:
        async with client_of(application(by_wire(where, wire))) as client:
            told = await asyncio.gather(*(states(client) for _ in range(20)))
            assert await states(client) == told[0]
            assert len(wire.requests) == 1
            monkeypatch.setattr(health, "KEPT", 0.0)
        async with client_of(application(by_wire(where, wire))) as client:
            await states(client)
            await states(client)
            assert len(wire.requests) == 3


@pytest.mark.slow
async def test_a_store_that_hangs_is_given_up_in_time(where: Addresses) -> None:
    async with (
        http_wire_to(where.dynamodb[stream.PRODUCT].endpoint_url or "") as to_stream,
        wire_to(where.postgres[family.PRODUCT].url) as to_family,
    ):
        to_stream.stalled = to_family.stalled = True
        hanging = Addresses(
            {
                **where.postgres,
                "family": PostgresAddress(f"postgresql://postgres@127.0.0.1:{to_family.port}/a"),
            },
            {"stream": local(to_stream.endpoint)},
            where.table_names,
        )
        async with client_of(application(hanging)) as client, asyncio.timeout(20):
            told = await states(client)
    late = {"state": "down", "code": "DEADLINE_EXCEEDED"}
    assert told.pop("studio")["state"] == "up"
    assert told == {"family": late, "stream": late}


@pytest.mark.slow
async def test_asking_ends_with_the_gateway(where: Addresses) -> None:
    async with http_wire_to(where.dynamodb[stream.PRODUCT].endpoint_url or "") as wire:
        wire.stalled = True
        before = asyncio.all_tasks()
        async with client_of(application(by_wire(where, wire))) as client:
            probe = asyncio.ensure_future(client.http.get("/readyz"))
            await wire.heard(1)
            probe.cancel()
            await asyncio.wait([probe])
        await wire.drop()
        assert not {task for task in asyncio.all_tasks() - before if "_ask" in repr(task)}
