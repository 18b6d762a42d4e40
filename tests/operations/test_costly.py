"""A short query whose links lead back and forth ends, and with it what it would have cost."""

from __future__ import annotations

import pytest

from tests.operations.asking import ADA, NOBODY, Asker

pytestmark = pytest.mark.slow

DEEP = "person { accounts { "
EPISODES = "episodes(first: 100)"
WAYS = (("a", "first"), ("b", "last"))


async def test_a_query_that_asks_without_end_is_stopped(ask: Asker) -> None:
    query = "{ viewer { accounts { " + DEEP * 16 + "email" + " } }" * 16 + " } } }"
    answer = await ask(query, ADA)
    (error,) = answer.errors
    assert error["code"] in (
        "QUERY_TOO_COSTLY",
        "DEADLINE_EXCEEDED",
    )  # a busy machine is late first
    assert answer.data is None


async def test_what_ends_before_it_is_stopped_is_not_answered_either(ask: Asker) -> None:
    query = "name"
    for _ in range(4):
        pages = (f"{name}: episodes({way}: 100) {{ nodes {{ {query} }} }}" for name, way in WAYS)
        query = f"title {{ {' '.join(pages)} }}"
    shows = f"nodes {{ {EPISODES} {{ nodes {{ {query} }} }} }}"
    answer = await ask(f"{{ tmdbTitles(mediaType: TV, first: 100) {{ {shows} }} }}", NOBODY)
    (error,) = answer.errors
    assert error["code"] in ("QUERY_TOO_COSTLY", "DEADLINE_EXCEEDED")
    assert answer.data is None


async def test_the_next_request_is_answered(ask: Asker) -> None:
    assert (await ask("{ viewer { email } }", NOBODY)).data == {"viewer": None}
