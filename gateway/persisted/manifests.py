"""The files that documents are added from: of GraphQL, and the manifests of Relay and Apollo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from gateway.persisted.ids import id_of_text

_APOLLO = "apollo-persisted-query-manifest"


class Unreadable(Exception):
    """A file that holds no documents; the message names it."""


class Given(NamedTuple):
    """A document of a file."""

    place: str
    """The file, and where in it."""
    id: str
    text: str


def documents_of(file: Path) -> Sequence[Given]:
    """The documents of a file; raises Unreadable.

    A file of GraphQL is one document, known by its hash as it stands.
    """
    try:
        text = file.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{file}: cannot be read: {error}") from None
    if file.suffix == ".json":
        found = _manifest(file, text)
        if not found:
            raise Unreadable(f"{file}: holds no documents")
        return [Given(f"{file}: {id_}", id_, body) for id_, body in found.items()]
    return [Given(str(file), id_of_text(text), text)]


def _manifest(file: Path, text: str) -> Mapping[str, str]:
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"{file}:{error.lineno}:{error.colno}: {error.msg}") from None
    match content:
        case {"format": str(format_), "version": version}:
            if (format_, version) != (_APOLLO, 1):
                raise Unreadable(f"{file}: only version 1 of {_APOLLO} is known")
            return _of_apollo(file, content.get("operations"))
        case dict() if all(isinstance(text, str) for text in content.values()):
            return content  # as Relay's compiler writes it
    raise Unreadable(
        f"{file}: neither Relay's, an object of ids and texts, nor Apollo's, of format {_APOLLO}"
    )


def _of_apollo(file: Path, operations: Any) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for place, operation in enumerate(operations if isinstance(operations, list) else [None]):
        match operation:
            case {"id": str(id_), "body": str(body)} if found.get(id_, body) == body:
                found[id_] = body
            case {"id": str(id_), "body": str()}:
                raise Unreadable(f"{file}: operations[{place}] has another text of the id {id_}")
            case _:
                raise Unreadable(f"{file}: operations[{place}] is no object with `id` and `body`")
    return found
