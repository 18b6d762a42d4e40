"""The number of store calls follows from the shape of a query, never from the number of objects."""

from __future__ import annotations

import pytest

from gateway.demo.data import family, stream
from tests.operations.asking import ADMIN, NOBODY, Asker

# Parents, ten children each, a link back from each, and a link beyond.
EPISODES = """
query ($first: Int) {
  tmdbTitles(mediaType: TV, first: $first) {
    nodes {
      episodes(first: 10) {
        totalCount
        nodes { title { databaseId } links(first: 10) { nodes { episode { databaseId } } } }
      }
    }
  }
}
"""
FAMILIES = """
query ($first: Int) {
  familyAccounts(role: PARENT, first: $first) {
    nodes {
      kidProfiles(first: 10) {
        totalCount
        nodes { account { databaseId } policies(first: 10) { nodes { title { databaseId } } } }
      }
      devices(first: 10) { nodes { kidProfile { databaseId } } }
      streamingSelection { selectedServices }
    }
  }
}
"""


@pytest.mark.parametrize(
    ("query", "viewer", "parents"),
    [(EPISODES, NOBODY, 30), (FAMILIES, ADMIN, 50)],
    ids=["series", "families"],
)
async def test_many_parents_cost_as_many_statements_as_one(
    query: str, viewer: str, parents: int, ask: Asker
) -> None:
    one, many = [await ask(query, viewer, first=first) for first in (1, parents)]
    (listed,) = many.data.values()
    assert len(listed["nodes"]) == parents
    assert many.reads == one.reads
    assert set(many.reads.values()) == {1}
    assert len(one.calls) <= len(many.calls) < len(many.reads)


async def test_a_query_a_partition_and_a_batch_a_hundred_keys_at_dynamodb(ask: Asker) -> None:
    query = """
    query ($first: Int) {
      usageEvents(serviceType: "stream", first: $first) {
        nodes {
          account {
            accountId
            profiles(first: 10) { nodes { account { accountId } settings { createdAt } } }
          }
        }
      }
    }
    """
    answer = await ask(query, ADMIN, first=100)
    events = answer.data["usageEvents"]["nodes"]
    accounts = {event["account"]["accountId"] for event in events}
    rows = stream.rows()["ProfileTable"]
    profiles = [row for row in rows if row["accountId"] in accounts]
    assert len(events) == 100
    assert len(accounts) < len(profiles) <= 200
    assert answer.calls == {
        "stream.AccountTable BatchGetItem": 1,
        "stream.ProfileSettingsTable BatchGetItem": -(-len(profiles) // 100),
        "stream.ProfileTable Query": len(accounts),
        "stream.UserUsageTable.ServiceTypeIndex Query": 1,
    }


async def test_nodes_of_one_type_are_one_call(ask: Asker) -> None:
    listed = await ask.data("{ tmdbTitles(mediaType: MOVIE, first: 90) { nodes { id } } }")
    ids = [node["id"] for node in listed["tmdbTitles"]["nodes"]]
    assert len(ids) == sum(row["media_type"] == "movie" for row in family.rows()["titles"])
    answer = await ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", NOBODY, ids=ids)
    assert [node["id"] for node in answer.data["nodes"]] == ids
    assert answer.calls == {"family.titles.titles_pkey SELECT": 1}


async def test_only_the_columns_that_a_document_reads_are_selected(ask: Asker) -> None:
    """The key comes along; a column that an alias, a fragment or an interface needs does too."""
    answer = await ask(
        """
        {
          title(by: { movieId: "movie-0001" }) { ...named ... on Movie { seen: durationMinutes } }
          other: title(by: { tmdbTitleId: 1 }) { ...named }
        }
        fragment named on Title { title genreNames }
        """,
        NOBODY,
    )
    selected = {call["table"]: call["attributes"] for call in answer.body["extensions"]["trace"]}
    assert selected == {
        "MovieTable": ["movieId", "title", "genre", "duration"],
        "titles": ["id", "title", "genres"],
    }
