"""Asks a gateway as a client does: by HTTP, in this process."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import orjson

from gateway.app import ENDPOINT, create_app
from gateway.audit import AuditLog
from gateway.demo.data.epoch import EPOCH
from gateway.observing.observing import Observing
from gateway.settings import ServerSettings
from gateway.stores import Addresses
from loaders.sealing import Seal
from tests.clocks import StandingClock
from tests.viewers import authorization, by_token

ADA = "ada@example.com"
SUPPORT = "sam@example.com; roles=support"
ADMIN = "root@example.com; roles=admin"
NOBODY = "anonymous"

_SECRET = "the tests' key of ids and cursors"
SEAL = Seal(_SECRET)
_FACTS = ("code", "argument", "product")


@dataclass(frozen=True)
class Answer:
    """What the gateway answered: the bytes, and what they say."""

    status: int
    content: bytes

    @property
    def body(self) -> Any:
        return orjson.loads(self.content)

    @property
    def data(self) -> Any:
        return self.body.get("data")

    @property
    def errors(self) -> list[dict[str, Any]]:
        """Each error's message, path and facts, those that it has."""
        return [
            {
                "message": error["message"],
                **{name: error[name] for name in ("path",) if name in error},
                **{
                    name: error["extensions"][name]
                    for name in _FACTS
                    if name in error["extensions"]
                },
            }
            for error in self.body.get("errors", [])
        ]

    @property
    def calls(self) -> dict[str, int]:
        """The store calls that the trace tells of, and how many there were of each."""
        lines = self.body.get("extensions", {}).get("trace", [])
        return dict(sorted(Counter(map(_named, lines)).items()))

    @property
    def reads(self) -> dict[str, int]:
        """The same, with each read that came along with a call counted as one of its own."""
        lines = self.body.get("extensions", {}).get("trace", [])
        found = [f"{_place(read)} {read['operation']}" for line in lines for read in reads_of(line)]
        return dict(sorted(Counter(found).items()))


def reads_of(call: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A line of a trace, and one as whole for each read that came along with its call."""
    return [call, *({**call, **read} for read in call.get("along", ()))]


def _named(call: Mapping[str, Any]) -> str:
    along = sorted(_place(read) for read in call.get("along", ()))
    named = f"{_place(call)} {call['operation']}"
    return f"{named} with {', '.join(along)}" if along else named


def _place(read: Mapping[str, Any]) -> str:
    return ".".join(read[name] for name in ("store", "table", "index") if name in read)


class Asker:
    """Asks one gateway."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def __call__(self, query: str, viewer: str = ADA, **variables: Any) -> Answer:
        return await self.by(authorization(viewer), query, variables)

    async def by(
        self,
        headers: Mapping[bytes, bytes],
        query: str,
        variables: Mapping[str, Any] | None = None,
    ) -> Answer:
        """The answer to whom these headers speak of."""
        body = orjson.dumps({"query": query, "variables": variables})
        usual = {b"Content-Type": b"application/json", b"Gateway-Trace": b"1"}
        answer = await self._client.post(ENDPOINT, content=body, headers={**usual, **headers})
        return Answer(answer.status_code, answer.content)

    async def page(self, path: str) -> str:
        """Another page of the gateway's."""
        return (await self._client.get(path)).text

    async def explained(
        self, query: str, viewer: str = ADA, how: str = "run", **variables: Any
    ) -> Answer:
        """The answer with what was asked of the stores, and the bounds of that."""
        headers = {**authorization(viewer), b"Gateway-Explain": how.encode()}
        return await self.by(headers, query, variables)

    async def data(self, query: str, viewer: str = ADA, **variables: Any) -> Any:
        """The data of an answer that has no errors."""
        answer = await self(query, viewer, **variables)
        assert answer.errors == []
        return answer.data


@asynccontextmanager
async def gateway_over(
    where: Addresses,
    *,
    now: datetime = EPOCH,
    audit: AuditLog | None = None,
    observing: Observing | None = None,
    **settings: Any,
) -> AsyncIterator[Asker]:
    """A gateway over these stores, which takes the tokens of the tests.

    Its clock starts at `now`.
    """
    app = create_app(
        ServerSettings(**settings),
        where,
        id_key=_SECRET,
        viewer_of=by_token(),
        clock=StandingClock(moment=now),
        audit=audit,
        observing=observing,
        demo=True,
    )
    transport = httpx.ASGITransport(app)
    async with (
        app.running(),
        httpx.AsyncClient(transport=transport, base_url="http://gateway") as client,
    ):
        yield Asker(client)


_MILLISECONDS = re.compile(r"\.(\d{3})Z$")


def as_shown(value: Any) -> Any:
    """A time with all its microseconds, or with none where they are zero."""
    if not isinstance(value, str):
        return value
    return _MILLISECONDS.sub(lambda found: "Z" if found[1] == "000" else f".{found[1]}000Z", value)
