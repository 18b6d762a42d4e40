"""The demo's data: the same everywhere, true to the tables, and with everything in it."""

import os
import re
import subprocess
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from gateway.demo.data import CANARIES, demo_rows, family, people, stream, version
from gateway.demo.data.epoch import EPOCH, ago, iso, naive
from gateway.demo.data.making import Row, Tables

ROOT = Path(__file__).parents[3]

# Stored table name: the columns that every row has, and those that some rows lack.
COLUMNS = {
    "stream": {
        "AccountTable": ("accountId email createdAt", "firstName lastName updatedAt"),
        "SubscriptionTable": (
            "accountId subscriptionId serviceType plan status startDate createdAt",
            "endDate paymentDetails trialEndDate updatedAt",
        ),
        "UserUsageTable": (
            "accountId timestamp serviceType activityType",
            "details deviceInfo sessionId",
        ),
        "ProfileTable": (
            "accountId profileId name createdAt",
            "avatar isKidsProfile updatedAt",
        ),
        "ProfileSettingsTable": (
            "profileId createdAt",
            (
                "parentalControls contentSettings languageSettings pinProtected pinCode "
                "maxContentRating blockedGenres blockedCreators updatedAt"
            ),
        ),
        "ProfileAITable": (
            "profileId createdAt",
            (
                "aiInstructions recommendationStyle favoriteGenres dislikedGenres contentFilters "
                "explicitContentLevel updatedAt"
            ),
        ),
        "MovieTable": (
            "movieId title genre releaseYear",
            "director cast rating duration description imageUrl trailerUrl streamUrl",
        ),
        "WatchlistTable": ("accountId movieId profileId dateAdded", "addedFrom"),
        "WatchHistoryTable": (
            "accountId watchedAt profileId movieId",
            "progressSeconds completed deviceType",
        ),
    },
    "family": {
        "users": ("id email created_at", "password_hash role"),
        "kid_profiles": ("id family_id created_at", "name pin_hash"),
        "titles": (
            "id tmdb_id media_type",
            (
                "title overview poster_path backdrop_path release_date rating genres providers "
                "tags last_synced"
            ),
        ),
        "episodes": (
            "id tmdb_episode_id title_id season_number episode_number",
            "name overview air_date thumbnail_path tags",
        ),
        "kid_profiles_titles": (
            "id kid_profile_id title_id policy created_at",
            "blocked_episodes",
        ),
        "devices": (
            "id device_id family_id paired_at last_active",
            "kid_profile_id friendly_name",
        ),
        "pairing_codes": ("id code family_id created_at expires_at used", ""),
        "streaming_service_selection": ("id family_id updated_at", "selected_services"),
        "content_tags": ("id tag", "category description"),
        "episode_links": (
            "id episode_id created_at verified reported_count",
            "platform url",
        ),
        "content_reports": (
            "id family_id title_id created_at",
            "issue_type description status resolved_at",
        ),
    },
}

UNIQUE = [
    ("stream", "AccountTable", "accountId"),
    ("stream", "AccountTable", "email"),
    ("stream", "SubscriptionTable", "accountId subscriptionId"),
    ("stream", "UserUsageTable", "accountId timestamp"),
    ("stream", "ProfileTable", "accountId profileId"),
    ("stream", "ProfileTable", "profileId"),
    ("stream", "ProfileSettingsTable", "profileId"),
    ("stream", "ProfileAITable", "profileId"),
    ("stream", "MovieTable", "movieId"),
    ("stream", "WatchlistTable", "accountId movieId"),
    ("stream", "WatchHistoryTable", "accountId watchedAt"),
    *(("family", table, "id") for table in COLUMNS["family"]),
    ("family", "users", "email"),
    ("family", "titles", "tmdb_id"),
    ("family", "episodes", "tmdb_episode_id"),
    ("family", "episodes", "title_id season_number episode_number"),
    ("family", "kid_profiles_titles", "kid_profile_id title_id"),
    ("family", "devices", "device_id"),
    ("family", "pairing_codes", "code"),
    ("family", "streaming_service_selection", "family_id"),
    ("family", "content_tags", "tag"),
]

