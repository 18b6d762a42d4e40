"""The ways to rows that a key or an index serves; any other is refused while it is declared."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from loaders import rules
from loaders.errors import BadStoredValue
from loaders.pages import Page, Paging, window
from loaders.request import Asking, Request
from loaders.rules import Scope
from loaders.stores.interface import Count, Key, Route, Slice, Terms, Window
from loaders.tables.facts import DeclarationError, Row, StoredTable

Columns = str | tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Access:
    """A way to rows, and who may take it."""

    route: Route
    scope: Scope

    def __str__(self) -> str:
        return str(self.route)

    @property
    def table(self) -> StoredTable:
        return self.route.table

    async def _terms(self, request: Request, paths: Sequence[str]) -> Terms:
        route, table = self.route, self.table
        asked = request.columns.get(table, frozenset())

        def report(call: Any) -> None:
            call.paths = paths
            request.trace.calls.append(call)

        return Terms(
            columns=table.ordered(
                [*asked, *table.always(), *route.by, *route.position, *route.brings]
            ),
            owners=await rules.owners(self.scope, request, table.product),
            deadline=request.deadline,
            report=report,
        )

    def _askable(self, request: Request, keys: list[Key], terms: Terms) -> list[Key]:
        """The keys that may lead to rows of this viewer at all."""
        if terms.owners is not None and not terms.owners:
            return []
        return rules.own_emails(self.scope, request, keys)


@dataclass(frozen=True, eq=False)
class One(Access):
    """At most one row for a key."""

    async def load(self, info: Asking, *key: Any) -> Row | None:
        """The row of a key that the viewer may see, or None."""
        if None in key:
            return None
        row: Row | None = await self._loader(info.context).ask(key, info.path)
        return row

    async def load_each(
        self, info: Asking, keys: Sequence[Any], *, at_most: int
    ) -> list[Row | BaseException | None]:
        """The rows of single-column keys in their order, None where one dangles.

        Keys beyond `at_most` are not read: one error stands for them at the end.
        """
        loader = self._loader(info.context)
        rows: list[Row | BaseException | None] = await asyncio.gather(
            *(loader.ask((key,), info.path) for key in keys[:at_most]), return_exceptions=True
        )
        if len(keys) > at_most:
            rows.append(_cut(len(keys), at_most))
        return rows

    def _loader(self, request: Request) -> Any:
        rules.refuse_unless_allowed(self.scope, request)
        return request.loader(self, partial(self._read, request))

    async def _read(self, request: Request, keys: list[Key], paths: list[str]) -> list[Row | None]:
        terms = await self._terms(request, paths)
        askable = self._askable(request, keys, terms)
        if not askable:
            return [None] * len(keys)
        store = request.stores[self.table.product]
        found = dict(zip(askable, await store.find(self.route, askable, terms), strict=True))
        for row in found.values():
            if row is not None:
                rules.assert_owned(row, self.table, terms.owners)
        return [found.get(key) for key in keys]


@dataclass(frozen=True, eq=False)
class Listing(Access):
    """The rows of a key in an order, a window at a time."""

    async def _slice(self, info: Asking, key: Key, part: Window) -> Slice:
        request = info.context
        rules.refuse_unless_allowed(self.scope, request)
        if None in key:
            return Slice([], more=False)
        loader = request.loader((self, part), partial(self._read, request, part))
        slice_: Slice = await loader.ask(key, info.path)
        return slice_

    async def _read(
        self, request: Request, part: Window, keys: list[Key], paths: list[str]
    ) -> list[Slice]:
        terms = await self._terms(request, paths)
        askable = self._askable(request, keys, terms)
        if not askable:
            return [Slice([], more=False) for _ in keys]
        store = request.stores[self.table.product]
        slices = await store.listing(self.route, askable, part, terms)
        for row in (row for part_ in slices for row in part_.rows):
            rules.assert_owned(row, self.table, terms.owners)
        found = dict(zip(askable, slices, strict=True))
        return [found.get(key) or Slice([], more=False) for key in keys]


@dataclass(frozen=True, eq=False)
class Many(Listing):
    """All rows of a key, of which there are few."""

    at_most: int

    async def load(self, info: Asking, *key: Any) -> list[Any]:
        """The rows of a key that the viewer may see; past `at_most`, an error ends the list."""
        slice_ = await self._slice(info, key, Window(self.at_most))
        rows: list[Any] = list(slice_.rows)
        return [*rows, _cut(None, self.at_most)] if slice_.more else rows


@dataclass(frozen=True, eq=False)
class Paged(Listing):
    """The rows of a key, a page at a time."""

    async def load(
        self,
        info: Asking,
        *key: Any,
        paging: Paging,
        descending: bool | None = None,
        between: tuple[Any, Any] | None = None,
        filters: tuple[tuple[str, Any], ...] = (),
    ) -> Page:
        """The page that these arguments name, of rows that the viewer may see."""
        unknown = [name for name, _ in filters if name not in self.route.filters]
        if unknown:
            raise DeclarationError(f"{self} declares no filter on {', '.join(unknown)}")
        part = window(
            self.route,
            info.context.seal,
            paging,
            descending=descending,
            between=between,
            filters=filters,
        )
        slice_ = await self._slice(info, key, part)
        return Page(self.route, info.context.seal, part, slice_, partial(self._total, key, part))

    async def count(self, info: Asking, *key: Any) -> Count:
        """How many rows a key has."""
        return await self._total(key, Window(size=0), info)

    async def _total(self, key: Key, part: Window, info: Asking) -> Count:
        request = info.context
        rules.refuse_unless_allowed(self.scope, request)
        if None in key:
            return Count(0, exact=True)
        whole = Window(size=0, between=part.between, filters=part.filters)
        loader = request.loader((self, whole), partial(self._count, request, whole))
        count: Count = await loader.ask(key, info.path)
        return count

    async def _count(
        self, request: Request, whole: Window, keys: list[Key], paths: list[str]
    ) -> list[Count]:
        terms = await self._terms(request, paths)
        askable = self._askable(request, keys, terms)
        if not askable:
            return [Count(0, exact=True) for _ in keys]
        store = request.stores[self.table.product]
        counts = await store.count(self.route, askable, whole, terms)
        found = dict(zip(askable, counts, strict=True))
        return [found.get(key) or Count(0, exact=True) for key in keys]


def one(table: StoredTable, *, by: Columns, brings: Columns = ()) -> One:
    """At most one row by a key, a unique constraint or an index of one row a key.

    `brings` are columns that come along whoever asks, for a resolver that reads them.
    """
    by = _columns(table, by)
    route = Route(table, by, table.lookup(by), brings=_columns(table, brings))
    return One(route, rules.scope_of(table, by, single=True))


def many(table: StoredTable, *, by: Columns, at_most: int, folded: bool = False) -> Many:
    """The few rows by an index; `folded` finds text whatever its case."""
    by = _columns(table, by)
    index = table.listing(by, (), folded=folded)
    route = Route(table, by, index, table.position(by, index, ()))
    return Many(route, rules.scope_of(table, by, single=False), at_most)


def page(
    table: StoredTable,
    *,
    by: Columns = (),
    order: Columns = (),
    filters: Columns = (),
) -> Paged:
    """Rows by an index in its order, in pages.

    A `-` before the first order column has the highest come first. `filters` are columns whose
    value a client may ask for.
    """
    by = _columns(table, by)
    order = (order,) if isinstance(order, str) else order
    descending = bool(order) and order[0].startswith("-")
    order = _columns(table, tuple(name.removeprefix("-") for name in order))
    index = table.listing(by, order)
    route = Route(
        table,
        by,
        index,
        table.position(by, index, order),
        descending,
        _columns(table, filters),
    )
    return Paged(route, rules.scope_of(table, by, single=False))


def _columns(table: StoredTable, names: Columns) -> tuple[str, ...]:
    names = (names,) if isinstance(names, str) else names
    for name in names:
        table.column(name)
    return names


def _cut(found: int | None, at_most: int) -> BadStoredValue:
    stored = "more" if found is None else str(found)
    return BadStoredValue(f"{stored} entries are stored, of which the first {at_most} are shown")
