"""From a row, or from arguments, to other rows: the resolvers that most fields share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from strawberry import UNSET

from loaders.access import NOTHING, Columns, Many, One, Paged
from loaders.errors import Forbidden
from loaders.pages import Page, Paging
from loaders.request import Asking
from loaders.stores.interface import Filter, Key, Range
from loaders.tables.facts import Row, StoredTable, table_of
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

    def _key(self, row: Row | None, arguments: dict[str, Any]) -> Key:
        """The key, its arguments taken out of the others."""
        stored = [_stored(row, name) for name in self.via if row is not None]
        columns = self.access.table.columns
        asked = [
            column_value(columns[column], arguments.pop(name), graphql_name(name))
            for column, name in zip(self.access.by[len(self.via) :], self.given, strict=True)
        ]
        return (*stored, *asked)


def for_staff(resolver: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """A resolver that others than staff may not use at all, whatever they may read elsewhere."""

    async def resolve(row: Row | None, info: Asking, **arguments: Any) -> Any:
        if not info.context.viewer.is_staff:
            raise Forbidden("this is for staff alone")
        return await resolver(row, info, **arguments)

    return resolve


def needs(*columns: str) -> Callable[[Resolver], Resolver]:
    """Say which columns of its row a resolver reads, so that they are selected."""

    def mark(resolver: Resolver) -> Resolver:
        resolver.columns = columns  # type: ignore[attr-defined]
        return resolver

    return mark


def _stored(row: Row, name: str) -> Any:
    """The stored value of a column, once it is known to be of its kind."""
    table_of(row).columns[name].read(row)
    return row.get(name)


class ToOne(Link):
    """Leads to one row, or to null."""

    async def __call__(self, row: Row | None, info: Asking, **arguments: Any) -> Row | None:
        found: Row | None = await self.access.load(info, *self._key(row, arguments))
        return found


@dataclass(frozen=True)
class ToPage(Link):
    """Leads to a page of rows.

    `ranges` are arguments that bound a column, `filters` those whose value a column must hold.
    """

    ranges: tuple[tuple[str, str], ...] = ()
    filters: tuple[tuple[str, str], ...] = ()

    async def __call__(
        self,
        row: Row | None,
        info: Asking,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        order_by: Any = None,
        **arguments: Any,
    ) -> Page:
        key = self._key(row, arguments)
        page: Page = await self.access.load(
            info,
            *key,
            paging=Paging(first, after, last, before),
            descending=None if order_by is None else order_by.value == "descending",
            filters=self._filters(arguments),
            ranges=self._ranges(arguments),
        )
        return page

    def _ranges(self, arguments: dict[str, Any]) -> tuple[Range, ...]:
        return tuple(
            range_
            for argument, column in self.ranges
            if (range_ := column_range(column, arguments.get(argument), graphql_name(argument)))
        )

    def _filters(self, arguments: dict[str, Any]) -> tuple[Filter, ...]:
        table: StoredTable = self.access.table
        return tuple(
            (column, column_value(table.columns[column], arguments[name], graphql_name(name)))
            for name, column in self.filters
            if arguments.get(name) is not None
        )


@dataclass(frozen=True)
class ToEach(Link):
    """Leads to the rows that a list of ids names, in its order, null where one dangles."""

    at_most: int = 100

    async def __call__(self, row: Row, info: Asking) -> Sequence[Any] | None:
        (name,) = self.via
        keys = table_of(row).columns[name].read(row)
        if keys is None:
            return None
        found: Sequence[Any] = await self.access.load_each(info, keys, at_most=self.at_most)
        return found


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
        ((name, value),) = (given for given in vars(by).items() if given[1] is not UNSET)
        argument = f"by.{graphql_name(name)}"
        if name == "id":
            access, key = ids.read(value, self.nodes, info.context.seal, argument)
        else:
            access = self.ways[name]
            key = _key_of_member(access, value, argument)
        answer = await access.load(info, *key)
        found: Row | None = next(iter(answer), None) if isinstance(access, Many) else answer
        return found


def _key_of_member(access: Any, value: Any, argument: str) -> Key:
    columns = [access.table.columns[name] for name in access.by]
    if len(columns) == 1:
        return (column_value(columns[0], value, argument),)
    return tuple(
        column_value(column, part, f"{argument}.{graphql_name(name)}")
        for column, (name, part) in zip(columns, vars(value).items(), strict=True)
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
