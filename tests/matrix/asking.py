"""Asks the matrix's gateway."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.execution.documents import Operation
from gateway.execution.run import Gateway
from gateway.execution.writing import to_bytes
from loaders.viewer import Viewer
from tests.matrix.paths import Entry
from tests.matrix.people import ADMIN, Asking
from tests.operations.asking import Answer


async def ask(gateway: Gateway, query: str, viewer: Viewer) -> Answer:
    """What somebody is answered, and which store calls that took."""
    answer = await gateway.answer(Operation(query, {}), viewer, trace=True)
    return Answer(200, to_bytes(answer.body))


def as_admin_asks(entry: Entry, asking: Asking) -> str:
    """The query by which an admin sees what somebody asks for: of a viewer, that person."""
    if entry.pick.name != "viewer":
        return entry.query
    given = f'(email: "{asking.email}")'
    return replace(entry, pick=replace(entry.pick, name="person", arguments=given)).query


class Admin:
    """Asks as an admin, for each query once."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._seen: dict[str, Any] = {}

    async def sees(self, query: str) -> Any:
        """What there is to see, none of which goes wrong."""
        if query not in self._seen:
            answer = await ask(self._gateway, query, ADMIN.viewer)
            assert answer.errors == []
            self._seen[query] = answer.data
        return self._seen[query]
