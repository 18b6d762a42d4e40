"""The ways to rows that a key or an index serves; any other is refused while it is declared."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from itertools import chain
from types import MappingProxyType
from typing import Any

from loaders import ahead, rules
from loaders.errors import BadStoredValue, DeadlineExceeded, NotTogether
from loaders.pages import Page, Paging, window
from loaders.request import Asking, BatchLoader, Links, Request, only
from loaders.request import Columns as Asked
from loaders.rules import Scope
from loaders.stores.interface import (
    KIND,
    Along,
    Count,
    Filter,
    Key,
    Part,
    Range,
    Route,
    Slice,
    Store,
    Terms,
    Union,
    Window,
)
from loaders.stores.statements import STATEMENTS_KEPT
from loaders.tables.catalogue import PARENTS
from loaders.tables.facts import DeclarationError, Row, StoredTable, Through

Columns = str | tuple[str, ...]
_NONE: frozenset[str] = frozenset()
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Access:
    """A way to rows, and who may take it."""

    route: Route
    scope: Scope

    @cached_property
    def by(self) -> tuple[str, ...]:
        """The columns whose values a caller gives."""
        return self.route.by

    def __str__(self) -> str:
        return str(self.route)

    @cached_property
    def table(self) -> StoredTable:
        return self.route.table

    async def _terms(
        self, request: Request, paths: Sequence[str], *, compared: Sequence[str] = ()
    ) -> Terms:
        def report(call: Any) -> None:
            call.paths = paths
            request.trace.calls.append(call)

        return Terms(
            columns=self.selected(request.columns, compared),
            owners=await rules.owners(self.scope, request, self.table),
            deadline=request.deadline_of_read,
            now=request.now,
            report=report,
            traced=request.trace.wanted,
            own_parents=self._own_parents(request),
            viewer=await self._told_to_policies(request),
        )

    async def _told_to_policies(self, request: Request) -> str:
        if not request.stores[self.table.product].has_policies:
            return ""
        return await rules.told_to_policies(self.scope, request, self.table)

    def _own_parents(self, request: Request) -> Set[Any]:
        owner = self.table.owner
        return request.own_parents.get(owner.parent, _NONE) if isinstance(owner, Through) else _NONE

    def selected(self, asked: Asked, compared: Sequence[str] = ()) -> tuple[str, ...]:
        """The columns that are read, given those that a document asks for."""
        return _selected(self.route, asked.get(self.table, _NONE), tuple(compared))

    async def _answers(
        self,
        request: Request,
        keys: list[Key],
        terms: Terms,
        ask: Callable[[Store, list[Key]], Awaitable[list[Any]]],
        absent: Callable[[], Any],
    ) -> list[Any]:
        """What the store answers for the keys that may lead to rows of this viewer at all; what
        holds where nothing is there for the others."""
        if terms.owners is not None and not terms.owners:
            return [absent() for _ in keys]
        askable = rules.own_keys(self.scope, request, self.table, keys)
        if not askable:
            return [absent() for _ in keys]
        answers = await self._asked(request, askable, terms, ask)
        if len(askable) == len(keys):
            return answers
        found = dict(zip(askable, answers, strict=True))
        return [found[key] if key in found else absent() for key in keys]

    async def _asked(
        self,
        request: Request,
        keys: list[Key],
        terms: Terms,
        ask: Callable[[Store, list[Key]], Awaitable[list[Any]]],
    ) -> list[Any]:
        """What the store answers; alone where it fails together with reads along, as is all that
        the request asks for after that."""
        product = self.table.product
        try:
            return await ask(request.stores[product], keys)
        except (NotTogether, DeadlineExceeded):
            if not terms.along:
                raise
            request.apart.add(product)
            terms.along, terms.deadline = (), request.deadline_of_read
            return await ask(request.stores[product], keys)

    def _left(
        self, request: Request, rows: Iterable[Row | None], owners: frozenset[Any] | None
    ) -> None:
        """The loader's exit: rows that were guarded are the viewer's own, which is asserted, and
        need not be asked for again; of others it is noted whose they are, where staff read them."""
        if owners is None:
            request.owners_read.note(rows)
            return
        rows = [*rows]
        rules.assert_owned(rows, self.table, owners)
        if self.table in PARENTS:
            own = request.own_parents.setdefault(self.table, set())
            own.update(row[self.table.key[-1]] for row in rows if row is not None)


@dataclass(frozen=True, eq=False)
class One(Access):
    """At most one row for a key, whose last values may be fixed."""

    fixed: Key = ()

    @cached_property
    def by(self) -> tuple[str, ...]:
        """The columns whose values a caller gives."""
        return self.route.by[: len(self.route.by) - len(self.fixed)]

    async def load(self, info: Asking, *key: Any) -> Row | None:
        """The row of a key that the viewer may see, or None."""
        row: Row | None = only(await self.load_each(info, [key]))
        return row

    async def load_each(self, info: Asking, keys: Sequence[Key | Exception]) -> list[Any]:
        """The rows of these keys in their order, None where one dangles.

        An error among the keys, or one that reading it raised, stands at its place.
        """
        return await _ask_each(self, self._loader(info.context), keys, info, absent=None)

    def _loader(self, request: Request) -> BatchLoader:
        return request.loader(self, partial(self._read, request))

    def keep(self, request: Request, along: Along) -> None:
        """Take the answers of a read along for those of its loader."""
        rows = along.answers or {}
        self._loader(request).keep(rows)
        self._left(request, rows.values(), along.owners)

    async def _read(
        self, request: Request, keys: list[Key], paths: list[str], links: Links
    ) -> list[Row | None]:
        terms = await self._terms(request, paths)
        terms.along = awaited = await ahead.awaited(request, self, len(keys), links)
        if self.fixed:
            keys = [key + self.fixed for key in keys]
        rows = await self._answers(
            request,
            keys,
            terms,
            lambda store, askable: store.find(self.route, askable, terms),
            lambda: None,
        )
        ahead.keep(request, awaited)
        self._left(request, rows, terms.owners)
        return rows


@dataclass(frozen=True, eq=False)
class Listing(Access):
    """The rows of a key in an order, a window at a time."""

    async def _slices(
        self, info: Asking, keys: Sequence[Key | Exception], part: Window
    ) -> list[Slice | Exception]:
        request = info.context
        rules.refuse_unless_allowed(self.scope, request, self.table)
        return await _ask_each(self, self._loader(request, part), keys, info, absent=_nothing())

    def _loader(self, request: Request, part: Window) -> BatchLoader:
        """Of windows that differ by what a row filters by, the loaders meet."""
        meets = (self, part.size, part.descending, part.backward, part.after, part.ranges)
        return request.loader((self, part), partial(self._read, request, part), meets)

    def keep(self, request: Request, along: Along) -> None:
        """Take the answers of a read along for those of its loader."""
        slices = along.answers or {}
        self._loader(request, along.part).keep(slices)
        rows = chain.from_iterable(slice_.rows for slice_ in slices.values())
        self._left(request, rows, along.owners)

    async def _read(
        self, request: Request, part: Window, keys: list[Key], paths: list[str], links: Links
    ) -> list[Slice]:
        terms = await self._terms(request, paths, compared=part.compared)
        rows_at_most = len(keys) * part.size
        terms.along = awaited = await ahead.awaited(request, self, rows_at_most, links)
        slices: list[Slice] = await self._answers(
            request,
            keys,
            terms,
            lambda store, askable: store.listing(self.route, askable, part, terms),
            _nothing,
        )
        ahead.keep(request, awaited)
        if self.scope is Scope.EMAIL:
            for key, slice_ in zip(keys, slices, strict=True):
                slice_.rows = rules.of_this_email(self.table, key, slice_.rows)
        rows = chain.from_iterable(slice_.rows for slice_ in slices)
        self._left(request, rows, terms.owners)
        return slices


@dataclass(frozen=True, eq=False)
class Many(Listing):
    """All rows of a key, of which there are few."""

    at_most: int

    async def load(self, info: Asking, *key: Any) -> list[Any]:
        """The rows of a key that the viewer may see; past `at_most`, an error ends the list."""
        rows: list[Any] = only(await self.load_each(info, [key]))
        return rows

    async def load_each(self, info: Asking, keys: Sequence[Key | Exception]) -> list[Any]:
        """The rows of each of these keys, or what went wrong."""
        slices = await self._slices(info, keys, Window(self.at_most))
        return [
            slice_ if isinstance(slice_, Exception) else self._rows(slice_) for slice_ in slices
        ]

    def _rows(self, slice_: Slice) -> list[Any]:
        if slice_.more:
            return [*slice_.rows, cut(self, None, self.at_most)]
        return slice_.rows


@dataclass(frozen=True, eq=False)
class Paged(Listing):
    """The rows of a key, a page at a time."""

    async def load(self, info: Asking, *key: Any, paging: Paging, **conditions: Any) -> Page:
        """The page of a key's rows that the viewer may see; conditions as for `load_each`."""
        page_: Page = only(await self.load_each(info, [key], paging=paging, **conditions))
        return page_

    async def load_each(
        self,
        info: Asking,
        keys: Sequence[Key | Exception],
        *,
        paging: Paging,
        descending: bool | None = None,
        filters: tuple[Filter, ...] = (),
        ranges: tuple[Range, ...] = (),
        prefix: str | None = None,
    ) -> list[Any]:
        """The page of each key that these arguments name, or what went wrong."""
        for name in (*(name for name, _ in filters), *(range_.column for range_ in ranges)):
            if name not in (*self.route.filters, *self.route.position[:1]):
                raise DeclarationError(f"{self} declares no filter on {name}")
        part = window(
            self.route,
            info.context.seal,
            paging,
            descending=descending,
            filters=filters,
            ranges=ranges,
            prefix=prefix,
        )
        slices = await self._slices(info, keys, part)
        route, seal, total = self.route, info.context.seal, self._total
        return [
            Page(route, seal, part, slice_, key, total) if isinstance(slice_, Slice) else slice_
            for key, slice_ in zip(keys, slices, strict=True)
        ]

    async def count(self, info: Asking, *key: Any) -> Count:
        """How many rows a key has."""
        return await self._total(key, Window(size=0), info)

    async def _total(self, key: Any, part: Window, info: Asking) -> Count:
        request = info.context
        rules.refuse_unless_allowed(self.scope, request, self.table)
        if None in key:
            return Count(0, exact=True)
        whole = Window(size=0, filters=part.filters, ranges=part.ranges, prefix=part.prefix)
        loader = request.loader((self, whole), partial(self._count, request, whole))
        count: Count = await loader.ask(key, info.path)
        return count

    async def _count(
        self, request: Request, whole: Window, keys: list[Key], paths: list[str], links: Links
    ) -> list[Count]:
        terms = await self._terms(request, paths)
        return await self._answers(
            request,
            keys,
            terms,
            lambda store, askable: store.count(self.route, askable, whole, terms),
            lambda: Count(0, exact=True),
        )


