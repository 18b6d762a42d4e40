"""The keys of an issuer: when they are read, and what happens where they cannot be."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web

from gateway.authentication.keys import LARGEST, READ_EVERY, STALE, Keys, reader_of
from loaders.errors import SourceUnavailable
from tests.gateway.authentication.serving import KeyServer, serving
from tests.signing import NAME, Signer

ONE, TWO, THREE = (Signer(id_=name) for name in ("one", "two", "three"))


class Hands:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.time = 1_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
async def server() -> AsyncIterator[KeyServer]:
    async with serving(ONE) as server:
        yield server


@pytest.fixture
def keys(server: KeyServer, hands: Hands) -> Keys:
    """Those that the server names."""
    return Keys(NAME, reader_of(server.url), ["EdDSA"], hands)


async def knows(keys: Keys, signer: Signer) -> bool:
    return await keys.find(signer.id) is not None


async def is_out_of_reach(keys: Keys, signer: Signer) -> bool:
    try:
        await keys.find(signer.id)
    except SourceUnavailable as error:
        return error.retryable
    return False


async def test_they_are_read_when_the_first_is_asked_for(keys: Keys, server: KeyServer) -> None:
    assert server.asked == 0
    assert await knows(keys, ONE)
    assert await knows(keys, ONE)
    assert server.asked == 1


async def test_all_who_wait_share_one_read(keys: Keys, server: KeyServer) -> None:
    server.open.clear()
    waiting = [asyncio.ensure_future(knows(keys, signer)) for signer in (ONE, ONE, TWO) * 10]
    given_up = asyncio.ensure_future(knows(keys, ONE))
    await server.arrived.wait()
    given_up.cancel()
    server.open.set()
    assert await asyncio.gather(*waiting) == [True, True, False] * 10
    assert server.asked == 1


async def test_an_unknown_key_is_looked_for_once_in_a_while(
    keys: Keys, server: KeyServer, hands: Hands
) -> None:
    assert await knows(keys, ONE)
    for number in range(100):
        assert not await knows(keys, Signer(id_=f"unknown {number}"))
    hands.time += READ_EVERY - 0.1
    assert not await knows(keys, TWO)
    assert server.asked == 1
    hands.time += 0.1
    for _ in range(100):
        assert not await knows(keys, TWO)
    assert server.asked == 2


async def test_rotated_keys_are_found(keys: Keys, server: KeyServer, hands: Hands) -> None:
    assert await knows(keys, ONE)
    server.serve(TWO, THREE)
    hands.time += READ_EVERY
    assert await knows(keys, TWO)
    assert await knows(keys, THREE)
    assert not await knows(keys, ONE)
    assert server.asked == 2


async def test_a_withdrawn_key_stops_counting(keys: Keys, server: KeyServer, hands: Hands) -> None:
    assert await knows(keys, ONE)
    server.serve(TWO)
    hands.time += STALE - 1
    assert await knows(keys, ONE)
    assert server.asked == 1
    hands.time += 1
    assert not await knows(keys, ONE)
    assert await knows(keys, TWO)
    assert server.asked == 2


BAD: dict[str, Callable[[], web.StreamResponse]] = {
    "500": lambda: web.Response(status=500),
    "404": lambda: web.Response(status=404, body=orjson.dumps({"keys": [ONE.jwk]})),
    "a redirect": lambda: web.Response(status=302, headers={"Location": "/keys"}),
    "no JSON": lambda: web.Response(text="<html>"),
    "no object": lambda: web.Response(text="[]"),
    "no keys": lambda: web.Response(text="{}"),
    "no list": lambda: web.Response(text='{"keys": {}}'),
    "an empty list": lambda: web.Response(text='{"keys": []}'),
    "no key of use": lambda: web.Response(text='{"keys": [{"kty": "oct", "k": "AAAA"}]}'),
    "too much": lambda: web.Response(body=orjson.dumps({"keys": [ONE.jwk], "p": "p" * LARGEST})),
    "compressed": lambda: web.Response(
        body=gzip.compress(orjson.dumps({"keys": [ONE.jwk]})), headers={"Content-Encoding": "gzip"}
    ),
}


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD.keys())
async def test_without_keys_nothing_can_be_said(
    keys: Keys,
    server: KeyServer,
    hands: Hands,
    caplog: pytest.LogCaptureFixture,
    answer: Callable[[], web.StreamResponse],
) -> None:
    server.answer = answer
    for _ in range(10):
        assert await is_out_of_reach(keys, ONE)
    assert server.asked == 1
    (line,) = caplog.messages
    assert line.startswith(f"the keys of {NAME} cannot be read: ")
    server.serve(ONE)
    hands.time += READ_EVERY
    assert await knows(keys, ONE)
    assert server.asked == 2


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD.keys())
async def test_known_keys_serve_while_the_issuer_is_down(
    keys: Keys,
    server: KeyServer,
    hands: Hands,
    answer: Callable[[], web.StreamResponse],
) -> None:
    assert await knows(keys, ONE)
    server.answer = answer
    for _ in range(3):
        hands.time += STALE
        assert await knows(keys, ONE)
        # Whether the issuer has this one cannot be known now.
        assert await is_out_of_reach(keys, TWO)
    assert server.asked == 4
    server.serve(ONE)
    hands.time += STALE
    assert not await knows(keys, TWO)


async def test_a_server_that_is_not_there_is_an_issuer_that_is_down(hands: Hands) -> None:
    keys = Keys(NAME, reader_of("http://127.0.0.1:1/keys"), ["EdDSA"], hands)
    assert await is_out_of_reach(keys, ONE)


async def test_keys_in_a_file_may_be_rotated(tmp_path: Path, hands: Hands) -> None:
    file = tmp_path / "keys.json"
    file.write_bytes(orjson.dumps({"keys": [ONE.jwk]}))
    keys = Keys(NAME, reader_of(str(file)), ["EdDSA"], hands)
    assert await knows(keys, ONE)
    file.write_bytes(orjson.dumps({"keys": [TWO.jwk]}))
    hands.time += READ_EVERY
    assert await knows(keys, TWO)
    file.unlink()
    hands.time += READ_EVERY
    assert await is_out_of_reach(keys, ONE)
    assert await knows(keys, TWO)


async def test_keys_may_stand_in_the_settings(hands: Hands) -> None:
    jwks: dict[str, Any] = {"keys": [ONE.jwk]}
    keys = Keys(NAME, reader_of(jwks), ["EdDSA"], hands)
    assert await knows(keys, ONE)
    assert not await knows(keys, TWO)
