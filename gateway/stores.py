"""Opens the products' stores, and closes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from gateway.loopback import on_loopback
from gateway.settings import SettingsError, dynamo_address, postgres_address, table_names
from loaders.stores.dynamo import DynamoStore
from loaders.stores.dynamo_client import DynamoAddress
from loaders.stores.interface import Store
from loaders.stores.postgres import PostgresAddress, PostgresStore
from loaders.tables.catalogue import DYNAMODB, POSTGRES


@dataclass(frozen=True)
class Addresses:
    """Where each product's store is, and the physical names of DynamoDB tables by product."""

    postgres: Mapping[str, PostgresAddress]
    dynamodb: Mapping[str, DynamoAddress]
    table_names: Mapping[str, Mapping[str, str]]


def addresses(settings: Any, *, writing: bool = False) -> Addresses:
    """The addresses that the settings give; SettingsError for one that would send plaintext.

    Who writes is given the databases themselves, never their replicas.
    """
    found = Addresses(
        {product: postgres_address(settings, product, writing=writing) for product in POSTGRES},
        {product: dynamo_address(settings, product) for product in DYNAMODB},
        {product: table_names(settings, product) for product in DYNAMODB},
    )
    if not settings.gateway_plaintext_stores:
        for product, address in found.postgres.items():
            for url in {address.url, address.primary.url}:
                _refuse_plaintext(product, url, encrypted=_asks_for_tls(url))
        for product, location in found.dynamodb.items():
            url = location.endpoint_url or "https:"
            _refuse_plaintext(product, url, encrypted=url.startswith("https:"))
    return found


def _asks_for_tls(url: str) -> bool:
    mode = parse_qs(urlsplit(url).query).get("sslmode", ["prefer"])[-1]
    return mode in ("require", "verify-ca", "verify-full")


def _refuse_plaintext(product: str, url: str, *, encrypted: bool) -> None:
    several = "," in urlsplit(url).netloc
    if not encrypted and (several or not on_loopback(url)):
        raise SettingsError(
            f"the store of {product} would be reached without TLS: use sslmode=require or https, "
            "or set GATEWAY_PLAINTEXT_STORES=1"
        )


@asynccontextmanager
async def opened(where: Addresses) -> AsyncIterator[Mapping[str, Store]]:
    """The store of each product. None is connected to yet, so none needs to be up."""
    stores: dict[str, Store] = {}
    try:
        for product, address in where.postgres.items():
            stores[product] = await PostgresStore.open(product, address)
        for product, location in where.dynamodb.items():
            names = where.table_names[product]
            stores[product] = await DynamoStore.open(product, location, names)
        yield stores
    finally:
        await asyncio.gather(*(store.close() for store in stores.values()))
