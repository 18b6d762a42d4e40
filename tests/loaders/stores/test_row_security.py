"""The Postgres store under row level security: nobody's rows but the viewer's, by any way.

The owners that a statement asks for are left out here, as if the loaders had no rules.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any

import asyncpg
import orjson
import pytest

from loaders import pipeline, titles
from loaders.access import Access, Distinct, One, Paged, United
from loaders.errors import SourceUnavailable
from loaders.stores import statements, unions
from loaders.stores.joined import Joint, joined
from loaders.stores.postgres import PostgresAddress, PostgresStore
from loaders.stores.statements import Manner, Shape, Statement
from loaders.tables import family, policies, studio
from loaders.tables.catalogue import POSTGRES
from tests.engines import Addresses, as_read, execute, postgres_copy
from tests.loaders.asking import Reading
from tests.loaders.owned import (
    ACCOUNTS,
    HANGING,
    KEYS_AT_MOST,
    WAYS,
    Hanging,
    counted,
    every_way,
    kept,
    keys_of,
    read,
    read_after,
    read_along,
    rows_in,
    rows_of,
    shown,
)

pytestmark = pytest.mark.slow


PLANS: dict[str, dict[str, str]] = {
    "as Postgres chooses": {},
    "generic": {"plan_cache_mode": "force_generic_plan"},
    "custom": {"plan_cache_mode": "force_custom_plan"},
    "parallel": {
        "debug_parallel_query": "on",
        "parallel_setup_cost": "0",
        "parallel_tuple_cost": "0",
        "min_parallel_table_scan_size": "0",
        "min_parallel_index_scan_size": "0",
    },
}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(settings, id=name, marks=[pytest.mark.slow] if settings else [])
        for name, settings in PLANS.items()
    ],
)
async def stores(
    request: pytest.FixtureRequest, engines: Addresses
) -> AsyncIterator[Mapping[str, PostgresStore]]:
    """The store of each product, on one connection, so that its plans serve every viewer."""
    query = "&".join(f"{name}={value}" for name, value in request.param.items())
    stores = {
        product: await opened(engines.read_only(product), product, f"?{query}", connections=1)
        for product in POSTGRES
    }
    yield stores
    for store in stores.values():
        await store.close()


async def opened(
    address: PostgresAddress, product: str, query: str = "", *, connections: int
) -> PostgresStore:
    return await PostgresStore.open(
        product, replace(address, url=address.url + query, connections=connections)
    )


@every_way
async def test_each_viewer_gets_and_counts_their_own_rows(
    stores: Mapping[str, PostgresStore], way: Access
) -> None:
    store, keys = stores[way.table.product], keys_of(way)[:KEYS_AT_MOST]
    everything = await read(store, way, keys, viewer=policies.EVERYBODYS)
    assert any(everything)
    assert not any(await read(store, way, keys, viewer=""))
    for viewer in ([], ACCOUNTS[way.table.product][:1], ACCOUNTS[way.table.product][1:3]):
        found = await read(store, way, keys, viewer=policies.of_owners(viewer))
        assert found == kept(way, keys, everything, viewer)
        if isinstance(way, Paged) and not isinstance(way, United):
            counts = await counted(store, way, keys, viewer=policies.of_owners(viewer))
            assert counts == [len(rows) for rows in found]


@pytest.mark.parametrize("hanging", HANGING, ids=str)
async def test_each_viewer_gets_their_own_rows_along(
    stores: Mapping[str, PostgresStore], hanging: Hanging
) -> None:
    """In the order in which they come when they are asked for by themselves."""
    product, table = hanging.above.table.product, hanging.below.table
    store, keys = stores[product], keys_of(hanging.above)[:KEYS_AT_MOST]
    assert await read_along(store, hanging, keys, viewer="") == ([], {})
    for viewer in ([], ACCOUNTS[product][:1], ACCOUNTS[product][1:3]):
        told = policies.of_owners(viewer)
        rows, found = await read_along(store, hanging, keys, viewer=told)
        after = await read_after(store, hanging, rows, viewer=told)
        assert [shown(answer, table) for answer in found.values()] == [
            shown(answer, table) for answer in after.values()
        ]
        below = {row["id"] for answer in found.values() for row in rows_in(answer)}
        assert below <= rows_of(table, viewer)


# Many viewers at once


async def test_viewers_at_once_never_see_each_others_rows(
    engines: Addresses, pytestconfig: pytest.Config
) -> None:
    """Also beside statements that fail or are given up, after they have said who asks."""
    chance = Random(pytestconfig.getoption("seed"))
    product = studio.PRODUCT
    store = await opened(engines.read_only(product), product, connections=3)
    ways = [way for way in WAYS.values() if way.table.product == product and way.by]
    keys = {way: keys_of(way)[:20] for way in ways}
    everything = {
        way: await read(store, way, keys[way], viewer=policies.EVERYBODYS) for way in ways
    }

    async def ask() -> None:
        way, viewer = chance.choice(ways), chance.sample(ACCOUNTS[product], chance.randint(0, 2))
        found = await read(store, way, keys[way], viewer=policies.of_owners(viewer))
        assert found == kept(way, keys[way], everything[way], viewer)

    async def fail() -> None:
        with pytest.raises(asyncpg.InvalidTextRepresentationError):
            await read(store, pipeline.input_record, [(1,)], viewer="owners:not a number")

    async def give_up() -> None:
        way = chance.choice(ways)
        reading = asyncio.ensure_future(read(store, way, keys[way], viewer=policies.EVERYBODYS))
        await asyncio.sleep(chance.random() / 100)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)

    try:
        asked = chance.choices([ask, fail, give_up], [8, 1, 1], k=300)
        await asyncio.gather(*(one() for one in asked))
        for way in ways:
            assert not any(await read(store, way, keys[way], viewer=""))
    finally:
        await store.close()


# Who reads


async def test_a_role_that_passes_by_is_not_read_as(engines: Addresses, reading: Reading) -> None:
    address = PostgresAddress(engines.database(family.PRODUCT), row_security=True)
    store = await PostgresStore.open(family.PRODUCT, address)
    with pytest.raises(SourceUnavailable) as refused:
        await store.find(titles.tmdb_title.route, [(1,)], reading.terms(titles.tmdb_title.route))
    assert str(refused.value.__cause__) == "this role passes by row level security"
    await store.close()


async def test_a_role_that_the_policies_are_not_for_is_not_read_as(
    engines: Addresses, writable_family: PostgresAddress, reading: Reading
) -> None:
    """Such as the tables' owner, whose URL is the one that was there before."""
    role = f"owner_{uuid.uuid4().hex}"
    await execute(writable_family.url, f"CREATE ROLE {role} LOGIN")
    await execute(writable_family.url, f"ALTER TABLE titles OWNER TO {role}")
    url = writable_family.url.replace("//postgres@", f"//{role}@")
    store = await PostgresStore.open(
        family.PRODUCT, replace(writable_family, url=url, row_security=True)
    )
    with pytest.raises(SourceUnavailable) as refused:
        await store.find(titles.tmdb_title.route, [(1,)], reading.terms(titles.tmdb_title.route))
    assert str(refused.value.__cause__) == "this role passes by row level security"
    await store.close()


