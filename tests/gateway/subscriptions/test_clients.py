"""The clients that front ends use, as npm has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.demo.data.people import ADA
from tests import npm
from tests.gateway.subscriptions.serving import MINE, STANDING, Served, bearing

pytestmark = pytest.mark.slow

CLIENTS = Path(__file__).parent / "clients"


async def test_graphql_ws_and_graphql_sse(server: Served) -> None:
    (authorization,) = bearing(ADA.email).values()
    said = npm.node(CLIENTS / "clients.cjs", server.url, authorization, MINE, str(STANDING))
    told = json.loads(said)
    assert told.keys() == {"graphql-ws", "graphql-sse"}
    for found in told.values():
        assert found["query"] == [{"data": {"viewer": {"email": ADA.email}}}]
        assert found["refused"] == {"code": "BAD_USER_INPUT"}
        seen = {body["data"]["inputRecordProgress"]["id"] for body in found["subscription"]}
        assert len(seen) == STANDING
