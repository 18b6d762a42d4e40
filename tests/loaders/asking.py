"""What a field tells a loader and a loader tells a store, made by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from gateway.demo.data.epoch import EPOCH
from loaders.accounts import IDENTITIES
from loaders.request import Request
from loaders.sealing import Seal
from loaders.stores.interface import Call, Route, Store, Terms
from loaders.tables.facts import StoredTable
from loaders.trace import Trace
from loaders.viewer import Viewer
from tests.clocks import StandingClock

AMPLE = 20.0
"""Seconds until a deadline that no test is meant to meet."""
SEAL = Seal("a secret of the tests")


@dataclass(frozen=True)
class Field:
    """A field that asks, as graphql-core's info tells of it, and its path."""

    context: Request
    place: tuple[int | str, ...] = ("field",)

    @property
    def path(self) -> Self:
        return self

    def as_list(self) -> list[int | str]:
        return list(self.place)

    def at(self, *place: int | str) -> Field:
        """Another field of the same request."""
        return replace(self, place=place)

    @property
    def calls(self) -> list[tuple[str, str, int | None]]:
        """The request's store calls: operation, table, rows."""
        return [(call.operation, call.table, call.rows) for call in self.context.trace.calls]


class Asker:
    """Makes requests, and closes them."""

    def __init__(self, stores: Mapping[str, Store]) -> None:
        self._stores = stores
        self._requests: list[Request] = []

    def __call__(
        self,
        email: str | None = None,
        *roles: str,
        columns: Mapping[StoredTable, Iterable[str]] | None = None,
        stores: Mapping[str, Store] | None = None,
        seconds: float = AMPLE,
        **facts: Any,
    ) -> Field:
        """A field of a new request of this viewer."""
        usual: dict[str, Any] = {
            "viewer": Viewer(email, frozenset(roles)),
            "stores": self._stores if stores is None else stores,
            "identities": IDENTITIES,
            "columns": {table: frozenset(names) for table, names in (columns or {}).items()},
            "seal": SEAL,
            "clock": StandingClock(),
            "deadline": asyncio.get_running_loop().time() + seconds,
            "trace": Trace(wanted=True),
            "image_base_url": "https://images.example.com",
        }
        request = Request(**{**usual, **facts})
        self._requests.append(request)
        return Field(request)

    async def close(self) -> None:
        for request in self._requests:
            await request.close()


@dataclass
class Reading:
    """The terms on which stores are asked directly, and the calls that they report."""

    calls: list[Call] = field(default_factory=list)

    def terms(
        self,
        route: Route,
        *columns: str,
        owners: Iterable[Any] | None = None,
        seconds: float = AMPLE,
    ) -> Terms:
        """For these columns and those that every read brings along."""
        wanted = [*columns, *route.table.always, *route.by, *route.position]
        return Terms(
            columns=route.table.ordered(wanted),
            owners=None if owners is None else frozenset(owners),
            deadline=asyncio.get_running_loop().time() + seconds,
            now=EPOCH,
            report=self.calls.append,
        )
