"""Ids of documents, as GraphQL over HTTP has them in its appendix on persisted documents."""

from __future__ import annotations

import re
from hashlib import sha256

_SHA256 = "sha256:"
_WORD = r"[A-Za-z0-9._~-]{1,100}"
_ID = re.compile(rf"{_SHA256}[0-9a-f]{{64}}|x-{_WORD}:{_WORD}|{_WORD}")


def is_id(text: str) -> bool:
    """Whether a document may have this id: `sha256:` and its hash, `x-…:…`, or a word."""
    return _ID.fullmatch(text) is not None


def names_hash(id_: str) -> bool:
    """Whether an id says what the SHA-256 of its document is."""
    return id_.startswith(_SHA256)


def id_of_hash(hash_: str) -> str:
    """The id of the document with this SHA-256, in lower case hexadecimal digits."""
    return _SHA256 + hash_


def id_of_text(text: str) -> str:
    """The id that a document has by itself, of its text as it stands."""
    return id_of_hash(sha256(text.encode()).hexdigest())
