"""Answers that are compressed, and those that are left as they are."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable

import brotli
import pytest

from gateway.http.compression import LARGE, LEAST, compressed
from gateway.http.messages import JSON, Reply
from gateway.http.negotiation import best_coding
from tests.gateway.serving import Client

CODINGS: dict[str, Callable[[bytes], bytes]] = {"br": brotli.decompress, "gzip": gzip.decompress}
LONG = "{ __schema { types { name description } } }"
SHORT = "{ __typename }"


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("", None),
        ("identity", None),
        ("deflate, zstd", None),
        ("gzip", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.9", "gzip"),
        ("GZIP ; q=0.5", "gzip"),
        ("*", "br"),
        ("*;q=0.5, br;q=0", "gzip"),
        ("br;q=0, gzip;q=0.000", None),
        ("*;q=0", None),
        ("br;q=0.5, identity;q=0.6", None),
        ("br;q=0.5, identity;q=0.5", "br"),
        ("br;q=much, gzip;q=0.1", "gzip"),
        ("br" * 1000, None),
    ],
)
def test_the_coding_of_an_answer(accepted: str, chosen: str | None) -> None:
    assert best_coding(accepted, tuple(CODINGS)) == chosen


@pytest.mark.parametrize("coding", CODINGS)
async def test_a_long_answer_is_compressed(client: Client, coding: str) -> None:
    plain = await client.ask(LONG, headers={"accept_encoding": "identity"})
    answer = await client.ask(LONG, headers={"accept_encoding": coding})
    assert answer.headers["content-encoding"] == coding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert int(answer.headers["content-length"]) < len(plain.content) / 2
    assert answer.json() == plain.json()


@pytest.mark.parametrize("accepted", ["identity", "zstd", "br;q=0"])
async def test_who_takes_no_coding_gets_it_plain(client: Client, accepted: str) -> None:
    answer = await client.ask(LONG, headers={"accept_encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept-Encoding"
    assert int(answer.headers["content-length"]) >= LEAST


async def test_a_short_answer_is_left_alone(client: Client) -> None:
    answer = await client.ask(SHORT, headers={"accept_encoding": "br, gzip"})
    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers


async def test_a_refused_document_may_be_long(client: Client) -> None:
    answer = await client.ask(f"{{ {' '.join(f'nothing{i}' for i in range(40))} }}")
    assert answer.headers["content-encoding"] == "br"
    assert len(answer.json()["errors"]) == 40


@pytest.mark.parametrize("coding", CODINGS)
async def test_what_is_large_does_not_hold_the_loop(coding: str) -> None:
    body = b'{"data":"' + b"0123456789" * LARGE + b'"}'
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(others())
    reply = await compressed(Reply(200, JSON, body, "1"), {"accept-encoding": coding})
    other.cancel()
    assert turns > 1
    assert CODINGS[coding](reply.body) == body
    assert (b"content-encoding", coding.encode()) in reply.fields
