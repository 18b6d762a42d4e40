"""Random queries by random viewers over broken rows: both executors say the same."""

from __future__ import annotations

from random import Random

import pytest

from tests.gateway.execution.both import Both, differences
from tests.gateway.execution.queries import Query, random_query
from tests.gateway.execution.shrinking import smallest

GROUPS = 20
"""In which the queries are run, so that several processes share them."""
INTROSPECTION = "introspection with variables"
"""What alone is left to graphql-core."""
RUNS = 2
"""Code is generated on the second run of a plan."""

pytestmark = pytest.mark.slow


async def what_differs(both: Both, query: Query) -> list[str]:
    """What the executors differ in."""
    reference = await both.reference(query.text, query.viewer, **query.variables)
    levels = [await both.levels(query.text, query.viewer, **query.variables) for _ in range(RUNS)]
    return differences(levels, [reference] * RUNS)


@pytest.mark.parametrize("group", range(GROUPS))
async def test_both_executors_say_the_same(
    group: int, both_over_broken: Both, pytestconfig: pytest.Config
) -> None:
    seed = pytestconfig.getoption("seed")
    for number in range(group, pytestconfig.getoption("queries"), GROUPS):
        query = random_query(Random(f"{seed} {number}"))
        if await what_differs(both_over_broken, query):
            await fail(both_over_broken, query, seed)
    assert both_over_broken.executor.fallbacks.keys() <= {INTROSPECTION}


async def fail(both: Both, query: Query, seed: int) -> None:
    """Tell what differs in the smallest query that shows it."""

    async def shows(smaller: Query) -> bool:
        return bool(await what_differs(both, smaller))

    small = await smallest(query, shows)
    what = "\n".join(await what_differs(both, small))
    pytest.fail(f"with --seed {seed}:\n{small}\n{what}", pytrace=False)
