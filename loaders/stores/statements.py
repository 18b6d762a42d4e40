"""The SQL of a read: built by SQLAlchemy, compiled once for each route and shape of window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, asyncpg

from loaders.stores.interface import Route, Window
from loaders.tables.facts import Through
from loaders.tables.postgresql import PostgresTable

PLACE = "_place"
"""The column of an answer that says which key a row belongs to, counted from 1."""
STATEMENTS_KEPT = 2_000

_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Shape:
    """What of a window changes the SQL, its values aside."""

    reading_down: bool = False
    continued: bool = False
    low: bool = False
    high: bool = False
    filters: tuple[str, ...] = ()

    @classmethod
    def of(cls, window: Window) -> Shape:
        low, high = window.between or (None, None)
        return cls(
            window.reading_down,
            window.after is not None,
            low is not None,
            high is not None,
            tuple(name for name, _ in window.filters),
        )


@dataclass(frozen=True)
class Statement:
    """Compiled SQL and the names of its parameters, in their order."""

    sql: str
    parameters: tuple[str, ...]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        return [values[name] for name in self.parameters]


@lru_cache(STATEMENTS_KEPT)
def find(route: Route, columns: tuple[str, ...], *, guarded: bool) -> Statement:
    """The rows of many keys, each of which has at most one."""
    table = _sql(route)
    keys = _keys(route)
    source = keys.join(table, _matches(route, table, keys))
    selected = sa.select(keys.c[PLACE], *(table.c[name] for name in columns)).order_by(
        keys.c[PLACE], *table.primary_key
    )
    return _compiled(_guarded(selected.select_from(source), route, guarded))


@lru_cache(STATEMENTS_KEPT)
def listing(route: Route, columns: tuple[str, ...], shape: Shape, *, guarded: bool) -> Statement:
    """The first rows of each key's window: top N per parent, by LATERAL."""
    table = _sql(route)
    keys = _keys(route)
    position = [table.c[name] for name in route.position]
    wanted = _windowed(sa.select(*(table.c[name] for name in columns)), route, shape, keys)
    wanted = _guarded(wanted, route, guarded)
    wanted = wanted.order_by(*(_directed(column, shape) for column in position)).limit(
        sa.bindparam("size", type_=sa.Integer)
    )
    rows = wanted.correlate(keys).lateral("rows")
    ordered = [_directed(rows.c[name], shape) for name in route.position]
    return _compiled(
        sa.select(keys.c[PLACE], *rows.c)
        .select_from(keys.join(rows, sa.true()))
        .order_by(keys.c[PLACE], *ordered)
    )


@lru_cache(STATEMENTS_KEPT)
def count(route: Route, shape: Shape, *, guarded: bool) -> Statement:
    """How many rows each key's window has."""
    keys = _keys(route)
    counted = _windowed(sa.select(sa.func.count().label("count")), route, shape, keys)
    counted = counted.select_from(_sql(route))
    rows = _guarded(counted, route, guarded).correlate(keys).lateral("rows")
    return _compiled(
        sa.select(keys.c[PLACE], rows.c["count"])
        .select_from(keys.join(rows, sa.true()))
        .order_by(keys.c[PLACE])
    )


def _sql(route: Route) -> sa.Table:
    assert isinstance(route.table, PostgresTable)
    return route.table.sql


def _keys(route: Route) -> sa.TableValuedAlias:
    """The keys asked for as rows, one array parameter for each column; without any, one row."""
    table = _sql(route)
    arrays: list[sa.ColumnElement[Any]] = [
        sa.bindparam(f"key{place}", type_=ARRAY(_parameter_type(table.c[name])))
        for place, name in enumerate(route.by)
    ] or [sa.literal_column("ARRAY[1]")]
    columns = [f"key{place}" for place in range(len(arrays))]
    return (
        sa.func.unnest(*arrays)
        .table_valued(*columns, with_ordinality=PLACE, name="keys")
        .render_derived()
    )


def _matches(route: Route, table: sa.Table, keys: sa.TableValuedAlias) -> sa.ColumnElement[bool]:
    if route.index.folded:
        (name,) = route.by
        return sa.func.lower(table.c[name]) == sa.func.lower(keys.c["key0"])
    return sa.and_(
        sa.true(),
        *(table.c[name] == keys.c[f"key{place}"] for place, name in enumerate(route.by)),
    )


def _windowed(
    selected: sa.Select[Any], route: Route, shape: Shape, keys: sa.TableValuedAlias
) -> sa.Select[Any]:
    table = _sql(route)
    selected = selected.where(_matches(route, table, keys))
    for name in shape.filters:
        selected = selected.where(table.c[name] == _parameter(f"filter_{name}", table.c[name]))
    if shape.low or shape.high:
        ranged = table.c[route.position[0]]
        if shape.low:
            selected = selected.where(ranged >= _parameter("low", ranged))
        if shape.high:
            selected = selected.where(ranged <= _parameter("high", ranged))
    if shape.continued:
        position = [table.c[name] for name in route.position]
        here = sa.tuple_(*position)
        after = sa.tuple_(
            *(_parameter(f"after{place}", column) for place, column in enumerate(position))
        )
        selected = selected.where(here < after if shape.reading_down else here > after)
    return selected


def _guarded(selected: sa.Select[Any], route: Route, guarded: bool) -> sa.Select[Any]:
    """The owner path as joins of the same statement, its last column tested."""
    if not guarded:
        return selected
    table: sa.FromClause = _sql(route)
    owner = route.table.owner
    joined = 0
    while isinstance(owner, Through):
        assert isinstance(owner.parent, PostgresTable)
        parent = owner.parent.sql.alias(f"owner{joined}")
        (key,) = owner.parent.key
        selected = selected.where(table.c[owner.column] == parent.c[key])
        table, owner, joined = parent, owner.parent.owner, joined + 1
    assert owner is not None
    column = table.c[owner]
    owners = sa.bindparam("owners", type_=ARRAY(_parameter_type(column)))
    return selected.where(column == sa.func.any(owners))


def _directed(column: sa.ColumnElement[Any], shape: Shape) -> sa.ColumnElement[Any]:
    return column.desc() if shape.reading_down else column.asc()


def _parameter(name: str, column: sa.ColumnElement[Any]) -> sa.BindParameter[Any]:
    return sa.bindparam(name, type_=_parameter_type(column))


def _parameter_type(column: sa.ColumnElement[Any]) -> sa.types.TypeEngine[Any]:
    """Text without its length: a cast to VARCHAR(50) would cut a key, and find another row."""
    return sa.Text() if isinstance(column.type, sa.String) else column.type


def _compiled(statement: sa.Select[Any]) -> Statement:
    compiled = statement.compile(dialect=_DIALECT)
    return Statement(str(compiled), tuple(getattr(compiled, "positiontup", None) or ()))
