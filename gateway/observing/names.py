"""Names that clients give, few enough for a label: clients can make up as many as they like."""

from __future__ import annotations

UNNAMED = "(unnamed)"
OTHER = "(other)"
"""No name of GraphQL's has brackets."""


class Names:
    """The names that came first; all further ones go as `(other)`."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._names: dict[str | None, str] = {None: UNNAMED}

    def label(self, name: str | None) -> str:
        """What stands for a name."""
        found = self._names.get(name)
        if found is None:
            if len(self._names) > self._kept:
                return OTHER
            found = self._names[name] = name or UNNAMED
        return found
