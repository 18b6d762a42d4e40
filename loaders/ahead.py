"""What will be asked for below the rows of a read, so that its store may read that along."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from loaders import rules
from loaders.request import Columns, Request
from loaders.rules import Scope
from loaders.stores.interface import ONE, Along, Key, Route, Window
from loaders.tables.facts import StoredTable
from loaders.tables.postgresql import PostgresTable
from loaders.viewer import Viewer

_NOBODY: frozenset[Any] = frozenset()
READS_ALONG = 8
"""How many reads a statement makes along at most: what is longer is slow to plan."""
KEYS_ALONG = 1_000
"""How many keys they may come to together: more are asked for by themselves, which costs little
beside their rows, and are counted before that."""


class Way(Protocol):
    """A way to rows."""

    @property
    def route(self) -> Route: ...

    @property
    def scope(self) -> Scope: ...

    @property
    def table(self) -> StoredTable: ...


class Followed(Way, Protocol):
    """A way to rows that a link takes."""

    def selected(self, asked: Columns, compared: Sequence[str] = ()) -> tuple[str, ...]: ...

    def keep(self, request: Request, along: Along) -> None:
        """Take the answers of a read along for those of its loader."""


@dataclass(frozen=True)
class Ahead:
    """A link that will be followed from each row of a read, wherever in the query it stands.

    Its keys are the values of `via`, columns of those rows, then those that are `given`.
    """

    access: Followed
    via: tuple[str, ...]
    given: Key
    window: Window | None
    below: tuple[Ahead, ...]
    place: str = field(compare=False)

    @property
    def what(self) -> tuple[Any, ...]:
        """What it asks for, whoever asks."""
        return self.access, self.via, self.given, self.window


class Awaited(Along, kw_only=True):
    """A read along that a store may make, whose answers the loader of its access takes."""

    access: Followed
    below: Sequence[Awaited]


def may_come_along(access: Way, above: Way) -> bool:
    """Whether rows may be read along with those from which a link leads to them."""
    return (
        isinstance(access.table, PostgresTable)
        and access.table.product == above.table.product
        and access.route.index.by_equality
        and access.scope not in (Scope.EMAIL, Scope.SUBJECT)
    )


async def awaited(request: Request, above: Way, rows: int, links: Sequence[Ahead]) -> list[Awaited]:
    """The reads along with at most so many rows that this viewer may make."""
    if not links or above.table.product in request.apart:
        return []
    return await _Room(request).awaited(above, rows, links)


@dataclass
class _Room:
    """What is left of what one statement may read along."""

    request: Request
    reads: int = READS_ALONG
    keys: int = KEYS_ALONG

    async def awaited(self, above: Way, rows: int, links: Sequence[Ahead]) -> list[Awaited]:
        found = []
        for link in links:
            owners = await self._owners(link.access, above)
            if owners != _NOBODY and self._takes(rows):
                found.append(await self._read(link, owners, rows))
        return found

    async def _owners(self, access: Followed, above: Way) -> frozenset[Any] | None:
        """Whose rows may be read; the policies of Postgres are told once a statement by whose
        rights that is, and open no more of what is everybody's to those who ask by their own."""
        request, viewer = self.request, self.request.viewer
        if _by_own_rights(access, viewer) and not _by_own_rights(above, viewer):
            return _NOBODY
        return await rules.owners(access.scope, request, access.table)

    def _takes(self, keys: int) -> bool:
        takes = self.reads > 0 and keys <= self.keys
        if takes:
            self.reads, self.keys = self.reads - 1, self.keys - keys
        return takes

    async def _read(self, link: Ahead, owners: frozenset[Any] | None, rows: int) -> Awaited:
        access, part = link.access, link.window or ONE
        return Awaited(
            access=access,
            route=access.route,
            columns=access.selected(self.request.columns, part.compared),
            window=link.window,
            owners=owners,
            via=link.via,
            given=link.given,
            path=link.place,
            below=await self.awaited(access, rows * part.size, link.below),
        )


def _by_own_rights(way: Way, viewer: Viewer) -> bool:
    return rules.asks_for_owners(way.scope, viewer, way.table)


def keep(request: Request, reads: Iterable[Awaited]) -> None:
    """Give their loaders what was read along."""
    for read in reads:
        if read.answers is not None:
            read.access.keep(request, read)
            keep(request, read.below)
