"""The Postgres store, against an engine: what it finds, lists and counts, and in how many calls."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa

from gateway.create import create_postgres
from gateway.demo.data.epoch import ago, naive
from gateway.demo.data.family import (
    ADA_KID,
    KIDLESS_DEVICE,
    LONG_SHOW,
    PAIRING_CODES,
    user_id,
)
from gateway.demo.data.making import Row, Tables
from gateway.demo.data.people import ADA, BEN, ERIN, MIXED_CASE
from loaders.access import many, one, page
from loaders.masks import Mask
from loaders.stores.interface import Call, Count, Key, Range, Route, Slice, Window
from loaders.stores.postgres import PostgresAddress, PostgresStore
from loaders.tables import family
from loaders.tables.facts import Read, Through, table_of
from loaders.tables.postgresql import declared
from tests.engines import execute
from tests.loaders.asking import Reading
from tests.loaders.stores.walking import climbs, joined, windows

USER = one(family.users, by="id").route
BY_EMAIL = one(family.users, by="email").route
BY_ANY_EMAIL = many(family.users, by="email", at_most=5, folded=True).route
TITLE = one(family.titles, by="id").route
EPISODE = one(family.episodes, by="id").route
DEVICE = one(family.devices, by="id").route
CODE = one(family.pairing_codes, by="code").route
POLICY = one(family.kid_profiles_titles, by="id").route
POLICY_OF = one(family.kid_profiles_titles, by=("title_id", "kid_profile_id")).route
TITLES = page(family.titles).route
FILMS = page(family.titles, by="media_type").route
TAGS = page(family.content_tags, order="tag").route
EPISODES = page(family.episodes, by="title_id", order=("season_number", "episode_number")).route
POLICIES = page(
    family.kid_profiles_titles, by="kid_profile_id", order="-created_at", filters="policy"
).route
REPORTS = page(family.content_reports, by="status", order="-created_at").route
PROFILES = page(family.kid_profiles, by="family_id", order="created_at").route

ADA_ID, BEN_ID = user_id(ADA), user_id(BEN)

# A table two hops from its owner, which no product has yet.
notes = declared(
    sa.Table(
        "notes",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("policy_id", sa.Integer, nullable=False),
        sa.Index("ix_notes_policy", "policy_id", "id"),
    ),
    product="family",
    read=Read.OWNER,
    owner=Through("policy_id", family.kid_profiles_titles),
)
NOTE = one(notes, by="id").route
NOTES = page(notes, by="policy_id").route


@pytest.fixture
async def own_store(writable_family: PostgresAddress) -> AsyncIterator[PostgresStore]:
    """A store on rows that this test may change."""
    store = await PostgresStore.open(family.PRODUCT, writable_family)
    yield store
    await store.close()


def ids(rows: Any) -> list[Any]:
    return [row and row["id"] for row in rows]


def newest_first(rows: list[Row]) -> list[Row]:
    def place(row: Row) -> Any:
        return row["created_at"], row["id"]

    return sorted(rows, key=place, reverse=True)


# Rows by key


async def test_rows_come_in_the_order_of_their_keys(
    family_store: PostgresStore, reading: Reading
) -> None:
    rows = await family_store.find(TITLE, [(9,), (0,), (2,)], reading.terms(TITLE))
    assert ids(rows) == [9, None, 2]
    assert len(reading.calls) == 1


async def test_any_number_of_keys_is_one_statement(
    family_store: PostgresStore, reading: Reading
) -> None:
    keys = [(number,) for number in range(1, 2001)]
    rows = await family_store.find(EPISODE, keys, reading.terms(EPISODE))
    assert ids(rows) == [*range(1, 904), *[None] * 1097]
    assert [(call.rows, len(call.keys)) for call in reading.calls] == [(903, 2000)]


async def test_a_row_holds_what_was_asked_for_and_no_more(
    family_store: PostgresStore, family_rows: Tables, reading: Reading
) -> None:
    (row,) = await family_store.find(USER, [(ADA_ID,)], reading.terms(USER, "role"))
    assert row is not None
    record: Any = row
    assert dict(record) == {"_place": 1, "id": ADA_ID, "role": "parent"}
    assert table_of(row) is family.users


async def test_one_statement_of_two_declarations_gives_each_its_own_rows(
    family_store: PostgresStore, reading: Reading
) -> None:
    for table in (family.users, replace(family.users)):
        route = one(table, by="id").route
        (row,) = await family_store.find(route, [(ADA_ID,)], reading.terms(route, "role"))
        assert row is not None
        assert table_of(row) is table


async def test_a_row_comes_back_as_it_was_stored(
    family_store: PostgresStore, family_rows: Tables, reading: Reading
) -> None:
    names = ("release_date", "last_synced", "title", "tmdb_id")
    rows = await family_store.find(
        TITLE, [(number,) for number in range(1, 121)], reading.terms(TITLE, *names, "genres")
    )
    genres = family.titles.columns["genres"]
    for row, stored in zip(rows, family_rows["titles"], strict=True):
        assert row is not None
        assert {name: row[name] for name in names} == {name: stored[name] for name in names}
        shown = genres.read(row)
        assert shown == stored["genres"]


async def test_a_key_of_several_columns_may_name_them_in_any_order(
    family_store: PostgresStore, reading: Reading
) -> None:
    keys = [(LONG_SHOW, ADA_KID), (ADA_KID, 99_999)]
    rows = await family_store.find(POLICY_OF, keys, reading.terms(POLICY_OF))
    assert ids(rows) == [1, None]


async def test_a_longer_text_is_not_cut_to_a_stored_one(
    family_store: PostgresStore, reading: Reading
) -> None:
    code = PAIRING_CODES[0]
    rows = await family_store.find(CODE, [(code,), (f"{code}0",)], reading.terms(CODE))
    assert ids(rows) == [1, None]


async def test_e_mails_are_found_as_written_or_whatever_their_case(
    family_store: PostgresStore, reading: Reading
) -> None:
    lower = MIXED_CASE.email.lower()
    keys: list[Key] = [(MIXED_CASE.email,), (lower,), (lower.upper(),)]
    rows = await family_store.find(BY_EMAIL, keys, reading.terms(BY_EMAIL))
    assert ids(rows) == [user_id(MIXED_CASE), None, None]
    parts = await family_store.listing(BY_ANY_EMAIL, keys, Window(5), reading.terms(BY_ANY_EMAIL))
    assert [ids(part.rows) for part in parts] == [[user_id(MIXED_CASE)]] * 3


async def test_a_value_that_the_driver_refuses_is_our_own_fault(
    family_store: PostgresStore, reading: Reading
) -> None:
    with pytest.raises(asyncpg.DataError):
        await family_store.find(TITLE, [(2**31,)], reading.terms(TITLE))
    assert ids(await family_store.find(TITLE, [(1,)], reading.terms(TITLE))) == [1]


# Owners


@pytest.mark.parametrize(
    ("route", "mine", "yours"),
    [
        (USER, (ADA_ID,), (BEN_ID,)),
        (DEVICE, (KIDLESS_DEVICE,), (100,)),
        (POLICY, (1,), (369,)),
        (POLICY_OF, (LONG_SHOW, ADA_KID), (1, 2)),
    ],
    ids=str,
)
async def test_the_statement_keeps_to_the_owners_rows(
    family_store: PostgresStore, reading: Reading, route: Route, mine: Key, yours: Key
) -> None:
    keys = [yours, mine]
    rows = await family_store.find(route, keys, reading.terms(route, owners=[ADA_ID, 99_999]))
    assert [row is not None for row in rows] == [False, True]
    rows = await family_store.find(route, keys, reading.terms(route, owners=[]))
    assert rows == [None, None]
    assert len(reading.calls) == 2


async def test_pages_and_counts_keep_to_the_owners_rows(
    family_store: PostgresStore, reading: Reading
) -> None:
    keys = [(ADA_KID,)]
    for owner, rows in ((ADA_ID, 60), (BEN_ID, 0)):
        terms = reading.terms(POLICIES, owners=[owner])
        (part,) = await family_store.listing(POLICIES, keys, Window(99), terms)
        assert len(part.rows) == rows
        assert await family_store.count(POLICIES, keys, Window(0), terms) == [
            Count(rows, exact=True)
        ]


async def test_an_owner_two_hops_away_is_reached(
    own_store: PostgresStore, writable_family: PostgresAddress, reading: Reading
) -> None:
    await create_postgres(writable_family.url, [notes], lambda made: None)
    await execute(writable_family.url, "INSERT INTO notes VALUES (1, 1), (2, 369), (3, 1)")
    keys = [(1,), (2,), (3,)]
    for owner, found in ((ADA_ID, [1, None, 3]), (BEN_ID, [None, None, None])):
        rows = await own_store.find(NOTE, keys, reading.terms(NOTE, owners=[owner]))
        assert ids(rows) == found
    terms = reading.terms(NOTES, owners=[ADA_ID])
    parts = await own_store.listing(NOTES, [(1,), (369,)], Window(9), terms)
    assert [ids(part.rows) for part in parts] == [[1, 3], []]
    counts = await own_store.count(NOTES, [(1,), (369,)], Window(0), terms)
    assert counts == [Count(2, exact=True), Count(0, exact=True)]


# Windows


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("size", [7, 120, 121])
async def test_windows_together_give_each_row_once(
    family_store: PostgresStore, reading: Reading, descending: bool, backward: bool, size: int
) -> None:
    window = Window(size, descending, backward)
    parts = await windows(family_store, EPISODES, (LONG_SHOW,), window, reading.terms(EPISODES))
    expected = [(season, number) for season in range(1, 7) for number in range(1, 21)]
    assert [
        (row["season_number"], row["episode_number"]) for row in joined(parts, backward=backward)
    ] == (expected[::-1] if descending else expected)
    assert [len(part.rows) for part in parts[:-1]] == [size] * (len(parts) - 1)


@pytest.mark.parametrize(
    ("route", "key", "count"),
    [(TITLES, (), 120), (FILMS, ("movie",), 90), (TAGS, (), 24), (POLICIES, (ADA_KID,), 60)],
    ids=str,
)
async def test_every_order_gives_each_row_once(
    family_store: PostgresStore, reading: Reading, route: Route, key: Key, count: int
) -> None:
    window = Window(11, route.descending)
    parts = await windows(family_store, route, key, window, reading.terms(route))
    rows = joined(parts, backward=False)
    assert len(rows) == count
    positions = [tuple(row[name] for name in route.position) for row in rows]
    assert climbs(positions[::-1] if route.descending else positions)


async def test_each_key_has_its_own_window_of_one_statement(
    family_store: PostgresStore, family_rows: Tables, reading: Reading
) -> None:
    kids = [row["id"] for row in family_rows["kid_profiles"]]
    keys: list[Key] = [(kid,) for kid in [*kids, 99_999]]
    parts = await family_store.listing(
        POLICIES, keys, Window(2, descending=True), reading.terms(POLICIES)
    )
    for (kid,), part in zip(keys, parts, strict=True):
        stored = [row for row in family_rows["kid_profiles_titles"] if row["kid_profile_id"] == kid]
        assert ids(part.rows) == ids(newest_first(stored)[:2])
        assert part.more is (len(stored) > 2)
    assert parts[-1] == Slice([], more=False)
    assert len(reading.calls) == 1


async def test_rows_that_come_between_pages_neither_repeat_nor_skip_others(
    own_store: PostgresStore, writable_family: PostgresAddress, reading: Reading
) -> None:
    def profiles(*profiles: tuple[int, int]) -> str:
        values = (
            f"({number}, {user_id(ERIN)}, '{naive(ago(minutes=minutes))}')"
            for number, minutes in profiles
        )
        return f"INSERT INTO kid_profiles (id, family_id, created_at) VALUES {', '.join(values)}"

    await execute(writable_family.url, profiles((901, 50), (904, 50), (905, 50), (902, 40)))
    key, terms = (user_id(ERIN),), reading.terms(PROFILES)
    (first,) = await own_store.listing(PROFILES, [key], Window(2), terms)
    assert (ids(first.rows), first.more) == ([901, 904], True)
    await execute(writable_family.url, profiles((903, 50), (906, 45), (907, 60)))
    last = first.rows[-1]
    rest = Window(9, after=(last["created_at"], last["id"]))
    (second,) = await own_store.listing(PROFILES, [key], rest, terms)
    assert (ids(second.rows), second.more) == ([905, 906, 902], False)


# Ranges, filters and counts


LOW, HIGH = ago(days=60), ago(days=30)


@pytest.mark.parametrize(("low", "high"), [(LOW, HIGH), (LOW, None), (None, HIGH)])
async def test_a_range_is_paged_and_counted(
    family_store: PostgresStore,
    family_rows: Tables,
    reading: Reading,
    low: datetime | None,
    high: datetime | None,
) -> None:
    def inside(created: Any) -> bool:
        moment = created.replace(tzinfo=UTC)
        return (low is None or low <= moment) and (high is None or moment <= high)

    stored = [
        row
        for row in family_rows["kid_profiles_titles"]
        if row["kid_profile_id"] == ADA_KID and inside(row["created_at"])
    ]
    window = Window(4, descending=True, ranges=(Range("created_at", low, high),))
    terms = reading.terms(POLICIES)
    parts = await windows(family_store, POLICIES, (ADA_KID,), window, terms)
    assert ids(joined(parts, backward=False)) == ids(newest_first(stored))
    assert len(stored) > 4
    counts = await family_store.count(POLICIES, [(ADA_KID,)], window._replace(size=0), terms)
    assert counts == [Count(len(stored), exact=True)]


async def test_a_range_takes_in_both_of_its_ends(
    family_store: PostgresStore, family_rows: Tables, reading: Reading
) -> None:
    created: Any = family_rows["kid_profiles_titles"][0]["created_at"]
    moment = created.replace(tzinfo=UTC)
    terms = reading.terms(POLICIES)
    for low, high, found in (
        (moment, moment, [1]),
        (moment + timedelta(microseconds=1), moment + timedelta(seconds=1), []),
    ):
        window = Window(5, ranges=(Range("created_at", low, high),))
        (part,) = await family_store.listing(POLICIES, [(ADA_KID,)], window, terms)
        assert ids(part.rows) == found


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("backward", [False, True])
async def test_a_cursor_may_stand_outside_of_the_range(
    family_store: PostgresStore, reading: Reading, descending: bool, backward: bool
) -> None:
    window = Window(99, descending, backward, ranges=(Range("created_at", LOW, HIGH),))
    terms = reading.terms(POLICIES)
    (whole,) = await family_store.listing(POLICIES, [(ADA_KID,)], window, terms)
    earlier, later = naive(LOW - timedelta(days=1)), naive(HIGH + timedelta(days=1))
    before, past = (later, earlier) if window.reading_down else (earlier, later)
    for after, expected in ((before, ids(whole.rows)), (past, [])):
        continued = window._replace(after=(after, 0))
        (part,) = await family_store.listing(POLICIES, [(ADA_KID,)], continued, terms)
        assert (ids(part.rows), part.more) == (expected, False)
    assert len(whole.rows) > 4


async def test_filtered_pages_are_full(
    family_store: PostgresStore, family_rows: Tables, reading: Reading
) -> None:
    stored = [
        row
        for row in family_rows["kid_profiles_titles"]
        if row["kid_profile_id"] == ADA_KID and row["policy"] == "deny"
    ]
    window = Window(3, descending=True, filters=(("policy", "deny"),))
    terms = reading.terms(POLICIES)
    parts = await windows(family_store, POLICIES, (ADA_KID,), window, terms)
    assert ids(joined(parts, backward=False)) == ids(newest_first(stored))
    assert [len(part.rows) for part in parts[:-1]] == [3] * (len(parts) - 1)
    assert len(parts) > 2
    assert await family_store.count(POLICIES, [(ADA_KID,)], window._replace(size=0), terms) == [
        Count(len(stored), exact=True)
    ]


async def test_each_key_is_counted(family_store: PostgresStore, reading: Reading) -> None:
    keys = [("movie",), ("radio",), ("tv",)]
    assert await family_store.count(FILMS, keys, Window(0), reading.terms(FILMS)) == [
        Count(90, exact=True),
        Count(0, exact=True),
        Count(30, exact=True),
    ]
    assert await family_store.count(TITLES, [()], Window(0), reading.terms(TITLES)) == [
        Count(120, exact=True)
    ]
    assert len(reading.calls) == 2


# The trace


def facts(call: Call) -> dict[str, Any]:
    return {
        name: getattr(call, name)
        for name in Call.__struct_fields__
        if name not in ("started", "milliseconds")
    }


async def test_a_call_is_reported(family_store: PostgresStore, reading: Reading) -> None:
    terms = reading.terms(REPORTS, "issue_type")
    await family_store.listing(REPORTS, [("pending",), ("none",)], Window(3), terms)
    await family_store.count(REPORTS, [("pending",)], Window(0), terms)
    listed, counted = reading.calls
    assert listed.milliseconds > 0
    usual = {
        "store": "family",
        "table": "content_reports",
        "index": "ix_content_reports_status_created",
        "key_count": 2,
        "capacity": None,
        "withheld": False,
        "sql": "family.content_reports by status order -created_at,id",
        "error": None,
        "personal": {"description": Mask.TEXT},
        "paths": (),
        "along": (),
    }
    assert facts(listed) == usual | {
        "operation": "SELECT",
        "keys": [{"status": "pending"}, {"status": "none"}],
        "attributes": ("id", "family_id", "issue_type", "status", "created_at"),
        "rows": 4,
    }
    assert facts(counted) == usual | {
        "operation": "COUNT",
        "keys": [{"status": "pending"}],
        "key_count": 1,
        "attributes": (),
        "rows": 1,
    }
