"""The demo's data: the same everywhere, true to the tables, and with everything in it."""

import os
import re
import subprocess
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product as pairs_of
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.demo.data import (
    CANARIES,
    demo_rows,
    family,
    people,
    prep,
    social,
    stream,
    studio,
    version,
)
from gateway.demo.data.epoch import EPOCH, ago, iso, naive, unix
from gateway.demo.data.making import Row, Tables
from loaders.tables.catalogue import DYNAMODB, POSTGRES, TABLES
from loaders.tables.dynamodb import DynamoTable
from loaders.tables.facts import StoredTable, Visibility
from loaders.tables.kinds import EPOCH as EPOCH_SECONDS
from loaders.tables.kinds import MOMENT
from loaders.tables.postgresql import PostgresTable

ROOT = Path(__file__).parents[3]

POSTGRES_TABLES = [table for tables in POSTGRES.values() for table in tables]
DYNAMODB_TABLES = [table for tables in DYNAMODB.values() for table in tables]

# Columns that may be empty and that the rows of families all fill.
FILLED = {
    "family.titles.media_type",
    "family.kid_profiles_titles.policy",
    "family.devices.last_active",
}

# What no two rows share, beyond keys and unique indexes.
UNIQUE = [
    ("stream", "AccountTable", "email"),
    ("stream", "ProfileTable", "profileId"),
    ("social", "cloudstro-users", "email"),
    ("social", "cloudstro-users", "username"),
    ("social", "cloudstro-social-accounts", "id"),
    ("prep", "ielts-genai-prep-assessments", "assessment_id"),
    ("prep", "ielts-content-reports", "report_id"),
    ("prep", "ielts-support-tickets", "ticket_id"),
    ("prep", "ielts-devops-actions", "action_id"),
]

# Times that may be yet to come.
FUTURE = {
    "endDate",
    "trialEndDate",
    "tokenExpiresAt",
    "validUntil",
    "validUntilISO",
    "TTL",
    "expires_at",
}

# How many of a column's references lead nowhere.
DANGLING = {
    "stream.WatchlistTable.movieId": 1,
    "stream.WatchHistoryTable.profileId": 1,
    "studio.video_clips.keyframe_ids": 1,
    "studio.video_clips.character_ids": 1,
    "studio.final_videos.video_clip_ids": 1,
    "prep.ielts-genai-prep-assessments.user_id": 1,
    "prep.ielts-ai-safety-logs.assessment_id": 1,
    "prep.ielts-content-reports.assessment_id": 1,
    "prep.ielts-support-tickets.user_email": 1,
    "prep.ielts-devops-actions.ticket_id": 1,
}

OPEN_LISTS = [
    ("stream", "SubscriptionTable", "serviceType", {"stream", "shop", "music", "games"}),
    (
        "stream",
        "SubscriptionTable",
        "status",
        {"active", "trialing", "past_due", "paused", "cancelled", "expired"},
    ),
    (
        "stream",
        "SubscriptionTable",
        "plan",
        {"free", "basic", "standard", "premium", "family"},
    ),
    (
        "family",
        "episode_links",
        "platform",
        {"netflix", "hulu", "disney_plus", "prime_video", None},
    ),
    ("studio", "input_records", "status", {*studio.STATUSES, None}),
    ("studio", "input_records", "current_phase", {*studio.PHASES, None}),
    ("studio", "character_images", "image_type", {"character", "variation", "reference", None}),
    ("studio", "voiceovers", "language", {"en", "ja", "fr", "de", "pt-BR"}),
    ("social", "cloudstro-social-accounts", "platform", set(social.PLATFORMS)),
    ("social", "cloudstro-social-posts", "platform", set(social.PLATFORMS)),
    (
        "social",
        "cloudstro-social-engagement",
        "contentType",
        {"text_post", "image_post", "video_post"},
    ),
    ("social", "cloudstro-ai-insights", "type", set(social.INSIGHT_TYPES)),
    ("social", "cloudstro-ai-insights", "platform", {*social.PLATFORMS, None}),
    (
        "prep",
        "ielts-assessment-questions",
        "assessment_type",
        {"speaking_part1", "speaking_part2", "speaking_part3", "writing_task1", "writing_task2"},
    ),
    (
        "prep",
        "ielts-devops-actions",
        "affected_service",
        {"lambda", "dynamodb", "gemini", "s3", "cloudfront", None},
    ),
]

# Every person with an account somewhere, and where.
ACCOUNTS = [
    (people.ADA, "stream family studio social prep"),
    (people.BEN, "stream family studio social"),
    (people.CHLOE, "stream"),
    (people.DMITRI, "family"),
    (people.ERIN, "family"),
    (people.NOUR, "prep"),
    (people.ZOE, "stream family social prep"),
    (people.MIXED_CASE, "stream family prep"),
    (people.IDA, "studio prep"),
    (people.IRIS, "studio social"),
    (people.OMAR, "studio social prep"),
    (people.LENA, "studio prep"),
    (people.JOHN, "stream"),
    (people.JOHN_DOE, "social"),
]


