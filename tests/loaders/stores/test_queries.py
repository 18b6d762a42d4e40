"""The bodies of DynamoDB's read requests, and which items pass."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from gateway.demo.data.epoch import EPOCH, unix
from loaders.access import page
from loaders.stores import queries
from loaders.stores.interface import Range, Terms, Window
from loaders.tables import social, stream

HISTORY = page(stream.watch_history, by="accountId", order="-watchedAt").route
OF_PROFILE = page(
    stream.watch_history, by="profileId", order="-watchedAt", filters="completed"
).route
INSIGHTS = page(social.insights, by="userId", order="insightId", filters="confidenceScore").route
SETTINGS = page(stream.profile_settings, by="profileId").route
NOON = datetime(2025, 9, 20, 12, tzinfo=UTC)


def terms(*owners: str, anybody: bool = False) -> Terms:
    columns = ("accountId", "watchedAt")
    return Terms(columns, None if anybody else frozenset(owners), 0.0, EPOCH, lambda call: None)


def query(window: Window, *, route: Any = HISTORY, counting: bool = False) -> dict[str, Any]:
    """What is asked for the rows of `a` or `b` under the key `k`."""
    return queries.query(route, "live", ("k",), window, terms("b", "a"), counting=counting)


def test_items_are_got_by_their_keys() -> None:
    assert queries.batch_get(stream.watch_history, [("a", "1"), ("b", "2")], ("accountId",)) == {
        "Keys": [
            {"accountId": {"S": "a"}, "watchedAt": {"S": "1"}},
            {"accountId": {"S": "b"}, "watchedAt": {"S": "2"}},
        ],
        "ProjectionExpression": "#n0",
        "ExpressionAttributeNames": {"#n0": "accountId"},
    }


def test_a_partition_of_the_table_is_asked_for_a_row_more_than_shown() -> None:
    assert query(Window(5, descending=True)) == {
        "TableName": "live",
        "KeyConditionExpression": "#n0 = :v0",
        "ScanIndexForward": False,
        "ReturnConsumedCapacity": "TOTAL",
        "ProjectionExpression": "#n0, #n1",
        "Limit": 6,
        "ExpressionAttributeNames": {"#n0": "accountId", "#n1": "watchedAt"},
        "ExpressionAttributeValues": {":v0": {"S": "k"}},
    }


def test_what_the_key_does_not_tell_is_filtered() -> None:
    assert query(Window(5, filters=(("completed", True),)), route=OF_PROFILE) == {
        "TableName": "live",
        "IndexName": "ProfileIndex",
        "KeyConditionExpression": "#n2 = :v0",
        "FilterExpression": "#n3 = :v1 AND #n0 IN (:v2, :v3)",
        "ScanIndexForward": True,
        "ReturnConsumedCapacity": "TOTAL",
        "ProjectionExpression": "#n0, #n1",
        "Limit": 100,
        "ExpressionAttributeNames": {
            "#n0": "accountId",
            "#n1": "watchedAt",
            "#n2": "profileId",
            "#n3": "completed",
        },
        "ExpressionAttributeValues": {
            ":v0": {"S": "k"},
            ":v1": {"BOOL": True},
            ":v2": {"S": "a"},
            ":v3": {"S": "b"},
        },
    }


def test_counting_asks_for_no_items() -> None:
    body = query(Window(0), counting=True)
    assert body["Select"] == "COUNT"
    assert "ProjectionExpression" not in body
    assert body["Limit"] == queries.ITEMS_EXAMINED


@pytest.mark.parametrize(
    ("descending", "backward", "forward"),
    [(False, False, True), (False, True, False), (True, False, False), (True, True, True)],
)
def test_a_page_before_a_row_is_read_the_other_way(
    descending: bool, backward: bool, forward: bool
) -> None:
    assert query(Window(5, descending, backward))["ScanIndexForward"] is forward


def test_a_window_goes_on_after_a_position_of_its_index() -> None:
    body = query(Window(5, after=("2025-09-20T12:00:00Z", "a")), route=OF_PROFILE)
    assert body["ExclusiveStartKey"] == {
        "profileId": {"S": "k"},
        "watchedAt": {"S": "2025-09-20T12:00:00Z"},
        "accountId": {"S": "a"},
    }


@pytest.mark.parametrize(
    ("window", "condition", "values"),
    [
        (
            Window(5, ranges=(Range("watchedAt", NOON, NOON),)),
            "#n0 = :v0 AND #n1 BETWEEN :v1 AND :v2",
            ["2025-09-20T12:00:00", "2025-09-20T12:00:00Z"],
        ),
        (
            Window(5, ranges=(Range("watchedAt", NOON, None),)),
            "#n0 = :v0 AND #n1 >= :v1",
            ["2025-09-20T12:00:00"],
        ),
        (
            Window(5, prefix="2025-"),
            "#n0 = :v0 AND begins_with(#n1, :v1)",
            ["2025-"],
        ),
    ],
)
def test_a_range_is_part_of_the_key_condition(
    window: Window, condition: str, values: list[str]
) -> None:
    body = query(window)
    assert body["KeyConditionExpression"] == condition
    stated = body["ExpressionAttributeValues"]
    assert [stated[f":v{place}"]["S"] for place in range(1, 1 + len(values))] == values


@pytest.mark.parametrize(
    ("stored", "passes"),
    [
        ("2025-09-20T11:59:59.999Z", False),
        ("2025-09-20T12:00:00.000Z", True),
        ("2025-09-20T12:00:00Z", True),
        ("2025-09-20T12:00:00.001Z", False),
        ("no time at all", True),
    ],
)
def test_rows_within_the_wider_bounds_are_checked_again(stored: str, passes: bool) -> None:
    row = stream.watch_history.row({"watchedAt": stored})
    window = Window(5, ranges=(Range("watchedAt", NOON, NOON),))
    assert queries.in_window([row], HISTORY, window, terms(anybody=True)) == [row] * passes


def test_a_row_without_a_range_passes() -> None:
    row = stream.watch_history.row()
    assert queries.in_window([row], HISTORY, Window(5), terms(anybody=True)) == [row]


def test_a_range_of_another_column_than_the_order_s_is_filtered() -> None:
    body = query(
        Window(5, ranges=(Range("confidenceScore", Decimal("0.5"), None),)), route=INSIGHTS
    )
    assert body["KeyConditionExpression"] == "#n2 = :v0"
    assert body["FilterExpression"].startswith("#n3 >= :v1 AND ")
    assert body["ExpressionAttributeValues"][":v1"] == {"N": "0.5"}
    assert body["Limit"] == queries.FILTERED_PAGE


def test_what_has_expired_is_filtered() -> None:
    body = query(Window(5), route=INSIGHTS)
    assert body["FilterExpression"] == "(attribute_not_exists(#n3) OR #n3 > :v1)"
    assert body["ExpressionAttributeNames"]["#n3"] == "TTL"
    assert body["ExpressionAttributeValues"][":v1"] == {"N": str(unix(EPOCH))}
    assert body["Limit"] == 6


@pytest.mark.parametrize(
    ("expires", "lives"), [(-1, False), (0, False), (1, True), (None, True), ("soon", True)]
)
def test_a_row_lives_until_the_moment_it_expires(expires: int | str | None, lives: bool) -> None:
    ttl = unix(EPOCH) + expires if isinstance(expires, int) else expires
    row = social.insights.row({"userId": "a", "TTL": ttl})
    assert queries.shown([row], INSIGHTS, terms(anybody=True)) == [row] * lives
    assert queries.in_window([row], INSIGHTS, Window(5), terms(anybody=True)) == [row] * lives


def test_rows_that_name_their_owner_are_the_owners_alone() -> None:
    mine, yours = rows = [stream.watch_history.row({"accountId": owner}) for owner in "ab"]
    assert queries.shown(rows, HISTORY, terms("a")) == [mine]
    assert queries.shown(rows, HISTORY, terms("b")) == [yours]
    assert queries.shown(rows, HISTORY, terms(anybody=True)) == rows


def test_rows_that_name_a_parent_are_judged_by_that() -> None:
    row = stream.profile_settings.row({"profileId": "p"})
    assert queries.shown([row], SETTINGS, terms("b")) == [row]


def test_keys_that_name_another_owner_are_not_asked_for() -> None:
    keys = [("a",), ("b",), ("c",)]
    assert queries.decided_from_key(HISTORY, keys, terms("c", "a")) == [("a",), ("c",)]
    assert queries.decided_from_key(HISTORY, keys, terms(anybody=True)) == keys
    assert queries.decided_from_key(OF_PROFILE, keys, terms("a")) == keys


def test_an_item_becomes_a_row_of_its_table() -> None:
    (row,) = queries.to_rows(stream.watch_history, [{"completed": {"BOOL": True}}])
    assert row == {"completed": True}
    assert type(row) is stream.watch_history.row