@dataclass(frozen=True, eq=False)
class United(Paged):
    """The rows of several tables below one ancestor's row, a page at a time."""

    route: Union

    async def _read(
        self, request: Request, part: Window, keys: list[Key], paths: list[str], links: Links
    ) -> list[Slice]:
        terms = await self._terms(request, paths)
        columns = self.selected_of_parts(request.columns)
        slices: list[Slice] = await self._answers(
            request,
            keys,
            terms,
            lambda store, askable: store.union(self.route, askable, columns, part, terms),
            _nothing,
        )
        request.owners_read.note(chain.from_iterable(slice_.rows for slice_ in slices))
        return slices

    def selected_of_parts(self, asked: Asked) -> tuple[tuple[str, ...], ...]:
        """The columns that are read of each part."""
        return tuple(
            table.ordered([*asked.get(table, ()), *table.always, self.route.position[0]])
            for table in (part.table for part in self.route.parts)
        )


@dataclass(frozen=True, eq=False)
class Distinct(Access):
    """The few distinct values of a column in several tables below one ancestor's row."""

    route: Union
    at_most: int

    async def load(self, info: Asking, *key: Any) -> list[Any]:
        """The values from the lowest; past `at_most`, an error ends the list."""
        request = info.context
        loader = request.loader(self, partial(self._read, request))
        values: list[Any] = await loader.ask(key, info.path)
        shown = values[: self.at_most]
        return [*shown, cut(self, None, self.at_most)] if len(values) > self.at_most else shown

    async def _read(
        self, request: Request, keys: list[Key], paths: list[str], links: Links
    ) -> list[list[Any]]:
        terms = await self._terms(request, paths)
        return await self._answers(
            request,
            keys,
            terms,
            lambda store, askable: store.values(self.route, askable, self.at_most + 1, terms),
            list,
        )


