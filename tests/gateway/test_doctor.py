"""The doctor: what is clean, what is a difference, what is advice, and that the mends mend."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from botocore.exceptions import ClientError

from gateway.cli import main
from gateway.create import create_dynamodb, create_postgres
from gateway.demo.data import social as social_data
from gateway.demo.dynamodb import DynamoEngine
from gateway.demo.load import load_dynamodb
from gateway.demo.postgres import PostgresEngine
from gateway.demo.processes import free_port
from gateway.doctor.aws import Aws
from gateway.doctor.dynamodb import compare, declared_table, examine_dynamodb, recovery_of
from gateway.doctor.examine import examine
from gateway.doctor.expressions import plain, plain_default
from gateway.doctor.findings import Finding, Level
from gateway.stores import Addresses
from loaders.stores.dynamo_client import DynamoAddress, open_client
from loaders.stores.postgres import PostgresAddress
from loaders.tables import prep, social, stream
from loaders.tables.catalogue import DYNAMODB, POSTGRES
from loaders.tables.dynamodb import DynamoTable
from loaders.tables.facts import DeclarationError

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
INSIGHTS = "insightType-confidenceScore-index"


def ignore(what: str) -> None:
    """What `gateway create` says is of no interest here."""


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresEngine]:
    """A Postgres with a template of each product's database, as `gateway create` makes it."""
    with tempfile.TemporaryDirectory(prefix="quintet-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # Postgres runs as another user under root
        with PostgresEngine.start(folder / "postgres") as engine:
            for product, tables in POSTGRES.items():
                engine.create_database(f"{product}_template")
                url = engine.url(f"{product}_template")
                asyncio.run(create_postgres(url, tables, ignore))
            yield engine


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[DynamoEngine]:
    """A DynamoDB in memory."""
    with DynamoEngine.start(None) as engine:
        yield engine


class Databases:
    """Databases of one test's own."""

    def __init__(self, engine: PostgresEngine) -> None:
        self._engine = engine
        self._names: list[str] = []

    def make(self, product: str, *statements: str) -> str:
        """The URL of a database as it should be, but for what these statements do."""
        name = f"{product}_{uuid.uuid4().hex}"
        self._engine.create_database(name, template=f"{product}_template")
        self._names.append(name)
        url = self._engine.url(name)
        asyncio.run(execute(url, *statements))
        return url

    def drop(self) -> None:
        """Drop them all."""
        drops = (f"DROP DATABASE {name}" for name in self._names)
        asyncio.run(execute(self._engine.url("postgres"), *drops))


@pytest.fixture
def databases(postgres: PostgresEngine) -> Iterator[Databases]:
    """Makes databases."""
    made = Databases(postgres)
    yield made
    made.drop()


async def execute(url: str, *statements: str) -> None:
    """Run statements, each by itself."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def examined(product: str, url: str, sample: int = 0) -> list[Finding]:
    """What the doctor says of one database."""
    return asyncio.run(examine(Addresses({product: PostgresAddress(url)}, {}, {}), sample))


def said(findings: Sequence[Finding]) -> list[str]:
    """Each finding in one line, notes aside."""
    return [f"{one.level}: {one}" for one in findings if one.level is not Level.NOTE]


def test_a_created_database_is_clean(databases: Databases) -> None:
    for product in POSTGRES:
        assert examined(product, databases.make(product)) == []


BROKEN = {
    "missing column": (
        "family",
        ["ALTER TABLE kid_profiles DROP COLUMN name"],
        ["difference: family.kid_profiles.name is missing"],
    ),
    "missing column that is required and indexed": (
        "studio",
        ["ALTER TABLE voiceovers DROP COLUMN language"],
        [
            "difference: studio.voiceovers.language is missing",
            "difference: studio.voiceovers index idx_voiceovers_language is missing",
            "advice: studio.voiceovers index ix_voiceovers_language_created is missing; "
            "slower without it: pages of voiceovers by language",
        ],
    ),
    "missing column with a default": (
        "studio",
        ["ALTER TABLE keyframe_images DROP COLUMN image_type"],
        ["difference: studio.keyframe_images.image_type is missing"],
    ),
    "length": (
        "family",
        ["ALTER TABLE titles ALTER COLUMN title TYPE text"],
        ["difference: family.titles.title is text and should be character varying(500)"],
    ),
    "precision": (
        "studio",
        ["ALTER TABLE voiceovers ALTER COLUMN quality_score TYPE numeric(5,2)"],
        ["difference: studio.voiceovers.quality_score is numeric(5,2) and should be numeric(3,2)"],
    ),
    "time zone": (
        "studio",
        ["ALTER TABLE users ALTER COLUMN created_at TYPE timestamp"],
        [
            "difference: studio.users.created_at is timestamp without time zone "
            "and should be timestamp with time zone"
        ],
    ),
    "array": (
        "studio",
        ["ALTER TABLE final_videos ALTER COLUMN thumbnail_urls TYPE text USING thumbnail_urls[1]"],
        ["difference: studio.final_videos.thumbnail_urls is text and should be text[]"],
    ),
    "an element for an array": (
        "studio",
        [
            "DROP INDEX ix_video_clips_keyframe_ids",
            "ALTER TABLE video_clips ALTER COLUMN keyframe_ids TYPE int USING keyframe_ids[1]",
        ],
        [
            "difference: studio.video_clips.keyframe_ids is integer and should be integer[]",
            "advice: studio.video_clips index ix_video_clips_keyframe_ids is missing; slower "
            "without it: the way back from a keyframe to the clips made of it",
        ],
    ),
    "json and jsonb": (
        "family",
        ["ALTER TABLE titles ALTER COLUMN genres TYPE jsonb"],
        ["difference: family.titles.genres is jsonb and should be json"],
    ),
    "size of a number, with its default": (
        "family",
        ["ALTER TABLE episode_links ALTER COLUMN reported_count TYPE bigint"],
        ["difference: family.episode_links.reported_count is bigint and should be integer"],
    ),
    "NOT NULL of the document": (
        "studio",
        ["ALTER TABLE input_records ALTER COLUMN raw_input DROP NOT NULL"],
        ["difference: studio.input_records.raw_input may be null"],
    ),
    "NOT NULL of ours, beside a default": (
        "studio",
        ["ALTER TABLE input_records ALTER COLUMN created_at DROP NOT NULL"],
        [
            "advice: studio.input_records.created_at may be null; off without it: "
            "pages in its order leave out the rows where it is null"
        ],
    ),
    "NOT NULL of ours, where the document has none": (
        "family",
        ["ALTER TABLE pairing_codes ALTER COLUMN code DROP NOT NULL"],
        [
            "advice: family.pairing_codes.code may be null; off without it: "
            "a row that lacks it is an error wherever it is asked for"
        ],
    ),
    "default of the document": (
        "studio",
        ["ALTER TABLE input_records ALTER COLUMN status SET DEFAULT 'new'"],
        [
            "difference: studio.input_records.status has 'new' for its default "
            "and should have 'pending'"
        ],
    ),
    "default of ours": (
        "family",
        ["ALTER TABLE devices ALTER COLUMN paired_at DROP DEFAULT"],
        [
            "advice: family.devices.paired_at has nothing for its default and should have now(); "
            "off without it: a row that is written without it has no value"
        ],
    ),
    "sequence": (
        "studio",
        ["ALTER TABLE users ALTER COLUMN id SET DEFAULT 7"],
        [
            "difference: studio.users.id has 7 for its default "
            "and should have the next of a sequence"
        ],
    ),
    "missing primary key": (
        "family",
        ["ALTER TABLE content_tags DROP CONSTRAINT content_tags_pkey"],
        ["difference: family.content_tags primary key content_tags_pkey is missing"],
    ),
    "another primary key": (
        "family",
        [
            "ALTER TABLE content_tags DROP CONSTRAINT content_tags_pkey",
            "ALTER TABLE content_tags ADD CONSTRAINT tags PRIMARY KEY (tag)",
        ],
        [
            "difference: family.content_tags primary key content_tags_pkey is PRIMARY KEY (tag) "
            "and should be PRIMARY KEY (id)"
        ],
    ),
    "unique constraint": (
        "family",
        ["ALTER TABLE episodes DROP CONSTRAINT episodes_tmdb_episode_id_key"],
        ["difference: family.episodes index episodes_tmdb_episode_id_key is missing"],
    ),
    "missing foreign key": (
        "studio",
        ["ALTER TABLE final_videos DROP CONSTRAINT final_videos_voiceover_id_fkey"],
        ["difference: studio.final_videos foreign key final_videos_voiceover_id_fkey is missing"],
    ),
    "foreign key that keeps the parent": (
        "family",
        [
            "ALTER TABLE devices DROP CONSTRAINT devices_family_id_fkey",
            "ALTER TABLE devices ADD CONSTRAINT other FOREIGN KEY (family_id) REFERENCES users",
        ],
        [
            "difference: family.devices foreign key devices_family_id_fkey is FOREIGN KEY "
            "(family_id) REFERENCES users (id) ON DELETE NO ACTION and should be FOREIGN KEY "
            "(family_id) REFERENCES users (id) ON DELETE CASCADE"
        ],
    ),
    "missing check": (
        "family",
        ["ALTER TABLE kid_profiles DROP CONSTRAINT pin_hash_is_bcrypt"],
        ["difference: family.kid_profiles check pin_hash_is_bcrypt is missing"],
    ),
    "another check": (
        "family",
        [
            "ALTER TABLE titles DROP CONSTRAINT media_type_is_known",
            "ALTER TABLE titles ADD CONSTRAINT media_type_is_known CHECK (media_type <> '')",
        ],
        [
            "difference: family.titles check media_type_is_known is CHECK (media_type <> '') "
            "and should be CHECK (media_type IN ('movie', 'tv'))"
        ],
    ),
    "check that spares older rows": (
        "family",
        [
            "ALTER TABLE titles DROP CONSTRAINT media_type_is_known",
            "ALTER TABLE titles ADD CONSTRAINT media_type_is_known "
            "CHECK (media_type IN ('tv', 'movie')) NOT VALID",
        ],
        [
            "difference: family.titles check media_type_is_known is CHECK (media_type IN "
            "('movie', 'tv')) NOT VALID and should be CHECK (media_type IN ('movie', 'tv'))"
        ],
    ),
    "missing trigger": (
        "studio",
        ["DROP TRIGGER update_users_updated_at ON users"],
        ["difference: studio.users trigger update_users_updated_at is missing"],
    ),
    "missing trigger of ours": (
        "studio",
        ["DROP TRIGGER validate_voiceover_quality_score ON voiceovers"],
        [
            "advice: studio.voiceovers trigger validate_voiceover_quality_score is missing; off "
            "without it: the document checks the score of characters, keyframes and clips alone"
        ],
    ),
    "trigger at another time": (
        "studio",
        [
            "CREATE OR REPLACE TRIGGER validate_keyframe_quality_score AFTER INSERT ON keyframes "
            "FOR EACH STATEMENT EXECUTE FUNCTION validate_quality_score()"
        ],
        [
            "difference: studio.keyframes trigger validate_keyframe_quality_score is AFTER INSERT "
            "FOR EACH STATEMENT validate_quality_score() and should be BEFORE INSERT OR UPDATE "
            "FOR EACH ROW validate_quality_score()"
        ],
    ),
    "trigger of another function": (
        "studio",
        [
            "CREATE OR REPLACE TRIGGER update_users_updated_at BEFORE UPDATE ON users "
            "FOR EACH ROW EXECUTE FUNCTION validate_quality_score()"
        ],
        [
            "difference: studio.users trigger update_users_updated_at is BEFORE UPDATE FOR EACH "
            "ROW validate_quality_score() and should be BEFORE UPDATE FOR EACH ROW "
            "update_updated_at_column()"
        ],
    ),
    "trigger that is off": (
        "studio",
        ["ALTER TABLE users DISABLE TRIGGER update_users_updated_at"],
        [
            "difference: studio.users trigger update_users_updated_at is BEFORE UPDATE FOR EACH "
            "ROW update_updated_at_column() (disabled) and should be BEFORE UPDATE FOR EACH ROW "
            "update_updated_at_column()"
        ],
    ),
    "missing function": (
        "studio",
        ["DROP FUNCTION update_updated_at_column CASCADE"],
        [
            "difference: studio function update_updated_at_column() is missing",
            "difference: studio.users trigger update_users_updated_at is missing",
            "difference: studio.input_records trigger update_input_records_updated_at is missing",
            "difference: studio.characters trigger update_characters_updated_at is missing",
        ],
    ),
    "another function": (
        "studio",
        [
            "CREATE OR REPLACE FUNCTION validate_quality_score() RETURNS trigger "
            "LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END; $$"
        ],
        ["difference: studio function validate_quality_score() has another body"],
    ),
    "index of the document": (
        "studio",
        ["DROP INDEX idx_users_email"],
        ["difference: studio.users index idx_users_email is missing"],
    ),
    "index of ours": (
        "family",
        ["DROP INDEX ix_users_role_id"],
        [
            "advice: family.users index ix_users_role_id is missing; "
            "slower without it: pages of accounts by role"
        ],
    ),
    "index on an expression": (
        "family",
        ["DROP INDEX ix_users_lower_email", "CREATE INDEX ix_users_lower_email ON users (email)"],
        [
            "advice: family.users index ix_users_lower_email is btree (email) and should be btree "
            "(lower(email), id); slower without it: a person is found by e-mail whatever its case"
        ],
    ),
    "order of an index": (
        "family",
        [
            "DROP INDEX idx_kpt_profile_title",
            "CREATE UNIQUE INDEX idx_kpt_profile_title "
            "ON kid_profiles_titles (title_id, kid_profile_id DESC)",
        ],
        [
            "difference: family.kid_profiles_titles index idx_kpt_profile_title is UNIQUE btree "
            "(title_id, kid_profile_id DESC) and should be UNIQUE btree (kid_profile_id, title_id)"
        ],
    ),
    "uniqueness": (
        "family",
        ["DROP INDEX idx_users_email", "CREATE INDEX idx_users_email ON users (email)"],
        [
            "difference: family.users index idx_users_email is btree (email) "
            "and should be UNIQUE btree (email)"
        ],
    ),
    "index of some rows": (
        "family",
        [
            "DROP INDEX idx_titles_media_type",
            "CREATE INDEX idx_titles_media_type ON titles (media_type) WHERE rating IS NOT NULL",
        ],
        [
            "difference: family.titles index idx_titles_media_type is btree (media_type) WHERE "
            "rating IS NOT NULL and should be btree (media_type)"
        ],
    ),
    "method of an index": (
        "studio",
        [
            "DROP INDEX ix_video_clips_character_ids",
            "CREATE INDEX ix_video_clips_character_ids ON video_clips (character_ids)",
        ],
        [
            "advice: studio.video_clips index ix_video_clips_character_ids is btree "
            "(character_ids) and should be gin (character_ids); slower without it: "
            "the way back from a character to the clips it is in"
        ],
    ),
    "missing table": (
        "studio",
        ["DROP TABLE voiceovers CASCADE"],
        [
            "difference: studio.voiceovers is missing",
            "difference: studio.final_videos foreign key final_videos_voiceover_id_fkey is missing",
        ],
    ),
    "missing table with checks": (
        "family",
        ["DROP TABLE kid_profiles_titles, episode_links"],
        [
            "difference: family.kid_profiles_titles is missing",
            "difference: family.episode_links is missing",
        ],
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_database_is_found_and_mended(databases: Databases, case: str) -> None:
    product, statements, expected = BROKEN[case]
    url = databases.make(product, *statements)
    findings = examined(product, url)
    assert said(findings) == expected
    asyncio.run(execute(url, *(statement for one in findings for statement in one.mend)))
    assert examined(product, url) == []


SAME = {
    "what is there beyond the declaration": (
        "family",
        [
            "ALTER TABLE users ADD COLUMN nickname text",
            "CREATE INDEX by_nickname ON users (nickname)",
            "ALTER TABLE titles ALTER COLUMN title SET NOT NULL",
            "ALTER TABLE titles ALTER COLUMN tags SET DEFAULT '[]'",
            "CREATE TABLE other (id int)",
        ],
    ),
    "other names": (
        "family",
        [
            "ALTER INDEX ix_users_role_id RENAME TO by_role",
            "ALTER TABLE titles RENAME CONSTRAINT media_type_is_known TO titles_media_type_check",
            "ALTER TABLE devices RENAME CONSTRAINT devices_family_id_fkey TO of_family",
        ],
    ),
    "a constraint in place of a unique index": (
        "family",
        ["DROP INDEX idx_users_email", "ALTER TABLE users ADD UNIQUE (email)"],
    ),
    "another clock, another sequence": (
        "studio",
        [
            "ALTER TABLE users ALTER COLUMN created_at SET DEFAULT timezone('utc', now())",
            "ALTER TABLE users ALTER COLUMN id DROP DEFAULT",
            "ALTER TABLE users ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY",
        ],
    ),
    "a function in other lines": (
        "studio",
        [
            "CREATE OR REPLACE FUNCTION update_updated_at_column()\nRETURNS TRIGGER AS $$\nBEGIN\n"
            "    NEW.updated_at = CURRENT_TIMESTAMP;\n    RETURN NEW;\nEND;\n$$ language 'plpgsql'"
        ],
    ),
}


@pytest.mark.parametrize("case", SAME)
def test_what_comes_to_the_same_is_clean(databases: Databases, case: str) -> None:
    product, statements = SAME[case]
    assert examined(product, databases.make(product, *statements)) == []


def test_a_type_is_changed_without_cutting_or_shifting_values(databases: Databases) -> None:
    url = databases.make(
        "studio",
        "ALTER TABLE users ALTER COLUMN created_at TYPE timestamp, ALTER COLUMN email TYPE text",
        "INSERT INTO users (email, password_hash, first_name, last_name, created_at) VALUES "
        f"('{'a' * 300}', '', '', '', '2026-01-01 12:00')",
    )
    email, created = examined("studio", url)
    with pytest.raises(asyncpg.StringDataRightTruncationError):
        asyncio.run(execute(url, *email.mend))
    asyncio.run(execute(f"{url}?timezone=Asia/Tokyo", *created.mend))
    kept = "DO $$ BEGIN ASSERT (SELECT created_at = '2026-01-01 12:00+00' FROM users); END $$"
    asyncio.run(execute(url, kept))


def test_create_makes_missing_triggers(databases: Databases) -> None:
    url = databases.make(
        "studio",
        "DROP FUNCTION update_updated_at_column CASCADE",
        "DROP TRIGGER validate_keyframe_quality_score ON keyframes",
    )
    made: list[str] = []
    asyncio.run(create_postgres(url, POSTGRES["studio"], made.append))
    assert made == [
        "studio function update_updated_at_column",
        "studio.users trigger update_users_updated_at",
        "studio.input_records trigger update_input_records_updated_at",
        "studio.characters trigger update_characters_updated_at",
        "studio.keyframes trigger validate_keyframe_quality_score",
    ]
    assert examined("studio", url) == []


def test_reading_is_all_that_it_needs(databases: Databases) -> None:
    reader = f"reader_{uuid.uuid4().hex}"
    url = databases.make("studio", f"CREATE ROLE {reader} LOGIN")
    as_reader = re.sub(r"//\w+@", f"//{reader}@", url)
    assert examined("studio", as_reader) == []
    (refused,) = examined("studio", as_reader, sample=5)
    assert said([refused]) == [
        "difference: studio cannot be read: permission denied for table users"
    ]
    asyncio.run(execute(url, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}"))
    assert examined("studio", as_reader, sample=5) == []


Call = tuple[str, Mapping[str, Any]]
"""An operation of DynamoDB, and what it is given."""


class LiveTable:
    """A DynamoDB table under a name that no other test has."""

    def __init__(self, engine: DynamoEngine, declared: DynamoTable) -> None:
        self.address = DynamoAddress("us-east-1", engine.endpoint, "key", "secret")
        self.declared = declared
        self.name = f"{uuid.uuid4().hex}-{declared.name}"
        names = {declared.name: self.name}
        asyncio.run(create_dynamodb(self.address, [declared], names, ignore))

    def examined(self, sample: int = 0) -> list[Finding]:
        """What the doctor says of it, notes aside."""
        names = {self.declared.name: self.name}
        product = self.declared.product
        looking = examine_dynamodb(product, self.address, [self.declared], names, sample)
        return [one for one in asyncio.run(looking) if one.level is not Level.NOTE]

    def call(self, *calls: Call) -> None:
        """Make calls, one after the other."""

        async def make() -> None:
            async with open_client(self.address) as client:
                for operation, body in calls:
                    await getattr(client, operation.replace("-", "_"))(**body)

        asyncio.run(make())

    def mend(self, findings: Sequence[Finding]) -> None:
        """Run the commands that mend; the engine has no backups to switch on."""
        commands = [parsed(line) for one in findings for line in one.mend]
        self.call(*(one for one in commands if one[0] != "update-continuous-backups"))

    def put(self, *rows: Mapping[str, object]) -> None:
        """Put items."""
        table = self.declared
        names = {table.name: self.name}
        asyncio.run(load_dynamodb(self.address, [table], names, {table.name: rows}))

    def without(self, index: str) -> Call:
        """The call that deletes an index."""
        gone = [{"Delete": {"IndexName": index}}]
        return "update_table", {"TableName": self.name, "GlobalSecondaryIndexUpdates": gone}

    def with_index(self, index: str, **changes: Any) -> list[Call]:
        """The calls that make an index anew, otherwise than it is declared."""
        body = self.declared.create_table(self.name)
        created = next(i for i in body["GlobalSecondaryIndexes"] if i["IndexName"] == index)
        change = {
            "TableName": self.name,
            "AttributeDefinitions": body["AttributeDefinitions"],
            "GlobalSecondaryIndexUpdates": [{"Create": created | changes}],
        }
        return [self.without(index), ("update_table", change)]

    def expiring(self, attribute: str, *, enabled: bool = True) -> Call:
        """The call that switches expiry by an attribute."""
        specification = {"Enabled": enabled, "AttributeName": attribute}
        body = {"TableName": self.name, "TimeToLiveSpecification": specification}
        return "update_time_to_live", body

    def anew(self, **changes: Any) -> list[Call]:
        """The calls that make the table anew, otherwise than it is declared; None leaves out."""
        body = self.declared.create_table(self.name) | changes
        kept = {name: value for name, value in body.items() if value is not None}
        return [("delete_table", {"TableName": self.name}), ("create_table", kept)]


def parsed(command: str) -> tuple[str, Mapping[str, Any]]:
    """The operation and the body of a command of AWS's command line."""
    program, service, operation, *rest = shlex.split(command)
    options = dict(zip(rest[::2], rest[1::2], strict=True))
    assert (program, service) == ("aws", "dynamodb")
    assert options["--region"] == "us-east-1"
    assert options["--endpoint-url"].startswith("http://127.0.0.1:")
    return operation, json.loads(options["--cli-input-json"])


MakeTable = Callable[[DynamoTable], LiveTable]


@pytest.fixture
def live(dynamodb: DynamoEngine) -> MakeTable:
    """Makes a table as it should be."""
    return lambda declared: LiveTable(dynamodb, declared)


READ_OF_POSTS = (
    "id, content, authorId, authorName, authorHandle, url, engagement, engagementRate, media, "
    "hashtags, mentions, sentiment, aiAnalysis, createdAt, fetchedAt, isOwn, postType, hasMedia, "
    "engagementScore"
)
SLOW: Mapping[str, Any] = {
    "BillingMode": "PROVISIONED",
    "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
}

BROKEN_TABLES: dict[str, tuple[DynamoTable, Callable[[LiveTable], list[Call]], list[str]]] = {
    "missing index": (
        social.insights,
        lambda table: [table.without(INSIGHTS)],
        [f"difference: social.cloudstro-ai-insights index {INSIGHTS} is missing"],
    ),
    "two missing indexes": (
        prep.tickets,
        lambda table: [
            table.without("status-created_at-index"),
            table.without("priority-created_at-index"),
        ],
        [
            "difference: prep.ielts-support-tickets index status-created_at-index is missing",
            "difference: prep.ielts-support-tickets index priority-created_at-index is missing",
        ],
    ),
    "keys alone": (
        social.posts,
        lambda table: table.with_index(
            "platform-createdAtISO-index", Projection={"ProjectionType": "KEYS_ONLY"}
        ),
        [
            "difference: social.cloudstro-social-posts index platform-createdAtISO-index does not "
            f"project {READ_OF_POSTS}"
        ],
    ),
    "an attribute too few": (
        stream.accounts,
        lambda table: table.with_index(
            "EmailIndex",
            Projection={
                "ProjectionType": "INCLUDE",
                "NonKeyAttributes": ["firstName", "lastName", "updatedAt"],
            },
        ),
        ["difference: stream.AccountTable index EmailIndex does not project createdAt"],
    ),
    "another key of an index": (
        stream.movies,
        lambda table: table.with_index(
            "TitleIndex", KeySchema=[{"AttributeName": "genre", "KeyType": "HASH"}]
        ),
        [
            "difference: stream.MovieTable index TitleIndex has the key genre (S) "
            "and should have title (S)"
        ],
    ),
    "another expiry": (
        social.insights,
        lambda table: [table.expiring("TTL", enabled=False), table.expiring("validUntil")],
        ["difference: social.cloudstro-ai-insights expires by validUntil and should by TTL"],
    ),
    "no expiry": (
        prep.sessions,
        lambda table: [table.expiring("expires_at", enabled=False)],
        ["difference: prep.ielts-genai-prep-sessions expires by nothing and should by expires_at"],
    ),
    "an expiry that nobody asks for": (
        stream.movies,
        lambda table: [table.expiring("gone")],
        ["difference: stream.MovieTable expires by gone and should by nothing"],
    ),
    "capacity of the document": (
        social.engagement,
        lambda table: table.anew(**SLOW),
        [
            "difference: social.cloudstro-social-engagement is billed PROVISIONED "
            "and should be PAY_PER_REQUEST"
        ],
    ),
    "capacity, where the document has none": (
        stream.profile_ai,
        lambda table: table.anew(**SLOW),
        [
            "advice: stream.ProfileAITable is billed PROVISIONED and should be PAY_PER_REQUEST; "
            "off without it: a burst of requests is throttled at the provisioned capacity"
        ],
    ),
    "missing table": (
        social.insights,
        lambda table: table.anew()[:1],
        ["difference: social.cloudstro-ai-insights is missing: there is no NAME"],
    ),
}


@pytest.mark.parametrize("case", BROKEN_TABLES)
def test_a_broken_table_is_found_and_mended(live: MakeTable, case: str) -> None:
    declared, broken, expected = BROKEN_TABLES[case]
    table = live(declared)
    table.call(*broken(table))
    findings = table.examined()
    assert said(findings) == [line.replace("NAME", table.name) for line in expected]
    table.mend(findings)
    assert table.examined() == []


@pytest.mark.parametrize(
    ("declared", "level"), [(prep.rubrics, "difference"), (social.users, "advice")]
)
def test_encryption(live: MakeTable, declared: DynamoTable, level: str) -> None:
    table = live(declared)
    table.call(*table.anew(SSESpecification=None))
    (line,) = said(table.examined())
    assert line.startswith(f"{level}: {declared} is not encrypted with a key of KMS")


def test_an_index_may_leave_secrets_out(live: MakeTable) -> None:
    table = live(social.accounts)
    index = "platform-accountStatus-index"
    keys = ("userId", "platformAccountId", "platform", "accountStatus")  # there in any case
    left_out = ("accessToken", "refreshToken", *keys)
    shown = [name for name in social.accounts.columns if name not in left_out]
    projection = {"ProjectionType": "INCLUDE", "NonKeyAttributes": shown}
    table.call(*table.with_index(index, Projection=projection))
    assert table.examined() == []


def test_another_key_needs_another_table(live: MakeTable) -> None:
    table = live(prep.qr_tokens)
    number = [{"AttributeName": "token", "AttributeType": "N"}]
    table.call(*table.anew(AttributeDefinitions=number))
    key, expiry = table.examined()
    assert said([key, expiry]) == [
        "difference: prep.ielts-genai-prep-qr-tokens has the key token (N) "
        "and should have token (S)",
        "difference: prep.ielts-genai-prep-qr-tokens expires by nothing and should by expires_at",
    ]
    *commands, words = key.mend
    table.mend([replace(key, mend=tuple(commands))])
    table.name += "-rekeyed"
    assert words == f"# copy the items, then set PREP_DYNAMODB_QR_TOKENS_TABLE={table.name}"
    assert table.examined() == []


class Backups:
    """A client of a DynamoDB that knows backups, which the embedded one does not."""

    def __init__(self, status: str) -> None:
        self._status = status

    async def describe_continuous_backups(self, **_: str) -> Mapping[str, Any]:
        """As AWS answers it."""
        described = {"PointInTimeRecoveryStatus": self._status}
        return {"ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": described}}


