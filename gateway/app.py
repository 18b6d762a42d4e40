"""The ASGI application: the GraphQL endpoint in front of a Starlette for everything else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from gateway import health
from gateway.audit import AuditLog
from gateway.execution.documents import Documents
from gateway.execution.executors import EXECUTORS
from gateway.execution.run import Gateway
from gateway.graphiql import Page
from gateway.health import Readiness
from gateway.http.cors import Cors
from gateway.http.endpoint import Endpoint, ViewerOf
from gateway.http.messages import JSON, Refused, by_name
from gateway.http.negotiation import wants_page
from gateway.http.refusals import reply_to
from gateway.http.request_id import naming, request_id_of
from gateway.observing.observing import Observing
from gateway.persisted.opening import documents_of
from gateway.settings import ServerSettings
from gateway.stores import Addresses, opened
from gateway.subscriptions.operations import Operations
from gateway.subscriptions.websocket import WebSocketEndpoint
from loaders.clock import Clock
from loaders.sealing import Seal
from loaders.stores.interface import Store
from schema.build import graphql_schema, sdl

ENDPOINT = "/graphql"
SCHEMA = "/schema.graphql"
"""Where the schema's definition is."""


class Application:
    """/graphql goes straight to its endpoint, a person's page and all else through Starlette.

    The endpoint is in the lifespan's state, for a server that asks it itself.
    """

    def __init__(self, endpoint: Endpoint, starlette: Starlette, *, has_page: bool = False) -> None:
        self._endpoint = endpoint
        self._starlette = starlette
        self._has_page = has_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == ENDPOINT and not self._shows_page(scope):
            await self._endpoint(scope, receive, send)
        else:
            if scope["type"] == "lifespan":
                scope.setdefault("state", {})[ENDPOINT] = self._endpoint
            elif scope["type"] == "http":
                send = naming(send, scope["headers"])
            await self._starlette(scope, receive, send)

    def _shows_page(self, scope: Scope) -> bool:
        reads = scope["method"] in ("GET", "HEAD")
        return reads and self._has_page and wants_page(by_name(scope["headers"]))

    def running(self) -> AbstractAsyncContextManager[object]:
        """What a server does around serving it: its stores are opened, and closed at the end."""
        return self._starlette.router.lifespan_context(self._starlette)


def gateway_over(
    stores: Mapping[str, Store],
    settings: ServerSettings,
    seal: Seal,
    clock: Clock,
    *,
    audit: AuditLog | None = None,
    introspection: bool = True,
    timed: bool = False,
) -> Gateway:
    """A gateway as the settings have it, over stores that are open."""
    return Gateway(
        stores=stores,
        documents=Documents(settings.gateway_documents_kept, introspection=introspection),
        executor=EXECUTORS[settings.gateway_executor](graphql_schema),
        seal=seal,
        clock=clock,
        deadline=settings.gateway_deadline,
        image_base_url=settings.tmdb_image_base_url,
        audit=audit,
        timed=timed,
    )


def create_app(
    settings: ServerSettings,
    where: Addresses,
    *,
    id_key: str,
    viewer_of: ViewerOf,
    clock: Clock | None = None,
    audit: AuditLog | None = None,
    introspection: bool = True,
    observing: Observing | None = None,
    demo: bool = False,
    page: Page | None = None,
) -> Application:
    """The gateway over these stores, which are opened when the application starts.

    `viewer_of` tells who a request is from. What staff read is written to `audit`, `observing` is
    told of requests, and browsers are shown GraphiQL by `page`, where there are such. With
    `introspection` everybody is told the schema.
    """
    persisted = documents_of(settings)
    observed_by = observing or Observing()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with (
            aclosing(persisted),
            opened(where) as stores,
            aclosing(Readiness(stores)) as readiness,
        ):
            app.state.gateway = gateway_over(
                stores,
                settings,
                Seal(id_key),
                clock or Clock(),
                audit=audit,
                introspection=introspection,
                timed=observed_by.timed,
            )
            app.state.readiness = readiness
            async with observed_by.running(app.state.gateway):
                yield

    async def definition(request: Request) -> Response:
        return PlainTextResponse(sdl())

    origins = settings.gateway_cors_origins
    cors = Cors(origins) if origins else None
    operations = Operations(
        lambda: starlette.state.gateway, settings.gateway_operations_per_viewer, observed_by
    )
    sockets = WebSocketEndpoint(
        viewer_of,
        persisted=persisted,
        operations=operations,
        per_connection=settings.gateway_operations_per_connection,
        demo=demo,
        cors=cors,
    )
    starlette = Starlette(
        routes=[
            WebSocketRoute(ENDPOINT, sockets),
            WebSocketRoute("/{path:path}", _no_websocket),
            # graphql-inspector asks for it by POST.
            *([Route(SCHEMA, definition, methods=["GET", "POST"])] if introspection else []),
            *observed_by.routes,
            *health.routes(lambda: starlette.state.readiness),
            *(page.routes() if page else ()),
        ],
        lifespan=lifespan,
        exception_handlers={HTTPException: _refused},
    )
    endpoint = Endpoint(
        lambda: starlette.state.gateway,
        viewer_of,
        settings.gateway_body_limit,
        persisted=persisted,
        operations=operations,
        demo=demo,
        observing=observed_by,
        cors=cors,
    )
    return Application(endpoint, starlette, has_page=page is not None)


async def _no_websocket(websocket: WebSocket) -> None:
    await websocket.send_denial_response(await _refused(websocket, HTTPException(404)))


async def _refused(request: HTTPConnection, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    refused = Refused(error.status_code, error.detail)
    reply = reply_to(refused, JSON, request_id_of(by_name(request.headers.raw)))
    fields = {name.decode(): value.decode() for name, value in reply.fields}
    return Response(reply.body, reply.status, {**fields, **(error.headers or {})})
