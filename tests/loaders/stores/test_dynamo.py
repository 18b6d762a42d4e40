"""The DynamoDB store, against an engine: what it finds, lists and counts, and in how many calls."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from gateway.demo.data.epoch import EPOCH, ago, iso
from gateway.demo.data.making import Row, Tables
from gateway.demo.data.people import ADA, BEN, CHLOE
from gateway.demo.data.stream import account_id, movie_id, profile_id
from gateway.demo.data.titles import GENRES
from loaders.access import many, one, page
from loaders.stores import queries
from loaders.stores.dynamo import DynamoStore
from loaders.stores.dynamo_client import DynamoAddress
from loaders.stores.interface import Count, Range, Slice, Window
from loaders.tables import stream
from tests.engines import TABLE_NAMES, put
from tests.loaders.asking import Reading
from tests.loaders.stores.checking import CheckedClient
from tests.loaders.stores.walking import joined, windows

MOVIE = one(stream.movies, by="movieId").route
PROFILE_BY_ID = one(stream.profiles, by="profileId").route
WATCHLISTED = one(stream.watchlist, by=("accountId", "movieId")).route
SETTINGS = one(stream.profile_settings, by="profileId").route
MOVIES_LISTED = page(stream.movies, by="movieId", filters="genre").route
NAMED = many(stream.movies, by="title", at_most=9).route
GENRE = page(stream.movies, by="genre", order="releaseYear").route
USAGE = page(stream.usage, by="accountId", order="-timestamp", filters="serviceType").route
HISTORY = page(stream.watch_history, by="accountId", order="-watchedAt", filters="completed").route
HISTORY_OF_PROFILE = page(stream.watch_history, by="profileId", order="-watchedAt").route
SETTINGS_LISTED = page(stream.profile_settings, by="profileId").route

ADA_ID, BEN_ID = account_id(ADA), account_id(BEN)


@pytest.fixture
async def own_store(writable_dynamodb: DynamoAddress) -> AsyncIterator[DynamoStore]:
    """A store on rows that this test may change."""
    client = await CheckedClient.open(stream.PRODUCT, writable_dynamodb)
    store = DynamoStore(client, TABLE_NAMES["stream"])
    yield store
    await store.close()


@pytest.fixture
def small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """A read budget that the demo's rows can spend."""
    monkeypatch.setattr(queries, "FILTERED_PAGE", 10)
    monkeypatch.setattr(queries, "ITEMS_EXAMINED", 20)


def of(rows: Tables, table: str, **values: object) -> list[Row]:
    """The stored rows of a table with these values."""
    return [
        row for row in rows[table] if all(row.get(name) == value for name, value in values.items())
    ]


def usage(number: int, **facts: object) -> Row:
    """An event of Chloé's, of whom the demo has few; a higher number is earlier."""
    event: Row = {
        "accountId": account_id(CHLOE),
        "timestamp": iso(ago(minutes=number)),
        "serviceType": "games",
        "activityType": "play",
    }
    return event | facts


# Rows by key


async def test_rows_come_in_the_order_of_their_keys(
    stream_store: DynamoStore, reading: Reading
) -> None:
    keys = [(movie_id(9),), ("absent",), (movie_id(2),)]
    rows = await stream_store.find(MOVIE, keys, reading.terms(MOVIE))
    assert rows == [{"movieId": movie_id(9)}, None, {"movieId": movie_id(2)}]
    assert len(reading.calls) == 1


async def test_keys_are_asked_for_by_the_hundred(
    stream_store: DynamoStore, reading: Reading
) -> None:
    keys = [(movie_id(number),) for number in range(1, 251)]
    rows = await stream_store.find(MOVIE, keys, reading.terms(MOVIE))
    assert [row and row["movieId"] for row in rows] == [movie for (movie,) in keys]
    assert sorted(len(call.keys) for call in reading.calls) == [50, 100, 100]


async def test_a_row_holds_what_was_asked_for_and_no_more(
    stream_store: DynamoStore, stream_rows: Tables, reading: Reading
) -> None:
    (row,) = await stream_store.find(
        MOVIE, [(movie_id(1),)], reading.terms(MOVIE, "title", "releaseYear")
    )
    stored = stream_rows["MovieTable"][0]
    assert row == {name: stored[name] for name in ("movieId", "title", "releaseYear")}


