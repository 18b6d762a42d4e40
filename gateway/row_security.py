"""What a Postgres database lacks of row level security, and what sets it up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from gateway.doctor.expressions import bare
from gateway.doctor.relations import quoted
from loaders.tables.policies import READER, Finder, Policy, finders, policies
from loaders.tables.postgresql import PostgresTable

OTHERS = "quintet_others"
"""The policy by which whoever else was granted a table goes on with it as before."""

_READ, _ALL = "r", "*"
"""What a policy is for, as the catalog says it."""

_ROLE = "SELECT to_regrole($1) IS NOT NULL"

_SCHEMA = """
SELECT quote_ident(name) AS name, has_schema_privilege(to_regrole($1)::oid, name, 'USAGE') AS usable
FROM coalesce(current_schema()::text, 'public') AS name"""

_TABLES = """
SELECT relname AS name, relrowsecurity AND relforcerowsecurity AS forced,
       has_table_privilege(to_regrole($2)::oid, relation.oid, 'SELECT') AS readable,
       ARRAY(SELECT rolname::text FROM pg_roles AS role
             WHERE (role.oid = relowner
                    OR role.oid IN (SELECT grantee FROM aclexplode(relation.relacl)))
               AND NOT rolsuper
               AND NOT coalesce(pg_has_role(role.oid, to_regrole($2)::oid, 'USAGE'), false)
             ORDER BY rolname) AS others
FROM pg_class AS relation
WHERE relname = ANY($1) AND relkind IN ('r', 'p') AND pg_table_is_visible(relation.oid)"""

_POLICIES = """
SELECT relname AS table, polname AS name, polcmd::text AS command, polpermissive AS permissive,
       ARRAY(SELECT CASE role WHEN 0 THEN 'public' ELSE pg_get_userbyid(role)::text END
             FROM unnest(polroles) AS role ORDER BY 1) AS roles,
       pg_get_expr(polqual, polrelid) AS condition
FROM pg_policy JOIN pg_class AS relation ON relation.oid = polrelid
WHERE relname = ANY($1) AND pg_table_is_visible(relation.oid)"""

_FUNCTIONS = """
SELECT proname AS name, prosrc AS body, prosecdef AS definer,
       has_function_privilege(to_regrole($2)::oid, oid, 'EXECUTE') AS callable,
       EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner)))
               WHERE grantee = 0) AS open
