"""The SQL of a read: built by SQLAlchemy, compiled once for each route and shape of window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, asyncpg

from loaders.stores.interface import Route, Window
from loaders.tables.facts import StoredTable, Through
from loaders.tables.policies import SETTING, finder_name
from loaders.tables.postgresql import PostgresTable, beyond_equality

PLACE = "_place"
"""The column of an answer that says which key a row belongs to, counted from 1."""
STATEMENTS_KEPT = 2_000

DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]


class Shape(NamedTuple):
    """What of a window changes the SQL, its values aside."""

    reading_down: bool = False
    continued: bool = False
    filters: tuple[str, ...] = ()
    ranges: tuple[tuple[str, bool, bool], ...] = ()
    """Columns that have bounds, and whether they have a lower and an upper one."""

    @classmethod
    def of(cls, window: Window) -> Shape:
        return cls(
            window.reading_down,
            window.after is not None,
            tuple([name for name, _ in window.filters]),
            tuple([(name, low is not None, high is not None) for name, low, high in window.ranges]),
        )


class Manner(NamedTuple):
    """What changes the SQL of a read beside its window.

    `guarded`: by the owners of its rows; `secured`: policies are told who asks; `alone`: there is
    one key.
    """

    guarded: bool
    secured: bool = False
    alone: bool = False


@dataclass(frozen=True)
class Statement:
    """Compiled SQL and the names of its parameters, in their order."""

    sql: str
    parameters: tuple[str, ...]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        return [values[name] for name in self.parameters]


@lru_cache(STATEMENTS_KEPT)
def find(route: Route, columns: tuple[str, ...], manner: Manner) -> Statement:
    """The rows of many keys, each of which has at most one."""
    table = sql_of(route.table)
    keys = keys_of(route, alone=manner.alone)
    source = keys.join(table, _equals(route, table, keys))
    selected = sa.select(keys.c[PLACE], *(table.c[name] for name in columns)).order_by(
        keys.c[PLACE], *table.primary_key
    )
    found = guarded_by(selected.select_from(source), route.table, guarded=manner.guarded)
    return compiled(found, secured=manner.secured)


@lru_cache(STATEMENTS_KEPT)
def listing(route: Route, columns: tuple[str, ...], shape: Shape, manner: Manner) -> Statement:
    """The first rows of each key's window: top N per parent, by LATERAL."""
    keys = keys_of(route, alone=manner.alone)
    rows = first_rows(route, columns, shape, keys, manner)
    ordered = [directed(rows.c[name], shape) for name in route.position]
    return compiled(
        sa.select(keys.c[PLACE], *rows.c)
        .select_from(keys.join(rows, sa.true()))
        .order_by(keys.c[PLACE], *ordered),
        secured=manner.secured,
    )


def first_rows(
    route: Route, columns: tuple[str, ...], shape: Shape, keys: sa.FromClause, manner: Manner
) -> sa.FromClause:
    """The first rows of one key's window, in its order."""
    table = sql_of(route.table)
    wanted = sa.select(*(table.c[name] for name in columns))
    wanted = _windowed(wanted, route, shape, keys, secured=manner.secured)
    wanted = guarded_by(wanted, route.table, guarded=manner.guarded)
    wanted = wanted.order_by(*(directed(table.c[name], shape) for name in route.position)).limit(
        sa.bindparam("size", type_=sa.Integer)
    )
    return wanted.correlate(keys).lateral("rows")


@lru_cache(STATEMENTS_KEPT)
def count(route: Route, shape: Shape, manner: Manner) -> Statement:
    """How many rows each key's window has."""
    keys = keys_of(route, alone=manner.alone)
    counted = sa.select(sa.func.count().label("count"))
    counted = _windowed(counted, route, shape, keys, secured=manner.secured)
    counted = counted.select_from(sql_of(route.table))
    counted = guarded_by(counted, route.table, guarded=manner.guarded)
    return count_of_each(keys, counted, secured=manner.secured)


def count_of_each(keys: sa.FromClause, counted: sa.Select[Any], *, secured: bool) -> Statement:
    """What is counted for one key, for every key in their order."""
    rows = counted.correlate(keys).lateral("rows")
    return compiled(
        sa.select(keys.c[PLACE], rows.c["count"])
        .select_from(keys.join(rows, sa.true()))
        .order_by(keys.c[PLACE]),
        secured=secured,
    )


def sql_of(table: StoredTable) -> sa.Table:
    assert isinstance(table, PostgresTable)
    return table.sql