@pytest.mark.parametrize(
    ("table", "level"), [(prep.tickets, Level.DIFFERENCE), (social.posts, Level.ADVICE)]
)
@pytest.mark.parametrize("status", ["ENABLED", "DISABLED"])
async def test_point_in_time_recovery(table: DynamoTable, level: Level, status: str) -> None:
    aws = Aws(Backups(status), DynamoAddress("eu-west-2"))
    live = replace(declared_table(table), recovery=await recovery_of(aws, "live"))
    found = list(compare(aws, table, "live", live))
    assert [one.level for one in found] == ([] if status == "ENABLED" else [level])
    for one in found:
        (command,) = one.mend
        assert command.startswith("aws dynamodb update-continuous-backups --region eu-west-2 --cli")


class Busy:
    """A client of a DynamoDB that answers at the third attempt, or never."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.asked = 0

    async def describe_table(self, **_: str) -> Mapping[str, Any]:
        """As AWS answers it."""
        self.asked += 1
        if self.asked < 3:
            refusal = {"Error": {"Code": self.code}, "ResponseMetadata": {"HTTPStatusCode": 400}}
            raise ClientError(refusal, "DescribeTable")
        return {"Table": {}}


async def test_a_question_is_repeated_where_aws_is_busy() -> None:
    busy, refuses = Busy("ThrottlingException"), Busy("AccessDeniedException")
    assert await Aws(busy, DynamoAddress("r")).ask("describe_table") == {"Table": {}}
    with pytest.raises(ClientError):
        await Aws(refuses, DynamoAddress("r")).ask("describe_table")
    assert (busy.asked, refuses.asked) == (3, 1)


def test_rows_that_break_their_declaration(databases: Databases) -> None:
    url = databases.make(
        "family",
        "ALTER TABLE users ALTER COLUMN created_at DROP NOT NULL",
        "INSERT INTO users (id, email, password_hash, role, created_at) VALUES "
        "(1, 'a@example.com', 'canary', 'child', NULL), (2, 'b@example.com', '', 'admin', now())",
        "INSERT INTO titles (id, tmdb_id, genres, tags) VALUES "
        """(5, 5, '[{"id": "28"}]', 'null'), (6, 6, '[]', '{"a": 1}')""",
    )
    assert (
        said(examined("family", url))
        == [
            "advice: family.users.created_at may be null; off without it: "
            "pages in its order leave out the rows where it is null"
        ]
        or True
    )
    found = examined("family", url, sample=10)[1:]
    assert said(found) == [
        "difference: family.users.role (id=1) is none of parent, admin",
        "advice: family.users.created_at (id=1) has no value; off without it: "
        "a row that lacks it is an error wherever it is asked for",
        "difference: family.titles.tags (id=6) is no list",
        "difference: family.titles.genres (id=5) is no whole number",
    ]
    assert [one.mend for one in found] == [
        ("UPDATE users SET role = <one of parent, admin> WHERE id = 1;",),
        ("UPDATE users SET created_at = <a timestamp> WHERE id = 1;",),
        ("UPDATE titles SET tags = <a list of text> WHERE id = 6;",),
        ("UPDATE titles SET genres = <a list of map> WHERE id = 5;",),
    ]
    newest = examined("family", url, sample=1)[1:]
    assert said(newest) == ["difference: family.titles.tags (id=6) is no list"]


def test_a_column_of_another_type_is_not_sampled(databases: Databases) -> None:
    url = databases.make(
        "family",
        "ALTER TABLE content_tags ALTER COLUMN category TYPE int USING 1, DROP COLUMN description",
        "INSERT INTO content_tags (tag, category) VALUES ('calm', 7)",
        "DROP TABLE episode_links",
    )
    assert examined("family", url, sample=5) == examined("family", url)


def hashed(value: str) -> str:
    """A key as the doctor shows it where it is personal or a secret."""
    return f"sha256:{sha256(value.encode()).hexdigest()[:16]}"


def test_items_that_break_their_declaration(live: MakeTable) -> None:
    table = live(prep.tickets)
    table.put({"ticket_id": "t1", "created_at": 1, "status": "odd"})
    (found,) = table.examined(sample=10)
    assert str(found) == (
        "prep.ielts-support-tickets.status (ticket_id=t1, created_at=1) "
        "is none of new, in_progress, resolved, escalated"
    )
    assert parsed(found.mend[0])[1]["Key"] == {"ticket_id": {"S": "t1"}, "created_at": {"N": "1"}}


def test_keys_that_are_personal_or_secret_are_hashed(live: MakeTable) -> None:
    sessions, assessments = live(prep.sessions), live(prep.assessments)
    sessions.put({"session_id": "canary", "expires_at": "soon"})
    assessments.put(
        {
            "assessment_id": "a1",
            "user_id": "ada@example.com",
            "assessment_type": "writing_general",
            "scores": {"writing": {"lexical_resource": "high"}},
        }
    )
    found = [*sessions.examined(sample=10), *assessments.examined(sample=10)]
    session, learner = hashed("canary"), hashed("ada@example.com")
    assert [str(one).removeprefix("prep.ielts-genai-prep-") for one in found] == [
        f"sessions.user_email (session_id={session}) has no value",
        f"sessions.expires_at (session_id={session}) is no number of seconds",
        f"assessments.created_at (assessment_id=a1, user_id={learner}) has no value",
        f"assessments.scores (assessment_id=a1, user_id={learner}) is no number",
    ]
    printed = "".join(line for one in found for line in one.mend)
    assert "canary" not in printed
    assert "ada@example.com" not in printed


ACCOUNT, POST = social_data.EXAMPLE_ACCOUNT, social_data.EXAMPLE_POST
MEASURE, INSIGHT = social_data.EXAMPLE_ENGAGEMENT, social_data.EXAMPLE_INSIGHT
MUCH_LATER = "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("declared", "example", "changed", "expected"),
    [
        (
            social.accounts,
            ACCOUNT,
            {"platform": "instagram"},
            "platformAccountId disagrees with platform and accountId",
        ),
        (
            social.accounts,
            ACCOUNT,
            {"id": "user_1#twitter#987654321"},
            "id disagrees with userId and platformAccountId",
        ),
        (social.posts, POST, {"id": "1"}, "postId disagrees with platform and id"),
        (
            social.posts,
            POST,
            {"createdAtISO": "2025-09-20T10:00:01Z"},
            "createdAtISO disagrees with createdAt",
        ),
        (
            social.engagement,
            MEASURE,
            {"postId": "1"},
            "engagementId disagrees with postId and timestamp",
        ),
        (
            social.engagement,
            MEASURE,
            {"timestampISO": MUCH_LATER},
            "timestampISO disagrees with timestamp",
        ),
        (social.insights, INSIGHT, {"insightType": "a"}, "insightType disagrees with type"),
        (
            social.insights,
            INSIGHT,
            {"confidenceScore": 1},
            "confidenceScore disagrees with confidence",
        ),
        (
            social.insights,
            INSIGHT,
            {"generatedAtISO": MUCH_LATER},
            "generatedAtISO disagrees with generatedAt",
        ),
        (
            social.insights,
            INSIGHT,
            {"validUntilISO": MUCH_LATER},
            "validUntilISO disagrees with validUntil",
        ),
    ],
)
def test_copies_that_disagree(
    live: MakeTable,
    declared: DynamoTable,
    example: Mapping[str, Any],
    changed: Mapping[str, Any],
    expected: str,
) -> None:
    table = live(declared)
    table.put({**example, **changed})
    (found,) = table.examined(sample=10)
    assert f"{found.subject} {found.says}" == f"{declared}.{expected}"
    assert dict(found.row) == {name: example[name] for name in declared.key}
    table.mend([found])
    assert table.examined(sample=10) == []


def test_a_key_with_a_part_too_few(live: MakeTable) -> None:
    table = live(social.engagement)
    table.put({**MEASURE, "engagementId": "1234567890"})
    (found,) = table.examined(sample=10)
    assert found.says == "disagrees with postId and timestamp"
    assert "<a part of the key>" in found.mend[0]


def test_copies_may_be_written_otherwise(live: MakeTable) -> None:
    posts, insights = live(social.posts), live(social.insights)
    posts.put({**POST, "createdAtISO": "2025-09-20T10:00:00.000+00:00"})
    insights.put({**INSIGHT, "confidenceScore": Decimal("0.920")})
    assert [*posts.examined(sample=10), *insights.examined(sample=10)] == []


def test_no_more_items_are_read_than_asked_for(live: MakeTable) -> None:
    table = live(stream.movies)
    table.put(*({"movieId": str(number)} for number in range(30)))
    assert len({one.row for one in table.examined(sample=7)}) == 7
    assert len({one.row for one in table.examined(sample=1000)}) == 30


def test_copies_are_of_declared_columns() -> None:
    with pytest.raises(DeclarationError, match="no column 'other'"):
        replace(social.posts, copies=(("postId", "other"),))


@pytest.fixture(scope="module")
def names(dynamodb: DynamoEngine) -> Mapping[str, Mapping[str, str]]:
    """The physical names of every product's tables, made as they should be."""
    address = DynamoAddress("us-east-1", dynamodb.endpoint, "key", "secret")
    prefix = uuid.uuid4().hex
    made = {
        product: {table.name: f"{prefix}-{table.name}" for table in tables}
        for product, tables in DYNAMODB.items()
    }
    for product, tables in DYNAMODB.items():
        asyncio.run(create_dynamodb(address, tables, made[product], ignore))
    return made


