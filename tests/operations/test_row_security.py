"""A gateway with one of its two walls: the loaders' rules, or Postgres's row level security."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from loaders.stores.postgres import PostgresAddress
from loaders.tables.catalogue import POSTGRES
from resolvers.node import NODES
from tests.engines import Addresses
from tests.operations.asking import Asker, gateway_over
from tests.operations.expected import FOLDER, Case, cases, name_of

pytestmark = pytest.mark.slow

PART = [case for case in cases() if case.file.parent.name in ("nodes", "screens")]


@pytest.fixture(scope="module")
async def ask_unsecured(engines: Addresses) -> AsyncIterator[Asker]:
    """Asks a gateway that reads Postgres as its superuser, whom no policy holds back."""
    where = {product: PostgresAddress(engines.database(product)) for product in POSTGRES}
    async with gateway_over(engines.stores(postgres=where)) as asker:
        yield asker


@pytest.mark.parametrize("case", PART, ids=name_of)
async def test_rules_alone_give_the_same_answers(case: Case, ask_unsecured: Asker) -> None:
    """And make the same calls. All other tests of operations read under row level security."""
    case.check(case.found(await case.run(ask_unsecured)))


@pytest.mark.parametrize("viewer", ["anonymous", "another"])
async def test_row_level_security_alone_keeps_nodes_back(
    viewer: str, ask: Asker, no_rules: None
) -> None:
    everything = Case.read(FOLDER / "nodes/nodes_of_every_type.json")
    types = [node and node["__typename"] for node in everything.expected["data"]["nodes"]]
    case = Case.read(FOLDER / f"nodes/nodes_of_every_type.{viewer}.json")
    (answer,) = await case.run(ask)
    in_postgres = [type_ in NODES and NODES[type_].table.product in POSTGRES for type_ in types]
    assert sum(in_postgres) > 15

    def shown(data: dict[str, list[object]]) -> list[object]:
        return [node for node, chosen in zip(data["nodes"], in_postgres, strict=True) if chosen]

    assert shown(answer.data) == shown(case.expected["data"])
    assert answer.data != case.expected["data"]  # DynamoDB has no second wall
