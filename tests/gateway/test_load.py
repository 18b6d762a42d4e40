"""Loading: what was stored before is replaced, and every row arrives as it was written."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import asyncpg
import orjson
import pytest

from gateway.create import create_postgres
from gateway.demo.data import demo_rows
from gateway.demo.load import clear_dynamodb, clear_postgres, load_dynamodb, load_postgres
from loaders.stores.attributes import to_python
from loaders.stores.dynamo_client import DynamoAddress, open_client
from loaders.stores.postgres import PostgresAddress
from loaders.tables import family, stream
from tests.engines import TABLE_NAMES, Addresses, execute


@pytest.fixture
async def empty(engines: Addresses) -> AsyncIterator[str]:
    """A database with every table and no row."""
    name = f"unloaded_{uuid.uuid4().hex}"
    await execute(engines.database("postgres"), f"CREATE DATABASE {name}")
    await create_postgres(engines.database(name), family.TABLES, lambda made: None)
    yield engines.database(name)
    await execute(engines.database("postgres"), f"DROP DATABASE {name} WITH (FORCE)")


async def count(url: str, table: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))
    finally:
        await connection.close()


async def test_a_database_holds_what_was_loaded_last(writable_family: PostgresAddress) -> None:
    tag = {"id": 7, "tag": "calm", "description": "Nothing."}
    await load_postgres(writable_family.url, family.TABLES, {"content_tags": [tag]})
    connection = await asyncpg.connect(writable_family.url)
    found = await connection.fetch("SELECT * FROM content_tags")
    assert [dict(row) for row in found] == [{**tag, "category": None}]
    added = "INSERT INTO content_tags (tag) VALUES ('next') RETURNING id"
    assert await connection.fetchval(added) == 8
    await connection.close()
    assert await count(writable_family.url, "users") == 0


async def test_a_row_that_breaks_a_rule_leaves_all_as_it_was(
    writable_family: PostgresAddress,
) -> None:
    before = await count(writable_family.url, "titles")
    rows = dict(demo_rows()["family"])
    rows["content_tags"] = [{"id": 1, "tag": None, "category": None, "description": None}]
    with pytest.raises(asyncpg.NotNullViolationError):
        await load_postgres(writable_family.url, family.TABLES, rows)
    assert await count(writable_family.url, "titles") == before


async def test_json_and_its_absence_arrive_as_they_are(empty: str) -> None:
    rows = demo_rows()["family"]
    await load_postgres(empty, family.TABLES, rows)
    connection = await asyncpg.connect(empty)
    await connection.set_type_codec("json", schema="pg_catalog", encoder=str, decoder=orjson.loads)
    found = await connection.fetch("SELECT id, genres, providers, tags FROM titles ORDER BY id")
    await connection.close()
    columns = ("id", "genres", "providers", "tags")
    expected = sorted(rows["titles"], key=lambda row: int(str(row["id"])))
    assert [tuple(row) for row in found] == [
        tuple(row[name] for name in columns) for row in expected
    ]


async def test_every_item_arrives(writable_dynamodb: DynamoAddress) -> None:
    """Of every table all rows, in as many writes as they need."""
    rows = demo_rows()["stream"]
    assert len(rows["MovieTable"]) > 25
    async with open_client(writable_dynamodb) as client:
        for table in stream.TABLES:
            pages = client.get_paginator("scan").paginate(
                TableName=TABLE_NAMES["stream"][table.name]
            )
            found = [
                {name: to_python(value) for name, value in item.items()}
                async for page in pages
                for item in page["Items"]
            ]
            assert len(found) == len(rows[table.name])
            for row in rows[table.name]:
                assert dict(row) in found


async def test_an_item_of_the_same_key_is_replaced(writable_dynamodb: DynamoAddress) -> None:
    movie = {"movieId": "m", "title": "First", "genre": "Drama", "releaseYear": "1999"}
    for title in ("First", "Second"):
        await load_dynamodb(
            writable_dynamodb,
            [stream.movies],
            TABLE_NAMES["stream"],
            {"MovieTable": [{**movie, "title": title}]},
        )
    async with open_client(writable_dynamodb) as client:
        answer = await client.get_item(
            TableName=TABLE_NAMES["stream"]["MovieTable"], Key={"movieId": {"S": "m"}}
        )
    assert answer["Item"]["title"] == {"S": "Second"}


async def test_clearing_leaves_no_table(
    writable_family: PostgresAddress, writable_dynamodb: DynamoAddress
) -> None:
    await clear_postgres(writable_family.url)
    with pytest.raises(asyncpg.UndefinedTableError):
        await count(writable_family.url, "users")
    await create_postgres(writable_family.url, family.TABLES, lambda made: None)
    assert await count(writable_family.url, "users") == 0
    await clear_dynamodb(writable_dynamodb)
    async with open_client(writable_dynamodb) as client:
        assert (await client.list_tables())["TableNames"] == []
