"""Reads some rows of each table, and says which of their values break the declaration.

Secrets are not read, keys aside; a key that is a secret or personal is shown hashed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from gateway.doctor.aws import Aws
from gateway.doctor.findings import Finding, finding
from gateway.doctor.relations import Database, quoted
from loaders.stores.attributes import Expressions, to_attribute, to_dict
from loaders.tables.dynamodb import DynamoTable
from loaders.tables.facts import Column, Row, StoredTable, Visibility
from loaders.tables.postgresql import PostgresTable

_HASH_LENGTH = 16


class Broken(NamedTuple):
    """A column of a row whose value breaks its declaration."""

    column: Column
    says: str
    is_absent: bool


def readable(table: StoredTable) -> list[str]:
    """The columns that are no secrets, and the key."""
    return [
        name
        for name, column in table.columns.items()
        if column.visibility is not Visibility.NEVER or name in table.key
    ]


def broken(table: StoredTable, row: Row, names: Iterable[str]) -> Iterator[Broken]:
    """The columns of these whose values break their declaration."""
    for column in map(table.column, names):
        stored = row.get(column.name)
        if stored is None:
            if column.required:
                yield Broken(column, "has no value", is_absent=True)
            continue
        try:
            column.decode(stored)
        except ValueError as error:
            yield Broken(column, str(error), is_absent=False)


def shown_key(table: StoredTable, row: Row) -> tuple[tuple[str, Any], ...]:
    """The key by which a row is named: what is secret or personal in it is hashed."""
    return tuple((name, _shown(table.columns[name], row[name])) for name in table.key)


def _shown(column: Column, value: Any) -> Any:
    if column.personal or column.visibility is Visibility.NEVER:
        digest = sha256(str(value).encode()).hexdigest()
        return f"sha256:{digest[:_HASH_LENGTH]}"
    return value if isinstance(value, int) else str(value)


def _wanted(column: Column) -> str:
    choices = column.kind.choices
    return f"<one of {', '.join(choices)}>" if choices else f"<a {column.kind.name}>"


async def sample_postgres(
    connection: Any, table: PostgresTable, declared: Database, live: Database, count: int
) -> list[Finding]:
    """What is wrong with the newest rows of a table, by its key."""
    wanted = declared.tables[table.name].columns
    found = live.tables[table.name].columns if table.name in live.tables else {}
    # A column that is not as declared is a difference already, and its every row would be.
    names = [
        name for name in readable(table) if name in found and found[name].type == wanted[name].type
    ]
    if not set(table.key) <= set(names):
        return []
    newest = ", ".join(f"{quoted(name)} DESC" for name in table.key)
    rows = await connection.fetch(
        f"SELECT {quoted(*names)} FROM {quoted(table.name)} ORDER BY {newest} LIMIT $1",
        count,
        record_class=table.row,
    )
    return [
        finding(
            f"{table}.{column.name}",
            says,
            (_update(table, column, row),),
            without=wanted[column.name].required_reason if is_absent else None,
            row=shown_key(table, row),
        )
        for row in rows
        for column, says, is_absent in broken(table, row, names)
    ]


def _update(table: PostgresTable, column: Column, row: Row) -> str:
    key = " AND ".join(f"{quoted(name)} = {value!r}" for name, value in shown_key(table, row))
    change = f"SET {quoted(column.name)} = {_wanted(column)}"
    return f"UPDATE {quoted(table.name)} {change} WHERE {key};"


async def sample_dynamodb(aws: Aws, table: DynamoTable, name: str, count: int) -> list[Finding]:
    """What is wrong with some items of a table."""
    found: list[Finding] = []
    names = readable(table)
    async for item in _items(aws, table, name, names, count):
        key = shown_key(table, item)
        for column, says, _ in broken(table, item, names):
            mend = _put(aws, table, name, key, {column.name: _wanted(column)})
            found.append(finding(f"{table}.{column.name}", says, (mend,), row=key))
        for copy, *sources in table.copies:
            if not _agree(table, item, copy, sources):
                says = f"disagrees with {' and '.join(sources)}"
                mend = _put(aws, table, name, key, _repaired(table, item, copy, sources))
                found.append(finding(f"{table}.{copy}", says, (mend,), row=key))
    return found


async def _items(
    aws: Aws, table: DynamoTable, name: str, names: Iterable[str], count: int
) -> AsyncIterator[Row]:
    """Items of a table without a key: the doctor alone may ask for that, and within a limit."""
    expressions = Expressions(tuple(names))
    body = {"TableName": name, "ProjectionExpression": expressions.projection}
    body |= expressions.body()
    while count > 0:
        answer = await aws.ask("scan", **body, Limit=count)
        for item in answer["Items"]:
            yield table.row(to_dict(item))
        count -= len(answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return
        body["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _agree(table: DynamoTable, row: Row, copy: str, sources: list[str]) -> bool:
    """Whether a copy says what its sources say; one that is absent or broken has no say."""
    stored = [row.get(name) for name in (copy, *sources)]
    if any(value is None for value in stored):
        return True
    if stored[0] == "#".join(map(str, stored[1:])):
        return True
    parts = _parts(stored[0], len(sources))
    if len(parts) < len(sources):
        return False
    try:
        return all(
            table.columns[source].decode(part) == table.columns[source].decode(value)
            for source, part, value in zip(sources, parts, stored[1:], strict=True)
        )
    except ValueError:
        return True


def _parts(copy: Any, count: int) -> list[Any]:
    return [copy] if count == 1 else str(copy).split("#", count - 1)


def _repaired(table: DynamoTable, row: Row, copy: str, sources: list[str]) -> Mapping[str, Any]:
    """What to write so that a copy and its sources agree. A key stays: its sources follow it."""
    if copy not in table.key:
        values = [row[source] for source in sources]
        return {copy: to_attribute(values[0] if len(values) == 1 else "#".join(map(str, values)))}
    parts = _parts(row[copy], len(sources))
    parts += ["<a part of the key>"] * (len(sources) - len(parts))
    return {
        source: to_attribute(part)
        for source, part in zip(sources, parts, strict=True)
        if source not in table.key
    }


def _put(
    aws: Aws,
    table: DynamoTable,
    name: str,
    key: tuple[tuple[str, Any], ...],
    values: Mapping[str, Any],
) -> str:
    """The command that writes attributes of an item."""
    expressions = Expressions()
    changes = [f"{expressions.name(column)} = :v{place}" for place, column in enumerate(values)]
    return aws.command(
        "update-item",
        TableName=name,
        Key={
            column: {table.columns[column].kind.attribute_type: str(value)} for column, value in key
        },
        UpdateExpression=f"SET {', '.join(changes)}",
        ExpressionAttributeNames=expressions.names,
        ExpressionAttributeValues={f":v{place}": v for place, v in enumerate(values.values())},
    )
