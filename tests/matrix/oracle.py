"""What somebody should be answered: what an admin is, without what the inventory keeps from them.

An admin's answer tells which rows a path leads to; what is said of them is held against the rows.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.matrix import seeds
from tests.matrix.paths import FIRST, Pick, Selection
from tests.matrix.words import (
    BY_PLACE,
    BY_TYPE,
    PRODUCTS,
    Column,
    Row,
    Table,
    Who,
    owns,
    sees_column,
    sees_row,
)

HIDDEN = "•••"
FORBIDDEN = "FORBIDDEN"

DERIVED: Mapping[str, tuple[str, ...]] = {
    "StreamAccount.displayName": ("firstName", "lastName"),
    "FamilyAccount.displayName": (),
    "StudioAccount.displayName": ("first_name", "last_name"),
    "CreatorAccount.displayName": ("fullName",),
    "CreatorAccount.plan": ("subscription",),
    "LearnerAccount.displayName": ("username",),
    "KidProfile.isKidsProfile": (),
    "StreamProfile.inWatchlist": (),
    "Movie.watchCount": (),
    "Movie.genreNames": ("genre",),
    "TmdbTitle.genreNames": ("genres",),
    "TmdbTitle.releaseYear": ("release_date",),
    "Character.url": ("image_url",),
    "CharacterImage.url": ("image_url",),
    "Keyframe.url": ("image_url",),
    "KeyframeImage.url": ("image_url",),
    "VideoClip.url": ("video_url",),
    "Voiceover.url": ("audio_url",),
    "FinalVideo.url": ("video_url",),
}
"""The columns that a field is made of which is no column's own, beside ids and products."""
_ABOUT_THE_ROW = ("id", "product")
STAFF_ENTRIES = {
    "Query.person": PRODUCTS,
    "Query.learnerSession": {"prep"},
    "Query.qrToken": {"prep"},
    "Movie.watchCount": {"stream"},
}
"""What is the staff's alone, though it lists no rows of many owners; and whose rows it tells of."""

_TELLING = ("id", "string", "serial", "enum(")
"""The kinds of columns that are shown as they are stored, the case of enums aside."""

Path = tuple[str | int, ...]


def ranges(on: str, target: str) -> bool:
    """Whether a connection ranges over many owners: guarded rows that hang on nobody's row."""
    below_a_row = on == "Scene" or (on in BY_TYPE and BY_TYPE[on].is_guarded)
    return not below_a_row and target in BY_TYPE and BY_TYPE[target].is_guarded


