"""Who may see a column of a row that they see: how a field reads its column for a viewer."""

from __future__ import annotations

from collections.abc import Callable
from inspect import isawaitable
from typing import Any

from loaders.masks import mask
from loaders.request import Asking, Request
from loaders.tables.facts import Column, Row, StoredTable, Visibility, table_of
from loaders.viewer import Viewer

Reader = Callable[[Row, Asking], Any]
"""Gives the value to show, or an awaitable of it."""


def reader(table: StoredTable, column: Column) -> Reader:
    """How the field of a column reads it."""
    match column.visibility:
        case Visibility.PLAIN:
            return _personal(table, column) if column.personal else _plain(column)
        case Visibility.SIGNED_IN:
            return _signed_in(table, column)
        case Visibility.STAFF:
            return _staff(table, column)
        case Visibility.MASKED:
            return lambda row, info: mask(column.read(row), column.mask)
        case Visibility.INTERNAL | Visibility.NEVER:
            raise TypeError(f"{table}.{column.name} has no field: it is {column.visibility.value}")


def is_open(table: StoredTable, column: Column, viewer: Viewer) -> bool:
    """Whether a viewer sees a column as it is stored, whatever the row.

    It follows from the viewer's roles alone: plans are kept by them.
    """
    match column.visibility:
        case Visibility.PLAIN:
            return not (column.personal and viewer.sees_masked(table.product))
        case Visibility.SIGNED_IN | Visibility.STAFF:
            return viewer.reads_all(table.product)
        case _:
            return False


def waits(column: Column) -> bool:
    """Whether its reader may give an awaitable."""
    return column.personal or column.visibility is Visibility.SIGNED_IN


def _plain(column: Column) -> Reader:
    return lambda row, info: column.read(row)


def _personal(table: StoredTable, column: Column) -> Reader:
    """Shown masked to support, unless the row itself names them as its owner.

    Where the way to the owner leads through a parent, even their own is masked.
    """

    async def unless_anothers(row: Row, request: Request) -> Any:
        owner = table.owner if isinstance(table.owner, str) else None
        own = owner is not None and row.get(owner) in await request.owners(table.product)
        return column.read(row) if own else mask(column.read(row), column.mask)

    def read(row: Row, info: Asking) -> Any:
        if is_open(table, column, info.context.viewer):
            return column.read(row)
        return unless_anothers(row, info.context)

    return read


def _signed_in(table: StoredTable, column: Column) -> Reader:
    async def read(row: Row, info: Asking) -> Any:
        request = info.context
        if is_open(table, column, request.viewer) or await request.owners(table.product):
            return column.read(row)
        return None

    return read


def _staff(table: StoredTable, column: Column) -> Reader:
    return lambda row, info: (
        column.read(row) if is_open(table, column, info.context.viewer) else None
    )


async def show(row: Row, info: Asking, name: str) -> Any:
    """The value of a column as this viewer may see it, for a field made of several."""
    table = table_of(row)
    value = reader(table, table.columns[name])(row, info)
    return await value if isawaitable(value) else value