async def test_a_row_comes_back_as_it_was_stored(
    stream_store: DynamoStore, stream_rows: Tables, reading: Reading
) -> None:
    settings = next(row for row in stream_rows["ProfileSettingsTable"] if "pinCode" in row)
    (row,) = await stream_store.find(
        SETTINGS,
        [(settings["profileId"],)],
        reading.terms(SETTINGS, *stream.profile_settings.columns),
    )
    assert row == settings
    assert type(row) is stream.profile_settings.row


async def test_a_row_is_found_by_an_index(stream_store: DynamoStore, reading: Reading) -> None:
    keys = [(profile_id(ADA, 1),), ("absent",)]
    rows = await stream_store.find(PROFILE_BY_ID, keys, reading.terms(PROFILE_BY_ID, "name"))
    assert rows == [{"accountId": ADA_ID, "profileId": profile_id(ADA, 1), "name": "Mia"}, None]
    assert [(call.operation, call.index) for call in reading.calls] == [
        ("Query", "ProfileIdIndex"),
        ("Query", "ProfileIdIndex"),
    ]


@pytest.mark.parametrize("unkeyable", ["", "x" * 2049, "\ud800", None])
async def test_a_key_that_no_item_can_have_leaves_the_others_alone(
    stream_store: DynamoStore, reading: Reading, unkeyable: Any
) -> None:
    rows = await stream_store.find(MOVIE, [(unkeyable,), (movie_id(1),)], reading.terms(MOVIE))
    assert rows == [None, {"movieId": movie_id(1)}]
    terms = reading.terms(NAMED)
    listed = await stream_store.listing(NAMED, [(unkeyable,), ("Metropolis",)], Window(5), terms)
    assert [len(part.rows) for part in listed] == [0, 1]
    counted = await stream_store.count(NAMED, [(unkeyable,), ("Metropolis",)], Window(0), terms)
    assert counted == [Count(0, exact=True), Count(1, exact=True)]


# Owners


async def test_a_key_that_names_another_owner_is_not_asked_for(
    stream_store: DynamoStore, stream_rows: Tables, reading: Reading
) -> None:
    mine, yours = (
        (owner, of(stream_rows, "WatchlistTable", accountId=owner)[0]["movieId"])
        for owner in (ADA_ID, BEN_ID)
    )
    terms = reading.terms(WATCHLISTED, owners=[ADA_ID])
    rows = await stream_store.find(WATCHLISTED, [yours, mine], terms)
    assert rows[0] is None
    assert rows[1] is not None
    assert rows[1]["accountId"] == ADA_ID
    assert [call.rows for call in reading.calls] == [1]
    assert [len(call.keys) for call in reading.calls] == [1]


async def test_an_index_gives_the_rows_of_the_owners_alone(
    stream_store: DynamoStore, reading: Reading
) -> None:
    keys = [(profile_id(ADA, 0),), (profile_id(BEN, 0),)]
    rows = await stream_store.find(
        PROFILE_BY_ID, keys, reading.terms(PROFILE_BY_ID, owners=[BEN_ID])
    )
    assert rows == [None, {"accountId": BEN_ID, "profileId": profile_id(BEN, 0)}]
    listed = await stream_store.listing(
        HISTORY_OF_PROFILE,
        [(profile_id(ADA, 1),)],
        Window(5),
        reading.terms(HISTORY_OF_PROFILE, owners=[BEN_ID]),
    )
    assert listed == [Slice([], more=False)]
    counted = await stream_store.count(
        HISTORY_OF_PROFILE,
        [(profile_id(ADA, 1),)],
        Window(0),
        reading.terms(HISTORY_OF_PROFILE, owners=[BEN_ID, ADA_ID]),
    )
    assert counted == [Count(25, exact=True)]


