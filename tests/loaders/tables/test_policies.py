"""The policies of Postgres: made from the declarations, and what they let the reading role see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import nullcontext
from itertools import chain
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa

from loaders.stores.postgres import PostgresAddress
from loaders.tables import family, policies, studio
from loaders.tables.catalogue import POSTGRES
from loaders.tables.facts import DeclarationError, Read, Through
from loaders.tables.policies import SETTING
from loaders.tables.postgresql import PostgresTable, declared
from loaders.viewer import folded
from tests.engines import Addresses, as_read, execute
from tests.loaders.owned import ROWS, owners, rows_of

TABLES = [table for tables in POSTGRES.values() for table in tables]
ACCOUNTS = {family.PRODUCT: family.users, studio.PRODUCT: studio.users}
SEEN = f"""
SELECT rows.id FROM (SELECT set_config('{SETTING}', $1, true) AS said OFFSET 0) AS viewer
CROSS JOIN LATERAL (SELECT id FROM {{table}} WHERE viewer.said IS NOT NULL OFFSET 0) AS rows"""


def table_read_by(read: Read, **facts: Any) -> PostgresTable:
    """A table that no product has yet."""
    sql = sa.Table(
        "things",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("whose", facts.pop("type_", sa.Integer)),
    )
    return declared(sql, product=family.PRODUCT, read=read, **facts)


@pytest.fixture(params=POSTGRES)
def product(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
async def reader(engines: Addresses, product: str) -> AsyncIterator[Any]:
    """A connection to a product's database as the reading role."""
    connection = await asyncpg.connect(engines.read_only(product).url)
    yield connection
    await connection.close()


async def seen(reader: Any, table: PostgresTable, viewer: str) -> set[Any]:
    """The keys of the rows that a viewer sees of a whole table."""
    return {row["id"] for row in await reader.fetch(SEEN.format(table=table.name), viewer)}


async def test_without_a_viewer_there_are_no_rows(reader: Any, product: str) -> None:
    for table in POSTGRES[product]:
        assert ROWS[product][table.name]
        assert await reader.fetch(f"SELECT * FROM {table.name}") == []
        assert await seen(reader, table, "") == set()
        for nobody in ("nobody", "owners", "all ", "ALL"):
            assert await seen(reader, table, nobody) == rows_of(table, set())


async def test_a_viewer_sees_what_is_public_and_their_own(reader: Any, product: str) -> None:
    accounts = [row["id"] for row in ROWS[product]["users"]]
    viewers = [set(), *({key} for key in accounts), set(accounts[:3])]
    for table in POSTGRES[product]:
        for keys in viewers:
            assert await seen(reader, table, policies.of_owners(keys)) == rows_of(table, keys)


async def test_every_table_has_rows_of_several_owners(product: str) -> None:
    """Else what is kept out of it would not show."""
    for table in POSTGRES[product]:
        if table.read is Read.OWNER:
            assert len(set(owners(table).values())) > 1


async def test_who_sees_all_does(reader: Any, product: str) -> None:
    for table in POSTGRES[product]:
        everything = {row["id"] for row in ROWS[product][table.name]}
        assert await seen(reader, table, policies.EVERYBODYS) == everything


async def test_an_e_mail_shows_its_accounts_alone(reader: Any, product: str) -> None:
    emails = {folded(str(row["email"])) for row in ROWS[product]["users"]}
    for email in emails:
        for table in POSTGRES[product]:
            found = await seen(reader, table, policies.of_email(email))
            assert found == (
                {row["id"] for row in ROWS[product]["users"] if folded(str(row["email"])) == email}
                if table is ACCOUNTS[product]
                else rows_of(table, set())
            )


async def test_an_e_mail_is_folded_by_ascii_alone(writable_family: PostgresAddress) -> None:
    """Unicode folds the Kelvin sign to k."""
    connection = await asyncpg.connect(as_read(writable_family).url)
    for email, keys in (("KAY@example.com", {1}), ("\N{KELVIN SIGN}ay@example.com", set())):
        await execute(writable_family.url, f"UPDATE users SET email = '{email}' WHERE id = 1")
        viewer = policies.of_email("kay@example.com")
        assert await seen(connection, family.users, viewer) == keys
    await connection.close()