FROM pg_proc WHERE proname = ANY($1) AND pg_function_is_visible(oid)"""


@dataclass(frozen=True)
class Lack:
    """Something that a database lacks of row level security, and the SQL that sets it up."""

    subject: str
    says: str
    mend: tuple[str, ...]


class PolicyOf(NamedTuple):
    """A policy as the catalog describes it; two with the same meaning are equal."""

    command: str
    roles: tuple[str, ...]
    condition: str
    permissive: bool = True


@dataclass(frozen=True)
class Live:
    """What a database has. Tables and functions are records by name, policies by table and name."""

    has_role: bool
    schema: Any
    tables: dict[str, Any]
    functions: dict[str, Any]
    policies: dict[tuple[str, str], PolicyOf]


async def lacking(connection: Any, product: str, tables: Sequence[PostgresTable]) -> list[Lack]:
    """What is missing or otherwise, in an order in which it can be set up."""
    live = await _live(connection, tables)
    return [
        *_role(product, live),
        *(lack for table in tables if table.name in live.tables for lack in _table(table, live)),
        *(lack for table in tables for lack in _finders(table, live)),
    ]


async def _live(connection: Any, tables: Iterable[PostgresTable]) -> Live:
    names = [table.name for table in tables]
    functions = [finder.name for table in tables for finder in finders(table)]
    return Live(
        await connection.fetchval(_ROLE, READER),
        await connection.fetchrow(_SCHEMA, READER),
        _by_name(await connection.fetch(_TABLES, names, READER)),
        _by_name(await connection.fetch(_FUNCTIONS, functions, READER)),
        await _policies_of(connection, names),
    )


async def _policies_of(connection: Any, tables: Sequence[str]) -> dict[tuple[str, str], PolicyOf]:
    return {
        (found["table"], found["name"]): PolicyOf(
            found["command"],
            tuple(found["roles"]),
            bare(found["condition"] or ""),
            found["permissive"],
        )
        for found in await connection.fetch(_POLICIES, tables)
    }


def _by_name(records: Iterable[Any]) -> dict[str, Any]:
    return {record["name"]: record for record in records}


def _role(product: str, live: Live) -> Iterator[Lack]:
    if not live.has_role:
        # Without a password nobody can log in as it, unless the server asks for none.
        yield Lack(f"{product} role {READER}", "is missing", (f"CREATE ROLE {READER} LOGIN;",))
    if not live.schema["usable"]:
        name = live.schema["name"]
        grant = f"GRANT USAGE ON SCHEMA {name} TO {READER};"
        yield Lack(f"{product} USAGE of {name} for {READER}", "is not granted", (grant,))


def _table(table: PostgresTable, live: Live) -> Iterator[Lack]:
    found = live.tables[table.name]
    if not found["readable"]:
        grant = f"GRANT SELECT ON {table.name} TO {READER};"
        yield Lack(f"{table} SELECT for {READER}", "is not granted", (grant,))
    for name, wanted, ddl in _wanted(table, found["others"]):
        yield from _policy(table, name, wanted, ddl, live)
    if not found["others"] and (table.name, OTHERS) in live.policies:
        drop = f"DROP POLICY {OTHERS} ON {table.name};"
        yield Lack(f"{table} policy {OTHERS}", "is for nobody", (drop,))
    if not found["forced"]:
        actions = "ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
        alter = f"ALTER TABLE {table.name} {actions};"
        yield Lack(f"{table} row level security", "is off, or not for its owner", (alter,))


def _wanted(table: PostgresTable, others: Sequence[str]) -> Iterator[tuple[str, PolicyOf, str]]:
    """The name of each policy, what it is, and what creates it."""
    for policy in policies(table):
        yield policy.name, _declared(policy), f"{policy.ddl(table.name)};"
    if others:
        ddl = (
            f"CREATE POLICY {OTHERS} ON {table.name} TO {quoted(*others)} "
            "USING (true) WITH CHECK (true);"
        )
        yield OTHERS, PolicyOf(_ALL, tuple(others), "true"), ddl


def _declared(policy: Policy) -> PolicyOf:
    """A declared policy as the catalog should describe it."""
    return PolicyOf(_READ, (READER,), bare(policy.condition))


def _policy(
    table: PostgresTable, name: str, wanted: PolicyOf, ddl: str, live: Live
) -> Iterator[Lack]:
    found = live.policies.get((table.name, name))
    if found is None:
        yield Lack(f"{table} policy {name}", "is missing", (ddl,))
    elif found != wanted:
        drop = f"DROP POLICY {name} ON {table.name};"
        yield Lack(f"{table} policy {name}", "is not as declared", (drop, ddl))


def _finders(table: PostgresTable, live: Live) -> Iterator[Lack]:
    for finder in finders(table):
        found = live.functions.get(finder.name)
        subject = f"{table.product} function {finder.name}()"
        if found is None:
            yield Lack(subject, "is missing", _made(finder))
        elif not (found["callable"] and found["definer"] and not found["open"]) or (
            found["body"].strip() != finder.body
        ):
            yield Lack(subject, "is not as declared", _made(finder))


def _made(finder: Finder) -> tuple[str, ...]:
    return (
        f"{finder.ddl};",
        f"REVOKE ALL ON FUNCTION {finder.signature} FROM PUBLIC;",
        f"GRANT EXECUTE ON FUNCTION {finder.signature} TO {READER};",
    )
