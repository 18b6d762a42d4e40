"""Data that grows: true to the tables at every scale, and taken up where an earlier run ended."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest
import sqlalchemy as sa
from botocore.exceptions import ClientError

from gateway.cli import main
from gateway.create import create_dynamodb, create_postgres
from gateway.demo.data import (
    CANARIES,
    family,
    people,
    prep,
    rows_of,
    social,
    stream,
    studio,
    version,
)
from gateway.demo.data.epoch import EPOCH
from gateway.demo.data.generations import MOST, STRIDE, Generation
from gateway.demo.data.making import Row, Tables
from gateway.demo.directory import DataDirectory
from gateway.demo.dynamodb import DynamoEngine
from gateway.demo.load import load_dynamodb, load_postgres, put_apart
from gateway.demo.postgres import PostgresEngine
from gateway.demo.run import _fill, demo_addresses
from gateway.seed import tally
from gateway.seed.plan import Plan
from gateway.seed.run import BEGUN, SeedError, Seeding, opened
from gateway.seed.targets import DynamoTarget, PostgresTarget, Target
from gateway.settings import ServeSettings
from gateway.stores import Addresses
from loaders.stores.attributes import to_attribute, to_python
from loaders.stores.dynamo_client import DynamoAddress, open_client
from loaders.stores.postgres import PostgresAddress
from loaders.tables.catalogue import DYNAMODB, POSTGRES, TABLES
from loaders.tables.dynamodb import DynamoTable
from loaders.tables.facts import StoredTable, Visibility
from loaders.tables.kinds import EPOCH as EPOCH_SECONDS
from loaders.tables.kinds import MOMENT
from loaders.tables.postgresql import PostgresTable

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PRODUCTS = (*POSTGRES, *DYNAMODB)
SEEDED = ("family", "prep")
"""The products that most tests write: the one whose constraints bind most, and one of DynamoDB."""

GENERATIONS = (1, 2, 3, 4, 100, MOST)
FUTURE = {"endDate", "trialEndDate", "tokenExpiresAt", "validUntil", "validUntilISO", "expires_at"}
FUTURE |= {"TTL"}
GONE = {
    *(stream.GONE_PROFILE, stream.GONE_MOVIE, studio.GONE_ID, prep.GONE_LEARNER),
    *(prep.GONE_ASSESSMENT, prep.GONE_TICKET, prep.GONE_ACTION),
}
CATALOGUES = {
    "stream": ("MovieTable",),
    "family": ("titles", "episodes", "content_tags"),
    "prep": ("ielts-assessment-questions", "ielts-assessment-rubrics"),
}


@cache
def made(product: str, number: int) -> Tables:
    return rows_of(product, Generation(number))


@cache
def plan() -> Plan:
    return Plan()


def rows_in(table: StoredTable, *numbers: int) -> list[Row]:
    return [row for number in numbers for row in made(table.product, number)[table.name]]


# The rows


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_rows_are_the_same_in_every_process(hash_seed: str) -> None:
    program = (
        "from gateway.demo.data import rows_of, version\n"
        "from gateway.demo.data.generations import Generation\n"
        f"for product in {PRODUCTS}:\n"
        "    print(version(rows_of(product, Generation(7))))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": "Asia/Kathmandu"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [version(made(product, 7)) for product in PRODUCTS]


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_generations_share_no_key(table: StoredTable) -> None:
    uniques = {table.key, *(index.columns for index in table.indexes if index.unique)}
    uniques |= {(table.email,)} if table.email else set()
    for columns in uniques:
        keys = [tuple(row[name] for name in columns) for row in rows_in(table, *GENERATIONS)]
        assert len(set(keys)) == len(keys), columns


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_values_are_of_their_kind(table: StoredTable) -> None:
    for row in rows_in(table, 2, 3, MOST):
        assert row.keys() <= table.columns.keys()
        for name, column in table.columns.items():
            value = row.get(name)
            if value is None:
                assert not column.required, name
            else:
                column.kind.parse(value)


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_values_fit_and_are_past(table: StoredTable) -> None:
    rows = rows_in(table, 2, 3, MOST)
    if isinstance(table, PostgresTable):
        for column in table.sql.columns:
            if isinstance(column.type, sa.String) and column.type.length is not None:
                assert all(len(row[column.name] or "") <= column.type.length for row in rows)  # type: ignore[arg-type]
        return
    assert isinstance(table, DynamoTable)
    assert all(len(repr(row).encode()) <= table.max_item_bytes for row in rows)
    for name, fact in table.columns.items():
        if fact.kind in (MOMENT, EPOCH_SECONDS) and name not in FUTURE:
            assert all(name not in row or fact.kind.parse(row[name]) <= EPOCH for row in rows)


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_references_lead_to_rows_of_this_generation_or_one_before(table: StoredTable) -> None:
    for name, column in table.columns.items():
        if column.references is None:
            continue
        target = column.references
        for number in (2, 4):
            there = {
                row[key] for row in rows_in(target, *range(1, number + 1)) for key in target.key
            }
            for row in rows_in(table, number):
                value = row.get(name)
                named = value if isinstance(value, list) else [value]
                assert {one for one in named if one is not None} <= there | GONE, name


def test_what_is_gone_stays_gone() -> None:
    ids = {
        row[table.key[0]]
        for table in TABLES
        for row in rows_in(table, 2, 100)
        if table.product in ("studio", "prep", "stream")
    }
    assert ids.isdisjoint(GONE)
    episodes = rows_in(_table("family.episodes"), 100)
    assert {row["id"] for row in episodes}.isdisjoint(family.DANGLING_EPISODES)


def _table(name: str) -> StoredTable:
    return next(table for table in TABLES if str(table) == name)


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_generation_keeps_to_its_ids(product: str) -> None:
    assert all(len(rows) < STRIDE * 0.9 for rows in made(product, 2).values())


def test_secrets_are_canaries_and_nothing_else_is() -> None:
    texts = sorted(set(CANARIES) - set(family.PAIRING_CODES))
    canary = re.compile("|".join(map(re.escape, texts)))
    for table in TABLES:
        for row in rows_in(table, 3):
            for name, value in row.items():
                secret = table.columns[name].visibility is Visibility.NEVER and value is not None
                if (table.name, name) == ("pairing_codes", "code"):
                    assert value in family.pairing_codes(Generation(3))
                else:
                    assert bool(canary.search(repr(value))) == secret, (name, value)


def test_people_have_one_to_five_accounts() -> None:
    accounts: Counter[object] = Counter(
        row[table.email] for table in TABLES if table.email for row in rows_in(table, 3)
    )
    assert set(accounts.values()) == {1, 2, 3, 4, 5}


def test_the_whale_has_an_account_everywhere_and_the_demo_has_no_whale() -> None:
    for table in TABLES:
        if table.email:
            emails = [row[table.email] for row in rows_in(table, 1, 2, 3, 4)]
            assert emails.count(people.WHALE.email) == 1
            assert people.WHALE.email not in {row[table.email] for row in rows_in(table, 1)}


@pytest.mark.parametrize(
    ("name", "owner", "whale", "least"),
    [
        ("stream.WatchHistoryTable", "accountId", stream.account_id(people.WHALE), 200),
        ("stream.UserUsageTable", "accountId", stream.account_id(people.WHALE), 60),
        ("stream.WatchlistTable", "accountId", stream.account_id(people.WHALE), 20),
        ("family.content_reports", "family_id", STRIDE + 1, 60),
        ("family.devices", "family_id", STRIDE + 1, 10),
        ("studio.input_records", "user_id", STRIDE + 1, 12),
        ("social.cloudstro-social-posts", "userId", social.creator_id(people.WHALE), 150),
        ("social.cloudstro-ai-insights", "userId", social.creator_id(people.WHALE), 30),
        ("prep.ielts-support-tickets", "user_email", people.WHALE.email, 60),
        ("prep.ielts-genai-prep-assessments", "user_id", people.WHALE.email, 70),
    ],
)
def test_the_whales_lists_grow_and_nobody_elses(
    name: str, owner: str, whale: object, least: int
) -> None:
    table = _table(name)
    for number in (2, 3, 100):
        owners = Counter(row.get(owner) for row in rows_in(table, number))
        biggest, count = owners.most_common(1)[0]
        assert count >= least
        assert biggest == whale
    before = {row.get(owner) for row in rows_in(table, 2)}
    after = {row.get(owner) for row in rows_in(table, 3)}
    assert len(before & after - {None, prep.GONE_LEARNER}) == 1


@pytest.mark.parametrize("product", CATALOGUES)
def test_catalogues_grow_slowly(product: str) -> None:
    def size(number: int) -> int:
        return sum(len(made(product, number)[table]) for table in CATALOGUES[product])

    assert 0 < size(3) < 0.2 * size(1)


@pytest.mark.parametrize("number", [2, 3, 100])
def test_a_generation_is_as_much_as_the_demo(number: int) -> None:
    rows = sum(len(rows) for name in PRODUCTS for rows in made(name, number).values())
    assert 9_000 < rows < 11_000


# Writing them


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user can reach, as pytest's own are not; Postgres needs it under root."""
    with tempfile.TemporaryDirectory(prefix="quintet-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresEngine]:
    """A Postgres with a template of the family's database."""
    with tempfile.TemporaryDirectory(prefix="quintet-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # Postgres runs as another user under root
        with PostgresEngine.start(folder / "postgres") as engine:
            engine.create_database("template")
            url = engine.url("template")
            asyncio.run(create_postgres(url, POSTGRES["family"], lambda made: None))
            yield engine


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[DynamoEngine]:
    """A DynamoDB in memory."""
    with DynamoEngine.start(None) as engine:
        yield engine


@dataclass(frozen=True)
class Stores:
    """A database of the family's and tables of prep's that one test alone has."""

    url: str
    address: DynamoAddress
    names: Mapping[str, str]

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[list[Target]]:
        async with AsyncExitStack() as stack:
            yield [
                await stack.enter_async_context(PostgresTarget.open("family", self.url)),
                await stack.enter_async_context(
                    DynamoTarget.open("prep", self.address, self.names, together=True)
                ),
            ]

    async def seed(self, scale: int) -> None:
        async with self.opened() as targets:
            seeding = Seeding(plan(), targets)
            await seeding.refuse_others("Choose others")
            await seeding.grow(scale)

    async def ledger(self) -> list[list[int]]:
        async with self.opened() as targets:
            return [sorted(set(await target.ledger()) - {BEGUN}) for target in targets]


@pytest.fixture
async def stores(postgres: PostgresEngine, dynamodb: DynamoEngine) -> Stores:
    """Stores with every table of two products, and no row."""
    unique = uuid.uuid4().hex
    postgres.create_database(f"family_{unique}", template="template")
    address = DynamoAddress("us-east-1", dynamodb.endpoint, "demo", "demo")
    names = {table.name: f"{unique}-{table.name}" for table in DYNAMODB["prep"]}
    await create_dynamodb(address, DYNAMODB["prep"], names, lambda made: None)
    return Stores(postgres.url(f"family_{unique}"), address, names)


async def kept_in_family(url: str) -> dict[str, list[Row]]:
    connection = await asyncpg.connect(url)
    try:
        await connection.set_type_codec(
            "json", schema="pg_catalog", encoder=str, decoder=orjson.loads
        )
        return {
            table.name: [
                dict(row)
                for row in await connection.fetch(f"SELECT * FROM {table.name} ORDER BY id")
            ]
            for table in POSTGRES["family"]
        }
    finally:
        await connection.close()


async def kept_in_dynamodb(
    address: DynamoAddress, tables: Sequence[DynamoTable], names: Mapping[str, str]
) -> dict[str, list[Row]]:
    async with open_client(address) as client:
        kept = {}
        for table in tables:
            pages = client.get_paginator("scan").paginate(TableName=names[table.name])
            kept[table.name] = [
                {name: to_python(value) for name, value in item.items()}
                async for page in pages
                for item in page["Items"]
            ]
        return kept


def same(kept: Mapping[str, Sequence[Row]], product: str, scale: int) -> bool:
    """Whether the tables of a product hold exactly the rows of a scale, each once."""
    tables = {table.name: table for table in TABLES if table.product == product}

    def by_key(name: str, rows: Sequence[Row]) -> dict[tuple[object, ...], Row]:
        return {tuple(row[column] for column in tables[name].key): row for row in rows}

    for name, rows in kept.items():
        expected = rows_in(tables[name], *range(1, scale + 1))
        if len(rows) != len(expected) or by_key(name, rows) != by_key(name, expected):
            return False
    return True


async def holds(stores: Stores, scale: int) -> bool:
    kept = await kept_in_dynamodb(stores.address, DYNAMODB["prep"], stores.names)
    return same(await kept_in_family(stores.url), "family", scale) and same(kept, "prep", scale)


async def test_constraints_hold_and_sequences_go_on(stores: Stores) -> None:
    await stores.seed(2)
    assert await holds(stores, 2)
    connection = await asyncpg.connect(stores.url)
    last = max(row["id"] for row in made("family", 2)["users"])  # type: ignore[type-var]
    added = "INSERT INTO users (email) VALUES ('next@example.com') RETURNING id"
    assert await connection.fetchval(added) == last + 1  # type: ignore[operator]
    await connection.close()


async def test_reads_are_planned_for_what_was_written(stores: Stores) -> None:
    await stores.seed(1)
    connection = await asyncpg.connect(stores.url)
    for table in POSTGRES["family"]:
        known = "SELECT reltuples FROM pg_class WHERE relname = $1"
        rows = made("family", 1)[table.name]
        assert await connection.fetchval(known, table.name) == len(rows)
    await connection.close()


async def test_a_larger_scale_adds_to_a_smaller(
    stores: Stores, capsys: pytest.CaptureFixture[str]
) -> None:
    await stores.seed(1)
    capsys.readouterr()
    await stores.seed(3)
    assert "2 of 6 batches are there already" in capsys.readouterr().err
    assert await holds(stores, 3)
    await stores.seed(2)
    assert await holds(stores, 3)


@pytest.mark.parametrize("product", SEEDED)
async def test_a_run_that_was_stopped_is_taken_up(
    stores: Stores, product: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[str, int]] = []
    for kind in (PostgresTarget, DynamoTarget):
        write = kind.write

        async def stopping(
            self: Any, number: int, version: str, rows: Tables, write: Any = write
        ) -> None:
            if (self.product, number) == (product, 3) and not stopped:
                raise RuntimeError("the power is gone")
            await write(self, number, version, rows)
            written.append((self.product, number))

        monkeypatch.setattr(kind, "write", stopping)
    stopped: list[bool] = []
    with pytest.raises(RuntimeError, match="the power is gone"):
        await stores.seed(4)
    ledger = await stores.ledger()
    assert ledger[SEEDED.index(product)] == [1, 2]
    stopped.append(True)
    await stores.seed(4)
    assert await holds(stores, 4)
    assert max(Counter(written).values()) == 1


async def test_a_batch_that_fails_leaves_nothing_in_postgres(stores: Stores) -> None:
    rows = dict(made("family", 2))
    rows["content_reports"] = [{**rows["content_reports"][0], "title_id": None}]
    async with PostgresTarget.open("family", stores.url) as target:
        await target.write(1, "version", made("family", 1))
        with pytest.raises(asyncpg.NotNullViolationError):
            await target.write(2, "version", rows)
    assert (await stores.ledger())[0] == [1]
    assert same(await kept_in_family(stores.url), "family", 1)


@pytest.mark.parametrize("generation", [1, 2])
async def test_a_batch_of_items_that_was_cut_is_put_again(
    stores: Stores, monkeypatch: pytest.MonkeyPatch, generation: int
) -> None:
    note = DynamoTarget.note

    async def cut(self: DynamoTarget, number: int, version: str) -> None:
        if number == generation:
            raise RuntimeError("the power is gone")
        await note(self, number, version)

    monkeypatch.setattr(DynamoTarget, "note", cut)
    with pytest.raises(RuntimeError, match="the power is gone"):
        await stores.seed(2)
    monkeypatch.setattr(DynamoTarget, "note", note)
    await stores.seed(2)
    assert await holds(stores, 2)


async def test_rows_of_others_are_not_written_to(stores: Stores) -> None:
    connection = await asyncpg.connect(stores.url)
    await connection.execute("INSERT INTO content_tags (id, tag) VALUES (5, 'ours')")
    await connection.close()
    async with open_client(stores.address) as client:
        item = {"question_id": to_attribute("q"), "assessment_type": to_attribute("t")}
        name = stores.names["ielts-assessment-questions"]
        await client.put_item(TableName=name, Item=item)
    with pytest.raises(SeedError, match=r"family\.content_tags, prep\.\w+-ielts-assessment-que"):
        await stores.seed(1)
    assert await stores.ledger() == [[], []]


async def test_a_clash_with_a_row_of_others_is_told(stores: Stores) -> None:
    connection = await asyncpg.connect(stores.url)
    await connection.execute("INSERT INTO content_tags (id, tag) VALUES (5, 'ours')")
    await connection.close()
    async with stores.opened() as targets:
        with pytest.raises(SeedError, match="a row that seeding did not make has a key"):
            await Seeding(plan(), targets).grow(1)
    assert (await stores.ledger())[0] == []


async def test_what_the_demo_has_loaded_is_taken_over(stores: Stores) -> None:
    await load_postgres(stores.url, POSTGRES["family"], made("family", 1))
    await load_dynamodb(stores.address, DYNAMODB["prep"], stores.names, made("prep", 1))
    async with stores.opened() as targets:
        seeding = Seeding(plan(), targets)
        await seeding.take_demo_as_loaded()
        await seeding.refuse_others("Choose others")
        await seeding.grow(2)
    assert await holds(stores, 2)


async def test_other_rows_than_these_versions_are_not_added_to(stores: Stores) -> None:
    async with stores.opened() as targets:
        await targets[0].note(1, "an older version")
    with pytest.raises(SeedError, match="the store of family was seeded by another version"):
        await stores.seed(2)


async def test_a_missing_table_is_told(stores: Stores) -> None:
    connection = await asyncpg.connect(stores.url)
    await connection.execute("DROP TABLE content_tags")
    await connection.close()
    with pytest.raises(SeedError, match=r"family: relation .* \(`gateway create` makes"):
        await stores.seed(1)


async def test_a_store_that_is_down_is_told() -> None:
    where = Addresses({"family": PostgresAddress("postgresql://127.0.0.1:1/none")}, {}, {})
    with pytest.raises(SeedError, match=r"the store of family: .*Connect call failed"):
        async with opened(where, together=True):
            pass


async def test_progress_is_told_in_lines_without_a_terminal(
    stores: Stores, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "PAUSE", 0)
    await stores.seed(2)
    told = " ".join(capsys.readouterr().err.split())
    assert "Seeding: 1 of 4 batches," in told
    assert "Seeding: 4 of 4 batches," in told
    count = sum(len(rows) for k in (1, 2) for name in SEEDED for rows in made(name, k).values())
    assert f"Seeded {count:,} rows in" in told
    assert "\x1b" not in told


class Throttled:
    """A DynamoDB that has no capacity for the first call, and for half of the second."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    async def batch_write_item(self, RequestItems: Mapping[str, list[Any]]) -> Mapping[str, Any]:
        ((name, puts),) = RequestItems.items()
        self.calls.append(len(puts))
        if len(self.calls) == 1:
            error = {"Code": "ProvisionedThroughputExceededException"}
            raise ClientError({"Error": error}, "BatchWriteItem")
        left = puts[: len(puts) // 2] if len(self.calls) == 2 else []
        return {"UnprocessedItems": {name: left} if left else {}}


async def test_what_is_throttled_is_put_again() -> None:
    client, table = Throttled(), DYNAMODB["prep"][0]
    rows = {table.name: [{"email": f"{number}@example.com"} for number in range(20)]}
    await put_apart(client, [table], {table.name: "physical"}, rows)
    assert client.calls == [20, 20, 10]


async def test_items_are_put_one_by_one_into_given_stores(stores: Stores) -> None:
    async with DynamoTarget.open("prep", stores.address, stores.names, together=False) as target:
        await target.write(1, "version", made("prep", 1))
    kept = await kept_in_dynamodb(stores.address, DYNAMODB["prep"], stores.names)
    assert same(kept, "prep", 1)


# The command


@pytest.mark.parametrize("scale", ["0", "-1", str(MOST + 1), "many"])
def test_a_scale_is_a_number_in_bounds(scale: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["seed", "--scale", scale])
    assert ended.value.code == 2


def test_given_stores_must_be_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ServeSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    with pytest.raises(SystemExit) as ended:
        main(["seed", "--scale", "1", "--stores"])
    assert ended.value.code == 2
    assert "FAMILY_DATABASE_URL" in capsys.readouterr().err


@pytest.fixture
def given(
    postgres: PostgresEngine, dynamodb: DynamoEngine, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """The settings of stores with every table and no row, by which a command finds them."""
    unique = uuid.uuid4().hex
    settings = {
        "DYNAMODB_ENDPOINT_URL": dynamodb.endpoint,
        "AWS_ACCESS_KEY_ID": "demo",
        "AWS_SECRET_ACCESS_KEY": "demo",
    }
    for product, tables in POSTGRES.items():
        postgres.create_database(f"{product}_{unique}", template="template0")
        settings[f"{product.upper()}_DATABASE_URL"] = postgres.url(f"{product}_{unique}")
        # Nobody writes to a replica.
        settings[f"{product.upper()}_DATABASE_REPLICA_URL"] = "postgresql://127.0.0.1:1/none"
        url = settings[f"{product.upper()}_DATABASE_URL"]
        asyncio.run(create_postgres(url, tables, lambda made: None))
    address = DynamoAddress("us-east-1", dynamodb.endpoint, "demo", "demo")
    for tables_ in DYNAMODB.values():
        names = {table.name: f"{unique}-{table.name}" for table in tables_}
        settings |= {table.setting: names[table.name] for table in tables_}
        asyncio.run(create_dynamodb(address, tables_, names, lambda made: None))
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return settings


@pytest.mark.slow
def test_given_stores_are_seeded_unless_they_hold_rows_of_others(
    given: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    async def execute(statement: str) -> Any:
        connection = await asyncpg.connect(given["FAMILY_DATABASE_URL"])
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    asyncio.run(execute("INSERT INTO users (id, email) VALUES (5000000, 'o@example.com')"))
    with pytest.raises(SystemExit) as ended:
        main(["seed", "--scale", "1", "--stores"])
    assert ended.value.code == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "Rows that seeding did not make are in family.users." in told
    assert "--beside-others" in told
    main(["seed", "--scale", "1", "--stores", "--beside-others"])
    assert "Seeded 9,795 rows" in capsys.readouterr().err
    assert asyncio.run(execute("SELECT count(*) FROM users")) == 57
    main(["seed", "--scale", "1", "--stores"])
    assert "5 of 5 batches are there already" in capsys.readouterr().err


@contextmanager
def running(directory: Path, scale: int) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """The command in a process of its own, and the file of what it says."""
    log = directory.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-c", "from gateway.cli import main; main()", "seed"),
                *("--scale", str(scale), "--directory", str(directory)),
            ],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield process, log
    finally:
        process.kill()
        process.wait()


def kill_while_it_writes(directory: Path, scale: int, *, seconds: float) -> None:
    """Run the command, and kill it so long after it began to write."""
    with running(directory, scale) as (process, log):
        while "Creating tables" not in log.read_text():
            assert process.poll() is None, log.read_text()
            time.sleep(0.02)
        time.sleep(seconds)
        assert process.poll() is None, "it was too quick to be killed"
        process.send_signal(signal.SIGKILL)


async def lines(where: Addresses) -> int:
    async with opened(where, together=True) as targets:
        return sum([len(set(await target.ledger()) - {BEGUN}) for target in targets])


async def everything(where: Addresses, scale: int) -> bool:
    kept = await kept_in_family(where.postgres["family"].url)
    return same(kept, "family", scale) and all(
        [
            same(
                await kept_in_dynamodb(where.dynamodb[product], tables, where.table_names[product]),
                product,
                scale,
            )
            for product, tables in DYNAMODB.items()
        ]
    )


@pytest.mark.slow
def test_a_directory_is_seeded_by_processes_that_are_killed_and_the_demo_keeps_it(
    place: Path,
) -> None:
    path, scale = place / "demo", 3
    for seconds in (1.0, 2.0):
        kill_while_it_writes(path, scale, seconds=seconds)
    with running(path, scale) as (process, log):
        assert process.wait(120) == 0, log.read_text()
    with (
        DataDirectory(path) as directory,
        PostgresEngine.start(directory.postgres) as postgres,
        DynamoEngine.start(directory.dynamodb) as dynamodb,
    ):
        where = demo_addresses(postgres, dynamodb)
        _fill(directory, postgres, where)
        assert asyncio.run(lines(where)) == scale * len(PRODUCTS)
        assert asyncio.run(everything(where, scale))
