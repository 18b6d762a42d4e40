"""The products' stores: where they are, that nothing secret goes in plain text, and their end."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from gateway.settings import SettingsError, read_store_settings
from gateway.stores import Addresses, addresses, opened
from loaders.stores.dynamo import DynamoStore
from loaders.stores.postgres import PostgresAddress, PostgresStore
from loaders.tables import family, stream
from loaders.tables.catalogue import DYNAMODB, POSTGRES
from tests.engines import wire_to
from tests.gateway.serving import application, client_of

LOOPBACK = "postgresql://gateway@127.0.0.1"


@pytest.fixture
def needed(environment: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment with what is needed; its stores are on this machine or AWS's own."""
    for product in POSTGRES:
        environment.setenv(f"{product.upper()}_DATABASE_URL", f"{LOOPBACK}/{product}")
    return environment


def test_each_product_has_its_address(needed: pytest.MonkeyPatch) -> None:
    found = addresses(read_store_settings())
    assert {product: address.url for product, address in found.postgres.items()} == {
        product: f"{LOOPBACK}/{product}" for product in POSTGRES
    }
    assert {address.endpoint_url for address in found.dynamodb.values()} == {None}
    assert found.dynamodb.keys() == found.table_names.keys() == DYNAMODB.keys()
    assert found.table_names[stream.PRODUCT]["MovieTable"] == "MovieTable"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FAMILY_DATABASE_URL", "postgresql://gateway@db.example.com/family"),
        ("FAMILY_DATABASE_URL", "postgresql://gateway@db.example.com/family?sslmode=prefer"),
        ("FAMILY_DATABASE_URL", "postgresql://gateway@db.example.com/family?sslmode=disable"),
        ("FAMILY_DATABASE_URL", "postgresql://127.0.0.1,db.example.com/family"),
        ("FAMILY_DATABASE_URL", "postgresql:///family?host=db.example.com"),
        ("FAMILY_DATABASE_URL", "postgresql://127.0.0.1.example.com/family"),
        ("FAMILY_DATABASE_REPLICA_URL", "postgresql://copy.example.com/family"),
        ("DYNAMODB_ENDPOINT_URL", "http://dynamodb.example.com"),
        ("STREAM_DYNAMODB_ENDPOINT_URL", "http://localhost.example.com:8000"),
    ],
)
def test_a_store_elsewhere_is_not_reached_in_plain_text(
    needed: pytest.MonkeyPatch, name: str, value: str
) -> None:
    needed.setenv(name, value)
    product = "family" if "FAMILY" in name else "stream"
    with pytest.raises(SettingsError, match=f"the store of {product} .* without TLS") as caught:
        addresses(read_store_settings())
    assert "example.com" not in str(caught.value)
    needed.setenv("GATEWAY_PLAINTEXT_STORES", "1")
    addresses(read_store_settings())


@pytest.mark.parametrize("writing", [True, False])
def test_the_primary_of_a_replica_is_not_reached_in_plain_text(
    needed: pytest.MonkeyPatch, writing: bool
) -> None:
    needed.setenv("FAMILY_DATABASE_REPLICA_URL", "postgresql://copy.example.com/f?sslmode=require")
    needed.setenv("FAMILY_DATABASE_URL", "postgresql://db.example.com/family")
    with pytest.raises(SettingsError, match=r"the store of family .* without TLS"):
        addresses(read_store_settings(), writing=writing)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FAMILY_DATABASE_URL", "postgresql://gateway@localhost:5432/family"),
        ("FAMILY_DATABASE_URL", "postgresql+asyncpg://gateway@[::1]/family"),
        ("FAMILY_DATABASE_URL", "postgresql://db.example.com/family?sslmode=require"),
        ("FAMILY_DATABASE_URL", "postgres://db.example.com/family?a=b&sslmode=verify-full"),
        ("FAMILY_DATABASE_REPLICA_URL", "postgresql://copy.example.com/f?sslmode=verify-ca"),
        ("DYNAMODB_ENDPOINT_URL", "http://127.0.0.1:8000"),
        ("DYNAMODB_ENDPOINT_URL", "https://dynamodb.example.com"),
    ],
)
def test_stores_here_or_behind_tls_are_reached(
    needed: pytest.MonkeyPatch, name: str, value: str
) -> None:
    needed.setenv(name, value)
    addresses(read_store_settings())


async def test_opening_connects_to_nothing_and_closing_ends_every_connection(
    where: Addresses,
) -> None:
    real = where.postgres[family.PRODUCT].url
    async with wire_to(real) as wire:
        address = PostgresAddress(f"postgresql://postgres@127.0.0.1:{wire.port}/{family.PRODUCT}")
        wired = replace(where, postgres={**where.postgres, family.PRODUCT: address})
        async with opened(wired) as stores:
            assert isinstance(stores[family.PRODUCT], PostgresStore)
            assert isinstance(stores[stream.PRODUCT], DynamoStore)
        assert wire.connections == 0
        async with client_of(application(wired)) as client:
            await client.ask("{ contentTags { nodes { tag } } }")
            assert wire.alive == 1
        for _ in range(1_000):
            if wire.alive:
                await asyncio.sleep(0.01)
        assert wire.alive == 0


async def test_stores_that_are_down_can_be_opened_and_closed() -> None:
    async with asyncio.timeout(20):
        nowhere = Addresses(
            {family.PRODUCT: PostgresAddress("postgresql://127.0.0.1:1/family")},
            {},
            {},
        )
        async with opened(nowhere) as stores:
            assert list(stores) == [family.PRODUCT]
