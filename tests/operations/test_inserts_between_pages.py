"""Rows that come between two pages are neither repeated nor make others skipped, at both stores."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest

from gateway.demo.data import stream
from gateway.demo.data.epoch import iso
from gateway.demo.data.people import ADA
from loaders.stores.dynamo_client import DynamoAddress
from loaders.stores.postgres import PostgresAddress
from tests.engines import execute, put
from tests.operations.asking import Asker

pytestmark = pytest.mark.slow

ACCOUNT = stream.account_id(ADA)
SIZE = 3

PAGING = "$first: Int, $after: String, $last: Int, $before: String"
PAGED = "first: $first, after: $after, last: $last, before: $before"
HISTORY = f"""
query ({PAGING}) {{
  account(by: {{ streamAccountId: "{ACCOUNT}" }}) {{
    ... on StreamAccount {{
      watchHistory({PAGED}) {{ nodes {{ watchedAt }} pageInfo {{ startCursor endCursor }} }}
    }}
  }}
}}
"""
EPISODES = f"""
query ({PAGING}) {{
  title(by: {{ tmdbTitleId: 2 }}) {{
    ... on TmdbTitle {{
      episodes({PAGED}) {{
        nodes {{ seasonNumber episodeNumber databaseId }}
        pageInfo {{ startCursor endCursor }}
      }}
    }}
  }}
}}
"""
TITLES = f"""
query ({PAGING}) {{
  titles(named: "King Kong", {PAGED}) {{
    nodes {{ ... on Movie {{ movieId }} ... on TmdbTitle {{ databaseId }} }}
    pageInfo {{ startCursor endCursor }}
  }}
}}
"""

DIRECTIONS = pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])


async def read(ask: Asker, query: str, **paging: Any) -> tuple[list[tuple[Any, ...]], Any]:
    """The values of a page's nodes, and its pageInfo."""
    data = await ask.data(query, **paging)
    while "nodes" not in data:
        (data,) = data.values()
    return [tuple(node.values()) for node in data["nodes"]], data["pageInfo"]


async def assert_pages_hold(
    ask: Asker, query: str, insert: Callable[[], Awaitable[None]], *, backward: bool
) -> None:
    """The page after an insert goes on where the one before it ended, in the list as it is now.

    The insert puts a row that the first page would have had, and one that comes right after it.
    """
    size, follow = ("last", "before") if backward else ("first", "after")
    before, info = await read(ask, query, **{size: SIZE})
    await insert()
    cursor = info["startCursor" if backward else "endCursor"]
    found, _ = await read(ask, query, **{size: SIZE, follow: cursor})
    now, _ = await read(ask, query, **{size: 100})
    if backward:
        before, found, now = before[::-1], found[::-1], now[::-1]
    end = now.index(before[-1]) + 1
    assert end == len(before) + 1  # the first of the new rows stands among these
    assert found == now[end : end + SIZE]
    assert found[0] not in before


@DIRECTIONS
async def test_at_dynamodb(
    backward: bool, ask_changed_dynamodb: Asker, writable_dynamodb: DynamoAddress
) -> None:
    rows = stream.rows()["WatchHistoryTable"]
    moments = sorted(
        {
            datetime.fromisoformat(str(row["watchedAt"]))
            for row in rows
            if row["accountId"] == ACCOUNT
        },
        reverse=not backward,
    )
    new = (
        moments[0] + (moments[0] - moments[1]),
        moments[SIZE - 1] + (moments[SIZE] - moments[SIZE - 1]) / 2,
    )
    events = [
        {"accountId": ACCOUNT, "watchedAt": iso(moment), "profileId": "any", "movieId": "any"}
        for moment in new
    ]

    async def insert() -> None:
        await put(writable_dynamodb, "WatchHistoryTable", *events)

    await assert_pages_hold(ask_changed_dynamodb, HISTORY, insert, backward=backward)


@DIRECTIONS
async def test_at_postgres(
    backward: bool, ask_changed_family: Asker, writable_family: PostgresAddress
) -> None:
    # A number that is there already: the id, which is higher, tells the two apart.
    new = (
        "(900001, 2, 4, 1), (900002, 2, 3, 5)"
        if backward
        else "(900001, 2, 0, 1), (900002, 2, 1, 3)"
    )

    async def insert() -> None:
        await execute(
            writable_family.url,
            "INSERT INTO episodes (tmdb_episode_id, title_id, season_number, episode_number) "
            f"VALUES {new}",
        )

    await assert_pages_hold(ask_changed_family, EPISODES, insert, backward=backward)


async def test_in_the_first_source_of_a_merged_list(
    ask_changed_dynamodb: Asker, writable_dynamodb: DynamoAddress
) -> None:
    film = {"title": "King Kong", "genre": "Action", "releaseYear": "2030"}

    async def insert() -> None:
        await put(
            writable_dynamodb,
            "MovieTable",
            {"movieId": "movie-0000", **film},
            {"movieId": "movie-0019a", **film},
        )

    await assert_pages_hold(ask_changed_dynamodb, TITLES, insert, backward=False)
