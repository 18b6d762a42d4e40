"""Row level security in a database: set up by `gateway create`, looked at by the doctor."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from gateway.create import create_postgres, declaration, secure_postgres
from gateway.doctor.expressions import bare
from gateway.doctor.findings import Finding
from gateway.doctor.postgres import examine_postgres
from gateway.row_security import OTHERS
from loaders import accounts
from loaders.stores.interface import Window
from loaders.stores.postgres import PostgresAddress, PostgresStore
from loaders.tables import family, policies, studio
from loaders.tables.catalogue import POSTGRES
from loaders.tables.policies import READER
from tests.engines import Addresses, as_read, execute
from tests.loaders.asking import Reading

pytestmark = pytest.mark.slow

BY_EMAIL = accounts.family_accounts_by_email.route
OTHER_POLICY = "CREATE POLICY quintet_owner ON users FOR SELECT TO quintet_reader USING (true)"


def quietly(what: str) -> None:
    """What is made is of no interest here."""


async def set_up(url: str, product: str = family.PRODUCT) -> list[str]:
    """What is set up in a database."""
    made: list[str] = []
    await secure_postgres(url, product, POSTGRES[product], made.append)
    return made


async def examined(address: PostgresAddress, sample: int = 0) -> list[Finding]:
    """What the doctor says of the family's database."""
    return await examine_postgres(family.PRODUCT, address, family.TABLES, sample)


@asynccontextmanager
async def connected(url: str, role: str | None = None) -> AsyncIterator[Any]:
    """A connection as this role, or as the superuser."""
    connection = await asyncpg.connect(url, user=role) if role else await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture
async def roles(engines: Addresses) -> AsyncIterator[list[str]]:
    """Two roles of this test's own, which may log in."""
    names = [f"role_{uuid.uuid4().hex}" for _ in range(2)]
    for name in names:
        await execute(engines.database("postgres"), f"CREATE ROLE {name} LOGIN")
    yield names
    for name in names:
        await execute(engines.database("postgres"), f"DROP ROLE {name}")


# Setting it up


async def test_a_second_time_sets_nothing_up(writable_family: PostgresAddress) -> None:
    assert await set_up(writable_family.url) == []


CHANGES = {
    "family.users row level security": "ALTER TABLE users NO FORCE ROW LEVEL SECURITY",
    "family.titles row level security": "ALTER TABLE titles DISABLE ROW LEVEL SECURITY",
    "family.devices policy quintet_owner": "DROP POLICY quintet_owner ON devices",
    "family.users policy quintet_owner": f"DROP POLICY quintet_owner ON users; {OTHER_POLICY}",
    "family.users policy quintet_email": "ALTER POLICY quintet_email ON users TO PUBLIC",
    "family.users SELECT for quintet_reader": "REVOKE SELECT ON users FROM quintet_reader",
    "family USAGE of public for quintet_reader": "REVOKE USAGE ON SCHEMA public "
    "FROM quintet_reader, PUBLIC",
    "family function quintet_ix_users_lower_email()": "GRANT EXECUTE ON FUNCTION "
    "quintet_ix_users_lower_email(text) TO PUBLIC",
}


@pytest.mark.parametrize(("subject", "change"), CHANGES.items(), ids=CHANGES.keys())
async def test_what_is_otherwise_is_told_and_set_up_anew(
    writable_family: PostgresAddress, subject: str, change: str
) -> None:
    await execute(writable_family.url, change)
    assert subject in [finding.subject for finding in await examined(as_read(writable_family))]
    assert await set_up(writable_family.url) == [subject]
    assert await examined(as_read(writable_family)) == []


async def test_everything_that_is_missing_is_set_up(engines: Addresses) -> None:
    name = f"bare_{uuid.uuid4().hex}"
    await execute(engines.database("postgres"), f"CREATE DATABASE {name}")
    try:
        url = engines.database(name)
        await create_postgres(url, studio.TABLES, quietly)
        made = await set_up(url, studio.PRODUCT)
        for table in studio.TABLES:
            assert f"{table} row level security" in made
            assert f"{table} SELECT for {READER}" in made
            assert all(f"{table} policy {one.name}" in made for one in policies.policies(table))
            for finder in policies.finders(table):
                assert f"studio function {finder.name}()" in made
        assert await set_up(url, studio.PRODUCT) == []
    finally:
        await execute(engines.database("postgres"), f"DROP DATABASE {name} WITH (FORCE)")


async def test_whoever_else_was_granted_a_table_goes_on_as_before(
    writable_family: PostgresAddress, roles: list[str]
) -> None:
    """Its owner first, whose triggers and foreign keys still see every row."""
    owner, guest = roles
    url = writable_family.url
    for table in family.TABLES:
        await execute(url, f"ALTER TABLE {table.name} OWNER TO {owner}")
    await execute(
        url, f"GRANT SELECT ON titles TO {guest}; GRANT CREATE ON SCHEMA public TO {owner}"
    )
    assert set(await set_up(url)) == {f"{table} policy quintet_others" for table in family.TABLES}
    async with connected(url, owner) as connection:
        before = await connection.fetchval("SELECT count(*) FROM kid_profiles WHERE family_id = 2")
        assert before > 0
        assert await connection.execute("DELETE FROM users WHERE id = 2") == "DELETE 1"
        assert await connection.execute("UPDATE users SET role = role WHERE id = 1") == "UPDATE 1"
        added = "INSERT INTO kid_profiles (family_id, name) VALUES (1, 'new')"
        assert await connection.execute(added) == "INSERT 0 1"
        left = "SELECT count(*) FROM kid_profiles WHERE family_id = 2"
        assert await connection.fetchval(left) == 0
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await connection.execute("INSERT INTO kid_profiles (family_id, name) VALUES (0, '')")
    async with connected(url, guest) as connection:
        assert await connection.fetchval("SELECT count(*) FROM titles") > 0
    assert await set_up(url) == []
    await execute(url, f"REASSIGN OWNED BY {owner} TO postgres; DROP OWNED BY {owner}, {guest}")


