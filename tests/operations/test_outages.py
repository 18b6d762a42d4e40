"""One product's store is down: its fields are null with an error, the other product answers."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from gateway.demo.data import stream
from gateway.demo.data.people import ADA
from loaders.stores.postgres import PostgresAddress
from loaders.tables import family
from tests.engines import Addresses, local
from tests.operations.asking import NOBODY, Asker, gateway_over

WHO = "{ viewer { email accounts { product email } } }"
TITLES = """
query ($first: Int, $last: Int) {
  titles(named: "King Kong", first: $first, last: $last) {
    nodes { __typename }
    edges { node { __typename } }
    pageInfo { hasNextPage startCursor endCursor }
  }
}
"""
BOTH = f"""
{{
  movies(genre: "Horror", first: 1) {{ nodes {{ movieId }} }}
  tmdbTitles(mediaType: TV, first: 1) {{ totalCount nodes {{ databaseId }} }}
  stream: account(by: {{ streamAccountId: "{stream.account_id(ADA)}" }}) {{ email }}
  family: account(by: {{ familyAccountId: 1 }}) {{ email }}
  streamProfile: profile(by: {{ streamProfileId: "{stream.profile_id(ADA, 0)}" }}) {{ name }}
  kidProfile: profile(by: {{ kidProfileId: 1 }}) {{ name }}
}}
"""
OF_STREAM = ("movies", "stream", "streamProfile")
OF_FAMILY = ("tmdbTitles", "family", "kidProfile")


def refused() -> int:
    """A port of this machine where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
async def without_family(engines: Addresses) -> AsyncIterator[Asker]:
    """Asks a gateway whose Postgres refuses connections."""
    nowhere = PostgresAddress(f"postgresql://postgres@127.0.0.1:{refused()}/family")
    async with gateway_over(nowhere, local(engines.dynamodb)) as asker:
        yield asker


@pytest.fixture
async def without_stream(engines: Addresses) -> AsyncIterator[Asker]:
    """Asks a gateway whose DynamoDB refuses connections."""
    nowhere = replace(local(engines.dynamodb), endpoint_url=f"http://127.0.0.1:{refused()}")
    async with gateway_over(PostgresAddress(engines.database(family.PRODUCT)), nowhere) as asker:
        yield asker


def down(product: str, *path: str | int) -> dict[str, Any]:
    store = {"family": "Postgres", "stream": "DynamoDB"}[product]
    return {
        "message": f"{product}: {store} cannot be reached",
        "path": list(path),
        "code": "SOURCE_UNAVAILABLE",
        "product": product,
    }


def by_path(errors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(errors, key=lambda error: str(error["path"]))


async def test_the_other_product_answers_without_family(without_family: Asker) -> None:
    answer = await without_family(BOTH)
    assert {name for name, value in answer.data.items() if value is None} == set(OF_FAMILY)
    assert by_path(answer.errors) == by_path([down("family", name) for name in OF_FAMILY])


async def test_the_other_product_answers_without_stream(without_stream: Asker) -> None:
    answer = await without_stream(BOTH)
    assert {name for name, value in answer.data.items() if value is None} == set(OF_STREAM)
    assert by_path(answer.errors) == by_path([down("stream", name) for name in OF_STREAM])


async def test_an_outage_may_be_tried_again(without_family: Asker) -> None:
    answer = await without_family("{ contentTags { totalCount } }", NOBODY)
    (error,) = answer.body["errors"]
    assert error["extensions"]["retryable"] is True


async def test_a_viewer_keeps_the_other_account_without_family(without_family: Asker) -> None:
    answer = await without_family(WHO)
    account = {"product": "STREAM", "email": ADA.email}
    assert answer.data == {"viewer": {"email": ADA.email, "accounts": [account, None]}}
    assert answer.errors == [down("family", "viewer", "accounts", 1)]


async def test_a_viewer_keeps_the_other_account_without_stream(without_stream: Asker) -> None:
    answer = await without_stream(WHO)
    account = {"product": "FAMILY", "email": ADA.email}
    assert answer.data == {"viewer": {"email": ADA.email, "accounts": [None, account]}}
    assert answer.errors == [down("stream", "viewer", "accounts", 0)]


@pytest.mark.parametrize("paging", [{"first": 3}, {"last": 3}], ids=str)
async def test_titles_of_a_name_keep_the_other_products_entries(
    paging: dict[str, int], without_family: Asker, without_stream: Asker
) -> None:
    for ask, product, kept in (
        (without_family, "family", ["Movie"] * 3),
        (without_stream, "stream", ["TmdbTitle"]),
    ):
        answer = await ask(TITLES, NOBODY, **paging)
        page = answer.data["titles"]
        there = [{"__typename": name} for name in kept]
        assert page["nodes"] == [*there, None]
        assert page["edges"] == [*({"node": node} for node in there), None]
        assert page["pageInfo"]["endCursor"] is not None
        assert answer.errors == [
            down(product, "titles", "nodes", len(kept)),
            down(product, "titles", "edges", len(kept)),
        ]


async def test_links_within_the_other_product_are_followed(without_family: Asker) -> None:
    data = await without_family.data(
        """
        {
          title(by: { movieId: "movie-0001" }) { title releaseYear }
          movies(genre: "Horror", first: 2) { nodes { movieId inWatchlist(profileId: "any") } }
        }
        """
    )
    assert data["title"] == {"title": "Metropolis", "releaseYear": 1927}
    assert [node["inWatchlist"] for node in data["movies"]["nodes"]] == [None, None]
