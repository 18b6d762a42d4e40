"""Who may take a way to rows: decided when it is declared, applied before a store is asked."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any

from loaders.errors import Forbidden, Internal
from loaders.request import Request
from loaders.stores.interface import Key
from loaders.tables import policies
from loaders.tables.facts import Read, Row, StoredTable
from loaders.viewer import Viewer, folded


class Scope(Enum):
    """How far a way to rows reaches, and so whose rows it may bring.

    Staff here is also the product's own services.
    """

    ANYONE = "rows that anyone may read"
    SIGNED_IN = "rows that anyone with an account at the product may read"
    OWNER = "rows that lead to one owner: the store returns those of the viewer alone"
    EMAIL = "accounts by e-mail: the viewer's own e-mail is decided from the key"
    SUBJECT = "the account that a viewer's subject names: decided from the key"
    STAFF = "rows that staff alone may read: one, or those of one other row"
    SPANNING = "rows of many owners: staff alone"


def scope_of(table: StoredTable, by: tuple[str, ...], *, single: bool) -> Scope:
    """The scope of a way to rows, from the declarations."""
    if table.read is Read.PUBLIC:
        return Scope.ANYONE
    if table.read is Read.SIGNED_IN:
        return Scope.SIGNED_IN
    if table.read is Read.STAFF:
        of_one_row = any(table.columns[name].references for name in by)
        return Scope.STAFF if single or of_one_row else Scope.SPANNING
    if table.email in by:
        return Scope.EMAIL
    if single or table.owner_column in by or any(_leads_to_an_owner(table, name) for name in by):
        return Scope.OWNER
    return Scope.SPANNING


def _leads_to_an_owner(table: StoredTable, name: str) -> bool:
    parent = table.columns[name].references
    return parent is not None and parent.read is Read.OWNER


def refuse_unless_allowed(scope: Scope, request: Request, table: StoredTable) -> None:
    """Raise Forbidden where this viewer may not take this way at all."""
    if scope is Scope.SPANNING and is_refused(scope, request.viewer, table):
        raise Forbidden("this ranges over many owners: it is for staff alone")


async def owners(scope: Scope, request: Request, table: StoredTable) -> frozenset[Any] | None:
    """The owners whose rows this viewer may see; None for anybody's, empty for nobody's."""
    if is_refused(scope, request.viewer, table):
        return frozenset()
    if not asks_for_owners(scope, request.viewer, table):
        return None
    mine = await request.owners(table.product)
    if scope is Scope.SIGNED_IN and mine:
        return None
    return mine


async def told_to_policies(scope: Scope, request: Request, table: StoredTable) -> str:
    """Who the viewer is, as the policies of Postgres are told: a wrong scope opens no row there."""
    viewer = request.viewer
    if viewer.reads_all(table.product):
        return policies.EVERYBODYS
    if scope is Scope.SUBJECT:
        return policies.of_subject(viewer.subject_at(table.product))
    if asks_for_owners(scope, viewer, table):
        return policies.of_owners(await request.owners(table.product))
    if scope is Scope.EMAIL and viewer.email is not None:
        return policies.of_email(folded(viewer.email))
    return policies.of_owners(())


def is_refused(scope: Scope, viewer: Viewer, table: StoredTable) -> bool:
    """Whether nothing is asked of a store for this viewer."""
    if scope is Scope.SUBJECT:
        return viewer.subject_at(table.product) is None
    return scope in (Scope.STAFF, Scope.SPANNING) and not viewer.reads_all(table.product)


def asks_for_owners(scope: Scope, viewer: Viewer, table: StoredTable) -> bool:
    """Whether the keys of the viewer's own accounts have to be known first."""
    return is_guarded(scope, viewer, table) or (
        scope is Scope.SIGNED_IN and not viewer.reads_all(table.product)
    )


def is_guarded(scope: Scope, viewer: Viewer, table: StoredTable) -> bool:
    """Whether the store returns the viewer's own rows alone."""
    if viewer.reads_all(table.product):
        return False
    return scope is Scope.OWNER or (scope is Scope.EMAIL and _known_by_subject(viewer, table))


def _known_by_subject(viewer: Viewer, table: StoredTable) -> bool:
    """Whether an account is the viewer's by its subject, so that an e-mail gives no right to it."""
    return table.subject is not None and viewer.subject_at(table.product) is not None


def own_keys(scope: Scope, request: Request, table: StoredTable, keys: list[Key]) -> list[Key]:
    """Of the keys of accounts, those that this viewer may look up."""
    viewer = request.viewer
    if scope is Scope.SUBJECT:
        return [key for key in keys if str(key[0]) == viewer.subject_at(table.product)]
    if scope is not Scope.EMAIL or viewer.reads_all(table.product):
        return keys
    if _known_by_subject(viewer, table):
        return keys
    return [key for key in keys if viewer.has(key[0])]


def of_this_email(table: StoredTable, key: Key, rows: list[Row]) -> list[Row]:
    """Of accounts found by an e-mail, those that have it.

    An index may fold letters beyond ASCII too, and so find somebody else's.
    """
    email = table.email or ""
    return [row for row in rows if folded(row[email]) == folded(key[0])]


def assert_owned(rows: Iterable[Row | None], table: StoredTable, allowed: frozenset[Any]) -> None:
    """A row of somebody else that comes back from a guarded read is a fault of a store."""
    if not isinstance(table.owner, str):
        return
    if any(row is not None and row[table.owner] not in allowed for row in rows):
        raise Internal(f"a row of {table} came back that its rule keeps out")
