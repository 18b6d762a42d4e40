"""What hangs on rows comes with them in one statement, and is asked for alone where that fails."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from gateway.demo.data import family as family_demo
from loaders.ahead import READS_ALONG
from loaders.stores.postgres import PostgresAddress
from loaders.tables import family
from tests.engines import Addresses, as_read, execute
from tests.operations.asking import ADA, ADMIN, NOBODY, Asker, gateway_over

SERIES = """
query ($first: Int = 2) {
  tmdbTitles(mediaType: TV, first: $first) {
    nodes {
      databaseId
      episodes(first: 2) { nodes { databaseId links(first: 2) { nodes { platform } } } }
    }
  }
}
"""
TOGETHER = (
    "family.titles.ix_titles_media_type_id SELECT with "
    "episode_links.ix_episode_links_episode_created, episodes.ix_episodes_in_order"
)


def without_links(data: Any) -> Any:
    """The data, with nothing where the links of an episode stand."""
    return {
        "tmdbTitles": {
            "nodes": [
                {
                    **title,
                    "episodes": {
                        "nodes": [{**one, "links": None} for one in title["episodes"]["nodes"]]
                    },
                }
                for title in data["tmdbTitles"]["nodes"]
            ]
        }
    }


async def test_levels_of_one_store_are_one_call(ask: Asker) -> None:
    answer = await ask(SERIES, NOBODY)
    assert answer.errors == []
    assert answer.calls == {TOGETHER: 1}


async def test_what_fails_below_costs_nothing_above(
    ask: Asker, ask_changed_family: Asker, writable_family: PostgresAddress
) -> None:
    whole = await ask.data(SERIES, NOBODY)
    await execute(writable_family.url, "ALTER TABLE episode_links RENAME TO renamed")
    answer = await ask_changed_family(SERIES, NOBODY)
    assert answer.data == without_links(whole)
    assert {error["code"] for error in answer.errors} == {"SOURCE_UNAVAILABLE"}
    assert {error["path"][-1] for error in answer.errors} == {"links"}


async def test_a_column_that_has_changed_its_type_fails_alone(
    ask_changed_family: Asker, writable_family: PostgresAddress
) -> None:
    await execute(
        writable_family.url, "ALTER TABLE episodes ALTER COLUMN air_date TYPE text USING 'soon'"
    )
    query = """{ tmdbTitles(mediaType: TV, first: 2) { nodes {
      title releaseDate episodes(first: 1) { nodes { name airDate } }
    } } }"""
    answer = await ask_changed_family(query, NOBODY)
    assert {error["code"] for error in answer.errors} == {"BAD_STORED_VALUE"}
    nodes = answer.data["tmdbTitles"]["nodes"]
    assert all(node["title"] and node["episodes"]["nodes"][0]["name"] for node in nodes)


async def test_what_failed_together_is_asked_for_apart_from_then_on(
    ask_changed_family: Asker, writable_family: PostgresAddress
) -> None:
    await execute(writable_family.url, "ALTER TABLE episode_links RENAME TO renamed")
    answer = await ask_changed_family(SERIES, NOBODY)
    assert sum(answer.calls.values()) == 1 + 3


async def test_a_server_that_is_not_there_is_asked_once(engines: Addresses) -> None:
    nowhere = PostgresAddress("postgresql://postgres@127.0.0.1:1/family")
    where = engines.stores(postgres={family.PRODUCT: nowhere})
    async with gateway_over(where) as without:
        answer = await without(SERIES, NOBODY)
    assert {error["code"] for error in answer.errors} == {"SOURCE_UNAVAILABLE"}
    assert sum(answer.calls.values()) == 1


@pytest.mark.slow
async def test_what_is_slow_below_costs_nothing_above(
    ask: Asker, engines: Addresses, writable_family: PostgresAddress
) -> None:
    whole = await ask.data(SERIES, NOBODY)
    where = engines.stores(postgres={family.PRODUCT: as_read(writable_family)})
    async with gateway_over(where, gateway_deadline=4) as impatient:
        connection = await asyncpg.connect(writable_family.url)
        try:
            async with connection.transaction():
                await connection.execute("LOCK TABLE episode_links IN ACCESS EXCLUSIVE MODE")
                answer = await impatient(SERIES, NOBODY)
        finally:
            await connection.close()
    assert answer.data == without_links(whole)
    assert {error["code"] for error in answer.errors} == {"DEADLINE_EXCEEDED"}


async def test_variables_say_what_comes_along(ask: Asker) -> None:
    query = """
    query ($id: ID!, $season: Int, $size: Int, $named: Boolean!) {
      title(by: { tmdbTitleId: $id }) { ... on TmdbTitle {
        episodes(season: $season, first: $size) {
          nodes { seasonNumber episodeNumber title @include(if: $named) { title } }
        }
      } }
    }
    """
    found = []
    for season, size, named in ((1, 2, True), (2, 3, False), (None, 1, True), (1, 2, True)):
        variables = {"id": family_demo.LONG_SHOW, "season": season, "size": size, "named": named}
        answer = await ask(query, NOBODY, **variables)
        assert answer.errors == []
        assert len(answer.calls) == 1
        nodes = answer.data["title"]["episodes"]["nodes"]
        assert [node["seasonNumber"] for node in nodes] == [season or 1] * size
        assert all(("title" in node) is named for node in nodes)
        found.append(nodes)
    assert found[0] == found[3]


async def test_what_an_account_has_comes_with_it_for_staff_alone(ask: Asker) -> None:
    query = """{ account(by: { familyEmail: "ada@example.com" }) { ... on FamilyAccount {
      databaseId kidProfiles(first: 2) { nodes { databaseId } }
    } } }"""
    for_staff, for_herself = await ask(query, ADMIN), await ask(query, ADA)
    assert for_staff.data == for_herself.data
    assert for_staff.data["account"]["kidProfiles"]["nodes"]
    (call,) = for_staff.calls
    assert call.startswith("family.users.")
    assert " with kid_profiles." in call
    # By an e-mail alone the policies of Postgres open no more than the account.
    assert not any(" with " in call for call in for_herself.calls)


async def test_arguments_that_lead_nowhere_are_told_where_they_stand(ask: Asker) -> None:
    query = """{
      tmdbTitles(mediaType: TV, first: 1) {
        nodes { wrong: episodes(after: "no cursor") { nodes { name } } episodes { nodes { name } } }
      }
    }"""
    answer = await ask(query, NOBODY)
    (error,) = answer.errors
    assert (error["code"], error["path"][-1]) == ("BAD_USER_INPUT", "wrong")
    assert answer.data["tmdbTitles"]["nodes"][0]["episodes"]["nodes"]


async def test_what_follows_from_some_rows_alone_is_asked_for_after_them(ask: Asker) -> None:
    """Both titles come in one call, and the episodes of one of them."""
    query = """{
      a: title(by: { tmdbTitleId: 1 }) { title }
      b: title(by: { tmdbTitleId: 2 }) {
        ... on TmdbTitle { episodes(first: 1) { nodes { name } } }
      }
    }"""
    answer = await ask(query, NOBODY)
    assert answer.errors == []
    assert answer.calls == {
        "family.episodes.ix_episodes_in_order SELECT": 1,
        "family.titles.titles_pkey SELECT": 1,
    }


async def test_what_is_asked_for_twice_below_comes_once(ask: Asker) -> None:
    query = """query ($id: ID!) {
      title(by: { tmdbTitleId: $id }) { ... on TmdbTitle {
        a: episodes(first: 2) { nodes { name } }
        b: episodes(first: 2) { nodes { name links(first: 1) { nodes { platform } } } }
        c: episodes(first: 1) { nodes { name } }
      } }
    }"""
    answer = await ask(query, NOBODY, id=family_demo.LONG_SHOW)
    title = answer.data["title"]
    assert [node["name"] for node in title["b"]["nodes"]] == [
        node["name"] for node in title["a"]["nodes"]
    ]
    assert title["c"]["nodes"] == title["a"]["nodes"][:1]
    assert answer.reads["family.episodes.ix_episodes_in_order SELECT"] == 2


async def test_very_many_keys_are_asked_for_by_themselves(ask: Asker) -> None:
    query = """query ($first: Int) { tmdbTitles(mediaType: TV, first: $first) { nodes {
      episodes(first: 100) { nodes { links(first: 1) { nodes { platform } } } }
    } } }"""
    answers = [await ask(query, NOBODY, first=first) for first in (9, 10)]
    assert [answer.errors for answer in answers] == [[], []]
    assert [sum(answer.calls.values()) for answer in answers] == [1, 2]


async def test_a_statement_reads_no_more_than_so_much_along(ask: Asker) -> None:
    links = " ".join(
        f"a{size}: links(first: {size}) {{ nodes {{ url }} }}" for size in range(1, 31)
    )
    query = (
        "{ tmdbTitles(mediaType: TV, first: 1) { nodes { episodes(first: 2) { nodes { %s } } } } }"
    )
    answer = await ask(query % links, NOBODY)
    assert answer.errors == []
    assert answer.reads["family.episode_links.ix_episode_links_episode_created SELECT"] == 30
    assert sum(answer.calls.values()) == 1 + 30 - (READS_ALONG - 1)


async def test_nothing_is_read_below_rows_that_are_cut_away(ask: Asker) -> None:
    """Titles of two stores are merged, and the first of them shown."""
    query = """{ titles(named: "King Kong", first: 1) { nodes {
      __typename ... on TmdbTitle { episodes(first: 2) { nodes { name } } }
    } } }"""
    answer = await ask(query, NOBODY)
    assert answer.data == {"titles": {"nodes": [{"__typename": "Movie"}]}}
    assert "family.episodes.ix_episodes_in_order SELECT" not in answer.reads


POLICIES = """query ($id: ID!) {
  profile(by: { kidProfileId: $id }) {
    ... on KidProfile { policies(first: 3) { nodes { policy title { title } } } }
  }
}"""


@pytest.mark.parametrize(("viewer", "calls"), [(ADMIN, 1), (ADA, 2)])
async def test_what_is_everybodys_comes_with_ones_own(ask: Asker, viewer: str, calls: int) -> None:
    """Ada's accounts are looked up, then her kid's policies and what they are about."""
    answer = await ask(POLICIES, viewer, id=family_demo.ADA_KID)
    assert answer.errors == []
    assert all(node["title"]["title"] for node in answer.data["profile"]["policies"]["nodes"])
    assert sum(answer.calls.values()) == calls
