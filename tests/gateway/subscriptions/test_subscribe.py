"""A pipeline's progress: the state, then what changes; told to those who may see it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import FieldNode, OperationDefinitionNode, parse

from gateway.audit import AuditLog
from gateway.demo.data.studio import PHASES as PHASE_NAMES
from gateway.demo.data.studio import RICH_RECORD
from gateway.execution.documents import Operation
from gateway.execution.executors import EXECUTORS
from gateway.execution.run import Gateway
from gateway.execution.writing import to_bytes
from loaders.stores.postgres import PostgresAddress
from loaders.tables import studio
from loaders.viewer import ANONYMOUS
from resolvers.feeds import ROWS_AT_FIRST
from schema.build import graphql_schema
from tests.engines import Addresses, execute, postgres_copy
from tests.gateway.subscriptions.conftest import Open
from tests.gateway.subscriptions.following import (
    PHASES,
    RECORDS,
    fetch,
    following,
    listeners,
    nobody_listens,
)
from tests.operations.asking import ADA, ADMIN, SUPPORT
from tests.plain import plain
from tests.viewers import viewer_named

BEN = "ben@example.com"
NULL = [{"data": {"processingStatus": None}}]
PHASES_AT_FIRST = len(PHASE_NAMES)
RECORDS_OF = """
SELECT record.id FROM input_records AS record JOIN users ON users.id = user_id
WHERE email = $1 ORDER BY record.created_at, record.id
"""
"""Somebody's records, the newest last."""


async def write(address: PostgresAddress, statement: str) -> None:
    """Write as the studio's own services do."""
    await execute(address.url, statement)


def progress(percent: int, phase: str = "composition", record: int = RICH_RECORD) -> str:
    return (
        f"UPDATE processing_statuses SET progress_percentage = {percent} "
        f"WHERE input_record_id = {record} AND phase = '{phase}'"
    )


@pytest.mark.slow
@pytest.mark.parametrize("executor", EXECUTORS)
async def test_the_state_comes_first_and_then_each_change(
    open_gateway: Open, writable_studio: PostgresAddress, executor: str
) -> None:
    async with (
        open_gateway(writable_studio, executor) as gateway,
        following(gateway, PHASES, record=RICH_RECORD) as told,
    ):
        state = await told.events(PHASES_AT_FIRST)
        assert [event["phase"] for event in state] == list(PHASE_NAMES)
        await write(writable_studio, progress(40))
        assert await told.event() == {**state[-1], "progressPercentage": 40}
        await write(writable_studio, progress(41, "voiceover"))
        assert await told.event() == {**state[-2], "progressPercentage": 41}
        await write(
            writable_studio,
            "INSERT INTO processing_statuses (input_record_id, phase, status) "
            f"VALUES ({RICH_RECORD}, 'delivery', 'pending')",
        )
        assert (await told.event())["phase"] == "delivery"
        await write(writable_studio, f"DELETE FROM input_records WHERE id = {RICH_RECORD}")
        assert [answer.body for answer in await told.rest()] == NULL


@pytest.mark.slow
async def test_what_was_told_is_not_told_again(
    gateway: Gateway, writable_studio: PostgresAddress
) -> None:
    """Nor what of the record is not asked for, nor what befalls another's."""
    async with following(gateway, PHASES, record=RICH_RECORD) as told:
        await told.events(PHASES_AT_FIRST)
        await write(writable_studio, progress(100))
        await write(
            writable_studio, f"UPDATE input_records SET status = 'odd' WHERE id = {RICH_RECORD}"
        )
        await write(writable_studio, progress(3, record=RICH_RECORD + 1))
        await write(writable_studio, "NOTIFY input_record_progress, 'no JSON'")
        await write(writable_studio, "NOTIFY input_record_progress, '{}'")
        await write(writable_studio, "NOTIFY input_record_progress, '[[], 1, 2]'")
        await write(writable_studio, progress(99))
        assert (await told.event())["progressPercentage"] == 99


@pytest.mark.slow
async def test_a_change_of_the_record_shows_in_its_newest_phase(
    gateway: Gateway, writable_studio: PostgresAddress
) -> None:
    query = PHASES.replace("status progress", "inputRecord { status } progress")
    async with following(gateway, query, record=RICH_RECORD) as told:
        state = await told.events(PHASES_AT_FIRST)
        await write(
            writable_studio, f"UPDATE input_records SET status = 'odd' WHERE id = {RICH_RECORD}"
        )
        assert await told.event() == {**state[-1], "inputRecord": {"status": "odd"}}


