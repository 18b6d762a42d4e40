"""Strawberry's own ASGI view on Starlette, under uvicorn."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL

from benchmarks.peers.plain.schema import Context, schema
from benchmarks.peers.plain.stores import Stores
from schema.build import _strawberry as whole


class View(GraphQL[Context, None]):
    """The endpoint; a header names who asks."""

    async def get_context(self, request: Request | WebSocket, response: Any) -> Context:
        """What resolvers share for one request."""
        email = request.headers.get("viewer-email")
        return Context(request.app.state.stores, email)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """The stores, and on a port of its own how often they were asked."""
    async with Stores.opened() as stores:
        app.state.stores = stores

        async def tell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            calls = str(stores.calls)
            writer.write(f"HTTP/1.0 200 OK\r\nContent-Length: {len(calls)}\r\n\r\n{calls}".encode())
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(tell, "127.0.0.1", int(os.environ["CALLS_PORT"])):
            yield


def main() -> None:
    """Serve; at /whole the gateway's own schema, for its introspection."""
    app = Starlette(
        routes=[Route("/graphql", View(schema)), Route("/whole", GraphQL[Any, Any](whole))],
        lifespan=lifespan,
    )
    port = int(os.environ["PORT"])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
