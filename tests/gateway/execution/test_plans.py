"""Plans that are kept: within a bound, and for those alone whom they serve."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType, SimpleNamespace
from typing import Any, cast

from gateway.execution.documents import PLANS_KEPT, Document, Documents, Operation
from gateway.execution.executors import LevelExecutor
from loaders.trace import Trace
from loaders.viewer import ANONYMOUS
from schema.build import graphql_schema
from tests.gateway.execution.both import Both, differences
from tests.operations.asking import ADA, ADMIN, NOBODY, SUPPORT

NONE: Mapping[str, Any] = MappingProxyType({})
RUNS = 3
"""Code is generated on the second run of a plan."""
CONDITIONS = """
query ($a: Boolean!, $b: Boolean = true, $c: Boolean!, $d: Boolean!) {
  title(by: { tmdbTitleId: 1 }) {
    title @include(if: $a)
    ...Rest @skip(if: $b)
    ... on TmdbTitle @include(if: $c) { databaseId mediaType @skip(if: $d) }
  }
}
fragment Rest on Title { overview posterUrl @include(if: $d) }
"""


def document(both: Both, text: str) -> Document:
    """What is kept of a document."""
    return both.documents.get(text)


async def same(both: Both, text: str, viewer: str, variables: Mapping[str, Any] = NONE) -> Any:
    """The data that both executors answer."""
    reference = await both.reference(text, viewer, **variables)
    levels = [await both.levels(text, viewer, **variables) for _ in range(RUNS)]
    assert differences(levels, [reference] * RUNS) == []
    return reference.data


async def test_each_choice_of_conditions_has_its_own_plan(both: Both) -> None:
    """More of them than are kept, and twice, in another order."""
    choices = [
        {name: bool(number >> place & 1) for place, name in enumerate("abcd")}
        for number in range(16)
    ]
    answers = {str(choice): await same(both, CONDITIONS, ADA, choice) for choice in choices}
    for choice in reversed(choices):
        assert await same(both, CONDITIONS, ADA, choice) == answers[str(choice)]
        assert len(document(both, CONDITIONS).plans) <= PLANS_KEPT
    assert len({str(answer) for answer in answers.values()}) == 14


async def test_a_default_of_a_condition_counts(both: Both) -> None:
    others = {"a": True, "c": False, "d": False}
    by_default = await same(both, CONDITIONS, ADA, others)
    assert by_default == await same(both, CONDITIONS, ADA, {**others, "b": True})
    assert by_default != await same(both, CONDITIONS, ADA, {**others, "b": False})


async def test_a_plan_that_is_kept_serves_the_same_again(both: Both) -> None:
    text = "query ($id: ID!) { title(by: { tmdbTitleId: $id }) { title } kept: __typename }"
    titles = [await same(both, text, ADA, {"id": number}) for number in (1, 2, 1)]
    assert titles[0] == titles[2] != titles[1]
    (plan,) = document(both, text).plans.values()
    await same(both, text, NOBODY, {"id": 3})
    assert list(document(both, text).plans.values()) == [plan]


async def test_each_operation_of_a_document_has_its_own_plan() -> None:
    text = "query A { a: __typename } query B { b: __typename }"
    executor, request = (
        LevelExecutor(graphql_schema),
        SimpleNamespace(viewer=ANONYMOUS, trace=Trace(), seal=None),
    )
    document = Documents(1).get(text)
    found = [
        cast(Any, executor.execute(document, Operation(text, name=name), cast(Any, request))).data
        for name in "ABABBA"
    ]
    assert "".join(name for data in found for name in data) == "ababba"
    assert len(document.plans) == 2


ACCOUNT = """
{
  account(by: { familyAccountId: 1 }) {
    __typename
    email
    ... on FamilyAccount { databaseId role kidProfiles(first: 1) { nodes { name isKidsProfile } } }
  }
}
"""


async def test_what_admins_see_is_not_left_for_support(both: Both) -> None:
    """And the other way round, and for the owner and for services, whatever the order."""
    family, stream = "-; roles=service:family", "-; roles=service:stream"
    viewers = (ADMIN, SUPPORT, family, f"{SUPPORT},service:family", stream, ADA, NOBODY)
    seen = {viewer: await same(both, ACCOUNT, viewer) for viewer in viewers}
    for viewer in reversed(viewers):
        assert await same(both, ACCOUNT, viewer) == seen[viewer]
    assert seen[ADMIN] == seen[ADA] == seen[family] == seen[f"{SUPPORT},service:family"]
    assert seen[ADMIN]["account"]["email"] == ADA
    assert ADA not in str(seen[SUPPORT])
    assert seen[NOBODY] == seen[stream] == {"account": None}


def test_documents_count_what_was_kept() -> None:
    documents = Documents(2)
    for text in ("{ a: __typename }", "{ b: __typename }", "{ a: __typename }", "{ nothing }"):
        documents.get(text)
    assert (documents.hits, documents.misses) == (1, 3)
    documents.get("{ b: __typename }")
    assert (documents.hits, documents.misses) == (1, 4)