@pytest.mark.slow
async def test_all_of_ones_own_records(gateway: Gateway, writable_studio: PostgresAddress) -> None:
    newest = await fetch(writable_studio.url, RECORDS_OF, ADA)
    others = "(SELECT max(id) FROM input_records WHERE user_id <> 1)"
    assert len(newest) > ROWS_AT_FIRST
    async with following(gateway, RECORDS) as told:
        state = await told.events(ROWS_AT_FIRST)
        assert [event["databaseId"] for event in state] == newest[-ROWS_AT_FIRST:]
        await write(writable_studio, f"UPDATE input_records SET status = 'odd' WHERE id = {others}")
        await write(writable_studio, f"DELETE FROM input_records WHERE id = {newest[1]}")
        await write(writable_studio, progress(17, record=newest[0]))
        event = await told.event()
        assert event["databaseId"] == newest[0]
        assert event["processingStatuses"]["nodes"][0]["progressPercentage"] == 17
        await write(
            writable_studio,
            "INSERT INTO input_records (user_id, raw_input, input_length, current_phase) "
            "SELECT user_id, 'Once more.', 10, 'translation' FROM input_records "
            f"WHERE id = {newest[0]}",
        )
        event = await told.event()
        assert event["databaseId"] not in newest
        assert (event["status"], event["currentPhase"]) == ("pending", "translation")


@pytest.mark.parametrize(
    ("viewer", "record"),
    [(BEN, RICH_RECORD), ("anonymous", RICH_RECORD), (ADA, 999_999), (ADMIN, 999_999)],
)
async def test_what_is_anothers_looks_like_what_is_absent(
    reading_gateway: Gateway, viewer: str, record: int
) -> None:
    async with following(reading_gateway, PHASES, viewer, record=record) as told:
        assert [answer.body for answer in await told.rest()] == NULL


@pytest.mark.parametrize("viewer", ["anonymous", "nobody@example.com", ADMIN])
async def test_who_has_no_account_has_no_records(reading_gateway: Gateway, viewer: str) -> None:
    """Staff, too: they follow their own."""
    async with following(reading_gateway, RECORDS, viewer) as told:
        assert [answer.body for answer in await told.rest()] == [
            {"data": {"inputRecordProgress": None}}
        ]


@pytest.mark.slow
@pytest.mark.parametrize("viewer", [ADMIN, SUPPORT, "-; roles=service:studio"])
async def test_staff_and_the_products_services_follow_anybodys(
    gateway: Gateway, writable_studio: PostgresAddress, viewer: str
) -> None:
    """And see of it what they see of rows that they ask for."""
    query = """
    subscription ($record: ID!) {
      processingStatus(inputRecordId: $record) { phase errorDetails inputRecord { rawInput } }
    }
    """
    async with following(gateway, query, viewer, record=RICH_RECORD) as told:
        event = (await told.events(PHASES_AT_FIRST))[-1]
        await write(
            writable_studio,
            "UPDATE processing_statuses SET error_details = '[1]' "
            f"WHERE input_record_id = {RICH_RECORD} AND phase = 'composition'",
        )
        changed = await told.event()
        assert to_bytes(changed["errorDetails"]) == b"[1]"
        assert changed["inputRecord"] == event["inputRecord"]
    asked = Operation(f"{{ inputRecord(by: {{inputRecordId: {RICH_RECORD}}}) {{ rawInput }} }}")
    answer = await gateway.answer(asked, viewer_named(viewer))
    assert changed["inputRecord"] == plain(answer.body)["data"]["inputRecord"]


@pytest.mark.slow
async def test_who_loses_their_account_is_told_no_more(
    gateway: Gateway, writable_studio: PostgresAddress
) -> None:
    async with (
        following(gateway, PHASES, record=RICH_RECORD) as told,
        following(gateway, RECORDS) as records,
    ):
        await told.events(PHASES_AT_FIRST)
        await records.events(ROWS_AT_FIRST)
        await write(writable_studio, f"UPDATE users SET is_active = false WHERE email = '{ADA}'")
        await write(writable_studio, progress(5))
        assert [answer.body for answer in await told.rest()] == NULL
        (last,) = await records.rest()
        assert last.body == {"data": {"inputRecordProgress": None}}


@pytest.mark.slow
async def test_a_slow_client_is_told_the_last_of_many_changes(
    gateway: Gateway, writable_studio: PostgresAddress
) -> None:
    async with following(gateway, PHASES, record=RICH_RECORD) as told:
        await told.events(PHASES_AT_FIRST)
        for percent in range(50):
            await write(writable_studio, progress(percent))
        seen = [await told.event()]
        while seen[-1]["progressPercentage"] != 49:
            seen.append(await told.event())
        assert len(seen) < 5


@pytest.mark.slow
async def test_all_who_follow_share_one_connection_and_leave_nothing(
    gateway: Gateway, writable_studio: PostgresAddress
) -> None:
    before = asyncio.all_tasks()
    async with following(gateway, PHASES, record=RICH_RECORD) as told:
        await told.event()
        async with following(gateway, RECORDS) as records:
            await records.event()
            assert len(await listeners(writable_studio.url)) == 1
        assert len(await listeners(writable_studio.url)) == 1
        waiting = asyncio.create_task(told.rest())
        assert not (await asyncio.wait([waiting], timeout=0.05))[0]
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    assert asyncio.all_tasks() == before
    await nobody_listens(writable_studio.url)


