"""How a type is tied to its table: fields show columns that exist, and say what they need."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest
import strawberry

from loaders.tables import family, stream
from loaders.tables.facts import DeclarationError
from schema.build import NEEDS, graphql_schema, refuse_undeclared

Declare = Callable[[str], ModuleType]


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("subtitle: str | None", "stream.MovieTable has no column for the field subtitle"),
        ('length: int | None = column("len")', "stream.MovieTable has no column for the field"),
        (
            'length: int | None = resolved_by(needs("len")(lambda row, info: 0))',
            "stream.MovieTable has no column 'len'",
        ),
    ],
    ids=["by its own name", "by another name", "by what its resolver reads"],
)
def test_a_field_of_no_column_is_refused(field: str, message: str, declare: Declare) -> None:
    with pytest.raises(DeclarationError, match=message):
        declare(
            f'''
            @row_of(stream.movies)
            class Thing:
                """A thing."""

                {field}
                """It."""
            '''
        )


@pytest.mark.parametrize(
    ("resolver", "why"),
    [
        ("lambda row, info: row.get('email')", "its resolver needs no column, and reaches none"),
        (
            "needs('email')(lambda row, info: row['email'])",
            "it is made of email, which not everybody sees who sees the row",
        ),
    ],
)
def test_a_field_that_does_not_say_who_may_see_it_is_refused(
    resolver: str, why: str, declare: Declare
) -> None:
    with pytest.raises(DeclarationError) as refused:
        declare(
            f'''
            @row_of(stream.accounts)
            class Thing:
                """A thing."""

                address: str | None = resolved_by({resolver})
                """It."""
            '''
        )
    assert str(refused.value) == f"Thing.address does not say who may see it: {why}"


def test_an_entry_that_does_not_say_who_may_see_it_is_refused(declare: Declare) -> None:
    module = declare(
        '''
        @object_type
        class Query:
            """Where queries begin."""

            everybody: str | None = resolved_by(lambda row, info: "Ada, Ben")
            """All of them."""
        '''
    )
    schema = strawberry.Schema(module.Query)._schema
    with pytest.raises(DeclarationError) as refused:
        refuse_undeclared(schema)
    assert str(refused.value) == (
        "Query.everybody does not say who may see it: its resolver reaches nothing"
    )


@pytest.mark.parametrize(
    ("field", "table", "columns"),
    [
        (("TmdbTitle", "tmdbId"), family.titles, ("tmdb_id",)),
        (("Movie", "releaseYear"), stream.movies, ("releaseYear",)),
        (("Movie", "overview"), stream.movies, ("description",)),
        (("TmdbTitle", "releaseYear"), family.titles, ("release_date",)),
        (("WatchEvent", "profile"), stream.watch_history, ("accountId", "profileId")),
        (("StreamAccount", "displayName"), stream.accounts, ("firstName", "lastName")),
        (("KidProfile", "isKidsProfile"), family.kid_profiles, ()),
    ],
    ids=lambda part: ".".join(part) if isinstance(part, tuple) else "",
)
def test_a_field_says_which_columns_it_needs(
    field: tuple[str, str], table: object, columns: tuple[str, ...]
) -> None:
    assert NEEDS[field] == (table, columns)


def test_a_row_is_of_the_type_of_its_table() -> None:
    type_ = graphql_schema.type_map["Movie"]
    is_type_of = type_.is_type_of  # type: ignore[attr-defined]
    assert is_type_of(stream.movies.row(), None)
    assert not is_type_of(stream.accounts.row(), None)


def test_fields_that_are_no_rows_need_nothing() -> None:
    """Of a person, a connection, a shape within a column: no table is behind them."""
    without = {"Query", "Person", "PageInfo", "WatchCount", "Genre", "TitleProvider"}
    assert without.isdisjoint(type_name for type_name, _ in NEEDS)