# A column, the key it names, and how many of its values may dangle.
REFERENCES = [
    ("stream", "SubscriptionTable.accountId", "AccountTable.accountId", 0),
    ("stream", "UserUsageTable.accountId", "AccountTable.accountId", 0),
    ("stream", "ProfileTable.accountId", "AccountTable.accountId", 0),
    ("stream", "ProfileSettingsTable.profileId", "ProfileTable.profileId", 0),
    ("stream", "ProfileAITable.profileId", "ProfileTable.profileId", 0),
    ("stream", "WatchlistTable.accountId", "AccountTable.accountId", 0),
    ("stream", "WatchlistTable.profileId", "ProfileTable.profileId", 0),
    ("stream", "WatchlistTable.movieId", "MovieTable.movieId", 1),
    ("stream", "WatchHistoryTable.accountId", "AccountTable.accountId", 0),
    ("stream", "WatchHistoryTable.profileId", "ProfileTable.profileId", 1),
    ("stream", "WatchHistoryTable.movieId", "MovieTable.movieId", 0),
    ("family", "kid_profiles.family_id", "users.id", 0),
    ("family", "episodes.title_id", "titles.id", 0),
    ("family", "kid_profiles_titles.kid_profile_id", "kid_profiles.id", 0),
    ("family", "kid_profiles_titles.title_id", "titles.id", 0),
    ("family", "devices.family_id", "users.id", 0),
    ("family", "devices.kid_profile_id", "kid_profiles.id", 0),
    ("family", "pairing_codes.family_id", "users.id", 0),
    ("family", "streaming_service_selection.family_id", "users.id", 0),
    ("family", "episode_links.episode_id", "episodes.id", 0),
    ("family", "content_reports.family_id", "users.id", 0),
    ("family", "content_reports.title_id", "titles.id", 0),
]

CLOSED_LISTS = [
    ("users", "role", {"parent", "admin", None}),
    ("titles", "media_type", {"movie", "tv"}),
    ("kid_profiles_titles", "policy", {"allow", "deny"}),
    ("content_reports", "status", {"pending", "resolved", "dismissed", None}),
]

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
]

# What families' VARCHAR columns hold at most.
LENGTHS = [
    ("users", "email", 255),
    ("kid_profiles", "name", 100),
    ("titles", "title", 500),
    ("titles", "poster_path", 255),
    ("titles", "rating", 10),
    ("devices", "friendly_name", 100),
    ("content_tags", "tag", 100),
    ("content_reports", "issue_type", 100),
]

SECRETS = {"paymentDetails", "pinCode", "sessionId", "password_hash", "pin_hash", "code"}


@pytest.fixture(scope="module")
def data() -> dict[str, Tables]:
    return demo_rows()


def _every(data: dict[str, Tables]) -> Iterator[Row]:
    return (row for tables in data.values() for rows in tables.values() for row in rows)


def _values(data: dict[str, Tables], product: str, column: str) -> list[object]:
    table, name = column.split(".")
    return [row.get(name) for row in data[product][table]]


def _texts(data: dict[str, Tables]) -> list[str]:
    return [value for row in _every(data) for value in row.values() if isinstance(value, str)]


def test_every_call_makes_the_same_rows_anew(data: dict[str, Tables]) -> None:
    again = demo_rows()
    assert again == data
    again["family"]["users"][0]["email"] = "changed"
    assert version(again["family"]) != version(data["family"])
    assert version(again["stream"]) == version(data["stream"])
    assert demo_rows() == data


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
    assert time.process_time() - started < 1.5


def test_the_tables_are_all_there_and_filled(data: dict[str, Tables]) -> None:
    assert {product: list(tables) for product, tables in data.items()} == {
        product: list(tables) for product, tables in COLUMNS.items()
    }
    assert all(rows for tables in data.values() for rows in tables.values())
    assert 3_500 < sum(1 for _ in _every(data)) < 5_000


@pytest.mark.parametrize(
    ("product", "table"),
    [(product, table) for product, tables in COLUMNS.items() for table in tables],
)
def test_optional_columns_are_both_present_and_absent(
    data: dict[str, Tables], product: str, table: str
) -> None:
    always, sometimes = (set(names.split()) for names in COLUMNS[product][table])
    rows = data[product][table]
    filled = Counter(name for row in rows for name, value in row.items() if value is not None)
    assert filled.keys() == always | sometimes
    assert {name for name, count in filled.items() if count == len(rows)} == always


def test_absent_is_an_absent_key_in_stream_and_none_in_family(data: dict[str, Tables]) -> None:
    assert all(None not in row.values() for rows in data["stream"].values() for row in rows)
    for table, (always, sometimes) in COLUMNS["family"].items():
        columns = {*always.split(), *sometimes.split()}
        assert all(row.keys() == columns for row in data["family"][table])


