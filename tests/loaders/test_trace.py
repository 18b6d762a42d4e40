"""The store calls of a request, as its trace shows them."""

from datetime import date, datetime
from decimal import Decimal

import orjson
import pytest

from loaders import accounts
from loaders.access import one
from loaders.stores.interface import Call
from loaders.tables import family, stream
from loaders.trace import Trace
from loaders.viewer import ANONYMOUS, Viewer
from tests.loaders.asking import Asker

MOVIE = one(stream.movies, by="movieId")
TITLE = one(family.titles, by="id")


def test_a_call_is_shown_without_what_does_not_apply() -> None:
    call = Call("stream", "MovieTable", None, "Query", [{"genre": "Drama"}], ("movieId",))
    assert Trace(began=0.0, calls=[call]).as_json(ANONYMOUS) == [
        {
            "store": "stream",
            "table": "MovieTable",
            "operation": "Query",
            "keys": [{"genre": "Drama"}],
            "rows": 0,
            "attributes": ["movieId"],
            "startedAt": 0.0,
            "milliseconds": 0.0,
            "paths": [],
        }
    ]


def test_a_call_is_shown_with_all_that_applies() -> None:
    keys = [{"at": datetime(2025, 9, 20, 12), "on": date(2025, 9, 20), "n": Decimal("1.5")}]
    call = Call(
        *("family", "titles", "titles_pkey", "SELECT", keys, ("id",)),
        started=5.0012344,
        milliseconds=1.23456,
        rows=3,
        capacity=0.5,
        sql="family.titles by id",
        error="SourceUnavailable",
        paths=["titles.0"],
    )
    (shown,) = Trace(began=5.0, calls=[call]).as_json(ANONYMOUS)
    assert shown == {
        "store": "family",
        "table": "titles",
        "index": "titles_pkey",
        "operation": "SELECT",
        "keys": [{"at": "2025-09-20 12:00:00", "on": "2025-09-20", "n": "1.5"}],
        "rows": 3,
        "attributes": ["id"],
        "startedAt": 1.234,
        "milliseconds": 1.235,
        "consumedCapacity": 0.5,
        "sql": "family.titles by id",
        "error": "SourceUnavailable",
        "paths": ["titles.0"],
    }
    assert orjson.loads(orjson.dumps(shown)) == shown


def test_what_would_tell_of_rows_of_others_is_not_shown() -> None:
    call = Call("stream", "MovieTable", None, "Query", [], (), rows=3, capacity=0.5, withheld=True)
    (shown,) = Trace(calls=[call]).as_json(ANONYMOUS)
    assert not {"rows", "consumedCapacity"} & shown.keys()


@pytest.mark.parametrize(
    ("role", "shown"),
    [("support", "a•••@example.com"), ("admin", "ada@example.com"), (None, "ada@example.com")],
)
async def test_personal_data_in_a_key_is_masked_where_the_answer_masks_it(
    ask: Asker, role: str | None, shown: str
) -> None:
    info = ask(*("ada@example.com", role) if role else ("ada@example.com",))
    await accounts.stream_accounts_by_email.load(info, "ada@example.com")
    viewer = Viewer("sam@example.com", frozenset({role} if role else ()))
    (call,) = info.context.trace.as_json(viewer)
    assert call["keys"] == [{"email": shown}]


async def test_a_field_that_asks_for_what_is_under_way_is_no_part_of_the_next_call(
    ask: Asker,
) -> None:
    info = ask()
    await MOVIE.load(info.at("first"), "movie-0001")
    await MOVIE.load(info.at("again"), "movie-0001")
    await MOVIE.load(info.at("other"), "movie-0002")
    assert [call.paths for call in info.context.trace.calls] == [["first"], ["other"]]


async def test_calls_name_the_fields_that_asked(ask: Asker) -> None:
    info = ask()
    await MOVIE.load(info.at("movies", 0, "movie"), "movie-0001")
    await TITLE.load(info.at("title"), 1)
    assert [call.paths for call in info.context.trace.calls] == [["movies.movie"], ["title"]]


async def test_paths_are_kept_only_for_a_reader(ask: Asker) -> None:
    info = ask(trace=Trace(wanted=False))
    await MOVIE.load(info.at("movie"), "movie-0001")
    assert [(call.rows, call.paths) for call in info.context.trace.calls] == [(1, [])]
