"""A short query whose links lead back and forth ends, and with it what it would have cost."""

from __future__ import annotations

import pytest

from tests.operations.asking import ADA, NOBODY, Asker

pytestmark = pytest.mark.slow

DEEP = "person { accounts { "


async def test_a_query_that_asks_without_end_is_stopped(ask: Asker) -> None:
    query = "{ viewer { accounts { " + DEEP * 16 + "email" + " } }" * 16 + " } } }"
    answer = await ask(query, ADA)
    (error,) = answer.errors
    assert error["code"] in (
        "QUERY_TOO_COSTLY",
        "DEADLINE_EXCEEDED",
    )  # a busy machine is late first
    assert answer.data is None


async def test_the_next_request_is_answered(ask: Asker) -> None:
    assert (await ask("{ viewer { email } }", NOBODY)).data == {"viewer": None}
