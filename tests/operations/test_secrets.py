"""No leaf shows what secret columns hold. The operations' own answers are swept where they run."""

from __future__ import annotations

from gateway.demo.data import CANARIES, demo_rows
from tests.operations.asking import ADMIN, Asker
from tests.operations.leaves import IDS, NODE, every_leaf


def leaked(text: str) -> list[str]:
    """The canaries in a text."""
    return [canary for canary in CANARIES if canary in text]


def test_every_canary_is_stored() -> None:
    assert leaked(repr(demo_rows())) == list(CANARIES)


async def test_no_leaf_shows_one_to_an_admin(ask: Asker) -> None:
    query = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {every_leaf(NODE, aliased=True)} }}"
    answer = await ask(query, ADMIN, ids=IDS)
    assert all(answer.data["nodes"])
    assert answer.calls
    assert leaked(answer.content.decode()) == []