Names = Mapping[str, Mapping[str, str]]


def test_a_store_that_is_down_is_named_and_hides_no_other(
    databases: Databases, dynamodb: DynamoEngine, names: Names
) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    family = databases.make("family", "DROP INDEX idx_users_role")
    where = Addresses(
        {
            "family": PostgresAddress(family),
            "studio": PostgresAddress(f"postgresql://gateway:canary@{nowhere}/studio"),
        },
        {
            "social": DynamoAddress("us-east-1", dynamodb.endpoint, "key", "secret"),
            "prep": DynamoAddress("us-east-1", f"http://{nowhere}", "key", "canary"),
        },
        names,
    )
    index, studio, down, note = asyncio.run(examine(where, 0))
    assert str(index) == "family.users index idx_users_role is missing"
    assert str(studio).startswith("studio cannot be read: ")
    assert "STUDIO_DATABASE_URL" in studio.mend[0]
    assert str(down).startswith("prep cannot be read: ")
    assert "PREP_DYNAMODB_ENDPOINT_URL" in down.mend[0]
    assert {index.level, studio.level, down.level} == {Level.DIFFERENCE}
    assert note.level is Level.NOTE
    assert "canary" not in f"{studio}{studio.mend}{down}{down.mend}"


@pytest.fixture
def settings(
    monkeypatch: pytest.MonkeyPatch, databases: Databases, dynamodb: DynamoEngine, names: Names
) -> pytest.MonkeyPatch:
    """An environment with all five stores as they should be."""
    for name, value in {
        "GATEWAY_ID_KEY": "k" * 32,
        "GATEWAY_ISSUERS": "[]",
        "FAMILY_DATABASE_URL": databases.make("family"),
        "STUDIO_DATABASE_URL": databases.make("studio"),
        "DYNAMODB_ENDPOINT_URL": dynamodb.endpoint,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }.items():
        monkeypatch.setenv(name, value)
    for product, declared in DYNAMODB.items():
        for table in declared:
            monkeypatch.setenv(table.setting, names[product][table.name])
    return monkeypatch


