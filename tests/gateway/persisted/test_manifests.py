"""The files that documents come from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.persisted.ids import id_of_text
from gateway.persisted.manifests import Given, Unreadable, documents_of

TEXT = "query Mine {\r\n  __typename\n}\n"
APOLLO = {"format": "apollo-persisted-query-manifest", "version": 1}


def manifest(folder: Path, content: Any) -> Path:
    """A file of JSON."""
    file = folder / "manifest.json"
    file.write_bytes(orjson.dumps(content))
    return file


def test_a_file_of_graphql_is_known_by_its_hash_as_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "mine.graphql"
    file.write_bytes(TEXT.encode())
    assert documents_of(file) == [Given(str(file), id_of_text(TEXT), TEXT)]


def test_a_manifest_of_relay(tmp_path: Path) -> None:
    file = manifest(tmp_path, {"abc": TEXT, "def": "{ __typename }"})
    assert documents_of(file) == [
        Given(f"{file}: abc", "abc", TEXT),
        Given(f"{file}: def", "def", "{ __typename }"),
    ]


def test_a_manifest_of_apollo(tmp_path: Path) -> None:
    operations = [{"id": "abc", "name": "Mine", "type": "query", "body": TEXT}]
    file = manifest(tmp_path, {**APOLLO, "operations": operations * 2})
    assert documents_of(file) == [Given(f"{file}: abc", "abc", TEXT)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([TEXT], "neither Relay's"),
        ({"abc": 1}, "neither Relay's"),
        ({}, "holds no documents"),
        ({**APOLLO, "operations": []}, "holds no documents"),
        ({**APOLLO, "version": 2, "operations": []}, "only version 1"),
        ({**APOLLO, "format": "another", "operations": []}, "only version 1"),
        (APOLLO, r"operations\[0\] is no object"),
        ({**APOLLO, "operations": [{"id": "a"}]}, r"operations\[0\] is no object"),
        ({**APOLLO, "operations": [{"id": 1, "body": TEXT}]}, r"operations\[0\] is no object"),
        (
            {**APOLLO, "operations": [{"id": "a", "body": TEXT}, {"id": "a", "body": "{ b }"}]},
            r"operations\[1\] has another text of the id a",
        ),
    ],
)
def test_what_is_no_manifest_is_named(tmp_path: Path, content: Any, message: str) -> None:
    file = manifest(tmp_path, content)
    with pytest.raises(Unreadable, match=rf"^{file}: .*{message}"):
        documents_of(file)


def test_what_is_no_json_is_told_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    file.write_text('{\n  "abc": }')
    with pytest.raises(Unreadable, match=rf"^{file}:2:\d+: "):
        documents_of(file)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "mine.graphql"
    with pytest.raises(Unreadable, match=rf"^{file}: cannot be read: .*No such file"):
        documents_of(file)
    file.write_bytes(b"\xff")
    with pytest.raises(Unreadable, match=rf"^{file}: cannot be read: "):
        documents_of(file)
