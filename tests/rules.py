"""The loaders without their rules, to see what Postgres keeps back by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from loaders import rules
from loaders.request import Request
from loaders.rules import Scope
from loaders.stores.interface import Key
from loaders.tables.catalogue import TABLES
from loaders.tables.facts import StoredTable


@contextmanager
def rules_off(tables: Collection[StoredTable] = TABLES) -> Iterator[None]:
    """Have the loaders ask for anybody's rows of these tables, by every way, whoever asks."""
    owners, own_keys, refuse = rules.owners, rules.own_keys, rules.refuse_unless_allowed

    async def anybodys(scope: Scope, request: Request, table: StoredTable) -> Any:
        return None if table in tables else await owners(scope, request, table)

    def any_keys(scope: Scope, request: Request, table: StoredTable, keys: list[Key]) -> list[Key]:
        return keys if table in tables else own_keys(scope, request, table, keys)

    def allow(scope: Scope, request: Request, table: StoredTable) -> None:
        if table not in tables:
            refuse(scope, request, table)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "owners", anybodys)
        patch.setattr(rules, "own_keys", any_keys)
        patch.setattr(rules, "refuse_unless_allowed", allow)
        yield
