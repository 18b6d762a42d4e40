"""Compares a product's DynamoDB tables with their declarations."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from gateway.doctor.aws import Aws
from gateway.doctor.findings import Finding, Level, finding
from gateway.doctor.sample import readable, sample_dynamodb
from loaders.stores.dynamo_client import DynamoAddress, error_code, open_client
from loaders.tables.catalogue import UNSAID
from loaders.tables.dynamodb import DynamoTable
from loaders.tables.facts import Unsaid

_WITHOUT = {
    Unsaid.BILLING: "a burst of requests is throttled at the provisioned capacity",
    Unsaid.ENCRYPTION: "the key is AWS's alone, and no record shows its use",
    Unsaid.RECOVERY: "rows that are lost by mistake cannot be brought back",
}

Key = tuple[tuple[str, str], ...]
"""The attributes of a key, each with its type."""


@dataclass(frozen=True)
class IndexOf:
    """A global secondary index; `attributes` are those it has of an item, None for all."""

    key: Key
    attributes: frozenset[str] | None
    state: str = "ACTIVE"


@dataclass(frozen=True)
class TableOf:
    """A table, declared or live. `recovery` is None where the engine cannot say."""

    key: Key
    indexes: Mapping[str, IndexOf]
    billing: str
    encrypted: bool
    ttl: str | None
    recovery: bool | None


async def examine_dynamodb(
    product: str,
    address: DynamoAddress,
    tables: Iterable[DynamoTable],
    names: Mapping[str, str],
    sample: int,
) -> list[Finding]:
    """What is not as declared, in the tables and in so many items of each."""
    found: list[Finding] = []
    try:
        async with open_client(address) as client:
            for table in tables:
                aws, name = Aws(client, address), names[table.name]
                async for one in _examine(aws, table, name, sample):
                    found.append(one)  # noqa: PERF401 (those before a failure are kept)
    except (BotoCoreError, ClientError) as error:
        found.append(_unreadable(product, error))
    return found


async def _examine(aws: Aws, table: DynamoTable, name: str, sample: int) -> AsyncIterator[Finding]:
    live = await _live(aws, name)
    if live is None:
        yield finding(f"{table}", f"is missing: there is no {name}", _creation(aws, table, name))
        return
    for one in compare(aws, table, name, live):
        yield one
    if live.recovery is None:
        where = aws.address.endpoint_url or aws.address.region
        says = "knows no backups: point-in-time recovery is not compared"
        yield Finding(Level.NOTE, f"DynamoDB at {where}", says)
    if sample:
        for one in await sample_dynamodb(aws, table, name, sample):
            yield one


def _unreadable(product: str, error: Exception) -> Finding:
    settings = f"{product.upper()}_DYNAMODB_ENDPOINT_URL, {product.upper()}_AWS_REGION"
    return finding(
        product,
        f"cannot be read: {error}",
        (f"allow this account to describe the tables, or correct {settings} or its credentials",),
    )


def declared_table(table: DynamoTable) -> TableOf:
    """What a table should be."""
    return _described(table.create_table(table.name), ttl=table.ttl, recovery=True)


async def _live(aws: Aws, name: str) -> TableOf | None:
    try:
        body = (await aws.ask("describe_table", TableName=name))["Table"]
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return None
        raise
    expiry = (await aws.ask("describe_time_to_live", TableName=name))["TimeToLiveDescription"]
    kept = expiry["TimeToLiveStatus"] in ("ENABLED", "ENABLING")
    ttl = expiry["AttributeName"] if kept else None
    return _described(body, ttl=ttl, recovery=await recovery_of(aws, name))


async def recovery_of(aws: Aws, name: str) -> bool | None:
    """Whether a table can be put back to an earlier moment; None where the engine cannot say."""
    try:
        answer = await aws.ask("describe_continuous_backups", TableName=name)
    except ClientError as error:
        if error_code(error) == "UnknownOperationException":
            return None
        raise
    described = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    return bool(described.get("PointInTimeRecoveryStatus") == "ENABLED")


def _described(body: Mapping[str, Any], *, ttl: str | None, recovery: bool | None) -> TableOf:
    """A table out of what CreateTable is given, or of what DescribeTable answers."""
    types = {one["AttributeName"]: one["AttributeType"] for one in body["AttributeDefinitions"]}
    key = _key(body, types)
    billing = body.get("BillingMode") or body.get("BillingModeSummary", {}).get("BillingMode")
    return TableOf(
        key,
        {
            index["IndexName"]: IndexOf(
                _key(index, types),
                _projected(index, key, types),
                index.get("IndexStatus", "ACTIVE"),
            )
            for index in body.get("GlobalSecondaryIndexes", [])
        },
        billing or "PROVISIONED",
        body.get("SSESpecification", {}).get("Enabled", False)
        or body.get("SSEDescription", {}).get("Status") in ("ENABLED", "ENABLING", "UPDATING"),
        ttl,
        recovery,
    )


def _key(body: Mapping[str, Any], types: Mapping[str, str]) -> Key:
    ordered = sorted(body["KeySchema"], key=lambda part: str(part["KeyType"]))  # HASH, then RANGE
    return tuple((part["AttributeName"], types[part["AttributeName"]]) for part in ordered)


def _projected(
    index: Mapping[str, Any], key: Key, types: Mapping[str, str]
) -> frozenset[str] | None:
    projection = index["Projection"]
    if projection["ProjectionType"] == "ALL":
        return None
    keys = [name for name, _ in (*key, *_key(index, types))]
    return frozenset([*keys, *projection.get("NonKeyAttributes", [])])


def compare(aws: Aws, table: DynamoTable, name: str, live: TableOf) -> Iterator[Finding]:
    """Every way in which a table is not as declared, in an order in which it can be mended."""
    declared = declared_table(table)
    if live.key != declared.key:
        says = f"has the key {_listed(live.key)} and should have {_listed(declared.key)}"
        yield finding(f"{table}", says, _replacement(aws, table, name))
    if live.billing != declared.billing:
        says = f"is billed {live.billing} and should be {declared.billing}"
        mend = aws.command("update-table", TableName=name, BillingMode=declared.billing)
        yield finding(f"{table}", says, (mend,), without=_without(table, Unsaid.BILLING))
    if declared.encrypted and not live.encrypted:
        mend = aws.command("update-table", TableName=name, SSESpecification={"Enabled": True})
        says = "is not encrypted with a key of KMS"
        yield finding(f"{table}", says, (mend,), without=_without(table, Unsaid.ENCRYPTION))
    if declared.recovery and live.recovery is False:
        says, mend = "has no point-in-time recovery", _recover(aws, name)
        yield finding(f"{table}", says, (mend,), without=_without(table, Unsaid.RECOVERY))
    if live.ttl != declared.ttl:
        says = f"expires by {live.ttl or 'nothing'} and should by {declared.ttl or 'nothing'}"
        yield finding(f"{table}", says, tuple(_expire(aws, name, live.ttl, declared.ttl)))
    yield from _indexes(aws, table, name, declared, live)


def _without(table: DynamoTable, aspect: Unsaid) -> str | None:
    """What is off where a table lacks this; None where its product's document asks for it."""
    return f"off without it: {_WITHOUT[aspect]}" if (table.product, aspect) in UNSAID else None


