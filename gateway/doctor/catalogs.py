"""Describes Postgres tables as they are, out of the system's catalogs, which everybody may read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gateway.doctor.declared import plain_body
from gateway.doctor.expressions import SEQUENCE, plain, plain_default
from gateway.doctor.relations import (
    Check,
    ColumnOf,
    Database,
    ForeignKey,
    IndexOf,
    Named,
    Part,
    PrimaryKey,
    Relation,
    TriggerOf,
)

_SEEN = """relation.relname = ANY($1) AND relation.relkind IN ('r', 'p')
    AND pg_table_is_visible(relation.oid)"""
"""Tables as a statement that names no schema finds them."""

_COLUMNS = f"""
SELECT relation.relname AS table, attname AS name, format_type(atttypid, atttypmod) AS type,
       attnotnull AS required, attidentity <> '' AS identity,
       pg_get_expr(adbin, adrelid) AS default
FROM pg_class AS relation
JOIN pg_attribute ON attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
LEFT JOIN pg_attrdef ON adrelid = relation.oid AND adnum = attnum
WHERE {_SEEN}
ORDER BY relation.relname, attnum"""

_NAMED = """
ARRAY(SELECT attname::text FROM unnest({numbers}) WITH ORDINALITY AS listed (number, place)
      JOIN pg_attribute ON attrelid = {relation} AND attnum = number ORDER BY place)"""

_CONSTRAINTS = f"""
SELECT relation.relname AS table, conname AS name, contype::text AS type, convalidated AS valid,
       {_NAMED.format(numbers="conkey", relation="conrelid")} AS columns,
       target.relname AS target,
       {_NAMED.format(numbers="confkey", relation="confrelid")} AS target_columns,
       confdeltype::text AS on_delete, pg_get_expr(conbin, conrelid, true) AS condition
FROM pg_constraint
JOIN pg_class AS relation ON relation.oid = conrelid
LEFT JOIN pg_class AS target ON target.oid = confrelid
WHERE contype IN ('p', 'f', 'c') AND {_SEEN}"""

_INDEXES = f"""
SELECT relation.relname AS table, index.relname AS name, indisunique AS unique, amname AS method,
       indisvalid AND indisready AS valid, pg_get_expr(indpred, indrelid, true) AS predicate,
       EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype = 'u')
           AS constraint,
       ARRAY(SELECT pg_get_indexdef(indexrelid, place, true)
             FROM generate_series(1, indnkeyatts) AS place ORDER BY place) AS columns,
       ARRAY(SELECT indoption[place - 1]::int
             FROM generate_series(1, indnkeyatts) AS place ORDER BY place) AS options
FROM pg_index
JOIN pg_class AS index ON index.oid = indexrelid
JOIN pg_am ON pg_am.oid = index.relam
JOIN pg_class AS relation ON relation.oid = indrelid
WHERE NOT indisprimary AND {_SEEN}"""

_TRIGGERS = f"""
SELECT relation.relname AS table, tgname AS name, tgtype::int AS bits, proname AS function,
       tgenabled::text IN ('O', 'A') AS enabled,
       tgqual IS NOT NULL OR tgattr::text <> '' OR tgnargs > 0 AS narrowed
FROM pg_trigger
JOIN pg_class AS relation ON relation.oid = tgrelid
JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE NOT tgisinternal AND {_SEEN}"""

_FUNCTIONS = """
SELECT proname AS name, prosrc AS body FROM pg_proc
WHERE proname = ANY($1) AND prorettype = 'trigger'::regtype AND pg_function_is_visible(oid)"""

_ON_DELETE = {
    "a": "NO ACTION",
    "r": "RESTRICT",
    "c": "CASCADE",
    "n": "SET NULL",
    "d": "SET DEFAULT",
}
_DIRECTIONS = ("", " DESC NULLS LAST", " NULLS FIRST", " DESC")
"""What follows a column in an index, by the two bits that Postgres keeps of it."""
_EACH_ROW, _BEFORE, _INSTEAD = 1, 2, 64
_EVENTS = {4: "INSERT", 8: "DELETE", 16: "UPDATE", 32: "TRUNCATE"}


async def live_database(connection: Any, like: Database) -> Database:
    """What a database has of the tables and functions of another."""
    names = list(like.tables)
    columns: dict[str, dict[str, ColumnOf]] = defaultdict(dict)
    for record in await connection.fetch(_COLUMNS, names):
        columns[record["table"]][record["name"]] = _column(record)
    parts: dict[str, dict[Part, Named]] = defaultdict(dict)
    for statement, described in _PARTS:
        for record in await connection.fetch(statement, names):
            parts[record["table"]][described(record)] = Named(record["name"])
    functions = await connection.fetch(_FUNCTIONS, list(like.functions))
    return Database(
        {name: Relation(found, parts[name]) for name, found in columns.items()},
        {record["name"]: plain_body(record["body"]) for record in functions},
    )


def _column(record: Any) -> ColumnOf:
    default = SEQUENCE if record["identity"] else plain_default(record["default"])
    return ColumnOf(record["type"], record["required"], default)


def _constraint(record: Any) -> Part:
    columns = tuple(record["columns"])
    if record["type"] == "p":
        return PrimaryKey(columns)
    if record["type"] == "c":
        return Check(plain(record["condition"]), record["valid"])
    on_delete = _ON_DELETE[record["on_delete"]]
    target_columns = tuple(record["target_columns"])
    return ForeignKey(columns, record["target"], target_columns, on_delete, record["valid"])


def _index(record: Any) -> Part:
    return IndexOf(
        tuple(_ordered(record["columns"], record["options"])),
        record["unique"],
        record["method"],
        plain(record["predicate"] or ""),
        record["valid"],
        record["constraint"],
    )


def _ordered(columns: Iterable[str], options: Sequence[int]) -> Iterator[str]:
    for column, bits in zip(columns, options, strict=True):
        yield plain(column) + _DIRECTIONS[bits & 3]


def _trigger(record: Any) -> Part:
    bits = record["bits"]
    return TriggerOf(
        "BEFORE" if bits & _BEFORE else "INSTEAD OF" if bits & _INSTEAD else "AFTER",
        frozenset(event for bit, event in _EVENTS.items() if bits & bit),
        record["function"],
        "ROW" if bits & _EACH_ROW else "STATEMENT",
        record["narrowed"],
        record["enabled"],
    )


_PARTS = ((_CONSTRAINTS, _constraint), (_INDEXES, _index), (_TRIGGERS, _trigger))
