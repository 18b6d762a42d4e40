"""Whether row level security holds back what the gateway's own user may not see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gateway.doctor.findings import Finding, finding
from gateway.doctor.relations import quoted
from gateway.row_security import lacking
from loaders.tables.policies import EVERYBODYS, READER, SETTING, policies
from loaders.tables.postgresql import PostgresTable

_USER = """
SELECT current_user AS name, rolsuper OR rolbypassrls AS passes_by,
       coalesce(pg_has_role(current_user, to_regrole($1)::oid, 'USAGE'), false) AS reads,
       coalesce(current_setting($2, true), '') <> '' AS has_viewer,
       quote_ident(current_database()) AS database
FROM pg_roles WHERE rolname = current_user"""

_HELD_BACK = """
SELECT EXISTS (SELECT FROM pg_class
               WHERE relname = ANY($1) AND pg_table_is_visible(oid) AND row_security_active(oid))"""

_LET_THROUGH = """
SELECT relname AS table, polname AS policy
FROM pg_policy JOIN pg_class AS relation ON relation.oid = polrelid
WHERE relname = ANY($1) AND pg_table_is_visible(relation.oid)
  AND polpermissive AND polcmd IN ('r', '*')
  AND EXISTS (SELECT FROM unnest(polroles) AS role
              WHERE CASE role WHEN 0 THEN true
                    ELSE pg_has_role(current_user, role, 'USAGE') END)
ORDER BY relname, polname"""

_PRIVILEGES = """
SELECT relname AS name,
       ARRAY(SELECT privilege
             FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER'])
                  AS privilege
             WHERE has_table_privilege(oid, privilege)
               AND NOT (privilege = 'SELECT' AND relname = ANY($1))) AS needless
FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY relname"""


async def examine_row_security(
    connection: Any, product: str, tables: Sequence[PostgresTable], *, wanted: bool
) -> list[Finding]:
    """What is not as the setting says: what the database lacks, and what the user may too much."""
    names = [table.name for table in tables]
    if not wanted:
        held_back = await connection.fetchval(_HELD_BACK, names)
        return [_held_back(product)] if held_back else []
    lacks = await lacking(connection, product, tables)
    found = [finding(lack.subject, lack.says, lack.mend) for lack in lacks]
    user = await connection.fetchrow(_USER, READER, SETTING)
    if user["passes_by"]:
        return [*found, _passes_by(product, user["name"])]
    return [
        *found,
        *_member(product, user),
        *_let_through(product, user["name"], tables, await connection.fetch(_LET_THROUGH, names)),
        *_privileges(product, user["name"], await connection.fetch(_PRIVILEGES, names)),
    ]


async def see_everything(connection: Any) -> None:
    """Let this connection read the rows of everybody, for what is sampled."""
    await connection.execute("SELECT set_config($1, $2, false)", SETTING, EVERYBODYS)


def _held_back(product: str) -> Finding:
    return finding(
        product,
        "keeps its rows back by row level security, and is read without",
        ("set GATEWAY_ROW_SECURITY=1",),
    )


def _passes_by(product: str, user: str) -> Finding:
    return finding(
        f"{product} role {user}",
        "passes by row level security: it is a superuser, or has BYPASSRLS",
        (f"name {READER}, or a member of it, in {product.upper()}_DATABASE_URL",),
    )


def _member(product: str, user: Any) -> Iterator[Finding]:
    name, database = quoted(user["name"]), user["database"]
    if not user["reads"]:
        grant = f"GRANT {READER} TO {name};"
        yield finding(f"{product} role {user['name']}", f"is no member of {READER}", (grant,))
    if user["has_viewer"]:
        mend = (
            f"ALTER ROLE {name} IN DATABASE {database} RESET {SETTING};",
            f"ALTER ROLE {name} RESET {SETTING};",
            f"ALTER DATABASE {database} RESET {SETTING};",
        )
        yield finding(f"{product} role {user['name']}", "has a viewer from the start", mend)


def _let_through(
    product: str, user: str, tables: Sequence[PostgresTable], found: Sequence[Any]
) -> Iterator[Finding]:
    declared = {(table.name, policy.name) for table in tables for policy in policies(table)}
    for table, policy in found:
        if (table, policy) not in declared:
            yield finding(
                f"{product}.{table} policy {policy}",
                f"lets {user} see what the declared ones do not",
                (f"take {user} out of the roles that it is for",),
            )


def _privileges(product: str, user: str, found: Sequence[Any]) -> Iterator[Finding]:
    for name, needless in found:
        if needless:
            privileges = ", ".join(needless)
            revoke = f"REVOKE {privileges} ON {quoted(name)} FROM {quoted(user)};"
            yield finding(f"{product}.{name}", f"gives {user} {privileges}", (revoke,))
