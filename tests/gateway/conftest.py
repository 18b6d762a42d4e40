"""The gateway on the run's engines."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from gateway.settings import ServeSettings
from gateway.stores import Addresses
from tests import engines
from tests.gateway.demo.conftest import place
from tests.gateway.serving import Client, application, client_of

__all__ = ["client", "environment", "place", "where"]


@pytest.fixture(scope="session")
def where(engines: engines.Addresses) -> Addresses:
    """Where the products' stores are."""
    return engines.stores()


@pytest.fixture(scope="session")
async def client(where: Addresses) -> AsyncIterator[Client]:
    """A client of the gateway as the demo runs it."""
    async with client_of(application(where)) as client:
        yield client


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without any setting of the gateway's."""
    for name in ServeSettings.model_fields:
        for form in (name, name.upper()):
            monkeypatch.delenv(form, raising=False)
    return monkeypatch
