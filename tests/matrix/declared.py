"""What our declarations say of who may see what, held against the inventory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from loaders.masks import Mask
from loaders.tables import catalogue, facts
from loaders.tables.facts import StoredTable, Through, Visibility
from schema.build import TABLES as SHOWN
from tests.matrix.words import BY_PLACE, Column

_READ = {read.name.lower(): read for read in facts.Read}
_VISIBILITY = {visibility.name.lower(): visibility for visibility in Visibility}
_MASKS = {
    "ip_address": Mask.NETWORK,
    "user_agent": Mask.CLIENT,
    "transaction_id": Mask.NUMBER,
    "email": Mask.EMAIL,
    "user_email": Mask.EMAIL,
    "reporter_email": Mask.EMAIL,
}
"""What issue and design say of the masks, by the names of columns; other text keeps a letter."""
_E_MAILS_OF_OTHER_NAMES = {("ielts-genai-prep-assessments", "user_id")}
_TYPES: Mapping[StoredTable, str] = {table: type_.name for type_, table in SHOWN.items()}


def differences() -> Iterator[str]:
    """Where a declaration is other than the inventory's word."""
    declared = {(table.product, table.name): table for table in catalogue.TABLES}
    yield from (f"{place} is no table" for place in BY_PLACE.keys() - declared.keys())
    for place, table in declared.items():
        told = BY_PLACE[place]
        expected = (told.type_name, _READ[told.read], told.owner, told.key)
        found = (_TYPES.get(table), table.read, owner_path(table), table.key)
        if found != expected:
            yield f"{table}: {found}, where {expected} should be"
        if table.columns.keys() != told.columns.keys():
            yield f"{table} has other columns: {table.columns.keys() ^ told.columns.keys()}"
        for name, column in told.columns.items():
            yield from _of_column(table, column, table.columns[name])


def _of_column(table: StoredTable, told: Column, column: facts.Column) -> Iterator[str]:
    expected = (_VISIBILITY[told.visibility], told.personal, _mask(table, told))
    mask = column.mask if told.personal or told.visibility == "masked" else None
    found = (column.visibility, column.personal, mask)
    if found != expected:
        yield f"{table}.{column.name}: {found}, where {expected} should be"


def _mask(table: StoredTable, told: Column) -> Mask | None:
    if not told.personal and told.visibility != "masked":
        return None
    if (table.name, told.name) in _E_MAILS_OF_OTHER_NAMES:
        return Mask.EMAIL
    return _MASKS.get(told.name, Mask.TEXT)


def owner_path(table: StoredTable) -> str | None:
    """The owner path as the inventory writes it."""
    if not isinstance(table.owner, Through):
        return table.owner
    parent = table.owner.parent
    return f"{table.owner.column}>{parent.name}.{owner_path(parent)}"
