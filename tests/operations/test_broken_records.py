"""A record that breaks its declaration costs its field alone, and the error names the row."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from decimal import Decimal
from typing import Any

import pytest

from gateway.demo.data import stream
from gateway.demo.data.people import ADA
from tests.engines import Addresses, as_read, dynamodb_copy, execute, postgres_copy, put
from tests.operations.asking import ADMIN, NOBODY, Asker, gateway_over

ACCOUNT = stream.account_id(ADA)
MOVIE = {"title": "Broken", "genre": "Broken", "releaseYear": "2000", "duration": 90}
MOVIES: Mapping[str, Mapping[str, object]] = {
    "text for a number": {"duration": "ninety"},
    "fraction": {"duration": Decimal("1.5")},
    "too large": {"duration": 2**31},
    "number for a text": {"rating": 15},
    "text for a list": {"cast": "Ada"},
    "number in a list": {"cast": ["Ada", 5]},
    "no year": {"releaseYear": "MMXX"},
    "no title": {"title": None},
}
"""What is wrong with a movie: the attributes that differ, None for one that is left out."""

FAMILY = (
    "UPDATE users SET role = 'owner' WHERE id = 2",
    "UPDATE content_reports SET status = 'lost' WHERE id = 2",
    "ALTER TABLE kid_profiles_titles DROP CONSTRAINT policy_is_known",
    "UPDATE kid_profiles_titles SET policy = 'maybe', blocked_episodes = '[\"7\"]' WHERE id = 2",
    "UPDATE titles SET genres = '{\"id\": 18}', providers = '[8]', tags = '\"dark\"' WHERE id = 1",
    'UPDATE titles SET genres = \'[{"id": "18", "name": "Drama"}]\' WHERE id = 2',
    "UPDATE titles SET genres = '[\"\\ud800\"]' WHERE id = 3",
    "UPDATE titles SET genres = 'null', providers = '[{}]', tags = 'null' WHERE id = 4",
)


@pytest.fixture(scope="module")
async def ask_broken(
    engines: Addresses, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Asker]:
    """Asks a gateway over stores with broken records among the others."""
    with dynamodb_copy(engines, tmp_path_factory.mktemp("dynamodb")) as stream_at:
        movies = [
            {name: value for name, value in {"movieId": id_, **MOVIE, **wrong}.items() if value}
            for id_, wrong in MOVIES.items()
        ]
        watched = {"accountId": ACCOUNT, "profileId": stream.profile_id(ADA, 0)}
        await put(stream_at, "MovieTable", *movies)
        await put(stream_at, "AccountTable", {"accountId": "no e-mail", "firstName": "Nemo"})
        await put(
            stream_at,
            "ProfileTable",
            {"accountId": ACCOUNT, "profileId": "no date", "createdAt": "2025-02-30T10:00:00Z"},
        )
        await put(stream_at, "WatchlistTable", {"accountId": ACCOUNT, "movieId": "movie-0001"})
        await put(
            stream_at,
            "WatchHistoryTable",
            {**watched, "watchedAt": "yesterday", "movieId": "movie-0001", "completed": "yes"},
        )
        async with postgres_copy(engines, "family") as family_at:
            for statement in FAMILY:
                await execute(family_at.url, statement)
            where = engines.stores(
                postgres={"family": as_read(family_at)}, dynamodb={"stream": stream_at}
            )
            async with gateway_over(where) as asker:
                yield asker


def bad(path: list[str | int], message: str, product: str) -> dict[str, Any]:
    return {"message": message, "path": path, "code": "BAD_STORED_VALUE", "product": product}


@pytest.mark.parametrize(
    ("broken", "field", "message"),
    [
        ("text for a number", "durationMinutes", "duration of {} is no whole number"),
        ("fraction", "durationMinutes", "duration of {} is no whole number"),
        ("too large", "durationMinutes", "duration of {} is beyond what 32 bits hold"),
        ("number for a text", "contentRating", "rating of {} is no text"),
        ("text for a list", "cast", "cast of {} is no list"),
        ("number in a list", "cast", "cast of {} is no text"),
        ("no year", "releaseYear", "releaseYear of {} is no year"),
        ("no title", "title", "title of {} is missing"),
    ],
)
async def test_an_attribute_of_the_wrong_kind(
    broken: str, field: str, message: str, ask_broken: Asker
) -> None:
    answer = await ask_broken(
        """
        query ($id: ID!) {
          title(by: { movieId: $id }) {
            title
            releaseYear
            ... on Movie { genre durationMinutes contentRating cast }
          }
        }
        """,
        NOBODY,
        id=broken,
    )
    row = f"MovieTable (movieId='{broken}')"
    intact = {
        "title": "Broken",
        "releaseYear": 2000,
        "genre": "Broken",
        "durationMinutes": 90,
        "contentRating": None,
        "cast": None,
    }
    assert answer.errors == [bad(["title", field], message.format(row), "stream")]
    assert answer.data == {"title": {**intact, field: None}}


async def test_broken_rows_among_others_in_a_list(ask_broken: Asker) -> None:
    answer = await ask_broken(
        '{ movies(genre: "Broken") { nodes { movieId durationMinutes } } }', NOBODY
    )
    nodes = answer.data["movies"]["nodes"]
    assert {node["movieId"]: node["durationMinutes"] for node in nodes} == {
        id_: None if "duration" in wrong else 90 for id_, wrong in MOVIES.items()
    }
    assert {error["code"] for error in answer.errors} == {"BAD_STORED_VALUE"}
    assert len(answer.errors) == 3


async def test_a_date_that_is_none_and_a_required_attribute_that_is_absent(
    ask_broken: Asker,
) -> None:
    answer = await ask_broken(
        """
        {
          profile(by: { streamProfileId: "no date" }) {
            name
            createdAt
            ... on StreamProfile { profileId avatar }
          }
        }
        """
    )
    row = f"ProfileTable (accountId='{ACCOUNT}', profileId='no date')"
    assert answer.data == {
        "profile": {"name": None, "createdAt": None, "profileId": "no date", "avatar": None}
    }
    assert answer.errors == [
        bad(["profile", "name"], f"name of {row} is missing", "stream"),
        bad(["profile", "createdAt"], f"createdAt of {row} is no ISO date and time", "stream"),
    ]


async def test_an_account_without_its_e_mail(ask_broken: Asker) -> None:
    answer = await ask_broken(
        """
        {
          account(by: { streamAccountId: "no e-mail" }) {
            email
            displayName
            person { email }
          }
        }
        """,
        ADMIN,
    )
    message = "email of AccountTable (accountId='no e-mail') is missing"
    assert answer.data == {"account": {"email": None, "displayName": "Nemo", "person": None}}
    assert answer.errors == [
        bad(["account", "email"], message, "stream"),
        bad(["account", "person"], message, "stream"),
    ]


async def test_a_link_whose_column_is_absent(ask_broken: Asker) -> None:
    """Of a watchlist row that names no profile: whoever asks for the profile is told."""
    answer = await ask_broken(
        """
        query ($id: ID!, $profileId: ID!) {
          account(by: { streamAccountId: $id }) {
            ... on StreamAccount {
              watchlistItem(movieId: "movie-0001") { movie { title } profile { name } }
            }
          }
          profile(by: { streamProfileId: $profileId }) {
            name
            ... on StreamProfile { inWatchlist(movieId: "movie-0001") }
          }
        }
        """,
        id=ACCOUNT,
        profileId=stream.profile_id(ADA, 0),
    )
    row = f"WatchlistTable (accountId='{ACCOUNT}', movieId='movie-0001')"
    message = f"profileId of {row} is missing"
    assert answer.data == {
        "account": {"watchlistItem": {"movie": {"title": "Metropolis"}, "profile": None}},
        "profile": {"name": "Ada", "inWatchlist": None},
    }
    assert sorted(answer.errors, key=lambda error: str(error["path"])) == [
        bad(["account", "watchlistItem", "profile"], message, "stream"),
        bad(["profile", "inWatchlist"], message, "stream"),
    ]


async def test_a_key_that_is_no_date_costs_its_row(ask_broken: Asker) -> None:
    """A key cannot be null, so its row is, and its neighbours stay."""
    answer = await ask_broken(
        """
        query ($id: ID!) {
          account(by: { streamAccountId: $id }) {
            ... on StreamAccount { watchHistory(first: 2) { nodes { watchedAt movieId } } }
          }
        }
        """,
        id=ACCOUNT,
    )
    row = f"WatchHistoryTable (accountId='{ACCOUNT}', watchedAt='yesterday')"
    path: list[str | int] = ["account", "watchHistory", "nodes", 0, "watchedAt"]
    assert answer.errors == [bad(path, f"watchedAt of {row} is no ISO date and time", "stream")]
    broken, neighbour = answer.data["account"]["watchHistory"]["nodes"]
    assert broken is None
    assert neighbour["watchedAt"] == "2025-09-20T08:01:04Z"


async def test_an_enum_outside_of_its_list(ask_broken: Asker) -> None:
    answer = await ask_broken(
        """
        {
          account(by: { familyAccountId: 2 }) { ... on FamilyAccount { databaseId role } }
          report: account(by: { familyAccountId: 1 }) {
            ... on FamilyAccount { titleReports(first: 1) { nodes { databaseId status } } }
          }
          profile(by: { kidProfileId: 1 }) {
            ... on KidProfile {
              policyFor(titleId: 2) { databaseId policy blockedEpisodes { name } }
            }
          }
        }
        """,
        ADMIN,
    )
    assert answer.data == {
        "account": {"databaseId": 2, "role": None},
        "report": {"titleReports": {"nodes": [{"databaseId": 2, "status": None}]}},
        "profile": {"policyFor": {"databaseId": 2, "policy": None, "blockedEpisodes": None}},
    }
    policy: list[str | int] = ["profile", "policyFor"]
    assert sorted(answer.errors, key=lambda error: str(error["message"])) == [
        bad(
            [*policy, "blockedEpisodes"],
            "blocked_episodes of kid_profiles_titles (id=2) is no whole number",
            "family",
        ),
        bad(
            [*policy, "policy"],
            "policy of kid_profiles_titles (id=2) is none of allow, deny",
            "family",
        ),
        bad(["account", "role"], "role of users (id=2) is none of parent, admin", "family"),
        bad(
            ["report", "titleReports", "nodes", 0, "status"],
            "status of content_reports (id=2) is none of pending, resolved, dismissed",
            "family",
        ),
    ]


TMDB_TITLE = """
query ($id: ID!) {
  title(by: { tmdbTitleId: $id }) {
    genreNames
    ... on TmdbTitle { databaseId genres { id name } providers { name logoUrl stored } tags }
  }
}
"""


@pytest.mark.parametrize(
    ("number", "wrong"),
    [
        (1, {"genreNames": "genres is no list", "genres": "genres is no list",
             "providers": "providers is no map", "tags": "tags is no list"}),
        (2, dict.fromkeys(["genreNames", "genres"], "genres is no whole number")),
        (3, dict.fromkeys(["genreNames", "genres"], "genres is no JSON")),
    ],
    ids=["another shape", "another kind within", "no JSON"],
)  # fmt: skip
async def test_json_of_the_wrong_shape(
    number: int, wrong: dict[str, str], ask_broken: Asker
) -> None:
    answer = await ask_broken(TMDB_TITLE, NOBODY, id=number)
    assert answer.data["title"]["databaseId"] == number
    assert {field for field, value in answer.data["title"].items() if value is None} >= set(wrong)
    assert sorted(answer.errors, key=lambda error: str(error["path"])) == [
        bad(["title", field], what.replace(" ", f" of titles (id={number}) ", 1), "family")
        for field, what in sorted(wrong.items())
    ]


async def test_jsons_null_and_members_that_are_absent_are_no_errors(ask_broken: Asker) -> None:
    title = (await ask_broken.data(TMDB_TITLE, NOBODY, id=4))["title"]
    assert title == {
        "genreNames": None,
        "databaseId": 4,
        "genres": None,
        "providers": [{"name": None, "logoUrl": None, "stored": {}}],
        "tags": None,
    }
