"""Texts that only this gateway can make and read."""

import re

import pytest

from loaders.sealing import Seal, decode, encode

SEAL = Seal("a secret")


def test_a_sealed_text_opens_to_its_content() -> None:
    assert SEAL.open(SEAL.close(b"content", "cursor"), "cursor") == b"content"


def test_the_same_content_gives_the_same_text() -> None:
    assert SEAL.close(b"content", "cursor") == Seal("a secret").close(b"content", "cursor")
    assert SEAL.close(b"content", "cursor") != SEAL.close(b"contend", "cursor")
    assert SEAL.close(b"content", "cursor") != SEAL.close(b"content", "id")


def test_a_sealed_text_shows_nothing_of_its_content_and_fits_a_url() -> None:
    text = SEAL.close(b"ada@example.com", "id")
    assert re.fullmatch(r"[A-Za-z0-9_-]+", text)
    assert b"ada" not in decode(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A",
        "AAAA",
        "not base64!",
        "größe",
        SEAL.close(b"content", "id"),
        Seal("another secret").close(b"content", "cursor"),
        SEAL.close(b"content", "cursor") + "A",
        SEAL.close(b"content", "cursor")[:-1],
        "B" + SEAL.close(b"content", "cursor")[1:],
    ],
)
def test_any_other_text_does_not_open(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not (sealed here|base64( as it is written here)?)$"):
        SEAL.open(text, "cursor")


@pytest.mark.parametrize("content", [b"", b"\x00", b"\xff\xfe", b"abc", bytes(range(256))])
def test_bytes_go_there_and_come_back(content: bytes) -> None:
    text = encode(content)
    assert "=" not in text
    assert decode(text) == content


@pytest.mark.parametrize("text", ["YQ==", "YQ=", "YR", "Y Q", "YQ\n", "+/+/", "A"])
def test_bytes_have_one_text_alone(text: str) -> None:
    with pytest.raises(ValueError, match="not base64"):
        decode(text)
