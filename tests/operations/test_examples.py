"""The queries that the demo's GraphiQL opens with are answered, each for whom it is meant."""

import json

import pytest

from gateway.demo.examples import examples
from gateway.graphiql import Example
from tests.operations.asking import Asker
from tests.viewers import TOKENS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("example", examples(TOKENS), ids=lambda example: example.title)
async def test_an_example_is_answered(example: Example, ask: Asker) -> None:
    headers = {name.encode(): text.encode() for name, text in json.loads(example.headers).items()}
    answer = await ask.by(headers, example.query)
    assert answer.errors == []
    assert all(answer.data.values())
