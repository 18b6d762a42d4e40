"""From a row, or from arguments, to other rows: the resolvers that most fields share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, repeat
from typing import Any, TypeVar

from strawberry import UNSET

from loaders.access import NOTHING, Columns, Many, One, Paged, cut
from loaders.errors import BadStoredValue, Forbidden
from loaders.pages import PAGING, Paging, window
from loaders.reach import Reach, reach
from loaders.request import Asking, only
from loaders.sealing import Seal
from loaders.stores.interface import Filter, Key, Range, Window
from loaders.tables.facts import Column, Row, StoredTable, table_of
from resolvers import ids
from resolvers.arguments import column_range, column_value, graphql_name

Resolver = TypeVar("Resolver", bound=Callable[..., Any])


@dataclass(frozen=True)
class Link:
    """A resolver that reads columns of its row and follows an access.

    The access's key is the values of `via`, columns of the row, then of `given`, arguments.
    """

    access: Any
    via: tuple[str, ...] = ()
    given: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the row that this link needs."""
        return self.via

    async def __call__(self, row: Row | None, info: Asking, **arguments: Any) -> Any:
        """Where it leads from one row."""
        return only(await self.each([row], info, **arguments))

    async def each(
        self, rows: Sequence[Row | None], info: Asking, **arguments: Any
    ) -> Sequence[Any]:
        """Where it leads from each row, or what went wrong, in their order."""
        raise NotImplementedError

    def reaches(self, arguments: Mapping[str, Any], seal: Seal) -> Sequence[Reach]:
        """What it reaches from one row; BadUserInput where the arguments lead nowhere."""
        raise NotImplementedError

    def given_values(self, arguments: Mapping[str, Any]) -> Key:
        """The values of a key that arguments give."""
        columns = self.access.table.columns
        return tuple(
            column_value(columns[column], arguments[name], graphql_name(name))
            for column, name in zip(self.access.by[len(self.via) :], self.given, strict=True)
        )

    def _keys(
        self, rows: Sequence[Row | None], arguments: Mapping[str, Any]
    ) -> list[Key | Exception]:
        """The key of each row, or what is wrong with it."""
        asked = self.given_values(arguments)
        if not self.via:
            return [asked for _ in rows]
        return _stored_keys([row for row in rows if row is not None], self.via, asked)


def for_staff(resolver: Link) -> Callable[..., Awaitable[Any]]:
    """A resolver that others than staff may not use at all, whatever they may read elsewhere."""

    async def resolve(row: Row | None, info: Asking, **arguments: Any) -> Any:
        if not info.context.viewer.reads_all(resolver.access.table.product):
            raise Forbidden("this is for staff alone")
        return await resolver(row, info, **arguments)

    resolve.reaches = resolver.reaches  # type: ignore[attr-defined]
    return resolve


def needs(*columns: str) -> Callable[[Resolver], Resolver]:
    """Say which columns of its row a resolver reads, so that they are selected."""

    def mark(resolver: Resolver) -> Resolver:
        resolver.columns = columns  # type: ignore[attr-defined]
        return resolver

    return mark


def constant(value: Any) -> Callable[..., Any]:
    """A resolver that shows the same of every row."""
    return needs()(lambda row, info: value)


def _stored_keys(rows: list[Row], via: tuple[str, ...], asked: Key) -> list[Key | Exception]:
    """Of rows of one table, the stored values of columns, then these."""
    columns = [table_of(rows[0]).columns[name] for name in via]
    values = [[row.get(name) for row in rows] for name in via]
    if [{*map(type, stored)} for stored in values] == [{column.kind.exact} for column in columns]:
        return list(zip(*values, *map(repeat, asked), strict=False))
    return [_stored_key(row, columns, asked) for row in rows]


def _stored_key(row: Row, columns: Sequence[Column], asked: Key) -> Key | Exception:
    try:
        for column in columns:
            column.read(row)
    except BadStoredValue as error:
        return error
    return (*(row.get(column.name) for column in columns), *asked)


class ToOne(Link):
    """Leads to one row, or to null."""

    async def each(
        self, rows: Sequence[Row | None], info: Asking, **arguments: Any
    ) -> Sequence[Any]:
        found: Sequence[Any] = await self.access.load_each(info, self._keys(rows, arguments))
        return found

    def reaches(self, arguments: Mapping[str, Any], seal: Seal) -> Sequence[Reach]:
        return [Reach(self.access)]