def _indexes(
    aws: Aws, table: DynamoTable, name: str, declared: TableOf, live: TableOf
) -> Iterator[Finding]:
    reasons = {index.name: index.reason for index in table.indexes}
    for index_name, wanted in declared.indexes.items():
        found = live.indexes.get(index_name)
        says = "is missing" if found is None else _index_differs(table, wanted, found)
        if says:
            reason = reasons[index_name]
            yield finding(
                f"{table} index {index_name}",
                says,
                tuple(_index_mend(aws, table, name, index_name, found)),
                without=reason and f"slower without it: {reason}",
            )


def _index_differs(table: DynamoTable, wanted: IndexOf, found: IndexOf) -> str | None:
    if found.key != wanted.key:
        return f"has the key {_listed(found.key)} and should have {_listed(wanted.key)}"
    projected = found.attributes
    lacking = [] if projected is None else [a for a in readable(table) if a not in projected]
    if lacking:
        return f"does not project {', '.join(lacking)}"
    return None if found.state in ("ACTIVE", "UPDATING") else f"is {found.state}"


def _index_mend(
    aws: Aws, table: DynamoTable, name: str, index_name: str, found: IndexOf | None
) -> Iterator[str]:
    """DynamoDB changes no index: it is deleted, and made again once it is gone."""
    if found is not None and found.state == "CREATING":
        yield aws.command("describe-table", TableName=name)
        return
    if found is not None and found.state != "DELETING":
        gone = [{"Delete": {"IndexName": index_name}}]
        yield aws.command("update-table", TableName=name, GlobalSecondaryIndexUpdates=gone)
    body = table.create_table(name)
    created = next(i for i in body["GlobalSecondaryIndexes"] if i["IndexName"] == index_name)
    keys = {part["AttributeName"] for part in (*body["KeySchema"], *created["KeySchema"])}
    yield aws.command(
        "update-table",
        TableName=name,
        AttributeDefinitions=[
            one for one in body["AttributeDefinitions"] if one["AttributeName"] in keys
        ],
        GlobalSecondaryIndexUpdates=[{"Create": created}],
    )


def _creation(aws: Aws, table: DynamoTable, name: str) -> tuple[str, ...]:
    return (
        aws.command("create-table", **table.create_table(name)),
        *_expire(aws, name, None, table.ttl),
        _recover(aws, name),
    )


def _replacement(aws: Aws, table: DynamoTable, name: str) -> tuple[str, ...]:
    """A table's key stays as it is: another table takes its place."""
    other = f"{name}-rekeyed"
    return (*_creation(aws, table, other), f"# copy the items, then set {table.setting}={other}")


def _recover(aws: Aws, name: str) -> str:
    return aws.command(
        "update-continuous-backups",
        TableName=name,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )


def _expire(aws: Aws, name: str, live: str | None, declared: str | None) -> Iterator[str]:
    """The attribute is given up before another takes its place; AWS takes up to an hour for it."""
    for attribute, enabled in ((live, False), (declared, True)):
        if attribute is not None:
            specification = {"Enabled": enabled, "AttributeName": attribute}
            yield aws.command(
                "update-time-to-live", TableName=name, TimeToLiveSpecification=specification
            )


def _listed(key: Key) -> str:
    return ", ".join(f"{name} ({kind})" for name, kind in key)
