"""The queries that the demo's GraphiQL opens with are answered, each for whom it is meant."""

import json

import pytest

from gateway.demo.examples import EXAMPLES
from gateway.graphiql import Example
from tests.operations.asking import Asker

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
async def test_an_example_is_answered(example: Example, ask: Asker) -> None:
    data = await ask.data(example.query, json.loads(example.headers)["Gateway-Viewer"])
    assert all(data.values())