async def test_settings_are_those_of_the_owners_profiles(
    stream_store: DynamoStore, reading: Reading
) -> None:
    keys = [(profile_id(BEN, 0),), (profile_id(ADA, 0),), ("absent",)]
    rows = await stream_store.find(SETTINGS, keys, reading.terms(SETTINGS, owners=[ADA_ID]))
    assert rows == [None, {"profileId": profile_id(ADA, 0)}, None]


async def test_anothers_settings_and_absent_ones_cost_the_same(stream_store: DynamoStore) -> None:
    shapes = []
    for key in (profile_id(BEN, 0), "absent"):
        reading = Reading()
        await stream_store.find(SETTINGS, [(key,)], reading.terms(SETTINGS, owners=[ADA_ID]))
        shapes.append(
            sorted((call.operation, call.table, len(call.keys)) for call in reading.calls)
        )
    assert shapes == [[("BatchGetItem", "ProfileTable", 1)]] * 2


async def test_profiles_that_were_not_read_as_one_s_own_are_asked_for(
    stream_store: DynamoStore, reading: Reading
) -> None:
    known, unknown = (profile_id(ADA, number) for number in (0, 1))
    terms = replace(reading.terms(SETTINGS, owners=[ADA_ID]), own_parents={known})
    rows = await stream_store.find(SETTINGS, [(known,), (unknown,)], terms)
    assert rows == [{"profileId": known}, {"profileId": unknown}]
    (asked,) = (call.keys for call in reading.calls if call.table == "ProfileTable")
    assert len(asked) == 1


async def test_staff_need_no_profile_for_settings(
    stream_store: DynamoStore, reading: Reading
) -> None:
    rows = await stream_store.find(SETTINGS, [(profile_id(ADA, 0),)], reading.terms(SETTINGS))
    assert rows == [{"profileId": profile_id(ADA, 0)}]
    assert [call.table for call in reading.calls] == ["ProfileSettingsTable"]


async def test_a_listing_through_a_parent_gives_the_owners_rows_alone(
    stream_store: DynamoStore, reading: Reading
) -> None:
    keys = [(profile_id(ADA, 0),), (profile_id(ADA, 1),)]
    for owner, rows in ((BEN_ID, 0), (ADA_ID, 1)):
        terms = reading.terms(SETTINGS_LISTED, owners=[owner])
        listed = await stream_store.listing(SETTINGS_LISTED, keys, Window(5), terms)
        assert [len(part.rows) for part in listed] == [rows, rows]
        counted = await stream_store.count(SETTINGS_LISTED, keys, Window(0), terms)
        assert counted == [Count(rows, exact=True)] * 2


# Windows


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("size", [7, 275, 300])
async def test_windows_together_give_each_row_once(
    stream_store: DynamoStore,
    stream_rows: Tables,
    reading: Reading,
    descending: bool,
    backward: bool,
    size: int,
) -> None:
    stored = of(stream_rows, "WatchHistoryTable", accountId=ADA_ID)
    window = Window(size, descending, backward)
    parts = await windows(stream_store, HISTORY, (ADA_ID,), window, reading.terms(HISTORY))
    expected = sorted((row["watchedAt"] for row in stored), key=str, reverse=descending)
    assert [row["watchedAt"] for row in joined(parts, backward=backward)] == expected
    assert [len(part.rows) for part in parts[:-1]] == [size] * (len(parts) - 1)


async def test_rows_of_one_place_in_the_order_are_told_apart(
    stream_store: DynamoStore, stream_rows: Tables, reading: Reading
) -> None:
    for genre in GENRES:
        parts = await windows(stream_store, GENRE, (genre,), Window(1), reading.terms(GENRE))
        movies = [row["movieId"] for row in joined(parts, backward=False)]
        stored = {str(row["movieId"]) for row in of(stream_rows, "MovieTable", genre=genre)}
        assert len(movies) == len(stored)
        assert set(movies) == stored


async def test_each_key_has_its_own_window(stream_store: DynamoStore, reading: Reading) -> None:
    keys = [("Metropolis",), ("absent",), ("King Kong",)]
    parts = await stream_store.listing(NAMED, keys, Window(2), reading.terms(NAMED))
    assert [(len(part.rows), part.more) for part in parts] == [(1, False), (0, False), (2, True)]


