"""One product's store is down: its fields are null with an error, the other products answer."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway.demo.data import prep, social, stream
from gateway.demo.data.people import ADA
from loaders.stores.postgres import PostgresAddress
from loaders.tables.catalogue import POSTGRES
from tests.engines import Addresses, local
from tests.operations.asking import NOBODY, Asker, gateway_over

pytestmark = pytest.mark.slow

RUBRIC = str(prep.rows()["ielts-assessment-rubrics"][0]["rubric_id"])
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
EACH = {
    "stream": f"""
        movies(genre: "Horror", first: 1) {{ nodes {{ movieId }} }}
        stream: account(by: {{ streamAccountId: "{stream.account_id(ADA)}" }}) {{ email }}
        streamProfile: profile(by: {{ streamProfileId: "{stream.profile_id(ADA, 0)}" }}) {{ name }}
    """,
    "family": """
        tmdbTitles(mediaType: TV, first: 1) { totalCount nodes { databaseId } }
        family: account(by: { familyAccountId: 1 }) { email }
        kidProfile: profile(by: { kidProfileId: 1 }) { name }
    """,
    "studio": """
        inputRecord(by: { inputRecordId: 1 }) { currentPhase }
        studio: account(by: { studioAccountId: 1 }) { email }
    """,
    "social": f"""
        social: account(by: {{ creatorUserId: "{social.creator_id(ADA)}" }}) {{ email }}
    """,
    "prep": f"""
        rubric(by: {{ rubricId: "{RUBRIC}" }}) {{ rubricId }}
        prep: account(by: {{ learnerEmail: "{ADA.email}" }}) {{ email }}
    """,
}
"""Fields that each product answers, in the order in which accounts are shown."""
PRODUCTS = list(EACH)


def refused() -> int:
    """A port of this machine where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@asynccontextmanager
async def gateway_without(engines: Addresses, product: str) -> AsyncIterator[Asker]:
    """Asks a gateway one of whose products has a store that refuses connections."""
    port = refused()
    if product in POSTGRES:
        nowhere = PostgresAddress(f"postgresql://postgres@127.0.0.1:{port}/{product}")
        where = engines.stores(postgres={product: nowhere})
    else:
        where = engines.stores(dynamodb={product: local(f"http://127.0.0.1:{port}")})
    async with gateway_over(where) as asker:
        yield asker


@pytest.fixture
async def without_family(engines: Addresses) -> AsyncIterator[Asker]:
    """Asks a gateway whose family has a Postgres that refuses connections."""
    async with gateway_without(engines, "family") as asker:
        yield asker


@pytest.fixture
async def without_stream(engines: Addresses) -> AsyncIterator[Asker]:
    """Asks a gateway whose stream has a DynamoDB that refuses connections."""
    async with gateway_without(engines, "stream") as asker:
        yield asker


def down(product: str, *path: str | int) -> dict[str, Any]:
    store = "Postgres" if product in POSTGRES else "DynamoDB"
    return {
        "message": f"{product}: {store} cannot be reached",
        "path": list(path),
        "code": "SOURCE_UNAVAILABLE",
        "product": product,
    }


def by_path(errors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(errors, key=lambda error: str(error["path"]))


@pytest.mark.parametrize("product", PRODUCTS)
async def test_the_other_products_answer(product: str, engines: Addresses) -> None:
    async with gateway_without(engines, product) as ask:
        whole = {name: (await ask(f"{{ {fields} }}")).data for name, fields in EACH.items()}
        answer = await ask(f"{{ {' '.join(EACH.values())} }}")
    gone = whole[product]
    assert set(gone.values()) == {None}
    assert {name for name, value in answer.data.items() if value is None} == set(gone)
    assert by_path(answer.errors) == by_path([down(product, name) for name in gone])


async def test_a_store_that_hangs_leaves_the_others_time(engines: Addresses) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent_store = local(f"http://127.0.0.1:{silent.getsockname()[1]}")
        where = engines.stores(dynamodb={"stream": silent_store})
        async with gateway_over(where, gateway_deadline=4) as ask:
            answer = await ask(
                """{ viewer { accounts {
                  product ... on FamilyAccount { kidProfiles(first: 1) { nodes { name } } }
                } } }"""
            )
    family = next(one for one in answer.data["viewer"]["accounts"] if one and "kidProfiles" in one)
    assert family["kidProfiles"]["nodes"]
    (error,) = answer.errors
    assert (error["code"], error["product"]) == ("DEADLINE_EXCEEDED", "stream")


async def test_an_outage_may_be_tried_again(without_family: Asker) -> None:
    answer = await without_family("{ contentTags { totalCount } }", NOBODY)
    (error,) = answer.body["errors"]
    assert error["extensions"]["retryable"] is True


@pytest.mark.parametrize("product", PRODUCTS)
async def test_a_viewer_keeps_the_other_accounts(product: str, engines: Addresses) -> None:
    async with gateway_without(engines, product) as ask:
        answer = await ask(WHO)
    accounts = [
        None if name == product else {"product": name.upper(), "email": ADA.email}
        for name in PRODUCTS
    ]
    assert answer.data == {"viewer": {"email": ADA.email, "accounts": accounts}}
    assert answer.errors == [down(product, "viewer", "accounts", PRODUCTS.index(product))]


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
