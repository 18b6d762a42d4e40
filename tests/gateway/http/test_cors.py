"""CORS: off by default; by a setting the pages of other origins may read answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gateway.app import ENDPOINT
from gateway.http.cors import Cors
from gateway.http.messages import JSON
from gateway.settings import SettingsError, read_server_settings
from gateway.stores import Addresses
from tests.gateway.http.test_endpoint import ME
from tests.gateway.serving import Client, application, client_of

SHOP = "https://shop.example.com"
OTHERS = "https://elsewhere.example.com"
ALLOWED = "access-control-allow-origin"


@pytest.fixture(scope="module")
async def open_to_shops(where: Addresses) -> AsyncIterator[Client]:
    """A client of a gateway whose answers the pages of two origins may read."""
    origins = f"{SHOP}, http://127.0.0.1:3000"
    async with client_of(application(where, gateway_cors_origins=origins)) as client:
        yield client


async def preflight(client: Client, origin: str) -> httpx.Response:
    return await client.http.options(
        ENDPOINT,
        headers={
            "origin": origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type",
        },
    )


async def test_it_is_off_by_default(client: Client) -> None:
    asked = await client.ask(ME, headers={"origin": SHOP})
    for answer in (asked, await preflight(client, SHOP)):
        assert not any(name.startswith("access-control") for name in answer.headers)
    assert "vary" not in asked.headers


@pytest.mark.parametrize("origin", [SHOP, "http://127.0.0.1:3000"])
async def test_a_page_of_an_origin_that_is_named_may_read_answers(
    open_to_shops: Client, origin: str
) -> None:
    sent: list[dict[str, Any]] = [
        {"method": "POST", "json": {"query": ME}},
        {"method": "POST", "json": []},
        {"method": "POST", "content": "query=a"},
        {"method": "GET", "params": {"query": ME}, "headers": {"accept": JSON}},
        {"method": "DELETE"},
    ]
    for one in sent:
        headers = {**one.pop("headers", {}), "origin": origin}
        answer = await open_to_shops.http.request(url=ENDPOINT, headers=headers, **one)
        assert answer.headers[ALLOWED] == origin
        assert "x-request-id" in answer.headers["access-control-expose-headers"]
        assert "Origin" in answer.headers.get_list("vary")
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin", [OTHERS, f"{SHOP}.evil.example", "null", "", "http://shop.example.com"]
)
async def test_no_other_may(open_to_shops: Client, origin: str) -> None:
    asked = await open_to_shops.ask(ME, headers={"origin": origin})
    asking = await preflight(open_to_shops, origin)
    for answer in (asked, asking):
        assert ALLOWED not in answer.headers
        assert "Origin" in answer.headers.get_list("vary")


async def test_a_browser_is_told_what_it_may_send(open_to_shops: Client) -> None:
    answer = await preflight(open_to_shops, SHOP)
    assert answer.status_code == 204
    assert answer.content == b""
    assert answer.headers[ALLOWED] == SHOP
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, POST"
    assert answer.headers["access-control-allow-headers"] == "authorization,content-type"
    assert answer.headers["access-control-max-age"] == "600"
    assert "x-request-id" in answer.headers


async def test_options_alone_are_no_preflight(open_to_shops: Client) -> None:
    answer = await open_to_shops.http.options(ENDPOINT, headers={"origin": SHOP})
    assert answer.status_code == 405
    assert answer.headers[ALLOWED] == SHOP


def test_all_origins_may_be_allowed() -> None:
    cors = Cors("*")
    for told in (
        cors.fields({"origin": OTHERS}),
        cors.preflight({"origin": OTHERS}),
        cors.fields({}),
    ):
        assert (ALLOWED.encode(), b"*") in told
        assert (b"vary", b"Origin") not in told


@pytest.mark.parametrize(
    "origins", ["shop.example.com", f"{SHOP}/", f"{SHOP} {OTHERS}", "https://*", f"{SHOP},", "*,*"]
)
def test_what_is_no_origin_is_refused(origins: str, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GATEWAY_CORS_ORIGINS", origins)
    with pytest.raises(SettingsError, match="GATEWAY_CORS_ORIGINS"):
        read_server_settings()