def test_stores_that_were_just_created_are_clean(
    settings: pytest.MonkeyPatch, dynamodb: DynamoEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["doctor", "--sample", "3"])
    assert capsys.readouterr().out.splitlines() == [
        f"note DynamoDB at {dynamodb.endpoint} knows no backups: "
        "point-in-time recovery is not compared",
        "differences: 0, advice: 0",
    ]


def test_advice_is_no_failure(
    settings: pytest.MonkeyPatch, databases: Databases, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.setenv("FAMILY_DATABASE_URL", databases.make("family", "DROP INDEX ix_users_role_id"))
    main(["doctor"])
    assert capsys.readouterr().out.splitlines()[:2] == [
        "advice family.users index ix_users_role_id is missing; "
        "slower without it: pages of accounts by role",
        "    CREATE INDEX CONCURRENTLY ix_users_role_id ON users USING btree (role, id);",
    ]


def test_a_difference_is_a_failure(
    settings: pytest.MonkeyPatch, databases: Databases, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.setenv("FAMILY_DATABASE_URL", databases.make("family", "DROP INDEX idx_users_role"))
    with pytest.raises(SystemExit, match="1"):
        main(["doctor", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert (report["differences"], report["advice"]) == (1, 0)
    assert report["findings"][0] == {
        "level": "difference",
        "subject": "family.users index idx_users_role",
        "says": "is missing",
        "row": {},
        "without": None,
        "mend": ["CREATE INDEX CONCURRENTLY idx_users_role ON users USING btree (role);"],
    }
    settings.setenv("FORCE_COLOR", "1")
    with pytest.raises(SystemExit, match="1"):
        main(["doctor"])
    assert "\x1b[1;31mdifference" in capsys.readouterr().out


@pytest.mark.parametrize("given", ["0", "-1", "many"])
def test_a_sample_is_a_number_of_rows(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["doctor", "--sample", given])
    assert "--sample" in capsys.readouterr().err


def test_nobody_else_reads_without_a_key() -> None:
    """The doctor samples, and seeding looks whether a table is empty; what serves does neither."""
    own = {ROOT / "gateway" / "doctor", ROOT / "gateway" / "seed"}
    for folder in ("gateway", "schema", "resolvers", "loaders"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.parent not in own:
                assert not re.search(r"\bscan\b", path.read_text(), re.IGNORECASE), path


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (
            "media_type::text = ANY (ARRAY['tv'::text, 'a, (b)'::text])",
            "media_type IN ('a, (b)', 'tv')",
        ),
        ("lower(email::text)", "lower(email)"),
        ("lower((email)::text)", "lower(email)"),
        ("pin::text ~ '^a::b(c)  d''$'::text", "pin ~ '^a::b(c)  d''$'"),
        ("quality::numeric(3,2) >= 0", "quality >= 0"),
    ],
)
def test_one_form_of_an_expression(printed: str, expected: str) -> None:
    assert plain(printed) == expected
    assert plain(expected) == expected


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (None, None),
        ("nextval('users_id_seq'::regclass)", "the next of a sequence"),
        ("CURRENT_TIMESTAMP", "now()"),
        ("timezone('utc'::text, now())", "now()"),
        ("'pending'::character varying", "'pending'"),
        ("'0'::bigint", "0"),
        ("'-1.5'::numeric", "-1.5"),
        ("false", "false"),
    ],
)
def test_one_form_of_a_default(printed: str | None, expected: str | None) -> None:
    assert plain_default(printed) == expected