async def test_rows_that_come_or_go_between_pages_neither_repeat_nor_skip_others(
    own_store: DynamoStore, writable_dynamodb: DynamoAddress, reading: Reading
) -> None:
    events = [usage(number) for number in range(100, 130, 10)]
    await put(writable_dynamodb, "UserUsageTable", *events)
    key, terms = (account_id(CHLOE),), reading.terms(USAGE)
    newest_first = Window(2, descending=True)
    (first,) = await own_store.listing(USAGE, [key], newest_first, terms)
    assert [row["timestamp"] for row in first.rows] == [
        iso(ago(minutes=100)),
        iso(ago(minutes=110)),
    ]
    await put(writable_dynamodb, "UserUsageTable", usage(95), usage(105), usage(115))
    after = newest_first._replace(after=(iso(ago(minutes=110)),))
    (second,) = await own_store.listing(USAGE, [key], after, terms)
    assert [row["timestamp"] for row in second.rows] == [
        iso(ago(minutes=115)),
        iso(ago(minutes=120)),
    ]


async def test_a_window_goes_on_from_a_row_that_is_no_more(
    stream_store: DynamoStore, reading: Reading
) -> None:
    after = Window(3, descending=True, after=(iso(ago(days=30)),))
    (part,) = await stream_store.listing(HISTORY, [(ADA_ID,)], after, reading.terms(HISTORY))
    assert len(part.rows) == 3
    assert all(row["watchedAt"] < iso(ago(days=30)) for row in part.rows)


async def test_items_listed_by_their_whole_key_are_got_at_once(
    stream_store: DynamoStore, reading: Reading
) -> None:
    keys = [(movie_id(1),), ("absent",), (movie_id(2),)]
    terms = reading.terms(MOVIES_LISTED)
    listed = await stream_store.listing(MOVIES_LISTED, keys, Window(5), terms)
    assert listed == [
        Slice([{"movieId": movie_id(1)}], more=False),
        Slice([], more=False),
        Slice([{"movieId": movie_id(2)}], more=False),
    ]
    assert [(call.operation, len(call.keys)) for call in reading.calls] == [("BatchGetItem", 3)]


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (Window(0), Slice([], more=True)),
        (Window(5, after=()), Slice([], more=False)),
        (Window(5, filters=(("genre", "none"),)), Slice([], more=False)),
    ],
)
async def test_windows_of_one_item_are_those_of_any_listing(
    stream_store: DynamoStore, reading: Reading, window: Window, expected: Slice
) -> None:
    terms = reading.terms(MOVIES_LISTED)
    assert await stream_store.listing(MOVIES_LISTED, [(movie_id(1),)], window, terms) == [expected]


# Ranges


TWICE = ago(days=99)


