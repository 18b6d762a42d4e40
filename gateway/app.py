"""The Starlette application, and what lives as long as it does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway import graphiql
from gateway.execution.documents import Documents
from gateway.execution.executors import EXECUTORS
from gateway.execution.run import Gateway
from gateway.graphiql import Example
from gateway.http import Endpoint
from gateway.settings import ServerSettings
from gateway.stores import Addresses, opened
from loaders.clock import Clock
from loaders.sealing import Seal
from loaders.viewer import Viewer
from schema.build import graphql_schema

ENDPOINT = "/graphql"


def create_app(
    settings: ServerSettings,
    where: Addresses,
    *,
    id_key: str,
    viewer: Viewer,
    clock: Clock | None = None,
    demo: bool = False,
    examples: Sequence[Example] = (),
) -> Starlette:
    """The gateway over these stores, which are opened when the application starts."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with opened(where) as stores:
            app.state.gateway = Gateway(
                stores=stores,
                documents=Documents(settings.gateway_documents_kept),
                executor=EXECUTORS[settings.gateway_executor](graphql_schema),
                seal=Seal(id_key),
                clock=clock or Clock(),
                deadline=settings.gateway_deadline,
                image_base_url=settings.tmdb_image_base_url,
            )
            yield

    endpoint = Endpoint(viewer, settings.gateway_body_limit, demo=demo)

    async def graphql(request: Request) -> Response:
        if request.method != "POST":
            return graphiql.page(ENDPOINT, examples)
        return await endpoint(request)

    return Starlette(
        routes=[
            Route(ENDPOINT, graphql, methods=["GET", "POST"]),
            *graphiql.routes(ENDPOINT, examples),
        ],
        lifespan=lifespan,
    )
