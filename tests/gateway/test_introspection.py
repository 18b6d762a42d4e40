"""Whether a gateway tells its schema: by introspection, as a file, and by what errors suggest."""

from __future__ import annotations

import pytest
from graphql import get_introspection_query

from gateway.execution.documents import Documents, Operation
from gateway.execution.planner import Planner, Refused
from gateway.stores import Addresses
from loaders.viewer import ANONYMOUS
from schema.build import graphql_schema, sdl
from tests.gateway.serving import Client, application, client_of


def refusals(
    text: str, variables: dict[str, object] | None = None, *, introspection: bool = False
) -> list[str]:
    """Why an operation is not run."""
    document = Documents(1, introspection=introspection).get(text)
    if document.errors:
        return [error.message for error in document.errors]
    with pytest.raises(Refused) as caught:
        Planner(graphql_schema).plan(document, Operation(text, variables), ANONYMOUS)
    return [error.message for error in caught.value.errors]


def test_the_schema_is_told_to_nobody_where_introspection_is_off() -> None:
    assert refusals(get_introspection_query()) == [
        "Introspection is off: `__schema` is not answered. `gateway schema` prints the schema."
    ]
    hidden = '{ ...Hidden } fragment Hidden on Query { a: __type(name: "Movie") { name } }'
    (message,) = refusals(hidden)
    assert "`__type` is not answered" in message
    assert Documents(1, introspection=False).get("{ __typename }").errors == []


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ('{ movies(genre: "Drama") { nodes { titel } } }', {}),
        ('{ movies(gendre: "Drama") { __typename } }', {}),
        ("{ viewer { accounts { ... on StreamAcount { email } } } }", {}),
        ('{ account(by: { streamEmale: "a" }) { email } }', {}),
        ('{ movies(genre: "Drama", orderBy: ASCENDIN) { __typename } }', {}),
        ("query ($by: AccountBy!) { account(by: $by) { email } }", {"by": {"streamEmale": "a"}}),
        (
            'query ($by: SortOrder!) { movies(genre: "Drama", orderBy: $by) { __typename } }',
            {"by": "ASCENDIN"},
        ),
    ],
)
def test_no_name_is_suggested_where_introspection_is_off(
    text: str, variables: dict[str, object]
) -> None:
    assert "Did you mean" in "".join(refusals(text, variables, introspection=True))
    assert "Did you mean" not in "".join(refusals(text, variables))


async def test_the_schema_is_a_file_where_introspection_is_on(client: Client) -> None:
    answer = await client.http.get("/schema.graphql")
    assert answer.text == sdl()
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    told = await client.ask("{ __schema { queryType { name } } }")
    assert told.json() == {"data": {"__schema": {"queryType": {"name": "Query"}}}}


async def test_neither_is_there_where_it_is_off(where: Addresses) -> None:
    async with client_of(application(where, introspection=False)) as client:
        assert (await client.http.get("/schema.graphql")).status_code == 404
        refused = await client.ask("{ __schema { queryType { name } } }")
        (error,) = refused.json()["errors"]
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}
        assert "data" not in refused.json()
