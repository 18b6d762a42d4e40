"""An issuer's web server, which counts what it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from aiohttp import web

from tests.signing import Signer


class KeyServer:
    """Serves the keys of signers."""

    def __init__(self, *signers: Signer) -> None:
        self.asked = 0
        self.answer: Any = None
        self.url = ""
        self.arrived = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()
        self.serve(*signers)

    def serve(self, *signers: Signer) -> None:
        """Answer with these keys from now on."""
        body = orjson.dumps({"keys": [signer.jwk for signer in signers]})
        self.answer = lambda: web.Response(body=body, content_type="application/json")

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        self.arrived.set()
        await self.open.wait()
        response: web.StreamResponse = self.answer()
        return response


@asynccontextmanager
async def serving(*signers: Signer) -> AsyncIterator[KeyServer]:
    """A web server with the keys of these, on this machine."""
    server = KeyServer(*signers)
    app = web.Application()
    app.router.add_get("/keys", server.handle)
    runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/keys"
        yield server
    finally:
        await runner.cleanup()
