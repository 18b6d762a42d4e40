"""The queries that the demo's GraphiQL opens with are answered, each for whom it is meant."""

import pytest

from gateway.demo.examples import EXAMPLES
from gateway.demo.tokens import CALLERS
from gateway.graphiql import Example
from schema.build import SUBJECTS
from tests.operations.asking import Asker
from tests.viewers import TOKENS

QUERIES = [example for example in EXAMPLES if example.query.startswith("query ")]
"""A subscription's example is run in a browser."""


@pytest.mark.slow
@pytest.mark.parametrize("example", QUERIES, ids=lambda example: example.title)
async def test_an_example_is_answered(example: Example, ask: Asker) -> None:
    caller = example.caller or next(iter(CALLERS))
    headers = {b"Authorization": f"Bearer {TOKENS.token_of(caller)}".encode()}
    answer = await ask.by(headers, example.query)
    assert answer.errors == []
    assert all(answer.data.values())


def test_each_subject_has_an_example() -> None:
    beginnings = [example.query.split(" {")[0] for example in QUERIES]
    assert beginnings == [f"query {subject.title()}" for subject in SUBJECTS]