# Plans


def statements_of(way: Access) -> Iterator[Statement]:
    """The statements of a way, of each kind."""
    for alone in (False, True):
        yield from _statements_of(way, alone=alone)


def _statements_of(way: Access, *, alone: bool) -> Iterator[Statement]:
    manner = Manner(guarded=False, secured=True, alone=alone)
    columns = way.selected({})
    if isinstance(way, Distinct):
        yield unions.values(way.route, manner)
    elif isinstance(way, United):
        parts = way.selected_of_parts({})
        yield unions.listing(way.route, parts, Shape(), manner)
    elif isinstance(way, One):
        yield statements.find(way.route, columns, manner)
    else:
        yield statements.listing(way.route, columns, Shape(), manner)
        yield statements.count(way.route, Shape(), manner)


def joined_of(hanging: Hanging, *, alone: bool) -> Statement:
    """The statement that reads both in one go."""
    above, below, via = hanging
    hangs = Joint(below.route, below.selected({}), Shape(), False, via)
    wanted = above.table.ordered([*above.selected({}), *via])
    top = Joint(above.route, wanted, Shape(), False, (), (hangs,))
    statement, made = joined(top, secured=True, alone=alone)
    assert made == {0, 1}
    return statement


@pytest.fixture(scope="module")
async def large(engines: Addresses) -> AsyncIterator[Mapping[str, PostgresAddress]]:
    """Databases that Postgres takes to have a million rows in each table."""
    async with (
        postgres_copy(engines, family.PRODUCT) as one,
        postgres_copy(engines, studio.PRODUCT) as other,
    ):
        databases = {family.PRODUCT: one, studio.PRODUCT: other}
        for product, address in databases.items():
            names = ", ".join(f"'{table.name}'" for table in POSTGRES[product])
            await execute(
                address.url,
                f"UPDATE pg_class SET reltuples = 1000000 / greatest("
                f"pg_relation_size(oid) / 8192, 1), relpages = 1 WHERE relname IN ({names})",
            )
        yield {product: as_read(address) for product, address in databases.items()}


def scans(plan: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Each table that a plan reads, and whether an index finds its rows."""
    below = plan.get("Plans", ())
    if "Relation Name" in plan:
        yield plan["Relation Name"], any("Index Cond" in node for node in (plan, *below))
    for node in below:
        yield from scans(node)


@every_way
async def test_every_way_finds_its_rows_by_an_index(
    large: Mapping[str, PostgresAddress], way: Access
) -> None:
    """Below a policy, Postgres leaves one unused whose operator might tell of rows."""
    if way.by:
        await assert_found_by_an_index(large[way.table.product], statements_of(way))


@pytest.mark.parametrize("hanging", [one for one in HANGING if one.above.by], ids=str)
async def test_what_hangs_on_rows_is_found_by_an_index(
    large: Mapping[str, PostgresAddress], hanging: Hanging
) -> None:
    both = [joined_of(hanging, alone=alone) for alone in (False, True)]
    await assert_found_by_an_index(large[hanging.above.table.product], both)


async def assert_found_by_an_index(address: PostgresAddress, asked: Iterable[Statement]) -> None:
    connection = await asyncpg.connect(f"{address.url}?plan_cache_mode=force_generic_plan")
    try:
        for statement in asked:
            await connection.execute(f"PREPARE asked AS {statement.sql}")
            nulls = ", ".join(["NULL"] * len(statement.parameters))
            plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE asked ({nulls})")
            found = list(scans(orjson.loads(plan)[0]["Plan"]))
            assert found
            assert [table for table, by_index in found if not by_index] == []
            await connection.execute("DEALLOCATE asked")
    finally:
        await connection.close()