@pytest.fixture(scope="module")
def data() -> dict[str, Tables]:
    return demo_rows()


def _every(data: dict[str, Tables]) -> Iterator[Row]:
    return (row for tables in data.values() for rows in tables.values() for row in rows)


def _values(data: dict[str, Tables], product: str, column: str) -> list[object]:
    table, name = column.split(".")
    return [row.get(name) for row in data[product][table]]


def _rows(data: dict[str, Tables], table: StoredTable) -> list[Row]:
    return data[table.product][table.name]


def _loose(data: dict[str, Tables], product: str, table: str) -> list[dict[str, Any]]:
    """Rows whose values' types are left to the test."""
    return data[product][table]


def _texts(data: dict[str, Tables]) -> list[str]:
    return [value for row in _every(data) for value in row.values() if isinstance(value, str)]


def test_every_call_makes_the_same_rows_anew(data: dict[str, Tables]) -> None:
    again = demo_rows()
    assert again == data
    again["family"]["users"][0]["email"] = "changed"
    assert version(again["family"]) != version(data["family"])
    assert version(again["stream"]) == version(data["stream"])
    assert demo_rows() == data


def test_examples_are_handed_out_as_copies(data: dict[str, Tables]) -> None:
    for example in (social.EXAMPLE_POST, prep.EXAMPLE_RUBRIC):
        shared = {id(value) for value in example.values() if isinstance(value, list | dict)}
        assert shared.isdisjoint(id(value) for row in _every(data) for value in row.values())


