"""What `gateway create` makes: what is missing, and nothing twice."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import orjson
import pytest
from botocore.exceptions import ClientError

from gateway import create as create_module
from gateway.create import create_dynamodb, create_postgres, declaration
from gateway.demo.dynamodb import DynamoEngine
from loaders.stores.dynamo_client import DynamoAddress, open_client
from loaders.tables import family, stream
from loaders.tables.dynamodb import DynamoTable, columns, index, text, whole
from loaders.tables.facts import Read
from tests.engines import Addresses, Answer, HttpWire, execute, local

SESSIONS = DynamoTable(
    product="stream",
    name="SessionTable",
    setting="STREAM_DYNAMODB_SESSION_TABLE",
    key=("sessionId",),
    columns=columns(text("sessionId"), text("accountId"), whole("startedAt"), whole("expiresAt")),
    indexes=(index("AccountIndex", "accountId", "startedAt"), index("StartIndex", "startedAt")),
    read=Read.OWNER,
    owner="accountId",
    max_item_bytes=1_000,
    ttl="expiresAt",
)
"""A table with everything that can be missing."""
NAMES = {"SessionTable": "live-sessions"}


@pytest.fixture
async def database(engines: Addresses) -> AsyncIterator[str]:
    """The URL of an empty database."""
    name = f"empty_{uuid.uuid4().hex}"
    await execute(engines.database("postgres"), f"CREATE DATABASE {name}")
    yield engines.database(name)
    await execute(engines.database("postgres"), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def account() -> Iterator[DynamoAddress]:
    """An empty DynamoDB."""
    with DynamoEngine.start(None) as engine:
        yield local(engine.endpoint)


async def made_in(url: str) -> list[str]:
    """What is made in a database."""
    made: list[str] = []
    await create_postgres(url, family.TABLES, made.append)
    return made


async def made_at(address: DynamoAddress, table: DynamoTable = SESSIONS) -> list[str]:
    """What is made in a DynamoDB."""
    made: list[str] = []
    await create_dynamodb(address, [table], NAMES, made.append)
    return made


async def described(address: DynamoAddress) -> dict[str, Any]:
    async with open_client(address) as client:
        table: dict[str, Any] = (await client.describe_table(TableName="live-sessions"))["Table"]
        return table


async def expiry(address: DynamoAddress) -> dict[str, Any]:
    async with open_client(address) as client:
        answer = await client.describe_time_to_live(TableName="live-sessions")
        found: dict[str, Any] = answer["TimeToLiveDescription"]
        return found


async def names_in(url: str) -> set[str]:
    """The tables and indexes of a database, those of keys and constraints included."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'i')"
            " AND relnamespace = 'public'::regnamespace"
        )
        return {row["relname"] for row in rows}
    finally:
        await connection.close()


async def test_a_database_gets_every_table_and_index(database: str) -> None:
    made = await made_in(database)
    declared = {table.name for table in family.TABLES}
    declared |= {way.name for table in family.TABLES for way in table.indexes}
    assert await names_in(database) == declared
    assert "family.users" in made
    assert "family.users index ix_users_lower_email" in made


async def test_a_second_time_makes_nothing(database: str) -> None:
    await made_in(database)
    before = await names_in(database)
    assert await made_in(database) == []
    assert await names_in(database) == before


async def test_only_what_is_missing_is_made(database: str) -> None:
    await made_in(database)
    await execute(database, "DROP INDEX ix_titles_title_id; DROP TABLE episode_links")
    await execute(database, "INSERT INTO content_tags (tag) VALUES ('kept')")
    assert set(await made_in(database)) == {
        "family.titles index ix_titles_title_id",
        "family.episode_links",
        *(f"family.episode_links index {way.name}" for way in family.episode_links.sql.indexes),
    }
    connection = await asyncpg.connect(database)
    assert await connection.fetchval("SELECT tag FROM content_tags") == "kept"
    await connection.close()


async def test_what_exists_is_left_as_it_is(database: str) -> None:
    await execute(database, "CREATE TABLE content_tags (id int PRIMARY KEY, tag text, ours int)")
    await execute(database, "CREATE INDEX idx_titles_media_type ON content_tags (ours)")
    made = await made_in(database)
    assert "family.content_tags" not in made
    assert "family.titles index idx_titles_media_type" not in made
    connection = await asyncpg.connect(database)
    found = await connection.fetch(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = 'content_tags' ORDER BY ordinal_position"
    )
    await connection.close()
    assert [row["column_name"] for row in found] == ["id", "tag", "ours"]


async def test_a_database_gets_all_or_nothing(database: str) -> None:
    await execute(database, "CREATE TABLE users (unlike text)")
    with pytest.raises(asyncpg.PostgresError):
        await made_in(database)
    assert await names_in(database) == {"users"}