async def test_an_owner_who_is_no_superuser_sets_it_up(
    engines: Addresses, roles: list[str]
) -> None:
    """And whose functions then find every row, as it is subject to the policies too."""
    owner, name = roles[0], f"owned_{uuid.uuid4().hex}"
    await execute(engines.database("postgres"), f"CREATE DATABASE {name} OWNER {owner}")
    try:
        address = PostgresAddress(engines.database(name).replace("//postgres@", f"//{owner}@"))
        await create_postgres(address.url, family.TABLES, quietly)
        assert f"family.users policy {OTHERS}" in await set_up(address.url)
        await execute(address.url, "INSERT INTO users (email) VALUES ('Ada@example.com')")
        store = await PostgresStore.open(family.PRODUCT, engines.read_only(name))
        terms = replace(Reading().terms(BY_EMAIL), viewer=policies.of_email("ada@example.com"))
        (found,) = await store.listing(BY_EMAIL, [("ada@example.com",)], Window(5), terms)
        await store.close()
        assert len(found.rows) == 1
    finally:
        await execute(engines.database("postgres"), f"DROP DATABASE {name} WITH (FORCE)")


def test_the_demo_is_made_anew_where_a_policy_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    before = declaration(family.PRODUCT)
    monkeypatch.setattr(policies, "_SEES_ALL", "true")
    assert declaration(family.PRODUCT) != before


@pytest.mark.parametrize(
    ("ours", "live"),
    [
        (
            "(SELECT current_setting('app.viewer', true)) = 'all (x)'",
            "(( SELECT current_setting('app.viewer'::text, true) AS current_setting) = "
            "'all (x)'::text)",
        ),
        (
            'lower(email COLLATE "C") = (SELECT substring(a, b))',
            '(lower(((email)::text COLLATE "C")) = ( SELECT "substring"(a, b) AS "substring"))',
        ),
    ],
)
def test_a_condition_is_the_same_however_postgres_prints_it(ours: str, live: str) -> None:
    assert bare(ours) == bare(live)
    assert bare(ours) != bare(f"NOT {live}")


# The doctor


def said(findings: Sequence[Finding]) -> list[str]:
    return [str(finding) for finding in findings]


async def test_what_is_set_up_is_clean(engines: Addresses) -> None:
    assert await examined(engines.read_only(family.PRODUCT)) == []


async def test_samples_are_taken_of_everybodys_rows(writable_family: PostgresAddress) -> None:
    await execute(writable_family.url, "UPDATE users SET role = 'ghost' WHERE id = 3")
    (finding,) = await examined(as_read(writable_family), sample=100)
    assert finding.subject == "family.users.role"
    assert finding.row == (("id", 3),)


async def test_rows_that_are_kept_back_from_a_gateway_without_the_setting(
    writable_family: PostgresAddress,
) -> None:
    address = PostgresAddress(as_read(writable_family).url)
    assert said(await examined(address)) == [
        "family keeps its rows back by row level security, and is read without"
    ]
    assert await examined(writable_family) == []


async def test_a_role_that_passes_by(writable_family: PostgresAddress) -> None:
    address = PostgresAddress(writable_family.url, row_security=True)
    assert said(await examined(address)) == [
        "family role postgres passes by row level security: it is a superuser, or has BYPASSRLS"
    ]


async def test_a_role_that_may_too_little_or_too_much(
    writable_family: PostgresAddress, roles: list[str]
) -> None:
    role, owner = roles
    url = writable_family.url
    address = PostgresAddress(url.replace("//postgres@", f"//{role}@"), row_security=True)
    assert said(await examined(address)) == [f"family role {role} is no member of {READER}"]
    await execute(
        url,
        f"ALTER TABLE devices OWNER TO {owner}; GRANT {READER}, {owner} TO {role};"
        f"CREATE VIEW everybody AS TABLE users; GRANT SELECT ON everybody TO {READER};"
        f"GRANT DELETE ON titles TO {role};"
        "CREATE POLICY theirs ON titles USING (true);"
        f"ALTER ROLE {role} SET app.viewer = 'all'",
    )
    await set_up(url)
    assert said(await examined(address)) == [
        f"family role {role} has a viewer from the start",
        f"family.devices policy quintet_others lets {role} see what the declared ones do not",
        f"family.titles policy theirs lets {role} see what the declared ones do not",
        f"family.devices gives {role} INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER",
        f"family.everybody gives {role} SELECT",
        f"family.titles gives {role} DELETE",
    ]
    await execute(url, f"ALTER ROLE {role} RESET app.viewer; REASSIGN OWNED BY {owner} TO postgres")
    await execute(url, f"DROP OWNED BY {role}, {owner}")
