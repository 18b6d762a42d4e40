"""What secret columns hold is in no answer and no trace, whoever asks."""

from __future__ import annotations

from gateway.demo.data import CANARIES, demo_rows
from tests.operations.asking import ADMIN, Asker
from tests.operations.expected import cases, name_of
from tests.operations.leaves import IDS, NODE, every_leaf


def leaked(text: str) -> list[str]:
    """The canaries in a text."""
    return [canary for canary in CANARIES if canary in text]


def test_every_canary_is_stored() -> None:
    assert leaked(repr(demo_rows())) == list(CANARIES)


async def test_no_operation_shows_one(ask: Asker) -> None:
    """Neither in its data and its errors, nor in the trace that comes along."""
    found = {}
    for case in cases():
        async for answer in case.answers(ask):
            assert "trace" in answer.body["extensions"]
            found[name_of(case)] = leaked(answer.content.decode())
    assert {name: canaries for name, canaries in found.items() if canaries} == {}


async def test_no_leaf_shows_one_to_an_admin(ask: Asker) -> None:
    query = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {every_leaf(NODE, aliased=True)} }}"
    answer = await ask(query, ADMIN, ids=IDS)
    assert all(answer.data["nodes"])
    assert leaked(answer.content.decode()) == []