@pytest.mark.parametrize(("product", "table", "columns"), UNIQUE)
def test_keys_are_unique(data: dict[str, Tables], product: str, table: str, columns: str) -> None:
    keys = [tuple(row[name] for name in columns.split()) for row in data[product][table]]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(("product", "column", "key", "dangling"), REFERENCES)
def test_references_lead_to_rows(
    data: dict[str, Tables], product: str, column: str, key: str, dangling: int
) -> None:
    named = [value for value in _values(data, product, column) if value is not None]
    there = set(_values(data, product, key))
    assert sum(value not in there for value in named) == dangling


@pytest.mark.parametrize(("table", "column", "values"), CLOSED_LISTS)
def test_closed_lists_are_covered_and_kept(
    data: dict[str, Tables], table: str, column: str, values: set[str | None]
) -> None:
    assert set(_values(data, "family", f"{table}.{column}")) == values


@pytest.mark.parametrize(("product", "table", "column", "values"), OPEN_LISTS)
def test_open_lists_have_variety(
    data: dict[str, Tables], product: str, table: str, column: str, values: set[str | None]
) -> None:
    assert set(_values(data, product, f"{table}.{column}")) == values


@pytest.mark.parametrize(("table", "column", "most"), LENGTHS)
def test_texts_fit_their_columns(
    data: dict[str, Tables], table: str, column: str, most: int
) -> None:
    texts = _values(data, "family", f"{table}.{column}")
    assert max(len(text) for text in texts if isinstance(text, str)) <= most


def test_texts_go_beyond_ascii(data: dict[str, Tables]) -> None:
    texts = _texts(data)
    assert all(unicodedata.is_normalized("NFC", text) for text in texts)
    assert any("が" in text or "の" in text for text in texts)
    assert any("é" in text for text in texts)
    assert any(ord(letter) > 0xFFFF for text in texts for letter in text)


def test_stream_keeps_iso_text_a_third_of_it_with_milliseconds(data: dict[str, Tables]) -> None:
    names = {"timestamp", "watchedAt", "createdAt", "updatedAt", "dateAdded", "startDate"}
    stamps = [
        str(value)
        for rows in data["stream"].values()
        for row in rows
        for name, value in row.items()
        if name in names
    ]
    form = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
    assert all(form.fullmatch(stamp) for stamp in stamps)
    assert all(datetime.fromisoformat(stamp) <= EPOCH for stamp in stamps)
    assert 0.25 < sum("." in stamp for stamp in stamps) / len(stamps) < 0.42
    assert any(stamp.endswith(".000Z") for stamp in stamps)


def test_stream_keeps_what_dynamodb_can_hold(data: dict[str, Tables]) -> None:
    def kinds(value: object) -> set[type]:
        inner = value.values() if isinstance(value, dict) else value
        if isinstance(inner, str) or not hasattr(inner, "__iter__"):
            return {type(value)}
        return {type(value)}.union(*map(kinds, inner))

    tables = data["stream"]
    assert kinds(tables) == {str, int, Decimal, bool, list, dict, type(None)}
    for name in ("details", "deviceInfo"):
        nested = [row[name] for row in tables["UserUsageTable"] if name in row]
        assert kinds(nested) >= {str, int, Decimal, bool, list, dict, type(None)}


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


def test_persons_have_the_accounts_that_they_are_said_to_have(data: dict[str, Tables]) -> None:
    in_stream = set(_values(data, "stream", "AccountTable.email"))
    in_family = set(_values(data, "family", "users.email"))
    assert in_stream & in_family == {
        person.email for person in (people.ADA, people.BEN, people.ZOE)
    }
    assert people.CHLOE.email in in_stream
    assert {people.DMITRI.email, people.ERIN.email} <= in_family
    assert people.MIXED_CASE.email in in_family
    assert people.MIXED_CASE.email.lower() in in_stream
    assert people.ZOE.email == "zo\u00eb@example.com"


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


def test_canaries_are_in_every_secret_and_nowhere_else(data: dict[str, Tables]) -> None:
    found = set()
    for row in _every(data):
        for name, value in row.items():
            sung = {canary for canary in CANARIES if canary in repr(value)}
            assert bool(sung) == (name in SECRETS and value is not None), (name, value)
            found |= sung
    assert found == set(CANARIES)