@pytest.mark.slow
async def test_staff_are_written_down_for_what_they_follow(
    open_gateway: Open, engines: Addresses, tmp_path: Path
) -> None:
    async with (
        open_gateway(
            PostgresAddress(engines.database(studio.PRODUCT)), audit=AuditLog(tmp_path)
        ) as gateway,
        following(gateway, PHASES, ADMIN, record=RICH_RECORD) as told,
    ):
        await told.event()
        before = written_in(tmp_path)
        await told.event()
        *earlier, last = written_in(tmp_path)
    assert earlier == before
    (read,) = last["read"]
    assert read["table"] == "studio.processing_statuses"
    assert "progress_percentage" in read["columns"]


def written_in(directory: Path) -> list[Any]:
    """The lines of an audit log."""
    (file,) = directory.iterdir()
    return [orjson.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


async def test_each_answer_has_a_trace_of_its_own(reading_gateway: Gateway) -> None:
    async with following(reading_gateway, PHASES, trace=True, record=RICH_RECORD) as told:
        for _ in range(2):
            calls = (await told.answer()).body["extensions"]["trace"]
            assert [(call["table"], call["paths"]) for call in calls] == [
                ("users", ["(viewer)"]),
                ("processing_statuses", ["processingStatus"]),
            ]


@pytest.mark.slow
async def test_what_changed_is_read_where_it_was_written(
    open_gateway: Open, engines: Addresses, writable_studio: PostgresAddress
) -> None:
    """A replica may not have it yet; here it never gets it."""
    async with postgres_copy(engines, studio.PRODUCT) as replica:
        primary = writable_studio.url.replace("//postgres@", "//quintet_reader@")
        async with (
            open_gateway(replace(replica, primary_url=primary)) as gateway,
            following(gateway, PHASES, record=RICH_RECORD) as told,
        ):
            await told.events(PHASES_AT_FIRST)
            await write(writable_studio, progress(12))
            assert (await told.event())["progressPercentage"] == 12
            assert await listeners(replica.url) == []


@pytest.mark.parametrize(
    ("query", "variables", "message", "extensions"),
    [
        ("subscription {", {}, "Syntax Error", {"code": "BAD_USER_INPUT"}),
        (
            "subscription { processingStatus(inputRecordId: 1) { phase } b: __typename }",
            {},
            "must select only one top level field",
            {"code": "BAD_USER_INPUT"},
        ),
        (PHASES, {}, "'$record' has invalid value", {"code": "BAD_USER_INPUT"}),
        (
            PHASES,
            {"record": "one"},
            "inputRecordId must be a whole number",
            {"code": "BAD_USER_INPUT", "argument": "inputRecordId"},
        ),
    ],
    ids=["syntax", "two fields", "variables", "argument"],
)
async def test_what_cannot_be_followed_is_one_answer(
    reading_gateway: Gateway, query: str, variables: Any, message: str, extensions: Any
) -> None:
    async with following(reading_gateway, query, **variables) as told:
        (answer,) = await told.rest()
    assert not answer.executed
    error = answer.body["errors"][0]
    assert message in error["message"]
    assert error["extensions"] == extensions


async def test_a_query_is_answered_once(reading_gateway: Gateway) -> None:
    async with following(reading_gateway, "{ __typename }") as told:
        assert [answer.body for answer in await told.rest()] == [{"data": {"__typename": "Query"}}]


async def test_a_subscription_is_no_query(reading_gateway: Gateway) -> None:
    answer = await reading_gateway.answer(Operation(PHASES, {"record": RICH_RECORD}), ANONYMOUS)
    assert not answer.executed
    (error,) = answer.body["errors"]
    assert "graphql-transport-ws" in error["message"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_what_an_event_takes_is_known_before(reading_gateway: Gateway) -> None:
    asked = Operation(PHASES, {"record": RICH_RECORD})
    answer = await reading_gateway.answer(asked, viewer_named(ADA), explain="plan")
    told = answer.body["extensions"]["explain"]
    assert told["bound"]["calls"] == 2
    assert [place["path"] for place in told["places"]] == ["(viewer)", "processingStatus"]


def test_every_subscription_is_followed_here() -> None:
    assert graphql_schema.subscription_type is not None
    assert graphql_schema.subscription_type.fields.keys() == {*map(_field, (PHASES, RECORDS))}


def _field(query: str) -> str:
    (operation,) = parse(query).definitions
    assert isinstance(operation, OperationDefinitionNode)
    (field,) = operation.selection_set.selections
    assert isinstance(field, FieldNode)
    return field.name.value