@lru_cache(STATEMENTS_KEPT)
def _selected(route: Route, asked: frozenset[str], compared: tuple[str, ...]) -> tuple[str, ...]:
    table = route.table
    return table.ordered(
        [*asked, *table.always, *route.by, *route.position, *route.brings, *compared]
    )


def one(
    table: StoredTable, *, by: Columns, brings: Columns = (), fixed: Mapping[str, Any] = NOTHING
) -> One:
    """At most one row by a key, a unique constraint or an index of one row a key.

    `brings` are columns that come along whoever asks, for a resolver that reads them. `fixed` are
    further columns of the key and the one value that each has here.
    """
    by = (*_columns(table, by), *_columns(table, tuple(fixed)))
    route = Route(table, by, table.lookup(by), brings=_columns(table, brings))
    return One(route, rules.scope_of(table, by, single=True), tuple(fixed.values()))


def own(table: StoredTable, *, brings: Columns = (), fixed: Mapping[str, Any] = NOTHING) -> One:
    """The account that the viewer's subject names, and nobody else's."""
    if table.subject is None:
        raise DeclarationError(f"{table} has no subject")
    return replace(one(table, by=table.subject, brings=brings, fixed=fixed), scope=Scope.SUBJECT)


def many(
    table: StoredTable, *, by: Columns, at_most: int, folded: bool = False, brings: Columns = ()
) -> Many:
    """The few rows by an index; `folded` finds text whatever its case."""
    by = _columns(table, by)
    index = table.listing(by, (), folded=folded)
    position = table.position(by, index, ())
    route = Route(table, by, index, position, brings=_columns(table, brings))
    return Many(route, rules.scope_of(table, by, single=False), at_most)


