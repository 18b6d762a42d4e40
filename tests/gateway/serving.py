"""The gateway over the run's engines, and a client of its HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson

from gateway.app import ENDPOINT, Application, create_app
from gateway.audit import AuditLog
from gateway.demo.data.people import ADA
from gateway.graphiql import Page
from gateway.http.endpoint import ViewerOf
from gateway.observing.observing import Observing
from gateway.settings import ServerSettings
from gateway.stores import Addresses
from loaders.viewer import Viewer
from tests.clocks import StandingClock
from tests.viewers import always

ADA_HERSELF = Viewer(ADA.email)
PAGE = Page(ENDPOINT)
ID_KEY = "a secret of the tests, of 32 characters"


def application(
    where: Addresses,
    *,
    viewer_of: ViewerOf | None = None,
    demo: bool = True,
    introspection: bool = True,
    observing: Observing | None = None,
    audit: AuditLog | None = None,
    page: Page | None = PAGE,
    **settings: Any,
) -> Application:
    """The gateway, whose clock stands where the data does; all that is asked of it is Ada's, unless
    `viewer_of` says otherwise."""
    return create_app(
        ServerSettings(**settings),
        where,
        id_key=ID_KEY,
        viewer_of=viewer_of or always(ADA_HERSELF),
        clock=StandingClock(),
        audit=audit,
        demo=demo,
        introspection=introspection,
        observing=observing,
        page=page,
    )


class Client:
    """Asks an application over HTTP, without a socket."""

    def __init__(self, app: Application, http: httpx.AsyncClient) -> None:
        self.app = app
        self.http = http

    async def post(self, body: bytes, **headers: str | bytes) -> httpx.Response:
        """The answer to a body; a header's `_` stands for `-`."""
        given: Mapping[str, str | bytes] = {"content_type": "application/json", **headers}
        named = [(name.replace("_", "-").encode(), _bytes(text)) for name, text in given.items()]
        return await self.http.post(ENDPOINT, content=body, headers=named)

    async def ask(self, query: str, /, *, headers: Any = None, **members: Any) -> httpx.Response:
        """The answer to a document; `members` stand beside it in the body."""
        return await self.post(orjson.dumps({"query": query, **members}), **(headers or {}))


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


@asynccontextmanager
async def client_of(app: Application) -> AsyncIterator[Client]:
    """A client of an application that is started and stopped as a server does."""
    async with (
        app.running(),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://gateway", timeout=60
        ) as http,
    ):
        yield Client(app, http)