async def test_an_account_gets_tables_indexes_and_expiry(account: DynamoAddress) -> None:
    assert await made_at(account) == [
        "stream.SessionTable",
        "stream.SessionTable expiry by expiresAt",
    ]
    table = await described(account)
    assert {way["IndexName"]: way["KeySchema"] for way in table["GlobalSecondaryIndexes"]} == {
        "AccountIndex": [
            {"AttributeName": "accountId", "KeyType": "HASH"},
            {"AttributeName": "startedAt", "KeyType": "RANGE"},
        ],
        "StartIndex": [{"AttributeName": "startedAt", "KeyType": "HASH"}],
    }
    assert await expiry(account) == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expiresAt"}
    assert await made_at(account) == []


async def test_an_account_gets_the_indexes_that_it_lacks(account: DynamoAddress) -> None:
    body = SESSIONS.create_table("live-sessions")
    del body["GlobalSecondaryIndexes"]
    body["AttributeDefinitions"] = body["AttributeDefinitions"][:1]
    async with open_client(account) as client:
        await client.create_table(**body)
        item = {"sessionId": {"S": "1"}, "accountId": {"S": "ada"}, "startedAt": {"N": "5"}}
        await client.put_item(TableName="live-sessions", Item=item)
        assert await made_at(account) == [
            "stream.SessionTable index AccountIndex",
            "stream.SessionTable index StartIndex",
            "stream.SessionTable expiry by expiresAt",
        ]
        found = await client.query(
            TableName="live-sessions",
            IndexName="AccountIndex",
            KeyConditionExpression="accountId = :a",
            ExpressionAttributeValues={":a": {"S": "ada"}},
        )
    assert found["Items"] == [item]
    assert await made_at(account) == []


async def test_a_table_that_exists_keeps_its_expiry_and_its_other_indexes(
    account: DynamoAddress,
) -> None:
    body = SESSIONS.create_table("live-sessions")
    body["GlobalSecondaryIndexes"][0]["IndexName"] = "TheirIndex"
    async with open_client(account) as client:
        await client.create_table(**body)
        await client.update_time_to_live(
            TableName="live-sessions",
            TimeToLiveSpecification={"Enabled": True, "AttributeName": "gone"},
        )
    assert await made_at(account) == ["stream.SessionTable index AccountIndex"]
    table = await described(account)
    assert {way["IndexName"] for way in table["GlobalSecondaryIndexes"]} == {
        "TheirIndex",
        "StartIndex",
        "AccountIndex",
    }
    assert (await expiry(account))["AttributeName"] == "gone"


class Recovering(HttpWire):
    """A DynamoDB with point-in-time recovery, which the embedded engine has not."""

    status = "DISABLED"
    refused = False

    async def _answer(self, head: bytes, body: bytes) -> Answer:
        if b"ContinuousBackups" not in head:
            return await super()._answer(head, body)
        if self.refused:
            return Answer(400, b'{"__type": "AccessDeniedException", "message": "no"}')
        if b"UpdateContinuousBackups" in head:
            asked = orjson.loads(body)["PointInTimeRecoverySpecification"]
            assert asked == {"PointInTimeRecoveryEnabled": True}
            self.status = "ENABLED"
        description = {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": self.status},
        }
        return Answer(200, orjson.dumps({"ContinuousBackupsDescription": description}))


@pytest.fixture
async def recovering(account: DynamoAddress) -> AsyncIterator[Recovering]:
    """A DynamoDB that can go back in time."""
    parts = urlsplit(str(account.endpoint_url))
    wire = Recovering((str(parts.hostname), int(parts.port or 0)))
    await wire.listen()
    yield wire
    await wire.refuse()


async def test_an_account_gets_recovery(recovering: Recovering) -> None:
    address = local(recovering.endpoint)
    assert (await made_at(address))[-1] == "stream.SessionTable point-in-time recovery"
    assert recovering.status == "ENABLED"
    assert await made_at(address) == []


async def test_a_refusal_is_not_taken_for_an_engine_without_recovery(
    recovering: Recovering,
) -> None:
    recovering.refused = True
    with pytest.raises(ClientError, match="AccessDenied"):
        await made_at(local(recovering.endpoint))


async def test_every_declared_table_can_be_made(account: DynamoAddress) -> None:
    made: list[str] = []
    names = {table.name: f"live-{table.name}" for table in stream.TABLES}
    await create_dynamodb(account, stream.TABLES, names, made.append)
    assert {f"{table}" for table in stream.TABLES} <= set(made)
    made.clear()
    await create_dynamodb(account, stream.TABLES, names, made.append)
    assert made == []


def test_a_change_of_a_declaration_changes_its_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {product: declaration(product) for product in ("family", "stream")}
    assert {product: declaration(product) for product in ("family", "stream")} == before
    monkeypatch.setattr(create_module, "POSTGRES", {"family": family.TABLES[:-1]})
    monkeypatch.setattr(create_module, "DYNAMODB", {"stream": (*stream.TABLES, SESSIONS)})
    after = {product: declaration(product) for product in ("family", "stream")}
    assert all(after[product] != before[product] for product in before)
