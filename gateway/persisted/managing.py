"""`gateway documents`: what is stored is checked first, all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from gateway.execution.documents import Document, Documents
from gateway.persisted.ids import id_of_text, is_id, names_hash
from gateway.persisted.manifests import Given, Unreadable, documents_of
from gateway.persisted.stores import Store

Names = Mapping[str, str]
"""What the operations of documents are called, by the documents' ids."""


class NotStored(Exception):
    """What cannot be stored or removed; the message says why, a line each."""


async def add(store: Store, files: Sequence[Path]) -> Names:
    """Store the documents of these files.

    Raises NotStored, with nothing stored, where one of them cannot be, and SourceUnavailable.
    """
    try:
        given = [one for file in files for one in documents_of(file)]
    except Unreadable as error:
        raise NotStored(str(error)) from None
    troubles = [trouble for one in given for trouble in _troubles(one)]
    known = dict(await store.all())
    troubles += [
        f"{one.place}: another document has the id {one.id}"
        for one in given
        if known.setdefault(one.id, one.text) != one.text
    ]
    if troubles:
        raise NotStored("\n".join(troubles))
    texts = {one.id: one.text for one in given}
    await store.add(texts)
    return _names(texts)


async def stored(store: Store) -> Names:
    """What is stored; raises SourceUnavailable."""
    return _names(await store.all())


async def remove(store: Store, ids: Sequence[str]) -> None:
    """Remove documents; raises NotStored where one is not there, and SourceUnavailable."""
    known = await store.all()
    unknown = [id_ for id_ in ids if id_ not in known]
    if unknown:
        raise NotStored("\n".join(f"no document has the id {id_}" for id_ in unknown))
    await store.remove(ids)


def _troubles(given: Given) -> Iterator[str]:
    """What keeps a document from being stored."""
    if not is_id(given.id):
        yield f"{given.place}: no id of a document: letters, digits and -._~ alone"
    elif names_hash(given.id) and given.id != id_of_text(given.text):
        yield f"{given.place}: the id is not the SHA-256 of the text"
    for error in _read(given.text).errors:
        places = [f":{place.line}:{place.column}" for place in error.locations or ()]
        yield f"{given.place}{places[0] if places else ''}: {error.message}"


def _names(texts: Mapping[str, str]) -> Names:
    return {
        id_: ", ".join(name for name in _read(text).operations if name)
        for id_, text in texts.items()
    }


def _read(text: str) -> Document:
    return Documents(0).get(text)