@pytest.mark.parametrize(
    ("low", "high", "stored"),
    [
        (TWICE, TWICE, ["00.000Z", "00Z"]),
        (TWICE, TWICE + timedelta(milliseconds=1), ["00.000Z", "00Z"]),
        (TWICE + timedelta(milliseconds=1), TWICE + timedelta(seconds=2), []),
        (TWICE - timedelta(seconds=2), TWICE - timedelta(milliseconds=1), []),
    ],
)
async def test_one_instant_is_found_in_both_of_its_forms(
    stream_store: DynamoStore,
    reading: Reading,
    low: datetime,
    high: datetime,
    stored: list[str],
) -> None:
    window = Window(5, ranges=(Range("watchedAt", low, high),))
    (part,) = await stream_store.listing(HISTORY, [(ADA_ID,)], window, reading.terms(HISTORY))
    assert [row["watchedAt"].rpartition(":")[2] for row in part.rows] == stored
    assert not part.more


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize(
    ("low", "high"), [(ago(days=40), ago(days=20)), (ago(days=40), None), (None, ago(days=20))]
)
async def test_a_range_is_paged_like_the_whole(
    stream_store: DynamoStore,
    stream_rows: Tables,
    reading: Reading,
    descending: bool,
    low: datetime | None,
    high: datetime | None,
) -> None:
    column = stream.watch_history.columns["watchedAt"]
    stored = sorted(
        (str(row["watchedAt"]) for row in of(stream_rows, "WatchHistoryTable", accountId=ADA_ID)),
        reverse=descending,
    )
    expected = [
        text
        for text in stored
        if (low is None or low <= column.decode(text))
        and (high is None or column.decode(text) <= high)
    ]
    window = Window(9, descending, ranges=(Range("watchedAt", low, high),))
    parts = await windows(stream_store, HISTORY, (ADA_ID,), window, reading.terms(HISTORY))
    assert [row["watchedAt"] for row in joined(parts, backward=False)] == expected
    assert len(expected) > 9


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("backward", [False, True])
async def test_a_cursor_may_stand_outside_of_the_range(
    stream_store: DynamoStore, reading: Reading, descending: bool, backward: bool
) -> None:
    window = Window(
        300, descending, backward, ranges=(Range("watchedAt", ago(days=40), ago(days=20)),)
    )
    terms = reading.terms(HISTORY)
    (whole,) = await stream_store.listing(HISTORY, [(ADA_ID,)], window, terms)
    earlier, later = iso(ago(days=50)), iso(ago(days=10))
    before, past = (later, earlier) if window.reading_down else (earlier, later)
    for after, expected in ((before, whole), (past, Slice([], more=False))):
        continued = window._replace(after=(after,))
        assert await stream_store.listing(HISTORY, [(ADA_ID,)], continued, terms) == [expected]
    assert len(whole.rows) > 9


async def test_years_are_bounded_as_numbers(
    stream_store: DynamoStore, stream_rows: Tables, reading: Reading
) -> None:
    window = Window(99, ranges=(Range("releaseYear", 2019, 12_000),))
    (part,) = await stream_store.listing(GENRE, [("Drama",)], window, reading.terms(GENRE))
    recent = [
        str(row["releaseYear"])
        for row in of(stream_rows, "MovieTable", genre="Drama")
        if str(row["releaseYear"]) >= "2019"
    ]
    assert [row["releaseYear"] for row in part.rows] == sorted(recent)
    assert recent


async def test_rows_are_found_by_how_their_order_begins(
    stream_store: DynamoStore, stream_rows: Tables, reading: Reading
) -> None:
    day = iso(EPOCH - timedelta(days=2))[:11]
    window = Window(99, prefix=day)
    (part,) = await stream_store.listing(HISTORY, [(ADA_ID,)], window, reading.terms(HISTORY))
    stored = of(stream_rows, "WatchHistoryTable", accountId=ADA_ID)
    expected = sorted(
        str(row["watchedAt"]) for row in stored if str(row["watchedAt"]).startswith(day)
    )
    assert [row["watchedAt"] for row in part.rows] == expected
    assert expected


# Filters and the read budget


async def test_filtered_pages_are_full(
    stream_store: DynamoStore, stream_rows: Tables, reading: Reading
) -> None:
    stored = of(stream_rows, "UserUsageTable", accountId=ADA_ID, serviceType="shop")
    window = Window(4, descending=True, filters=(("serviceType", "shop"),))
    parts = await windows(stream_store, USAGE, (ADA_ID,), window, reading.terms(USAGE))
    timestamps = [row["timestamp"] for row in joined(parts, backward=False)]
    assert timestamps == sorted((str(row["timestamp"]) for row in stored), reverse=True)
    assert [len(part.rows) for part in parts[:-1]] == [4] * (len(parts) - 1)
    assert len(parts) > 2
    assert [part.stopped_at for part in parts] == [None] * len(parts)


@pytest.mark.usefixtures("small_budget")
@pytest.mark.parametrize("backward", [False, True])
async def test_a_page_whose_budget_ran_out_says_where_to_go_on(
    stream_store: DynamoStore, stream_rows: Tables, reading: Reading, backward: bool
) -> None:
    stored = of(stream_rows, "WatchHistoryTable", accountId=ADA_ID, completed=True)
    window = Window(3, backward=backward, filters=(("completed", True),))
    parts = await windows(stream_store, HISTORY, (ADA_ID,), window, reading.terms(HISTORY))
    rows = joined(parts, backward=backward)
    assert [row["watchedAt"] for row in rows] == sorted(str(row["watchedAt"]) for row in stored)
    assert sum(part.stopped_at is not None for part in parts) > 5
    assert [part for part in parts if part.stopped_at is None and len(part.rows) < 3] == parts[-1:]