@dataclass(frozen=True)
class ToPage(Link):
    """Leads to a page of rows.

    `ranges` are arguments that bound a column, `filters` those whose value a column must hold.
    """

    ranges: tuple[tuple[str, str], ...] = ()
    filters: tuple[tuple[str, str], ...] = ()

    async def each(
        self, rows: Sequence[Row | None], info: Asking, **arguments: Any
    ) -> Sequence[Any]:
        keys = self._keys(rows, arguments)
        found: Sequence[Any] = await self.access.load_each(info, keys, **self._page(arguments))
        return found

    def reaches(self, arguments: Mapping[str, Any], seal: Seal) -> Sequence[Reach]:
        return [Reach(self.access, window=self.window(arguments, seal))]

    def window(self, arguments: Mapping[str, Any], seal: Seal) -> Window:
        """The part of each listing that arguments ask for; BadUserInput where there is none."""
        return window(self.access.route, seal, **self._page(arguments))

    def _page(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """What the arguments say of a page."""
        order = arguments.get("order_by")
        return {
            "paging": Paging(*map(arguments.get, PAGING)),
            "descending": None if order is None else order.value == "descending",
            "filters": self._filters(arguments),
            "ranges": self._ranges(arguments),
        }

    def _ranges(self, arguments: Mapping[str, Any]) -> tuple[Range, ...]:
        return tuple(
            range_
            for argument, column in self.ranges
            if (range_ := column_range(column, arguments.get(argument), graphql_name(argument)))
        )

    def _filters(self, arguments: Mapping[str, Any]) -> tuple[Filter, ...]:
        table: StoredTable = self.access.table
        return tuple(
            (column, column_value(table.columns[column], arguments[name], graphql_name(name)))
            for name, column in self.filters
            if arguments.get(name) is not None
        )


@dataclass(frozen=True)
class ToEach(Link):
    """Leads to the rows that a list of ids names, in its order; null in place of one that dangles
    or is null itself."""

    at_most: int = 100

    async def each(
        self, rows: Sequence[Row | None], info: Asking, **arguments: Any
    ) -> Sequence[Any]:
        lists = [_ids(row, self.via) for row in rows if row is not None]
        keys = [(id_,) for ids_ in lists if isinstance(ids_, list) for id_ in ids_[: self.at_most]]
        found = iter(await self.access.load_each(info, keys))
        return [
            [*islice(found, min(len(ids_), self.at_most)), *self._cut(ids_)]
            if isinstance(ids_, list)
            else ids_
            for ids_ in lists
        ]

    def reaches(self, arguments: Mapping[str, Any], seal: Seal) -> Sequence[Reach]:
        return [Reach(self.access, keys=self.at_most)]

    def _cut(self, ids_: list[Any]) -> list[Exception]:
        """The error that stands at the end for the ids that are not followed."""
        many = len(ids_) > self.at_most
        return [cut(self.access, len(ids_), self.at_most)] if many else []


def _ids(row: Row, via: tuple[str, ...]) -> list[Any] | Exception | None:
    (name,) = via
    try:
        ids_: list[Any] | None = table_of(row).columns[name].read(row)
    except BadStoredValue as error:
        return error
    return ids_


@dataclass(frozen=True)
class ByOneOf:
    """Leads to the row that the one set member of the argument `by` names.

    A member that holds members of its own gives a key of several columns. `nodes` are the types
    whose global ids the member `id` takes.
    """

    ways: Mapping[str, Any]
    nodes: Mapping[str, One]
    columns: tuple[str, ...] = ()

    async def __call__(self, row: Row | None, info: Asking, by: Any) -> Row | None:
        access, key = self._way(by, info.context.seal)
        answer = await access.load(info, *key)
        found: Row | None = next(iter(answer), None) if isinstance(access, Many) else answer
        return found

    def reaches(self, arguments: Mapping[str, Any], seal: Seal) -> Sequence[Reach]:
        """What the set member reaches."""
        access, _ = self._way(arguments["by"], seal)
        return [reach(access, {})]

    def _way(self, by: Any, seal: Seal) -> tuple[Any, Key]:
        ((name, value),) = (given for given in vars(by).items() if given[1] is not UNSET)
        argument = f"by.{graphql_name(name)}"
        if name == "id":
            return ids.read(value, self.nodes, seal, argument)
        access = self.ways[name]
        return access, _key_of_member(access, value, argument)


def _key_of_member(access: Any, value: Any, argument: str) -> Key:
    """The key that a member gives: itself, or its own members, named as the columns are."""
    columns = access.table.columns
    if len(access.by) == 1:
        return (column_value(columns[access.by[0]], value, argument),)
    given = {graphql_name(name): part for name, part in vars(value).items()}
    return tuple(
        column_value(columns[column], given[name], f"{argument}.{name}")
        for column, name in zip(access.by, map(graphql_name, access.by), strict=True)
    )


def to_one(access: One, *, via: Columns = (), given: Columns = ()) -> ToOne:
    """The row whose key stands in these columns of the row and these arguments."""
    return ToOne(access, _names(via), _names(given))


def to_page(
    access: Paged,
    *,
    via: Columns = (),
    given: Columns = (),
    ranges: Mapping[str, str] = NOTHING,
    **filters: str,
) -> ToPage:
    """Pages of the rows whose key stands there.

    `argument="column"` makes a filter of an argument; in `ranges` stand those that are ranges.
    """
    return ToPage(access, _names(via), _names(given), tuple(ranges.items()), tuple(filters.items()))


def to_each(access: One, *, via: str, at_most: int) -> ToEach:
    """The rows of the ids in a list column."""
    return ToEach(access, (via,), at_most=at_most)


def by_one_of(nodes: Mapping[str, One], **ways: Any) -> ByOneOf:
    """The row that `by` names: by global id, or by one of these ways."""
    return ByOneOf(ways, nodes)


def _names(names: Columns) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names
