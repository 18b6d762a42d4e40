"""Chromium without a screen; what a page does wrong in it is written down."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    async_playwright,
    expect,
)

from gateway.app import ENDPOINT
from tests.gateway.sockets import PATIENCE
from tests.gateway.subscriptions.serving import Served

expect.set_options(timeout=1000 * PATIENCE)

_FLAGS = (
    "--no-sandbox",  # which root cannot have
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_REFUSED = "Failed to load resource: the server responded with a status of 400"
"""What the console says of each answer to a document that is refused."""
_VIOLATIONS = """
addEventListener('securitypolicyviolation', ({ blockedURI, violatedDirective }) =>
  console.error(`policy: ${violatedDirective} ${blockedURI}`));
"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The system's Chromium; skips the test where there is none."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is missing")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=[*_FLAGS])
        yield browser
        await browser.close()


@asynccontextmanager
async def window(browser: Browser, server: Served, path: str = "/") -> AsyncIterator[Page]:
    """A page of a server, in a window of its own; at its end it must have done nothing wrong.

    Wrong is to ask for anything of another server, to break the page's policy, and any error in
    the console.
    """
    address = server.url.removesuffix(ENDPOINT)
    context = await browser.new_context(viewport={"width": 1500, "height": 900})
    context.set_default_timeout(1000 * PATIENCE)
    wrong = _watched(context, address)
    await context.add_init_script(_VIOLATIONS)
    page = await context.new_page()
    await page.goto(address + path)
    yield page
    await context.close()
    assert not wrong, "\n".join(wrong)


def _watched(context: BrowserContext, address: str) -> list[str]:
    """What the pages of a context do wrong, as it happens."""
    wrong: list[str] = []

    def check(asked: str) -> None:
        ours = (address, address.replace("http", "ws", 1), "data:", f"blob:{address}")
        if not asked.startswith(ours):
            wrong.append(f"asked for {asked}")

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_REFUSED):
            wrong.append(message.text)

    context.on("request", lambda request: check(request.url))
    context.on("page", lambda page: page.on("websocket", lambda socket: check(socket.url)))
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on("console", hear)
    return wrong