async def test_the_budget_is_a_thousand_items(
    own_store: DynamoStore, writable_dynamodb: DynamoAddress, reading: Reading
) -> None:
    await put(writable_dynamodb, "UserUsageTable", *(usage(number) for number in range(2000, 3200)))
    window = Window(5, filters=(("serviceType", "none"),))
    key, terms = (account_id(CHLOE),), reading.terms(USAGE)
    (first,) = await own_store.listing(USAGE, [key], window, terms)
    assert (first.rows, first.more) == ([], True)
    assert first.stopped_at == (iso(ago(minutes=2200)),)
    assert len(reading.calls) == 10
    (second,) = await own_store.listing(
        USAGE, [key], window._replace(after=first.stopped_at), terms
    )
    assert second == Slice([], more=False)


# Counts


async def test_rows_are_counted_within_range_and_filters(
    stream_store: DynamoStore, stream_rows: Tables, reading: Reading
) -> None:
    keys, terms = [(ADA_ID,), ("absent",)], reading.terms(HISTORY)
    all_rows = await stream_store.count(HISTORY, keys, Window(0), terms)
    assert all_rows == [Count(277, exact=True), Count(0, exact=True)]
    completed = of(stream_rows, "WatchHistoryTable", accountId=ADA_ID, completed=True)
    filtered = Window(0, filters=(("completed", True),))
    assert await stream_store.count(HISTORY, keys, filtered, terms) == [
        Count(len(completed), exact=True),
        Count(0, exact=True),
    ]


async def test_a_count_whose_budget_ran_out_is_inexact(
    own_store: DynamoStore,
    writable_dynamodb: DynamoAddress,
    reading: Reading,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queries, "ITEMS_EXAMINED", 400)
    await put(writable_dynamodb, "UserUsageTable", *map(usage, range(2000, 2600)))
    (count,) = await own_store.count(USAGE, [(account_id(CHLOE),)], Window(0), reading.terms(USAGE))
    assert count == Count(400, exact=False)


# The trace


async def test_a_call_is_reported(stream_store: DynamoStore, reading: Reading) -> None:
    window = Window(2, descending=True, filters=(("completed", True),))
    await stream_store.listing(HISTORY, [(ADA_ID,)], window, reading.terms(HISTORY, "movieId"))
    (call,) = reading.calls
    assert call.milliseconds > 0
    assert call.rows
    assert call.capacity is not None
    assert replace_facts(call) == {
        "store": "stream",
        "table": "WatchHistoryTable",
        "index": None,
        "operation": "Query",
        "keys": [{"accountId": ADA_ID}],
        "attributes": ("accountId", "watchedAt", "movieId"),
        "key_count": 1,
        "withheld": False,
        "sql": None,
        "error": None,
        "personal": {},
        "paths": (),
        "along": (),
    }


async def test_a_batch_reports_its_keys_plainly(
    stream_store: DynamoStore, reading: Reading
) -> None:
    await stream_store.find(MOVIE, [(movie_id(1),), ("absent",)], reading.terms(MOVIE))
    (call,) = reading.calls
    assert (call.operation, call.rows, call.capacity) == ("BatchGetItem", 1, 1.0)
    assert call.keys == [{"movieId": movie_id(1)}, {"movieId": "absent"}]
    assert call.key_count == 2


def replace_facts(call: Any) -> dict[str, Any]:
    measured = ("started", "milliseconds", "rows", "capacity")
    return {name: getattr(call, name) for name in call.__struct_fields__ if name not in measured}


def test_there_is_no_way_to_read_a_whole_table() -> None:
    assert {name for name in vars(DynamoStore) if not name.startswith("_")} == {
        "open",
        "close",
        "has_policies",
        "find",
        "listing",
        "count",
        "health",
        "union",
        "values",
        "use",
        "primary",
        "following",
    }
