"""The owners that a statement of Postgres asks for: nobody else's rows by any way.

Row level security, which would keep them out too, is off.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import pytest

from loaders.access import Access, Paged
from loaders.stores.postgres import PostgresAddress, PostgresStore
from loaders.tables.catalogue import POSTGRES
from loaders.tables.facts import Read
from tests.engines import Addresses
from tests.loaders.owned import ACCOUNTS, KEYS_AT_MOST, WAYS, counted, kept, keys_of, read


@pytest.fixture(scope="module")
async def stores(engines: Addresses) -> AsyncIterator[Mapping[str, PostgresStore]]:
    """The store of each product, as the tables' owner reads it."""
    stores = {
        product: await PostgresStore.open(product, PostgresAddress(engines.database(product)))
        for product in POSTGRES
    }
    yield stores
    for store in stores.values():
        await store.close()


@pytest.mark.parametrize(
    "way", [way for way in WAYS.values() if way.table.read is Read.OWNER], ids=str
)
async def test_each_owner_gets_and_counts_their_own_rows(
    stores: Mapping[str, PostgresStore], way: Access
) -> None:
    store, keys = stores[way.table.product], keys_of(way)[:KEYS_AT_MOST]
    everything = await read(store, way, keys)
    assert any(everything)
    for viewer in (ACCOUNTS[way.table.product][:1], ACCOUNTS[way.table.product][1:3]):
        owners = frozenset(viewer)
        found = await read(store, way, keys, owners=owners)
        assert found == kept(way, keys, everything, viewer)
        if isinstance(way, Paged):
            counts = await counted(store, way, keys, owners=owners)
            assert counts == [len(rows) for rows in found]