ENDS = {
    "well": (None, "SELECT 1"),
    "in an error": (asyncpg.DivisionByZeroError, "SELECT 1 / (length(viewer.said) - 3)"),
    "cancelled": (TimeoutError, "SELECT pg_sleep(60)"),
}


@pytest.mark.parametrize(("error", "rest"), ENDS.values(), ids=ENDS.keys())
async def test_a_viewer_ends_with_the_statement(
    reader: Any, product: str, error: type[Exception] | None, rest: str
) -> None:
    statement = f"""SELECT * FROM (SELECT set_config('{SETTING}', $1, true) AS said OFFSET 0)
        AS viewer CROSS JOIN LATERAL ({rest} OFFSET 0) AS answer"""
    with pytest.raises(error) if error else nullcontext():
        await reader.fetch(statement, policies.EVERYBODYS, timeout=0.5)
    assert await reader.fetchval("SELECT current_setting($1, true)", SETTING) == ""
    assert await reader.fetch(f"SELECT * FROM {ACCOUNTS[product].name}") == []


async def test_the_reading_role_may_not_write(reader: Any, product: str) -> None:
    await reader.execute("SET default_transaction_read_only = off")
    for table in POSTGRES[product]:
        for statement in (
            f"UPDATE {table.name} SET id = id",
            f"DELETE FROM {table.name}",
            f"INSERT INTO {table.name} DEFAULT VALUES",
            f"TRUNCATE {table.name}",
            f"ALTER TABLE {table.name} DISABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table.name} NO FORCE ROW LEVEL SECURITY",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await reader.execute(statement)


def conditions(table: PostgresTable) -> dict[str, str]:
    return {policy.name: policy.condition for policy in policies.policies(table)}


def test_each_class_of_tables_has_its_policy() -> None:
    viewer = "(SELECT current_setting('app.viewer', true))"
    account = (
        "string_to_array(substring(current_setting('app.viewer', true), '^owners:(.*)$'), ',')"
    )
    assert conditions(table_read_by(Read.PUBLIC)) == {"quintet_public": f"{viewer} <> ''"}
    assert conditions(table_read_by(Read.STAFF)) == {"quintet_staff": f"{viewer} = 'all'"}
    assert conditions(table_read_by(Read.SIGNED_IN)) == {
        "quintet_signed_in": f"{viewer} = 'all' OR (SELECT cardinality({account})) > 0"
    }
    assert conditions(table_read_by(Read.OWNER, owner="whose")) == {
        "quintet_owner": f"{viewer} = 'all' OR "
        f"whose = ANY ((SELECT {account}::integer[])::integer[])"
    }
    email = "substring(current_setting('app.viewer', true), '^email:(.*)$')"
    for table in ACCOUNTS.values():
        of_email = conditions(table)["quintet_email"]
        assert of_email == f'lower(email COLLATE "C") = (SELECT {email})'


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        (
            {"owner": "whose", "type_": sa.Text},
            "family.things has an owner whose key is no number, and may hold a comma",
        ),
        (
            {"owner": Through("whose", family.titles)},
            "family.things is its owner's, but anybody may read family.titles",
        ),
    ],
)
def test_what_policies_could_not_judge_is_refused(facts: dict[str, Any], problem: str) -> None:
    with pytest.raises(DeclarationError) as refused:
        conditions(table_read_by(Read.OWNER, **facts))
    assert str(refused.value) == problem


def test_what_postgres_would_leave_unused_has_a_finder() -> None:
    found = list(chain.from_iterable(map(policies.finders, TABLES)))
    indexes = [index for table in TABLES for index in table.indexes if not index.by_equality]
    assert [finder.name for finder in found] == [f"quintet_{index.name}" for index in indexes]
    assert {finder.signature for finder in found} == {
        "quintet_ix_users_lower_email(text)",
        "quintet_ix_video_clips_keyframe_ids(integer)",
        "quintet_ix_video_clips_character_ids(integer)",
        "quintet_ix_final_videos_video_clip_ids(integer)",
    }
