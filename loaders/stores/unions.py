"""The SQL of a union: rows of several tables below one ancestor, in one statement."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from loaders.stores.interface import KIND, Part, Union
from loaders.stores.statements import (
    PLACE,
    STATEMENTS_KEPT,
    Manner,
    Shape,
    Statement,
    compiled,
    conditioned,
    count_of_each,
    directed,
    guarded_by,
    keys_of,
    parameter,
    sql_of,
)
from loaders.tables.facts import PlainRow, Row

PartColumns = tuple[tuple[str, ...], ...]
"""Of each part of a union, the columns that are selected."""


@lru_cache(STATEMENTS_KEPT)
def listing(route: Union, columns: PartColumns, shape: Shape, manner: Manner) -> Statement:
    """The first rows of each key's window: each part cut to the window, then all of them."""
    keys = keys_of(route, alone=manner.alone)
    ancestor = sql_of(route.table)
    found = ancestor.join(keys, ancestor.c[route.by[0]] == keys.c["key0"])
    parts = [
        _part(route, place, columns, shape, ancestor, keys).lateral(f"part{place}")
        for place in range(len(route.parts))
    ]
    united = sa.union_all(*(sa.select(*part.c) for part in parts)).subquery("united")
    rows = (
        sa.select(*united.c)
        .order_by(*(directed(united.c[name], shape) for name in route.position))
        .limit(sa.bindparam("size", type_=sa.Integer))
        .correlate(ancestor, keys)
        .lateral("rows")
    )
    selected = sa.select(keys.c[PLACE], *rows.c).select_from(found.join(rows, sa.true()))
    ordered = [directed(rows.c[name], shape) for name in route.position]
    return compiled(
        guarded_by(selected, route.table, guarded=manner.guarded).order_by(keys.c[PLACE], *ordered),
        secured=manner.secured,
    )


@lru_cache(STATEMENTS_KEPT)
def count(route: Union, shape: Shape, manner: Manner) -> Statement:
    """How many rows each key's window has in all parts."""
    keys = keys_of(route, alone=manner.alone)
    ancestor = sql_of(route.table)
    parts = [
        _matching(route, place, sa.select(sa.true()), shape, ancestor, keys)
        .correlate(ancestor, keys)
        .lateral(f"part{place}")
        for place in range(len(route.parts))
    ]
    united = sa.union_all(*(sa.select(*part.c) for part in parts)).lateral("united")
    counted = (
        sa.select(sa.func.count().label("count"))
        .select_from(ancestor.join(united, sa.true()))
        .where(ancestor.c[route.by[0]] == keys.c["key0"])
    )
    counted = guarded_by(counted, route.table, guarded=manner.guarded)
    return count_of_each(keys, counted, secured=manner.secured)


@lru_cache(STATEMENTS_KEPT)
def values(route: Union, manner: Manner) -> Statement:
    """The distinct values of the first position column below each key, from the lowest."""
    keys = keys_of(route, alone=manner.alone)
    ancestor = sql_of(route.table)
    found = ancestor.join(keys, ancestor.c[route.by[0]] == keys.c["key0"])
    name = route.position[0]
    selects = []
    for place, part in enumerate(route.parts):
        table = sql_of(part.table)
        selected = _below(sa.select(table.c[name].label("value")), part, table, ancestor)
        selects.append(sa.select(selected.correlate(ancestor).lateral(f"part{place}").c["value"]))
    united = sa.union(*selects).subquery("united")
    size = sa.bindparam("size", type_=sa.Integer)
    ordered = sa.select(united.c["value"]).order_by(united.c["value"]).limit(size)
    rows = ordered.correlate(ancestor).lateral("rows")
    answer: sa.Select[Any] = sa.select(keys.c[PLACE], rows.c["value"]).select_from(
        found.join(rows, sa.true())
    )
    return compiled(
        guarded_by(answer, route.table, guarded=manner.guarded).order_by(
            keys.c[PLACE], rows.c["value"]
        ),
        secured=manner.secured,
    )


def _part(
    route: Union,
    place: int,
    columns: PartColumns,
    shape: Shape,
    ancestor: sa.Table,
    keys: sa.FromClause,
) -> sa.Select[Any]:
    """The window of one table, its rows as wide as those of all tables together."""
    table = sql_of(route.parts[place].table)
    time, _, key = route.position
    shown = [
        (table.c[name] if at == place else sa.cast(sa.null(), _column(route, at, name).type)).label(
            _label(at, name)
        )
        for at, names in enumerate(columns)
        for name in names
    ]
    position = [table.c[time], sa.literal_column(str(place), sa.Integer), table.c[key]]
    labelled = [value.label(name) for value, name in zip(position, route.position, strict=True)]
    selected = _matching(route, place, sa.select(*labelled, *shown), shape, ancestor, keys)
    if shape.continued:
        types = (table.c[time], sa.column(KIND, sa.Integer), table.c[key])
        after = sa.tuple_(*(parameter(f"after{at}", column) for at, column in enumerate(types)))
        here = sa.tuple_(*position)
        selected = selected.where(here < after if shape.reading_down else here > after)
    ordered = [directed(table.c[time], shape), directed(table.c[key], shape)]
    limit = sa.bindparam("size", type_=sa.Integer)
    return selected.order_by(*ordered).limit(limit).correlate(ancestor, keys)


def _matching(
    route: Union,
    place: int,
    selected: sa.Select[Any],
    shape: Shape,
    ancestor: sa.Table,
    keys: sa.FromClause,
) -> sa.Select[Any]:
    """Only rows of one table that a key names, within the client's filters and ranges."""
    table = sql_of(route.parts[place].table)
    selected = conditioned(selected, table, shape)
    selected = _below(selected, route.parts[place], table, ancestor)
    for at, name in enumerate(route.shared, start=len(route.table.key)):
        selected = selected.where(table.c[name] == keys.c[f"key{at}"])
    return selected


def _below(
    selected: sa.Select[Any], part: Part, table: sa.FromClause, ancestor: sa.Table
) -> sa.Select[Any]:
    """Only rows whose way up ends at the ancestor's row."""
    *hops, last = part.path
    for at, hop in enumerate(hops):
        parent = sql_of(hop.parent).alias(f"path{at}")
        selected = selected.where(table.c[hop.column] == parent.c[hop.parent.key[0]])
        table = parent
    return selected.where(table.c[last.column] == ancestor.c[last.parent.key[0]])


def _column(route: Union, place: int, name: str) -> sa.Column[Any]:
    return sql_of(route.parts[place].table).c[name]


def _label(place: int, name: str) -> str:
    return f"{name}_{place}"


def to_row(route: Union, columns: PartColumns, record: Any) -> Row:
    """The row of the one table that a record of the union comes from."""
    place = record[KIND]
    row = _row_class(route, place)({name: record[_label(place, name)] for name in columns[place]})
    row[KIND] = place
    return row


@lru_cache
def _row_class(route: Union, place: int) -> type[PlainRow]:
    table = route.parts[place].table
    return type(table.name, (PlainRow,), {"table": table})