@pytest.mark.parametrize("hash_seed", ["1", "4294967295"])
def test_every_process_makes_the_same_rows(data: dict[str, Tables], hash_seed: str) -> None:
    program = (
        "from gateway.demo.data import demo_rows, version\n"
        "for tables in demo_rows().values(): print(version(tables))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": "Asia/Kathmandu"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [version(tables) for tables in data.values()]


def test_making_the_rows_is_quick() -> None:
    started = time.process_time()
    demo_rows()
    assert time.process_time() - started < 2.5


def test_the_tables_are_all_there_and_filled(data: dict[str, Tables]) -> None:
    assert {product: list(tables) for product, tables in data.items()} == {
        product: [table.name for table in tables]
        for product, tables in {**POSTGRES, **DYNAMODB}.items()
    }
    assert all(rows for tables in data.values() for rows in tables.values())
    assert 9_000 < sum(1 for _ in _every(data)) < 11_000


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_optional_columns_are_both_present_and_absent(
    data: dict[str, Tables], table: StoredTable
) -> None:
    rows = _rows(data, table)
    filled = Counter(name for row in rows for name, value in row.items() if value is not None)
    assert filled.keys() == table.columns.keys()
    always = {name for name, count in filled.items() if count == len(rows)}
    assert always == {
        name
        for name, column in table.columns.items()
        if column.required or f"{table}.{name}" in FILLED
    }


@pytest.mark.parametrize("table", DYNAMODB_TABLES, ids=str)
def test_absent_is_an_absent_key_in_dynamodb(data: dict[str, Tables], table: DynamoTable) -> None:
    assert all(None not in row.values() for row in _rows(data, table))


@pytest.mark.parametrize("table", POSTGRES_TABLES, ids=str)
def test_absent_is_none_in_postgres(data: dict[str, Tables], table: PostgresTable) -> None:
    assert all(row.keys() == table.columns.keys() for row in _rows(data, table))


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_values_are_of_their_kind(data: dict[str, Tables], table: StoredTable) -> None:
    for row in _rows(data, table):
        for name, value in row.items():
            if value is not None:
                table.columns[name].kind.parse(value)


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_closed_lists_are_covered_and_kept(data: dict[str, Tables], table: StoredTable) -> None:
    for name, column in table.columns.items():
        if column.kind.choices:
            stored = {row.get(name) for row in _rows(data, table)}
            assert stored - {None} == set(column.kind.choices), name


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_keys_are_unique(data: dict[str, Tables], table: StoredTable) -> None:
    uniques = {table.key, *(index.columns for index in table.indexes if index.unique)}
    for columns in uniques:
        keys = [tuple(row[name] for name in columns) for row in _rows(data, table)]
        assert len(set(keys)) == len(keys), columns


@pytest.mark.parametrize(("product", "table", "column"), UNIQUE)
def test_other_ids_are_unique(
    data: dict[str, Tables], product: str, table: str, column: str
) -> None:
    ids = _values(data, product, f"{table}.{column}")
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_references_lead_to_rows(data: dict[str, Tables], table: StoredTable) -> None:
    for name, column in table.columns.items():
        if column.references is not None:
            target = column.references
            there = {row[key] for row in _rows(data, target) for key in target.key}
            named = [row.get(name) for row in _rows(data, table)]
            ids = [
                one for value in named for one in (value if isinstance(value, list) else [value])
            ]
            dangling = {one for one in ids if one is not None and one not in there}
            assert len(dangling) == DANGLING.get(f"{table}.{name}", 0), (name, dangling)


@pytest.mark.parametrize("table", POSTGRES_TABLES, ids=str)
def test_texts_fit_their_columns(data: dict[str, Tables], table: PostgresTable) -> None:
    for column in table.sql.columns:
        if isinstance(column.type, sa.String) and column.type.length is not None:
            texts = [row[column.name] or "" for row in _rows(data, table)]
            assert max(len(str(text)) for text in texts) <= column.type.length, column.name


@pytest.mark.parametrize("table", DYNAMODB_TABLES, ids=str)
def test_items_stay_within_their_bound(data: dict[str, Tables], table: DynamoTable) -> None:
    assert max(len(repr(row).encode()) for row in _rows(data, table)) <= table.max_item_bytes


@pytest.mark.parametrize(("product", "table", "column", "values"), OPEN_LISTS)
def test_open_lists_have_variety(
    data: dict[str, Tables], product: str, table: str, column: str, values: set[str | None]
) -> None:
    assert set(_values(data, product, f"{table}.{column}")) == values


def test_texts_go_beyond_ascii(data: dict[str, Tables]) -> None:
    texts = _texts(data)
    assert all(unicodedata.is_normalized("NFC", text) for text in texts)
    assert any("が" in text or "の" in text for text in texts)
    assert any("é" in text for text in texts)
    assert any(ord(letter) > 0xFFFF for text in texts for letter in text)


@pytest.mark.parametrize("product", DYNAMODB)
def test_moments_are_iso_text_a_third_of_it_with_milliseconds(
    data: dict[str, Tables], product: str
) -> None:
    stamps = [
        str(row[name])
        for table in DYNAMODB[product]
        for name, column in table.columns.items()
        if column.kind is MOMENT
        for row in _rows(data, table)
        if name in row
    ]
    form = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
    assert all(form.fullmatch(stamp) for stamp in stamps)
    assert 0.25 < sum("." in stamp for stamp in stamps) / len(stamps) < 0.42
    assert any(stamp.endswith(".000Z") for stamp in stamps)


@pytest.mark.parametrize("table", DYNAMODB_TABLES, ids=str)
def test_what_has_happened_is_past(data: dict[str, Tables], table: DynamoTable) -> None:
    for name, column in table.columns.items():
        if column.kind in (MOMENT, EPOCH_SECONDS) and name not in FUTURE:
            for row in _rows(data, table):
                assert name not in row or column.kind.parse(row[name]) <= EPOCH


@pytest.mark.parametrize("product", DYNAMODB)
def test_items_are_what_dynamodb_can_hold(data: dict[str, Tables], product: str) -> None:
    def kinds(value: object) -> set[type]:
        inner = value.values() if isinstance(value, dict) else value
        if isinstance(inner, str) or not hasattr(inner, "__iter__"):
            return {type(value)}
        return {type(value)}.union(*map(kinds, inner))

    holdable = {str, int, Decimal, bool, list, dict, type(None)}
    assert kinds(data[product]) <= holdable
    nested = {
        "stream": ("UserUsageTable", ("details", "deviceInfo")),
        "social": ("cloudstro-ai-insights", ("data",)),
    }
    table, names = nested.get(product, ("", ()))
    for name in names:
        assert kinds([row[name] for row in data[product][table] if name in row]) >= holdable


def test_familys_moments_are_naive_and_past(data: dict[str, Tables]) -> None:
    for rows in data["family"].values():
        for row in rows:
            moments = {name: value for name, value in row.items() if isinstance(value, datetime)}
            assert all(moment.tzinfo is None for moment in moments.values())
            expiry = moments.pop("expires_at", None)
            assert expiry is None or expiry == moments["created_at"] + timedelta(minutes=10)
            assert all(moment <= naive(EPOCH) for moment in moments.values())


def test_some_pairing_codes_are_still_good(data: dict[str, Tables]) -> None:
    good = Counter(
        row["expires_at"] > naive(EPOCH)
        for row in data["family"]["pairing_codes"]
        if isinstance(row["expires_at"], datetime)
    )
    assert good[True] == 10
    assert good[False] == 30


def test_reports_are_resolved_once_they_are_closed(data: dict[str, Tables]) -> None:
    for row in data["family"]["content_reports"]:
        assert (row["resolved_at"] is not None) == (row["status"] in ("resolved", "dismissed"))


def test_the_documents_example_is_as_written(data: dict[str, Tables]) -> None:
    assert {
        "accountId": "123e4567-e89b-12d3-a456-426614174000",
        "profileId": "98765432-abcd-efgh-ijkl-123456789012",
        "name": "John",
        "avatar": "avatar2",
        "isKidsProfile": False,
        "createdAt": "2025-06-23T14:15:22Z",
        "updatedAt": "2025-06-23T14:15:22Z",
    } in data["stream"]["ProfileTable"]


@pytest.mark.parametrize(("person", "products"), ACCOUNTS)
def test_persons_have_the_accounts_that_they_are_said_to_have(
    data: dict[str, Tables], person: people.Person, products: str
) -> None:
    found = [
        table.product
        for table in TABLES
        if table.email
        and person.email.lower() in {str(row[table.email]).lower() for row in _rows(data, table)}
    ]
    assert sorted(found) == sorted(products.split())


def test_addresses_are_kept_in_the_case_that_they_are_said_to_be(
    data: dict[str, Tables],
) -> None:
    mixed, ida = people.MIXED_CASE.email, people.IDA.email
    assert mixed in _values(data, "family", "users.email")
    assert mixed.lower() in _values(data, "stream", "AccountTable.email")
    assert mixed.lower() in _values(data, "prep", "ielts-genai-prep-users.email")
    assert ida in _values(data, "prep", "ielts-genai-prep-users.email")
    assert ida.lower() in _values(data, "studio", "users.email")
    assert people.ZOE.email == "zo\u00eb@example.com"


def test_products_share_no_ids(data: dict[str, Tables]) -> None:
    at_family = data["family"]["users"][family.STRANGER - 1]
    at_studio = data["studio"]["users"][studio.STRANGER - 1]
    assert at_family["id"] == at_studio["id"] == 7
    assert at_family["email"] != at_studio["email"]
    assert at_studio["email"] == people.strangers("studio", 1)[0].email


def test_named_users_have_their_ids_and_roles(data: dict[str, Tables]) -> None:
    users = {row["id"]: row for row in data["family"]["users"]}
    for person in (people.ADA, people.BEN, people.DMITRI, people.ERIN, people.ZOE):
        assert users[family.user_id(person)]["email"] == person.email
    assert users[family.user_id(people.DMITRI)]["role"] == "parent"
    assert users[family.user_id(people.ERIN)]["role"] == "admin"
    assert users[family.STRANGER]["email"] == people.strangers("family", 1)[0].email


def test_strangers_are_of_one_product() -> None:
    there = {person.email for person in people.strangers("family", 50)}
    assert len(there) == 50
    assert there.isdisjoint(person.email for person in people.strangers("studio", 50))


def test_ada_has_enough_for_pages(data: dict[str, Tables]) -> None:
    tables, main = data["stream"], stream.profile_id(people.ADA, 0)
    mine = {row["profileId"] for row in tables["ProfileTable"] if _is_adas(row)}
    kids = {row["profileId"] for row in tables["ProfileTable"] if row.get("isKidsProfile")}
    assert len(mine) == 5
    assert mine & kids == {stream.profile_id(people.ADA, 1)}
    assert mine <= {row["profileId"] for row in tables["ProfileSettingsTable"]}
    assert mine <= {row["profileId"] for row in tables["ProfileAITable"]}
    assert _values(data, "stream", "WatchHistoryTable.profileId").count(main) == 230
    assert _values(data, "stream", "WatchlistTable.profileId").count(main) == 60
    assert sum(map(_is_adas, tables["UserUsageTable"])) == 90


def _is_adas(row: Row) -> bool:
    return row["accountId"] == stream.account_id(people.ADA)


def test_one_instant_is_watched_in_both_forms(data: dict[str, Tables]) -> None:
    both = {iso(ago(days=99)), iso(ago(days=99), millis=True)}
    assert both <= {
        row["watchedAt"] for row in data["stream"]["WatchHistoryTable"] if _is_adas(row)
    }


def test_adas_family_has_enough_for_pages(data: dict[str, Tables]) -> None:
    ada = family.user_id(people.ADA)
    owned = ("kid_profiles", "devices", "pairing_codes", "content_reports")
    counts = [_values(data, "family", f"{table}.family_id").count(ada) for table in owned]
    assert counts[0] == 12
    assert min(counts[1:]) >= 6
    assert ada in _values(data, "family", "streaming_service_selection.family_id")
    kids = _values(data, "family", "kid_profiles_titles.kid_profile_id")
    assert kids.count(family.ADA_KID) == 60
    assert _values(data, "family", "episodes.title_id").count(family.LONG_SHOW) == 120


def test_devices_belong_to_the_family_of_their_kid(data: dict[str, Tables]) -> None:
    family_of = {row["id"]: row["family_id"] for row in data["family"]["kid_profiles"]}
    kidless = []
    for row in data["family"]["devices"]:
        if row["kid_profile_id"] is None:
            kidless.append((row["id"], row["family_id"]))
        else:
            assert family_of[row["kid_profile_id"]] == row["family_id"]
    assert kidless == [(family.KIDLESS_DEVICE, family.user_id(people.ADA))]


def test_policies_block_episodes_of_their_title_and_some_that_are_gone(
    data: dict[str, Tables],
) -> None:
    title_of = {row["id"]: row["title_id"] for row in data["family"]["episodes"]}
    dangling = []
    for row in data["family"]["kid_profiles_titles"]:
        blocked = row["blocked_episodes"]
        if isinstance(blocked, list):
            dangling += [number for number in blocked if number not in title_of]
            assert {title_of.get(number, row["title_id"]) for number in blocked} <= {
                row["title_id"]
            }
    assert tuple(dangling) == family.DANGLING_EPISODES


def test_films_cover_the_years_and_the_genres(data: dict[str, Tables]) -> None:
    years = {str(year) for year in _values(data, "stream", "MovieTable.releaseYear")}
    assert all(re.fullmatch(r"\d{4}", year) for year in years)
    assert (min(years), max(years)) == ("1927", "2025")
    genres = Counter(_values(data, "stream", "MovieTable.genre"))
    assert len(genres) == 8
    assert min(genres.values()) > 20
    titles = Counter(_values(data, "stream", "MovieTable.title"))
    assert titles["A Star Is Born"] == 4


def test_some_names_are_titles_of_both_products(data: dict[str, Tables]) -> None:
    in_stream = set(_values(data, "stream", "MovieTable.title"))
    in_family = set(_values(data, "family", "titles.title"))
    assert {"King Kong", "千と千尋の神隠し", "Axolotl Tales 🦎"} <= in_stream & in_family


def test_titles_are_in_tmdbs_form(data: dict[str, Tables]) -> None:
    rows = data["family"]["titles"]
    assert {"id": 18, "name": "Drama"} in [
        genre for row in rows if isinstance(row["genres"], list) for genre in row["genres"]
    ]
    for row in rows:
        if isinstance(row["providers"], list):
            for provider in row["providers"]:
                assert provider.keys() == {"provider_id", "provider_name", "logo_path"}
    posters = [str(row["poster_path"]) for row in rows if row["poster_path"]]
    assert {poster.startswith("/") for poster in posters} == {True, False}
    assert all(isinstance(row["release_date"], date | None) for row in rows)


def test_tags_are_known(data: dict[str, Tables]) -> None:
    known = set(_values(data, "family", "content_tags.tag"))
    for column in ("titles.tags", "episodes.tags"):
        for tags in _values(data, "family", column):
            assert tags is None or (isinstance(tags, list) and known.issuperset(tags))


def test_pin_hashes_have_the_form_of_bcrypt() -> None:
    assert re.fullmatch(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}", family.PIN_HASH)


def test_studios_moments_are_aware_and_past(data: dict[str, Tables]) -> None:
    for rows in data["studio"].values():
        for row in rows:
            moments = [value for value in row.values() if isinstance(value, datetime)]
            assert all(moment.tzinfo is UTC and moment <= EPOCH for moment in moments)


def test_every_phase_stands_in_every_way(data: dict[str, Tables]) -> None:
    steps = data["studio"]["processing_statuses"]
    assert {(row["phase"], row["status"]) for row in steps} == set(
        pairs_of(studio.PHASES, studio.STATUSES)
    )
    details = Counter((row["status"] == "failed", row["error_details"] is None) for row in steps)
    assert details[True, False]
    assert details[True, True]
    assert not details[False, False]
    for row in steps:
        assert (row["error_message"] is not None) == (row["status"] == "failed")
        assert (row["completed_at"] is not None) == (row["status"] in ("completed", "failed"))


def test_scores_are_hundredths_of_one(data: dict[str, Tables]) -> None:
    scores = [
        score
        for rows in data["studio"].values()
        for row in rows
        if isinstance(score := row.get("quality_score"), Decimal)
    ]
    assert {score.as_tuple().exponent for score in scores} == {-2}
    assert (min(scores), max(scores)) == (Decimal("0.00"), Decimal("1.00"))
    assert any(str(score).endswith("0") for score in scores)


def test_inputs_come_from_addresses_of_both_kinds(data: dict[str, Tables]) -> None:
    inputs = _loose(data, "studio", "input_records")
    addresses = [row["ip_address"] for row in inputs if row["ip_address"]]
    assert {":" in address for address in addresses} == {True, False}
    assert all(row["input_length"] == len(row["raw_input"]) for row in inputs)
    assert any(not row["raw_input"].isascii() for row in inputs)


def test_some_files_are_beyond_32_bits(data: dict[str, Tables]) -> None:
    sizes = [row["file_size_bytes"] or 0 for row in _loose(data, "studio", "final_videos")]
    assert max(sizes) > 2**32
    assert sum(size > 2**31 for size in sizes) > 5


def test_adas_record_is_rich(data: dict[str, Tables]) -> None:
    tables, record = data["studio"], studio.RICH_RECORD
    inputs = _values(data, "studio", "input_records.user_id")
    assert inputs.count(studio.user_id(people.ADA)) == 80
    assert tables["input_records"][record - 1]["id"] == record
    assert inputs[record - 1] == studio.user_id(people.ADA)
    frames = [row for row in tables["keyframes"] if row["input_record_id"] == record]
    assert [(row["scene_id"], row["sequence"]) for row in frames] == list(
        pairs_of(range(1, 13), range(3))
    )
    clips = [row for row in tables["video_clips"] if row["input_record_id"] == record]
    assert [row["scene_id"] for row in clips] == list(range(1, 13))
    counts = {
        name: _values(data, "studio", f"{name}.input_record_id").count(record)
        for name in ("processing_statuses", "characters", "voiceovers", "final_videos")
    }
    assert counts == {
        "processing_statuses": 8,
        "characters": 6,
        "voiceovers": 5,
        "final_videos": 4,
    }


def test_clips_name_their_rows_in_the_order_of_their_use(data: dict[str, Tables]) -> None:
    clips = _loose(data, "studio", "video_clips")
    shown = {row["id"]: row["keyframe_ids"] for row in clips}
    assert None in shown.values()
    assert [] in shown.values()
    assert any(ids != sorted(ids) for ids in shown.values() if ids)
    assert {row["character_ids"] is None for row in clips} == {True, False}
    rich = clips[studio.RICH_CLIP - 1]
    assert studio.GONE_ID in rich["keyframe_ids"]
    assert studio.GONE_ID in rich["character_ids"]
    assert max(Counter(rich["keyframe_ids"]).values()) == 2
    record_of = {row["id"]: row["input_record_id"] for row in data["studio"]["keyframes"]}
    borrowed = [
        (row["id"], number)
        for row in clips
        for number in row["keyframe_ids"] or []
        if number in record_of and record_of[number] != row["input_record_id"]
    ]
    assert len(borrowed) == 1
    assert borrowed[0][0] == studio.RICH_CLIP


def test_videos_are_made_of_what_their_record_has(data: dict[str, Tables]) -> None:
    clips = {row["id"]: row["input_record_id"] for row in data["studio"]["video_clips"]}
    voices = {row["id"]: row["input_record_id"] for row in data["studio"]["voiceovers"]}
    videos = _loose(data, "studio", "final_videos")
    for row in videos:
        assert voices.get(row["voiceover_id"], row["input_record_id"]) == row["input_record_id"]
        used = {clips.get(number, row["input_record_id"]) for number in row["video_clip_ids"] or []}
        assert used <= {row["input_record_id"]}
    assert videos[studio.RICH_VIDEO - 1]["video_clip_ids"][-1] == studio.GONE_ID
    assert [] in [row["thumbnail_urls"] for row in videos]


def test_characters_share_keys_within_and_across_users(data: dict[str, Tables]) -> None:
    user_of = {row["id"]: row["user_id"] for row in data["studio"]["input_records"]}
    users: dict[object, list[object]] = {}
    for row in data["studio"]["characters"]:
        users.setdefault(row["consistency_key"], []).append(user_of[row["input_record_id"]])
    ada, ben = studio.user_id(people.ADA), studio.user_id(people.BEN)
    assert {ada, ben} < set(users[studio.SHARED_KEY])
    assert set(users[studio.ADA_KEY]) == {ada}
    assert len(users[studio.ADA_KEY]) > 1


def test_some_accounts_give_no_rights(data: dict[str, Tables]) -> None:
    users = data["studio"]["users"]
    inactive = studio.user_id(people.IRIS)
    assert users[inactive - 1]["is_active"] is False
    assert inactive in _values(data, "studio", "input_records.user_id")
    assert studio.user_id(people.OMAR) not in _values(data, "studio", "input_records.user_id")
    creators = {row["userId"]: row for row in data["social"]["cloudstro-users"]}
    for row in creators.values():
        assert row["status"] == ("active" if row["isActive"] else "inactive")
    omar = social.creator_id(people.OMAR)
    assert creators[omar]["isActive"] is False
    assert omar in _values(data, "social", "cloudstro-social-posts.userId")
    learners = {row["email"]: row for row in data["prep"]["ielts-genai-prep-users"]}
    for person, status in ((people.OMAR, "suspended"), (people.LENA, "deleted")):
        email = prep.learner_email(person)
        assert learners[email]["account_status"] == status
        assert email in _values(data, "prep", "ielts-genai-prep-assessments.user_id")
        assert email in _values(data, "prep", "ielts-support-tickets.user_email")


def test_socials_examples_are_as_written(data: dict[str, Tables]) -> None:
    examples = (
        social.EXAMPLE_CREATOR,
        social.EXAMPLE_ACCOUNT,
        social.EXAMPLE_POST,
        social.EXAMPLE_ENGAGEMENT,
        social.EXAMPLE_INSIGHT,
    )
    for table, example in zip(data["social"].values(), examples, strict=True):
        assert [row for row in table if row["userId"] == "user_12345"] == [example]


def test_socials_keys_are_made_of_their_parts(data: dict[str, Tables]) -> None:
    for row in data["social"]["cloudstro-social-accounts"]:
        assert row["platformAccountId"] == f"{row['platform']}#{row['accountId']}"
        assert row["id"] == f"{row['userId']}#{row['platformAccountId']}"
        assert row["accountStatus"] == ("active" if row["isActive"] else "inactive")
    for row in data["social"]["cloudstro-social-posts"]:
        assert row["postId"] == f"{row['platform']}#{row['id']}"
    for row in data["social"]["cloudstro-social-engagement"]:
        assert row["engagementId"] == f"{row['postId']}#{row['timestamp']}"


def test_engagement_is_of_a_post_at_its_platform(data: dict[str, Tables]) -> None:
    posts = {
        (row["userId"], row["platform"], row["id"])
        for row in data["social"]["cloudstro-social-posts"]
    }
    snapshots = data["social"]["cloudstro-social-engagement"]
    counts = Counter((row["userId"], row["platform"], row["postId"]) for row in snapshots)
    assert counts.keys() <= posts
    ada = social.creator_id(people.ADA)
    assert counts[ada, "twitter", social.TWIN_POST] == 12
    assert counts[ada, "facebook", social.TWIN_POST] == 7
    assert (ada, "instagram", f"{social.TWIN_POST}0") in posts
    assert counts[ada, "tiktok", social.post_id(people.ADA, social.HOT_POST)] == 60
    for row in snapshots:
        moment = datetime.fromisoformat(str(row["timestamp"]))
        assert row["hourOfDay"] == moment.hour
        assert (row["dayOfWeek"] == f"{moment:%A}") == (row["userId"] != "user_12345")


def test_index_copies_agree_but_for_one(data: dict[str, Tables]) -> None:
    copies = {
        "createdAtISO": "createdAt",
        "timestampISO": "timestamp",
        "generatedAtISO": "generatedAt",
        "validUntilISO": "validUntil",
        "insightType": "type",
        "confidenceScore": "confidence",
    }
    odd = [
        (row["userId"], row["insightId"], copy)
        for rows in data["social"].values()
        for row in rows
        for copy, original in copies.items()
        if copy in row and row[copy] != row[original]
    ]
    ada, number = people.ADA, social.DISAGREEING_INSIGHT
    assert odd == [(social.creator_id(ada), social.insight_id(ada, number), "confidenceScore")]


def test_ada_has_enough_to_say(data: dict[str, Tables]) -> None:
    ada = social.creator_id(people.ADA)
    posts = [row for row in data["social"]["cloudstro-social-posts"] if row["userId"] == ada]
    assert len(posts) == 260
    assert set(Counter(row["platform"] for row in posts)) == set(social.PLATFORMS)
    assert {row["hasMedia"] for row in posts} == {True, False}
    assert all(bool(row.get("media")) == row["hasMedia"] for row in posts)
    accounts = data["social"]["cloudstro-social-accounts"]
    assert sum(row["userId"] == ada for row in accounts) == 6
    views = [
        row["engagement"].get("views")
        for row in _loose(data, "social", "cloudstro-social-posts")
        if row["userId"] == ada
    ]
    assert None in views
    assert max(filter(None, views)) > 2**32
    newest = iso(ago(hours=1))[:-1]
    tied = [
        row["userId"]
        for row in data["social"]["cloudstro-social-posts"]
        if str(row["createdAt"]).startswith(newest) and row["platform"] == "twitter"
    ]
    assert len(tied) > 2


def test_some_insights_are_over(data: dict[str, Tables]) -> None:
    insights = _loose(data, "social", "cloudstro-ai-insights")
    for row in insights:
        if row != social.EXAMPLE_INSIGHT:
            assert row["TTL"] == unix(datetime.fromisoformat(row["validUntil"]))
    shown = [row["TTL"] > unix(EPOCH) for row in insights if row["userId"] != "user_12345"]
    assert shown.count(False) > 10
    ada = [row for row in insights if row["userId"] == social.creator_id(people.ADA)]
    assert len(ada) == 60
    assert sum(row["TTL"] > unix(EPOCH) and row["isActive"] for row in ada) > 25
    assert any(row["TTL"] <= unix(EPOCH) and row["isActive"] for row in ada)


def test_preps_examples_are_as_written(data: dict[str, Tables]) -> None:
    tables = data["prep"]
    assert prep.EXAMPLE_QUESTION in tables["ielts-assessment-questions"]
    assert prep.EXAMPLE_RUBRIC in tables["ielts-assessment-rubrics"]
    (example,) = (
        row
        for row in tables["ielts-genai-prep-assessments"]
        if row["assessment_id"] == prep.EXAMPLE_ASSESSMENT
    )
    assert example["scores"] == prep.EXAMPLE_SCORES
    assert example["user_id"] == people.ADA.email
    assert example["status"] == "completed"


@pytest.mark.parametrize(
    ("table", "lifetime"),
    [
        ("ielts-genai-prep-sessions", timedelta(days=1)),
        ("ielts-genai-prep-qr-tokens", timedelta(minutes=5)),
    ],
)
def test_what_expires_is_kept_a_while(
    data: dict[str, Tables], table: str, lifetime: timedelta
) -> None:
    rows = [row for row in _loose(data, "prep", table) if "expires_at" in row]
    assert {row["expires_at"] > unix(EPOCH) for row in rows} == {True, False}
    for row in rows:
        if "created_at" in row:
            created = datetime.fromisoformat(row["created_at"])
            assert row["expires_at"] == unix(created + lifetime)
    assert all(("used_at" in row) == (row.get("used") is True) for row in rows)


def test_bands_are_halves(data: dict[str, Tables]) -> None:
    rows = _loose(data, "prep", "ielts-genai-prep-assessments")
    bands = [row["band_score"] for row in rows if "band_score" in row]
    assert all(0 <= band <= 9 and band * 2 % 1 == 0 for band in bands)
    assert any(band % 1 for band in bands)
    skills = {tuple(sorted(row["scores"])) for row in rows if "scores" in row}
    assert skills == {("speaking",), ("writing",), ("speaking", "writing")}
    for row in rows:
        assert ("completed_at" in row) == ("band_score" in row)
        if "status" in row:
            assert ("completed_at" in row) == (row["status"] == "completed")


def test_rubrics_describe_bands_and_some_not_all(data: dict[str, Tables]) -> None:
    described = [
        "".join(sorted(row["band_descriptors"]))
        for row in _loose(data, "prep", "ielts-assessment-rubrics")
        if "band_descriptors" in row
    ]
    assert set(described) == {"0123456789", "456789", "567"}


def test_safety_logs_are_flagged_when_something_was_done(data: dict[str, Tables]) -> None:
    rows = _loose(data, "prep", "ielts-ai-safety-logs")
    categories = {category for row in rows for category in row.get("categories", [])}
    assert categories == {"profanity", "hate_speech", "violence", "sexual_content", "spam"}
    assert [] in [row.get("categories") for row in rows]
    logs = Counter(row["log_id"] for row in rows)
    assert logs.pop(prep.LONG_LOG) == 5
    assert set(logs.values()) == {1}


def test_tickets_lead_to_actions_and_back(data: dict[str, Tables]) -> None:
    tickets = _loose(data, "prep", "ielts-support-tickets")
    actions = {row["action_id"]: row for row in _loose(data, "prep", "ielts-devops-actions")}
    named = {row["ticket_id"]: row.get("devops_action_id") for row in tickets}
    dangling = [action for action in named.values() if action and action not in actions]
    assert dangling == [prep.GONE_ACTION]
    for ticket, action in named.items():
        if action in actions:
            assert actions[action]["ticket_id"] == ticket
    assert max(Counter(row.get("ticket_id") for row in actions.values()).values()) > 2
    assert prep.GONE_TICKET in {row.get("ticket_id") for row in actions.values()}
    for row in tickets:
        assert row.get("status") != "resolved" or "resolved_at" in row
        assert row.get("status") != "escalated" or "escalated_at" in row
    assert [row.get("user_email") for row in tickets].count(people.ADA.email) == 60


def test_purchases_are_valid_for_thirty_days(data: dict[str, Tables]) -> None:
    rows = _loose(data, "prep", "ielts-genai-prep-entitlements")
    for row in rows:
        if {"status", "expires_at"} <= row.keys() and row["status"] != "refunded":
            valid = datetime.fromisoformat(row["expires_at"]) > EPOCH
            assert valid == (row["status"] == "active")
    assert Decimal("9.90") in [row.get("price_paid") for row in rows]
    assert [row["user_email"] for row in rows].count(people.ADA.email) == 3


def test_canaries_are_in_every_secret_and_nowhere_else(data: dict[str, Tables]) -> None:
    canary, found = re.compile("|".join(map(re.escape, CANARIES))), set()
    for table in TABLES:
        for row in _rows(data, table):
            for name, value in row.items():
                sung = set(canary.findall(repr(value)))
                secret = table.columns[name].visibility is Visibility.NEVER
                assert bool(sung) == (secret and value is not None), (name, value)
                found |= sung
    assert found == set(CANARIES)
