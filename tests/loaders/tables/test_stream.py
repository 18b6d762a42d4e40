"""The tables of stream, as its document has them."""

from typing import Any

import pytest

from gateway.demo.data import stream as demo
from loaders.tables.dynamodb import DynamoTable
from loaders.tables.facts import Read, Through, Visibility
from loaders.tables.stream import TABLES, accounts, profiles

# Name: the key, and the indexes with their columns.
DOCUMENT: dict[str, tuple[tuple[str, ...], dict[str, tuple[str, ...]]]] = {
    "AccountTable": (("accountId",), {"EmailIndex": ("email",)}),
    "SubscriptionTable": (
        ("accountId", "subscriptionId"),
        {"ServiceTypeIndex": ("serviceType", "accountId")},
    ),
    "UserUsageTable": (
        ("accountId", "timestamp"),
        {"ServiceTypeIndex": ("serviceType", "timestamp")},
    ),
    "ProfileTable": (("accountId", "profileId"), {"ProfileIdIndex": ("profileId",)}),
    "ProfileSettingsTable": (("profileId",), {}),
    "ProfileAITable": (("profileId",), {}),
    "MovieTable": (
        ("movieId",),
        {"GenreIndex": ("genre", "releaseYear"), "TitleIndex": ("title",)},
    ),
    "WatchlistTable": (("accountId", "movieId"), {"ProfileIndex": ("profileId", "movieId")}),
    "WatchHistoryTable": (
        ("accountId", "watchedAt"),
        {"ProfileIndex": ("profileId", "watchedAt"), "MovieIndex": ("movieId", "watchedAt")},
    ),
}
SECRETS = {
    ("SubscriptionTable", "paymentDetails"),
    ("UserUsageTable", "sessionId"),
    ("ProfileSettingsTable", "pinCode"),
}

each_table = pytest.mark.parametrize("table", TABLES, ids=str)


def test_the_tables_keys_and_indexes_are_those_of_the_document() -> None:
    assert {
        table.name: (table.key, {index.name: index.columns for index in table.indexes})
        for table in TABLES
    } == DOCUMENT


def test_the_secrets_are_seen_by_nobody() -> None:
    assert {
        (table.name, column.name)
        for table in TABLES
        for column in table.columns.values()
        if column.visibility is Visibility.NEVER
    } == SECRETS


def test_only_the_catalogue_is_public() -> None:
    assert {table.name for table in TABLES if table.read is not Read.OWNER} == {"MovieTable"}


@each_table
def test_an_owner_path_ends_at_the_accounts(table: DynamoTable) -> None:
    if table.read is Read.PUBLIC:
        assert table.owner is None
        return
    end: Any = table
    while isinstance(end.owner, Through):
        end = end.owner.parent
    assert end is accounts or end.columns[end.owner].references is accounts


def test_settings_and_ai_preferences_are_owned_through_their_profile() -> None:
    paths = {table.name: table.owner for table in TABLES if isinstance(table.owner, Through)}
    assert {name: path.column for name, path in paths.items() if path.parent is profiles} == {
        "ProfileSettingsTable": "profileId",
        "ProfileAITable": "profileId",
    }
    assert len(paths) == 2


def test_accounts_are_found_by_their_e_mail() -> None:
    assert {table.name: table.email for table in TABLES if table.email} == {"AccountTable": "email"}


@each_table
def test_the_key_and_what_an_index_has_are_required(table: DynamoTable) -> None:
    named = {*table.key, *(name for index in table.indexes for name in index.columns)}
    assert {name for name in named if not table.columns[name].required} == set()


@each_table
def test_every_demo_row_can_be_read(table: DynamoTable) -> None:
    rows = demo.rows()[table.name]
    assert {name for row in rows for name in row} <= set(table.columns)
    for row in rows:
        for column in table.columns.values():
            column.read(table.row(row))
