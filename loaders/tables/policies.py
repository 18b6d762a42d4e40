"""Row level security in Postgres: what a statement says of its viewer, and what judges by it.

It is a second wall behind `loaders.rules`, made of the same declarations. It judges by who the
viewer is, and not by the owners that a statement asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from loaders.tables.facts import DeclarationError, Index, Read, Through
from loaders.tables.postgresql import PostgresTable, beyond_equality

READER = "quintet_reader"
"""The role that these policies are for. It owns nothing, and may do nothing but SELECT."""
SETTING = "app.viewer"
"""Holds who the viewer is for the time of one statement. Where it is empty, there are no rows."""

EVERYBODYS = "all"
"""The viewer sees the rows of everybody."""


def of_owners(keys: Iterable[Any]) -> str:
    """The viewer has these accounts at the product; without any, only public rows are theirs."""
    return f"owners:{','.join(map(str, sorted(keys)))}"


def of_subject(subject: str | None) -> str:
    """The viewer's own account is the one whose key a token names; keys are numbers here."""
    is_key = subject is not None and subject.isascii() and subject.isdigit()
    return of_owners([subject] if is_key else [])


def of_email(email: str) -> str:
    """The viewer sees the accounts that have this e-mail; it is folded already."""
    return f"email:{email}"


_DIALECT: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
_VIEWER = f"current_setting('{SETTING}', true)"
_OWNERS = f"string_to_array(substring({_VIEWER}, '^owners:(.*)$'), ',')"
_EMAIL = f"substring({_VIEWER}, '^email:(.*)$')"


def _once(expression: str) -> str:
    """Evaluated once a statement, and not once a row."""
    return f"(SELECT {expression})"


_HAS_VIEWER = f"{_once(_VIEWER)} <> ''"
_SEES_ALL = f"{_once(_VIEWER)} = '{EVERYBODYS}'"
_HAS_ACCOUNT = f"{_once(f'cardinality({_OWNERS})')} > 0"


@dataclass(frozen=True)
class Policy:
    """Rows that the reading role may see, by a condition on each."""

    name: str
    condition: str

    def ddl(self, table: str) -> str:
        """What creates it on a table."""
        return (
            f"CREATE POLICY {self.name} ON {table} FOR SELECT TO {READER} USING ({self.condition})"
        )


def policies(table: PostgresTable) -> Iterator[Policy]:
    """The policies of a table; what any of them lets through is seen."""
    match table.read:
        case Read.PUBLIC:
            yield Policy("quintet_public", _HAS_VIEWER)
        case Read.SIGNED_IN:
            yield Policy("quintet_signed_in", f"{_SEES_ALL} OR {_HAS_ACCOUNT}")
        case Read.OWNER:
            yield Policy("quintet_owner", f"{_SEES_ALL} OR {_is_owned(table)}")
        case Read.STAFF:
            yield Policy("quintet_staff", _SEES_ALL)
    if table.email is not None:
        # Folds ASCII letters alone, as the viewer's own e-mail is folded.
        yield Policy("quintet_email", f'lower({table.email} COLLATE "C") = {_once(_EMAIL)}')


def _is_owned(table: PostgresTable) -> str:
    """One of the viewer's keys is at the end of the owner path: a row is seen by whoever sees its
    parent, whose own policy judges that."""
    if isinstance(table.owner, Through):
        parent = table.owner.parent
        if parent.read is not Read.OWNER:
            raise DeclarationError(f"{table} is its owner's, but anybody may read {parent}")
        (key,) = parent.key
        is_parent = f"{parent.name}.{key} = {table.name}.{table.owner.column}"
        # Without an offset Postgres may read all parents there are, to look them up in a hash.
        return f"EXISTS (SELECT 1 FROM {parent.name} WHERE {is_parent} OFFSET 0)"
    column = table.sql.c[table.owner or ""]
    if not isinstance(column.type, sa.Integer):
        raise DeclarationError(f"{table} has an owner whose key is no number, and may hold a comma")
    keys = f"{_type(column)}[]"
    return f"{column.name} = ANY ({_once(f'{_OWNERS}::{keys}')}::{keys})"


@dataclass(frozen=True)
class Finder:
    """A function that gives the keys of the rows that an index finds, whoever may see them.

    Below a policy Postgres leaves an index unused whose operator might tell of rows, as that of
    `lower(…)` and of `@>` might. The rows of these keys are read under the policy.
    """

    name: str
    asked: str
    key: str
    body: str

    @property
    def signature(self) -> str:
        return f"{self.name}({self.asked})"

    @property
    def ddl(self) -> str:
        """What creates it, or another version of it anew. It runs as the role that creates it."""
        return (
            f"CREATE OR REPLACE FUNCTION {self.name}(asked {self.asked}) RETURNS SETOF {self.key} "
            "LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10 SET search_path FROM CURRENT "
            f"AS $$ {self.body} $$"
        )


def finder_name(index: Index) -> str:
    return f"quintet_{index.name}"


def finders(table: PostgresTable) -> Iterator[Finder]:
    """What the indexes of a table need that Postgres would leave unused."""
    for index in table.indexes:
        if index.by_equality:
            continue
        (key,) = table.sql.primary_key
        column = table.sql.c[index.columns[0]]
        condition = beyond_equality(index, column, sa.literal_column("asked"))
        query = sa.select(key).where(condition).compile(dialect=_DIALECT)
        asked = "text" if index.folded else _type(column).removesuffix("[]")
        body = f"BEGIN RETURN QUERY {' '.join(str(query).split())}; END"
        yield Finder(finder_name(index), asked, _type(key), body)


def _type(column: sa.Column[Any]) -> str:
    return column.type.compile(dialect=_DIALECT).lower()