def page(
    table: StoredTable,
    *,
    by: Columns = (),
    order: Columns = (),
    filters: Columns = (),
    present: bool = False,
) -> Paged:
    """Rows by an index in its order, in pages.

    A `-` before the first order column has the highest come first. `filters` are columns whose
    value a client may ask for. `present` leaves out rows whose order columns are null, which cannot
    be paged.
    """
    by = _columns(table, by)
    order = (order,) if isinstance(order, str) else order
    descending = bool(order) and order[0].startswith("-")
    order = _columns(table, tuple(name.removeprefix("-") for name in order))
    index = table.listing(by, order, present=present)
    route = Route(
        table,
        by,
        index,
        table.position(by, index, order),
        descending,
        _columns(table, filters),
        present=present,
    )
    return Paged(route, rules.scope_of(table, by, single=False))


def below(ancestor: StoredTable, *tables: StoredTable, order: str, by: Columns = ()) -> United:
    """Rows of all these tables below one row of the ancestor, in the order of a time they share.

    How a table leads up to the ancestor is read off its owner path. `by` are columns of all these
    tables whose values a caller gives after the ancestor's key.
    """
    (key,) = ancestor.key
    route = _union(ancestor, tables, (order, KIND, key), by)
    return United(route, rules.scope_of(ancestor, ancestor.key, single=True))


def distinct(ancestor: StoredTable, *tables: StoredTable, column: str, at_most: int) -> Distinct:
    """The values that a column of all these tables has below one row of the ancestor."""
    route = _union(ancestor, tables, (column,))
    return Distinct(route, rules.scope_of(ancestor, ancestor.key, single=True), at_most)


def _union(
    ancestor: StoredTable,
    tables: tuple[StoredTable, ...],
    position: tuple[str, ...],
    by: Columns = (),
) -> Union:
    for table in tables:
        table.column(position[0])
        _columns(table, by)
    return Union(
        ancestor,
        (*ancestor.key, *_columns(tables[0], by)),
        ancestor.lookup(ancestor.key),
        position=position,
        parts=tuple(Part(table, _path(table, ancestor)) for table in tables),
    )


def _path(table: StoredTable, ancestor: StoredTable) -> tuple[Through, ...]:
    path: list[Through] = []
    owner = table.owner
    while isinstance(owner, Through):
        path.append(owner)
        if owner.parent is ancestor:
            return tuple(path)
        owner = owner.parent.owner
    raise DeclarationError(f"{table} does not lead up to {ancestor}")


def _columns(table: StoredTable, names: Columns) -> tuple[str, ...]:
    names = (names,) if isinstance(names, str) else names
    for name in names:
        table.column(name)
    return names


def _nothing() -> Slice:
    return Slice([], more=False)


async def _ask_each(
    access: Access,
    loader: BatchLoader,
    keys: Sequence[Key | Exception],
    info: Asking,
    *,
    absent: Any,
) -> list[Any]:
    """The loader's answers; an error among the keys stands for itself, a null leads nowhere."""
    asked = [key for key in keys if not isinstance(key, Exception) and None not in key]
    answers = await loader.ask_each(asked, info.path, info.context.links(access, info.path))
    if len(asked) == len(keys):
        return answers
    found = iter(answers)
    return [
        key if isinstance(key, Exception) else absent if None in key else next(found)
        for key in keys
    ]


def cut(access: Access, found: int | None, at_most: int) -> BadStoredValue:
    """The error that ends a list of which only the beginning is shown."""
    stored = "more" if found is None else str(found)
    return BadStoredValue(
        f"{access.table}: {stored} entries are stored, of which the first {at_most} are shown",
        product=access.table.product,
    )
