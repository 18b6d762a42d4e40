"""The tables of family, as its document has them, and what our own reads add."""

from typing import Any

import pytest
import sqlalchemy as sa

from gateway.demo.data import family as demo
from loaders.tables.facts import Read, Through, Visibility
from loaders.tables.family import TABLES, kid_profiles, users
from loaders.tables.postgresql import PostgresTable

# Table: the document's indexes and unique constraints, with their columns.
DOCUMENT: dict[str, dict[str, tuple[str, ...]]] = {
    "users": {"idx_users_email": ("email",), "idx_users_role": ("role",)},
    "kid_profiles": {"idx_kid_profiles_family_id": ("family_id",)},
    "titles": {"idx_titles_tmdb_id": ("tmdb_id",), "idx_titles_media_type": ("media_type",)},
    "episodes": {
        "episodes_tmdb_episode_id_key": ("tmdb_episode_id",),
        "idx_episodes_title_id": ("title_id",),
        "idx_episodes_season_episode": ("title_id", "season_number", "episode_number"),
    },
    "kid_profiles_titles": {"idx_kpt_profile_title": ("kid_profile_id", "title_id")},
    "devices": {"idx_devices_device_id": ("device_id",), "idx_devices_family_id": ("family_id",)},
    "pairing_codes": {
        "idx_pairing_codes_code": ("code",),
        "idx_pairing_codes_expires_at": ("expires_at",),
    },
    "streaming_service_selection": {"idx_streaming_family_id": ("family_id",)},
    "content_tags": {"idx_content_tags_tag": ("tag",)},
    "episode_links": {"idx_episode_links_episode_platform": ("episode_id", "platform")},
    "content_reports": {"idx_content_reports_status": ("status",)},
}
UNIQUE = {
    "idx_users_email",
    "idx_titles_tmdb_id",
    "episodes_tmdb_episode_id_key",
    "idx_kpt_profile_title",
    "idx_devices_device_id",
    "idx_pairing_codes_code",
    "idx_streaming_family_id",
    "idx_content_tags_tag",
}
SECRETS = {
    ("users", "password_hash"),
    ("kid_profiles", "pin_hash"),
    ("pairing_codes", "code"),
}
PUBLIC = {"titles", "episodes", "content_tags", "episode_links"}
CASCADES = {
    "kid_profiles.family_id",
    "episodes.title_id",
    "kid_profiles_titles.kid_profile_id",
    "kid_profiles_titles.title_id",
    "devices.family_id",
    "pairing_codes.family_id",
    "streaming_service_selection.family_id",
    "episode_links.episode_id",
    "content_reports.family_id",
    "content_reports.title_id",
}

each_table = pytest.mark.parametrize("table", TABLES, ids=str)
INDEXES = [index for table in TABLES for index in table.indexes]


def test_the_indexes_of_the_document_are_there() -> None:
    assert {
        table.name: {
            index.name: index.columns
            for index in table.indexes
            if index.reason is None and index.name != f"{table.name}_pkey"
        }
        for table in TABLES
    } == DOCUMENT


def test_what_the_document_calls_unique_is() -> None:
    keys = {f"{table.name}_pkey" for table in TABLES}
    assert {index.name for index in INDEXES if index.unique} == UNIQUE | keys


def test_each_index_of_ours_has_a_reason() -> None:
    ours = {index.name for index in INDEXES if index.name.startswith("ix_")}
    assert ours == {index.name for index in INDEXES if index.reason}
    assert ours


@each_table
def test_rows_have_one_key(table: PostgresTable) -> None:
    assert table.key == ("id",)


def test_the_secrets_are_seen_by_nobody() -> None:
    assert {
        (table.name, column.name)
        for table in TABLES
        for column in table.columns.values()
        if column.visibility is Visibility.NEVER
    } == SECRETS


def test_only_the_catalogue_is_public() -> None:
    assert {table.name for table in TABLES if table.read is Read.PUBLIC} == PUBLIC


@each_table
def test_an_owner_path_ends_at_the_users(table: PostgresTable) -> None:
    if table.read is Read.PUBLIC:
        assert table.owner is None
        return
    end: Any = table
    while isinstance(end.owner, Through):
        assert end.columns[end.owner.column].references is end.owner.parent
        end = end.owner.parent
    assert end is users or end.columns[end.owner].references is users


def test_policies_are_owned_through_their_kid_profile() -> None:
    (path,) = (table.owner for table in TABLES if isinstance(table.owner, Through))
    assert (path.column, path.parent) == ("kid_profile_id", kid_profiles)


def test_users_are_found_by_their_e_mail() -> None:
    assert {table.name: table.email for table in TABLES if table.email} == {"users": "email"}


def test_deleting_a_parent_deletes_what_has_no_meaning_without_it() -> None:
    deleted = {
        str(column): key.ondelete
        for table in TABLES
        for column in table.sql.columns
        for key in column.foreign_keys
    }
    assert deleted == dict.fromkeys(CASCADES, "CASCADE") | {"devices.kid_profile_id": "SET NULL"}


def test_the_checks_of_the_document_are_made() -> None:
    assert {
        (table.name, str(check.name)): str(check.sqltext)
        for table in TABLES
        for check in table.sql.constraints
        if isinstance(check, sa.CheckConstraint)
    } == {
        ("kid_profiles", "pin_hash_is_bcrypt"): r"pin_hash ~ '^\$2[aby]\$[0-9]{2}\$.{53}$'",
        ("kid_profiles_titles", "policy_is_known"): "policy IN ('allow', 'deny')",
        ("titles", "media_type_is_known"): "media_type IN ('movie', 'tv')",
    }


@each_table
def test_every_demo_row_has_the_declared_columns(table: PostgresTable) -> None:
    required = {name for name, column in table.columns.items() if column.required}
    for row in demo.rows()[table.name]:
        assert set(row) == set(table.columns)
        assert {name for name in required if row[name] is None} == set()
