"""What a read asks of its store, at most: told before it is made, from the declarations alone."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Literal

from loaders.stores import queries, statements, unions
from loaders.stores.dynamo import BATCH_SIZE
from loaders.stores.interface import Route, Union, Window
from loaders.stores.statements import Manner, Shape, Statement
from loaders.tables.dynamodb import PRIMARY, DynamoTable
from loaders.tables.facts import Through
from loaders.tables.postgresql import PostgresTable

_UNIT_BYTES = 4_096
"""What one strongly, or two eventually consistent reads of DynamoDB take for one unit."""
_PAGE_BYTES = 1_000_000
"""What one Query of DynamoDB reads at most: 1 MB."""
_BATCH_BYTES = 16_000_000
OWNERS_AT_MOST = 10
"""Accounts that one viewer may have at a product, for the sake of a bound."""

Operation = Literal["SELECT", "COUNT", "BatchGetItem", "Query"]


@dataclass(frozen=True)
class Forecast:
    """A store operation that a read makes, and bounds of what it takes.

    `key` are the columns that it finds rows by, `conditions` those that narrow it further.
    `read_units` are DynamoDB's, eventually consistent. `rows` are those that the store returns.
    """

    store: str
    table: str
    index: str | None
    operation: Operation
    key: tuple[str, ...]
    conditions: tuple[str, ...]
    columns: tuple[str, ...]
    calls: int
    rows: int
    read_units: float = 0.0
    sql: str | None = None


def of_find(route: Route, columns: tuple[str, ...], keys: int, *, guarded: bool) -> list[Forecast]:
    """The rows of this many keys, each of which has at most one."""
    if isinstance(route.table, PostgresTable):
        statement = statements.find(route, columns, _manner(keys, guarded=guarded))
        return [_select(route, columns, keys, None, statement)]
    if queries.by_whole_key(route):
        return [_batch_get(_dynamo(route), route, columns, keys), *_mine(route, keys, guarded)]
    return of_listing(route, columns, keys, Window(size=1), guarded=guarded)


def of_listing(
    route: Route,
    columns: tuple[str, ...],
    keys: int,
    window: Window,
    *,
    guarded: bool,
    narrowed: bool = False,
) -> list[Forecast]:
    """The window of this many keys; `narrowed` where conditions are not all in the window."""
    if isinstance(route.table, PostgresTable):
        statement = statements.listing(
            route, columns, Shape.of(window), _manner(keys, guarded=guarded)
        )
        return [_select(route, columns, keys * (window.size + 1), window, statement)]
    table = _dynamo(route)
    if queries.by_whole_key(route) and queries.is_whole(window) and not narrowed:
        return [_batch_get(table, route, columns, keys), *_mine(route, keys, guarded)]
    drops = narrowed or queries.may_drop(route, window, guarded=guarded)
    examined = queries.ITEMS_EXAMINED + queries.FILTERED_PAGE if drops else window.size + 1
    return [
        _query(table, route, columns, keys, examined, window),
        *_mine(route, keys, guarded),
    ]


def of_count(route: Route, keys: int, window: Window, *, guarded: bool) -> list[Forecast]:
    """The number of rows of this many keys."""
    if isinstance(route.table, PostgresTable):
        counting = unions.count if isinstance(route, Union) else statements.count
        statement = counting(route, Shape.of(window), _manner(keys, guarded=guarded))
        return [_select(route, (), keys, window, statement, "COUNT")]
    examined = 2 * queries.ITEMS_EXAMINED
    return [
        _query(_dynamo(route), route, (), keys, examined, window),
        *_mine(route, keys, guarded),
    ]


def of_union(
    route: Union,
    columns: tuple[tuple[str, ...], ...],
    shown: tuple[str, ...],
    keys: int,
    window: Window,
    *,
    guarded: bool,
) -> list[Forecast]:
    """The window of this many keys' rows out of several tables."""
    statement = unions.listing(route, columns, Shape.of(window), _manner(keys, guarded=guarded))
    return [_select(route, shown, keys * (window.size + 1), window, statement)]


def of_values(route: Union, keys: int, at_most: int, *, guarded: bool) -> list[Forecast]:
    """The distinct values of this many keys."""
    statement = unions.values(route, _manner(keys, guarded=guarded))
    return [_select(route, route.position[:1], keys * at_most, None, statement)]


def _manner(keys: int, *, guarded: bool) -> Manner:
    return Manner(guarded=guarded, alone=keys == 1)


def _select(
    route: Route,
    columns: tuple[str, ...],
    rows: int,
    window: Window | None,
    statement: Statement,
    operation: Operation = "SELECT",
) -> Forecast:
    return Forecast(
        store=route.table.product,
        table=route.table.name,
        index=route.index.name,
        operation=operation,
        key=route.by,
        conditions=_conditions(window),
        columns=columns,
        calls=1,
        rows=rows,
        sql=statement.sql,
    )


def _batch_get(table: DynamoTable, route: Route, columns: tuple[str, ...], keys: int) -> Forecast:
    per_call = min(BATCH_SIZE, _BATCH_BYTES // table.max_item_bytes)
    return Forecast(
        store=table.product,
        table=table.name,
        index=None,
        operation="BatchGetItem",
        key=table.key,
        conditions=(),
        columns=columns,
        calls=ceil(keys / per_call),
        rows=keys,
        read_units=keys * _units(table.max_item_bytes),
    )


def _query(
    table: DynamoTable,
    route: Route,
    columns: tuple[str, ...],
    keys: int,
    examined: int,
    window: Window,
) -> Forecast:
    """`examined` items of each key, a page of at most 1 MB a call."""
    per_call = min(max(window.size + 1, queries.FILTERED_PAGE), _PAGE_BYTES // table.max_item_bytes)
    # Where rows are dropped, the first page is as small as the window.
    calls = ceil(examined / per_call) + (examined > window.size + 1)
    return Forecast(
        store=table.product,
        table=table.name,
        index=None if route.index.name == PRIMARY else route.index.name,
        operation="Query",
        key=route.by,
        conditions=_conditions(window),
        columns=columns,
        calls=keys * calls,
        rows=keys * examined,
        read_units=keys * (_units(examined * table.max_item_bytes) + calls / 2),
    )


def _mine(route: Route, keys: int, guarded: bool) -> list[Forecast]:
    """The read that tells which of the keys lead to rows of the viewer."""
    owner = route.table.owner
    if not guarded or not isinstance(owner, Through):
        return []
    parent = owner.parent
    assert isinstance(parent, DynamoTable)
    return [_batch_get(parent, route, parent.key, keys * OWNERS_AT_MOST)]


def _conditions(window: Window | None) -> tuple[str, ...]:
    if window is None:
        return ()
    named = [*(name for name, _ in window.filters), *(range_.column for range_ in window.ranges)]
    return tuple(dict.fromkeys(named))


def _units(read_bytes: int) -> float:
    """Eventually consistent read units of items of these bytes together."""
    return ceil(read_bytes / _UNIT_BYTES) / 2


def _dynamo(route: Route) -> DynamoTable:
    assert isinstance(route.table, DynamoTable)
    return route.table
