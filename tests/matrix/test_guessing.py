"""What somebody may not see is the same to them as what does not exist."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.execution.run import Gateway
from tests.matrix.asking import ask
from tests.matrix.guesses import Guess, guesses
from tests.matrix.people import VIEWERS
from tests.operations.asking import Answer

pytestmark = pytest.mark.slow
GUESSES = [
    guess
    for guess in guesses()
    if any(guess.is_denied_to(asking.who) for asking in VIEWERS.values())
]
_OF_THE_CLIENT = ("keys", "startedAt", "milliseconds")
"""What a line of the trace has of what was asked for, and of the moment."""


def told(answer: Answer) -> Any:
    """All that an answer says, but for what was asked and where in the query."""
    body = answer.body
    lines = [
        {name: fact for name, fact in line.items() if name not in _OF_THE_CLIENT}
        for line in body["extensions"]["trace"]
    ]
    errors = [{**error, "locations": None} for error in body.get("errors", ())]
    extensions = {**body["extensions"], "trace": sorted(lines, key=str)}
    return {**body, "errors": errors, "extensions": extensions}


@pytest.mark.parametrize("guess", GUESSES, ids=[guess.title for guess in GUESSES])
async def test_denied_and_absent_are_the_same(gateway: Gateway, guess: Guess) -> None:
    """Also the store calls and what the trace tells of them."""
    assert guess.absent
    for name, asking in VIEWERS.items():
        if guess.is_denied_to(asking.who):
            denied = told(await ask(gateway, guess.denied.query, asking.viewer))
            for absent in guess.absent:
                assert told(await ask(gateway, absent.query, asking.viewer)) == denied, name


async def test_the_row_is_there(gateway: Gateway) -> None:
    """Else nothing would have been denied."""
    admin = next(asking.viewer for name, asking in VIEWERS.items() if name == "admin")
    for guess in GUESSES:
        answer = await ask(gateway, guess.denied.query, admin)
        assert answer.data["root"] not in (None, [None]), guess.title
        for absent in guess.absent:
            answer = await ask(gateway, absent.query, admin)
            found = answer.data["root"]
            assert guess.title == "person" or found in (None, [None]) or not found["edges"]
