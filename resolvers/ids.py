"""Global ids: version, type and key of a row; sealed where the key is somebody's e-mail.

They are no secret and give no right: the rules guard the rows that they name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from loaders.access import One
from loaders.errors import BadUserInput
from loaders.sealing import Seal, decode, encode
from loaders.stores.interface import Key
from loaders.tables.facts import Column, Row, StoredTable, table_of
from resolvers.arguments import column_value

_PLAIN = b"1"
_SEALED = "2"
_PURPOSE = "id"
_FRACTION = re.compile(r"-?[0-9]{1,20}\.[0-9]{1,18}")
"""A number with a fraction, of no more digits than DynamoDB keeps."""


def write(type_name: str, row: Row, seal: Seal) -> str:
    """The global id of a row."""
    table = table_of(row)
    # JSON has no decimals that keep their digits: a key that is one is written as text.
    content = orjson.dumps([type_name, *(row[name] for name in table.key)], default=str)
    if _is_personal(table):
        return _SEALED + seal.close(content, _PURPOSE)
    return encode(_PLAIN + content)


def read(text: str, nodes: Mapping[str, One], seal: Seal, argument: str) -> tuple[One, Key]:
    """The access and the key that a global id names, if its type is one of these.

    Raises BadUserInput where it is no id, or the id of something else.
    """
    type_name, *parts = _content(text, seal, argument)
    access = nodes.get(type_name)
    if access is None:
        raise BadUserInput(
            f"{argument} is an id of the type {type_name}; it takes {' or '.join(nodes)}",
            argument=argument,
        )
    columns = [access.table.columns[name] for name in access.route.by]
    if len(parts) != len(columns):
        raise _malformed(argument)
    return access, tuple(
        column_value(column, _key_part(column, part, argument), argument)
        for column, part in zip(columns, parts, strict=True)
    )


def _content(text: str, seal: Seal, argument: str) -> list[Any]:
    try:
        if text.startswith(_SEALED):
            content = seal.open(text.removeprefix(_SEALED), _PURPOSE)
        else:
            whole = decode(text)
            if not whole.startswith(_PLAIN):
                raise _malformed(argument)
            content = whole.removeprefix(_PLAIN)
        parts = orjson.loads(content)
    except ValueError:
        raise _malformed(argument) from None
    if not isinstance(parts, list) or not parts or not isinstance(parts[0], str):
        raise _malformed(argument)
    return parts


def _key_part(column: Column, part: Any, argument: str) -> Any:
    """A part of a key in the type that its column has: a store would refuse another one."""
    if column.kind.attribute_type == "S":
        if isinstance(part, str):
            return part
    elif type(part) is int:
        return part
    elif column.kind.bits is None and isinstance(part, str) and _FRACTION.fullmatch(part):
        return Decimal(part)
    raise _malformed(argument)


def _malformed(argument: str) -> BadUserInput:
    return BadUserInput(
        f"{argument} is no id of this gateway: give one that a field `id` answered",
        argument=argument,
    )


def _is_personal(table: StoredTable) -> bool:
    return any(table.columns[name].personal for name in table.key)
