"""Ids of documents: their forms, and what they say of the text."""

from __future__ import annotations

import pytest

from gateway.persisted.ids import id_of_text, is_id, names_hash

HASH = "a" * 64


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        (
            "query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}",
            "sha256:7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e",
        ),
        (
            "query($id:ID!){user(id:$id){name}}",
            "sha256:71f7dc5758652baac68e4a10c50be732b741c892ade2883a99358f52b555286b",
        ),
    ],
)
def test_the_examples_of_the_appendix(text: str, id_: str) -> None:
    assert id_of_text(text) == id_
    assert is_id(id_)
    assert names_hash(id_)


@pytest.mark.parametrize("id_", [HASH, "d41d8cd98f00b204e9800998ecf8427e", "a-b.c_d~1", "x-ours:7"])
def test_other_ids_are_names_alone(id_: str) -> None:
    assert is_id(id_)
    assert not names_hash(id_)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a/b",
        "../a",
        "a b",
        "a\n",
        "é",
        "sha256:",
        f"sha256:{HASH.upper()}",
        f"sha256:{HASH}a",
        f"md5:{HASH}",
        "x-:7",
        "x-ours:",
        "x-ours:7:8",
        "a" * 101,
    ],
)
def test_what_is_no_id(text: str) -> None:
    assert not is_id(text)