def keys_of(route: Route, *, alone: bool) -> sa.FromClause:
    """The keys asked for as rows, one array parameter for each column.

    Of one key alone, or of none at all, the one row is a constant for Postgres, which spares it a
    join: that reads in half the time.
    """
    columns = [
        (f"key{place}", _parameter_type(sql_of(table).c[name]))
        for place, (table, name) in enumerate(route.key_columns)
    ]
    if alone or not columns:
        values = [sa.bindparam(key, type_=type_).label(key) for key, type_ in columns]
        return sa.select(*values, sa.literal_column("1", sa.Integer).label(PLACE)).subquery("keys")
    arrays = [sa.bindparam(key, type_=ARRAY(type_)) for key, type_ in columns]
    return (
        sa.func.unnest(*arrays)
        .table_valued(*(key for key, _ in columns), with_ordinality=PLACE, name="keys")
        .render_derived()
    )


def _matches(
    route: Route, table: sa.Table, keys: sa.FromClause, *, secured: bool
) -> sa.ColumnElement[bool]:
    """The rows of a key; under a policy, those whose keys a `policies.Finder` gives."""
    if route.index.by_equality:
        return _equals(route, table, keys)
    (name,) = route.by
    if not secured:
        return beyond_equality(route.index, table.c[name], keys.c["key0"])
    finder = getattr(sa.func, finder_name(route.index))(keys.c["key0"])
    found = finder.table_valued("key", name="found").render_derived()
    (key,) = table.primary_key
    is_found: sa.ColumnElement[bool] = key == found.c["key"]
    return is_found


def _equals(route: Route, table: sa.Table, keys: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.and_(
        sa.true(),
        *(table.c[name] == keys.c[f"key{place}"] for place, name in enumerate(route.by)),
    )


def _windowed(
    selected: sa.Select[Any],
    route: Route,
    shape: Shape,
    keys: sa.FromClause,
    *,
    secured: bool,
) -> sa.Select[Any]:
    table = sql_of(route.table)
    selected = selected.where(_matches(route, table, keys, secured=secured))
    selected = conditioned(selected, table, shape)
    if route.present:
        selected = selected.where(table.c[route.position[0]].is_not(None))
    if shape.continued:
        position = [table.c[name] for name in route.position]
        here = sa.tuple_(*position)
        after = sa.tuple_(
            *(parameter(f"after{place}", column) for place, column in enumerate(position))
        )
        selected = selected.where(here < after if shape.reading_down else here > after)
    return selected


def conditioned(selected: sa.Select[Any], table: sa.Table, shape: Shape) -> sa.Select[Any]:
    """The client's filters and ranges on the columns of a table."""
    for name in shape.filters:
        selected = selected.where(table.c[name] == parameter(f"filter_{name}", table.c[name]))
    for name, low, high in shape.ranges:
        ranged = table.c[name]
        if low:
            selected = selected.where(ranged >= parameter(f"low_{name}", ranged))
        if high:
            selected = selected.where(ranged <= parameter(f"high_{name}", ranged))
    return selected


def guarded_by(selected: sa.Select[Any], table_: StoredTable, *, guarded: bool) -> sa.Select[Any]:
    """The owner path of a table as joins of the same statement, its last column tested."""
    if not guarded:
        return selected
    table: sa.FromClause = sql_of(table_)
    owner = table_.owner
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


def directed(column: sa.ColumnElement[Any], shape: Shape) -> sa.ColumnElement[Any]:
    return column.desc() if shape.reading_down else column.asc()


def parameter(name: str, column: sa.ColumnElement[Any]) -> sa.BindParameter[Any]:
    return sa.bindparam(name, type_=_parameter_type(column))


def _parameter_type(column: sa.ColumnElement[Any]) -> sa.types.TypeEngine[Any]:
    """The type of one value to compare with.

    Text goes without its length: a cast to VARCHAR(50) would cut a key, and find another row.
    """
    type_ = column.type.item_type if isinstance(column.type, sa.ARRAY) else column.type
    return sa.Text() if isinstance(type_, sa.String) else type_


def compiled(statement: sa.Select[Any], *, secured: bool) -> Statement:
    if secured:
        statement = _told_the_viewer(statement)
    compiled = statement.compile(dialect=DIALECT)
    return Statement(str(compiled), tuple(getattr(compiled, "positiontup", None) or ()))


def _told_the_viewer(statement: sa.Select[Any]) -> sa.Select[Any]:
    """The same rows in the same order, read once the statement itself has said who the viewer is.

    No transaction is needed: the setting ends with the statement. The barriers of `OFFSET 0` keep
    Postgres from reading before it is made: each row hangs on a value that the first side gives.
    """
    barrier: sa.ColumnClause[int] = sa.literal_column("0")
    setting: sa.ColumnClause[str] = sa.literal_column(f"'{SETTING}'")
    said = sa.func.set_config(setting, sa.bindparam("viewer", type_=sa.Text), sa.true())
    viewer = sa.select(said.label("said")).offset(barrier).subquery("viewer")
    rows = statement.where(viewer.c["said"].is_not(None)).offset(barrier)
    answer = rows.correlate(viewer).lateral("answer")
    return sa.select(*answer.c).select_from(viewer.join(answer, sa.true()))
