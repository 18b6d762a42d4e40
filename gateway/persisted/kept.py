"""Texts that are kept in memory: those used last, within bounds."""

from __future__ import annotations

from collections import OrderedDict


class Kept:
    """Texts by their keys, so many at most and so many bytes in all."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._bytes = 0

    def get(self, key: str) -> str | None:
        """The text of this key, if it is kept."""
        text = self._texts.get(key)
        if text is not None:
            self._texts.move_to_end(key)
        return text

    def put(self, key: str, text: str) -> None:
        """Keep a text; those used least recently make room."""
        self._bytes += len(text.encode()) - len(self._texts.pop(key, "").encode())
        self._texts[key] = text
        while len(self._texts) > self._most or self._bytes > self._most_bytes:
            _, dropped = self._texts.popitem(last=False)
            self._bytes -= len(dropped.encode())
