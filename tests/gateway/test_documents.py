"""Documents: read once, kept within a bound, and known by the columns that they need."""

from __future__ import annotations

import pytest
from graphql import get_introspection_query

from gateway.execution.documents import LONGEST_KEPT, TOKENS_AT_MOST, Document, Documents
from loaders.accounts import ACCOUNTS_BY_EMAIL
from loaders.tables import family, stream
from loaders.tables.facts import StoredTable


def read(text: str) -> Document:
    """A document that nobody has read before."""
    return Documents(1).get(text)


def columns(text: str) -> dict[StoredTable, set[str]]:
    """The columns that a valid document needs."""
    document = read(text)
    assert document.errors == []
    return {table: set(names) for table, names in document.columns.items()}


def messages(text: str) -> list[str]:
    return [error.message for error in read(text).errors]


def test_a_document_is_read_once() -> None:
    documents = Documents(10)
    assert documents.get("{ __typename }") is documents.get("{ __typename }")
    assert documents.get("{ nothing }") is documents.get("{ nothing }")
    assert documents.get("{ a: __typename }") is not documents.get("{ b: __typename }")


def test_those_used_last_are_kept() -> None:
    documents = Documents(2)
    first, second = documents.get("{ a: __typename }"), documents.get("{ b: __typename }")
    assert documents.get("{ a: __typename }") is first
    documents.get("{ c: __typename }")
    assert documents.get("{ a: __typename }") is first
    assert documents.get("{ b: __typename }") is not second


def test_none_need_be_kept() -> None:
    documents = Documents(0)
    assert documents.get("{ __typename }") is not documents.get("{ __typename }")


def test_a_long_document_is_read_anew_each_time() -> None:
    documents = Documents(10)
    kept = "{ __typename }".ljust(LONGEST_KEPT)
    assert documents.get(kept) is documents.get(kept)
    assert documents.get(kept + " ") is not documents.get(kept + " ")


def test_a_document_has_so_many_tokens_at_most() -> None:
    (message,) = messages("{" + " __typename" * TOKENS_AT_MOST + "}")
    assert f"more than {TOKENS_AT_MOST} tokens" in message
    assert read("{" + " __typename" * 90 + "}").errors == []


@pytest.mark.parametrize(
    "text",
    [
        "{" + "viewer {" * 5_000 + "}" * 5_000 + "}",
        "{" + "... {" * 3_000 + "__typename" + "}" * 3_000 + "}",
        "{ nodes(ids: " + "[" * 5_000 + "]" * 5_000 + ") { id } }",
        "query ($a: " + "[" * 5_000 + "ID" + "]" * 5_000 + ") { __typename }",
    ],
)
def test_a_document_that_is_nested_too_deeply_is_refused(text: str) -> None:
    (message,) = messages(text)
    assert "nested too deeply" in message


def test_fragments_that_lead_too_deep_are_refused() -> None:
    links = (
        f"fragment F{place} on Episode {{ title {{ episodes {{ nodes {{ ...F{place + 1} }} }} }} }}"
        for place in range(500)
    )
    text = "{ episode(by: { episodeId: 1 }) { ...F0 } } " + " ".join(links)
    assert messages(text + " fragment F500 on Episode { name }") == ["Validation aborted."]


def test_the_errors_of_a_document_are_kept_with_it() -> None:
    assert messages("{ nothing }") == ["Cannot query field 'nothing' on type 'Query'."]
    assert messages("{") == ["Syntax Error: Expected Name, found <EOF>."]


def test_a_chain_of_fragments_that_double_is_walked_once() -> None:
    """Spread out, it would have 2 ** 60 fields."""
    chain = (
        f"fragment F{place} on Movie {{ ...F{place + 1} ...F{place + 1} }}" for place in range(60)
    )
    text = '{ movies(genre: "Drama") { nodes { ...F0 } } } ' + " ".join(chain)
    found = columns(text + " fragment F60 on Movie { title director }")
    assert found == {stream.movies: {"title", "director"}}


def test_columns_of_plain_fields() -> None:
    found = columns(
        '{ movies(genre: "Drama") { edges { cursor node { __typename title contentRating } } } }'
    )
    assert found == {stream.movies: {"title", "rating"}}


def test_columns_that_resolvers_read() -> None:
    found = columns(
        "{ title(by: { tmdbId: 1 }) { ... on TmdbTitle { posterUrl releaseYear episodes { nodes"
        " { title { tmdbId } } } } } }"
    )
    assert found == {
        family.titles: {"poster_path", "release_date", "id", "tmdb_id"},
        family.episodes: {"title_id"},
    }


def test_columns_of_an_interface_are_those_of_each_type_behind_it() -> None:
    found = columns('{ titles(named: "Wings") { nodes { overview genreNames } } }')
    assert found == {
        stream.movies: {"description", "genre"},
        family.titles: {"overview", "genres"},
    }


def test_columns_through_fragments() -> None:
    found = columns(
        """
        query {
          titles(named: "Wings") { nodes { ...AnyTitle ... on Movie { cast } ... { title } } }
        }
        fragment AnyTitle on Title { ...Mine ...Theirs }
        fragment Mine on Movie { director }
        fragment Theirs on TmdbTitle { tmdbRating }
        """
    )
    assert found == {
        stream.movies: {"director", "cast", "title"},
        family.titles: {"rating", "title"},
    }


def test_columns_of_a_fragment_that_is_spread_on_two_types() -> None:
    found = columns(
        """
        query { viewer { accounts { ...Mail } } account(by: { familyEmail: "a@b" }) { ...Mail } }
        fragment Mail on Account { email }
        """
    )
    assert found == {access.table: {"email"} for access in ACCOUNTS_BY_EMAIL.values()}


def test_aliases_show_the_columns_of_their_fields() -> None:
    found = columns(
        '{ a: movies(genre: "Drama") { nodes { title: director } }'
        ' b: movies(genre: "Horror") { nodes { director: cast } } }'
    )
    assert found == {stream.movies: {"director", "cast"}}


def test_all_operations_and_skipped_fields_count() -> None:
    found = columns(
        'query A($no: Boolean!) { movies(genre: "Drama") { nodes { title @skip(if: $no) } } }'
        ' query B { movies(genre: "Drama") { nodes { cast @include(if: false) } } }'
    )
    assert found == {stream.movies: {"title", "cast"}}


def test_introspection_needs_no_columns() -> None:
    assert columns(get_introspection_query(specified_by_url=True)) == {}
    assert columns("{ __typename __schema { types { name fields { name } } } }") == {}
    assert columns('{ __type(name: "Movie") { name } viewer { __typename } }') == {}