@dataclass
class Oracle:
    """Says what this person should see of what an admin sees."""

    who: Who
    anonymous: bool
    errors: dict[Path, str] = field(default_factory=dict)
    """The path and the code of each error that there should be."""

    def data(self, pick: Pick, seen: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to an entry; `seen` is an admin's."""
        shown: dict[str, Any] = {}
        if pick.name == "viewer" and self.anonymous:
            return {pick.key: None}
        self._pick(pick, seen, None, shown, ())
        if pick.name == "viewer" and self.who.email is None:
            shown[pick.key] |= {"Person_email": None}  # whatever an admin finds them by
        return shown

    def _pick(
        self,
        pick: Pick,
        seen: Mapping[str, Any],
        row: tuple[Table, Row] | None,
        shown: dict[str, Any],
        path: Path,
    ) -> None:
        """Put what is answered to a field where it belongs."""
        if pick.kind == "connection":
            whole = seen[pick.key]
            shown[pick.key] = self._page(pick, whole, (*path, pick.key))
            shown[pick.key + FIRST] = self._first(pick, whole, (*path, pick.key + FIRST))
        else:
            shown[pick.key] = self._value(pick, seen[pick.key], row, (*path, pick.key))

    def _value(self, pick: Pick, seen: Any, row: tuple[Table, Row] | None, path: Path) -> Any:
        if not self.who.reads.issuperset(STAFF_ENTRIES.get(f"{pick.on}.{pick.name}", ())):
            self.errors[path] = FORBIDDEN
            return None
        if seen is None:
            return None
        if pick.kind == "leaf":
            return seen if row is None else self._leaf(*row, pick.name, seen)
        assert pick.below is not None
        if pick.kind == "link":
            return self._object(pick.below, seen, path)
        if pick.name == "accounts":
            seen = [account for account in seen if self._is_shown(account)]
        return [self._object(pick.below, one, (*path, n)) for n, one in enumerate(seen)]

    def _object(self, selection: Selection, seen: Any, path: Path) -> Any:
        """What is shown of an object, or None where its row is not."""
        if seen is None or not self._is_shown(seen):
            return None
        type_name = seen["__typename"]
        row = self._row(seen)
        shown = {"__typename": type_name}
        for pick in selection.of(type_name):
            if (pick.on, pick.name) == ("Person", "email"):
                shown[pick.key] = self._email(seen[pick.key])
            else:
                self._pick(pick, seen, row, shown, path)
        return shown

    def _email(self, seen: str) -> str:
        """A person's."""
        masked = self.who.masked and seen != self.who.email
        return masked_text(seen) if masked else seen

    def _is_shown(self, seen: Mapping[str, Any]) -> bool:
        """Accounts are also found by the e-mail that somebody has, whatever rights they give."""
        found = self._row(seen)
        if found is None:
            return True
        table, row = found
        own = self.who.email is not None and row.get("email") == self.who.email
        return own or sees_row(table, row, seeds.ROWS, self.who)

    def _row(self, seen: Mapping[str, Any]) -> tuple[Table, Row] | None:
        """The stored row that an admin's object shows."""
        table = BY_TYPE.get(seen["__typename"])
        if table is None:
            return None
        told = {
            column.name: str(seen[f"{table.type_name}_{name}"])
            for name, column in table.fields.items()
            if column.kind.startswith(_TELLING) and column.visibility != "masked"
            if seen.get(f"{table.type_name}_{name}") is not None
        }
        fitting = [
            row
            for row in seeds.ROWS[table.place]
            if all(str(row[name]).casefold() == text.casefold() for name, text in told.items())
        ]
        assert fitting, f"an admin sees {told}, which nobody stored in {table.place}"
        return table, fitting[0]

    def _page(self, pick: Pick, whole: Mapping[str, Any], path: Path) -> Any:
        """All entries that are shown of those that the admin sees."""
        if self._is_refused(pick, path):
            return None
        assert pick.below is not None
        shown = [place for place, node in enumerate(whole["nodes"]) if self._is_shown(node)]
        return {
            "nodes": [
                self._object(pick.below, whole["nodes"][place], (*path, "nodes", n))
                for n, place in enumerate(shown)
            ],
            "edges": [{"cursor": whole["edges"][place]["cursor"]} for place in shown],
            **self._told(whole, shown, shown),
        }

    def _first(self, pick: Pick, whole: Mapping[str, Any], path: Path) -> Any:
        """The first entry that is shown, on a page of its own."""
        if self._is_refused(pick, path):
            return None
        assert pick.below is not None
        leaves = pick.below.leaves
        shown = [place for place, node in enumerate(whole["nodes"]) if self._is_shown(node)]
        edges = [
            {
                "cursor": whole["edges"][place]["cursor"],
                "node": self._object(leaves, whole["nodes"][place], (*path, "edges", 0, "node")),
            }
            for place in shown[:1]
        ]
        return {"edges": edges, **self._told(whole, shown, shown[:1])}

    def _is_refused(self, pick: Pick, path: Path) -> bool:
        assert pick.below is not None
        types = [name for name, _ in pick.below.parts if ranges(pick.on, name)]
        refused = any(BY_TYPE[name].product not in self.who.reads for name in types)
        if refused:
            self.errors[path] = FORBIDDEN
        return refused

    def _told(
        self, whole: Mapping[str, Any], shown: Sequence[int], paged: Sequence[int]
    ) -> dict[str, Any]:
        """What a page tells of the others: of those that are shown, and of no more."""
        cursors = [whole["edges"][place]["cursor"] for place in paged]
        info = {
            "hasNextPage": len(paged) < len(shown),
            "hasPreviousPage": False,
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
            "budgetSpent": False,
        }
        total = {"totalCount": len(shown)} if "totalCount" in whole else {}
        return {"pageInfo": info, **total}

    def _leaf(self, table: Table, row: Row, name: str, seen: Any) -> Any:
        column = table.fields.get(name)
        if column is not None:
            return self._column(table, column, row, seen)
        if name in _ABOUT_THE_ROW:
            return seen
        if (table.type_name, name) == ("Movie", "inWatchlist"):  # of Olga's profile
            place = ("stream", "ProfileTable")
            profile = seeds.first(place, seeds.OLGA)
            return seen if sees_row(BY_PLACE[place], profile, seeds.ROWS, self.who) else None
        columns = [table.columns[one] for one in DERIVED[f"{table.type_name}.{name}"]]
        if len(columns) == 2:
            parts = [self._column(table, one, row, row[one.name]) for one in columns]
            return " ".join(filter(None, parts)) or None
        return self._column(table, columns[0], row, seen) if columns else seen

    def _column(self, table: Table, column: Column, row: Row, seen: Any) -> Any:
        # Support sees even their own masked where a row does not itself name its owner.
        own = ">" not in (table.owner or "") and owns(table, row, seeds.ROWS, self.who)
        match sees_column(table, column, own, self.who):
            case "plain":
                told = isinstance(seen, str) and column.kind == "string"
                return row[column.name] if told else seen
            case "masked":
                return masked(column, row[column.name])
        return None


def masked(column: Column, value: Any) -> Any:
    """What is left of a value that somebody sees masked."""
    if not isinstance(value, str):
        return None
    return _MASKS.get(column.name, masked_text)(value)


def masked_text(text: str) -> str:
    """An e-mail keeps its domain."""
    domain = text.partition("@")[2] if re.fullmatch(r"\S+@\S+", text) else None
    return f"{text[0]}{HIDDEN}@{domain}" if domain else text[0] + HIDDEN


def _network(address: str) -> str:
    bits = 48 if ":" in address else 24
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))


_MASKS: Mapping[str, Callable[[str], str]] = {
    "ip_address": _network,
    "user_agent": lambda text: "Firefox",
    "transaction_id": lambda text: HIDDEN + text[-4:],
}


def differences(found: Any, expected: Any, path: Path = ()) -> Iterator[str]:
    """Where two answers differ; comparing them whole would tell too much to be read."""
    if isinstance(found, dict) and isinstance(expected, dict):
        for name in {**found, **expected}:
            here, there = (one.get(name, "(not there)") for one in (found, expected))
            yield from differences(here, there, (*path, name))
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        for place, (here, there) in enumerate(zip(found, expected, strict=True)):
            yield from differences(here, there, (*path, place))
    elif found != expected:
        where = ".".join(map(str, path))
        yield f"{where}: {str(found)[:200]}, where {str(expected)[:200]} should be"
