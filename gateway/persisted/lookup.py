"""From what a client asks for to the text of its document: by id, by hash, or as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from gateway.execution.documents import LONGEST_KEPT, Operation
from gateway.http.body import Asked
from gateway.persisted.ids import id_of_hash, id_of_text, is_id
from gateway.persisted.kept import Kept
from gateway.persisted.stores import Store
from loaders.errors import (
    AutomaticDocumentsOff,
    AutomaticDocumentUnknown,
    BadUserInput,
    DocumentUnknown,
    Forbidden,
    SourceUnavailable,
)

BYTES_KEPT = 20_000_000
"""Of all texts that are kept in memory."""
_EXTENSION = "persistedQuery"


class PersistedDocuments:
    """The documents of a store, and beside them, with `automatic`, those that clients had us keep.

    With `only`, none are run but those of the store. What was found stays in memory, so many texts
    as `kept` says, so that asking for it again costs nothing.
    """

    def __init__(
        self, store: Store | None, kept: int, *, only: bool = False, automatic: bool = True
    ) -> None:
        self._store = store
        self._only = only
        self._automatic = automatic and not only
        self._kept = Kept(kept, BYTES_KEPT)

    async def operation(self, asked: Asked) -> Operation:
        """The operation that is asked for.

        Raises BadUserInput, Forbidden, SourceUnavailable, and DocumentUnknown or
        AutomaticDocumentsOff where the client has to send the text.
        """
        text, variables, name, document_id, extensions = asked
        if text is None or document_id is not None or extensions is not None or self._only:
            text = await self._text(asked)
        return Operation(text, variables, name)

    async def aclose(self) -> None:
        """Let go of the store."""
        if self._store is not None:
            await self._store.aclose()

    async def _text(self, asked: Asked) -> str:
        if asked.document_id is not None:
            if asked.query is not None:
                raise BadUserInput("`query` and `documentId` are both given: one is enough")
            return await self._of_id(asked.document_id)
        hash_ = _hash_in(asked.extensions)
        if asked.query is None:
            if hash_ is None:
                raise BadUserInput("`query` must be a text: the GraphQL document")
            return await self._of_hash(hash_)
        if hash_ is not None:
            await self._take(asked.query, hash_)
        elif self._only:
            raise _not_stored()
        return asked.query

    async def _of_id(self, id_: str) -> str:
        text = await self._find(id_)
        if text is None:
            raise DocumentUnknown("no document is stored by this id", argument="documentId")
        return text

    async def _of_hash(self, hash_: str) -> str:
        """The text of a hash; clients with a manifest of Apollo's send its id in that place."""
        try:
            text = await self._find(id_of_hash(hash_), hash_) or await self._recall(hash_)
        except SourceUnavailable:
            if self._only:
                raise
            text = None  # the client sends it then
        if text is not None:
            return text
        if self._automatic or self._only:
            raise AutomaticDocumentUnknown
        raise AutomaticDocumentsOff

    async def _take(self, text: str, hash_: str) -> None:
        """Keep a text that comes with its hash, or refuse it."""
        id_ = id_of_hash(hash_)
        if id_ != id_of_text(text):
            raise BadUserInput(
                "`sha256Hash` is not the SHA-256 of `query`", argument=f"extensions.{_EXTENSION}"
            )
        if self._only and await self._find(id_, hash_) != text:
            raise _not_stored()
        if self._automatic and len(text) <= LONGEST_KEPT and self._kept.get(id_) is None:
            self._kept.put(id_, text)
            if self._store is not None:
                with suppress(SourceUnavailable):  # then this process alone knows it
                    await self._store.remember(hash_, text)

    async def _find(self, *ids: str) -> str | None:
        """The text of the first of these ids that there is."""
        for id_ in ids:
            text = self._kept.get(id_)
            if text is not None:
                return text
        if self._store is not None:
            for id_ in filter(is_id, ids):
                text = await self._store.find(id_)
                if text is not None:
                    self._kept.put(id_, text)
                    return text
        return None

    async def _recall(self, hash_: str) -> str | None:
        """A text that another process of ours was sent."""
        if self._store is None or not self._automatic or not is_id(id_of_hash(hash_)):
            return None
        text = await self._store.recall(hash_)
        if text is not None:
            self._kept.put(id_of_hash(hash_), text)
        return text


def _hash_in(extensions: Mapping[str, Any] | None) -> str | None:
    """The hash by which one of Apollo's clients knows its document."""
    told = (extensions or {}).get(_EXTENSION)
    if told is None:
        return None
    if isinstance(told, dict) and told.get("version") == 1:
        hash_ = told.get("sha256Hash")
        if isinstance(hash_, str):
            return hash_
    raise BadUserInput(
        "`persistedQuery` must be an object with `version`, 1, and `sha256Hash`, a text",
        argument=f"extensions.{_EXTENSION}",
    )


def _not_stored() -> Forbidden:
    return Forbidden("this gateway runs stored documents alone: ask for one by its `documentId`")
