"""A gateway that is served, which takes tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from gateway.stores import Addresses
from tests.gateway.serving import application
from tests.gateway.subscriptions.serving import Served, served
from tests.viewers import by_token


@pytest.fixture(scope="module")
async def server(where: Addresses) -> AsyncIterator[Served]:
    """One that serves the whole module."""
    async with served(application(where, viewer_of=by_token())) as server:
        yield server
