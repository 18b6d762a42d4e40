"""Ways to ask for one row, by a key that somebody else has and by keys that nobody has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from graphql import get_named_type

from tests.matrix.paths import (
    KEYS,
    Entry,
    Pick,
    fields_of,
    global_id,
    kind_of,
    possible,
    row_of,
    select,
    takes_ids,
    target_of,
    text,
    type_of_member,
)
from tests.matrix.seeds import OLGA, ROWS
from tests.matrix.words import BY_TYPE, Row, Table, Who, sees_row


@dataclass(frozen=True)
class Guess:
    """One way to ask for a row: for Olga's first, and for some that there are not."""

    title: str
    type_name: str
    denied: Entry
    absent: tuple[Entry, ...]

    @property
    def row(self) -> Row:
        """The row that is there."""
        return row_of(self.type_name, OLGA)

    def is_denied_to(self, who: Who) -> bool:
        """Whether the inventory keeps the row from somebody."""
        own = who.email is not None and self.row.get("email") == who.email
        return not own and not sees_row(BY_TYPE[self.type_name], self.row, ROWS, who)


def guesses() -> Iterator[Guess]:
    """Every entry that finds a row by a key, and every type that it finds so."""
    for name, field in fields_of("Query").items():
        target = target_of(field)
        bare = Pick("root", "Query", name, kind_of(field))
        for type_name in possible(target) if takes_ids(name, field) else ():
            table = BY_TYPE[type_name]
            pick = replace(bare, below=select(target, 0, [type_name]))
            form = {"node": "id: {}", "nodes": "ids: [{}]"}.get(name, "by: {{ id: {} }}")
            row = row_of(type_name, OLGA)
            keys = [global_id(type_name, one) for one in (row, *_others(table, row))]
            yield _guess(f"{name} of {type_name}", type_name, pick, form, keys)
        for member, argument in _members(field):
            type_name = type_of_member(member, target)
            pick = replace(bare, below=select(target, 0, [type_name]))
            key = KEYS[f"{argument}.{member}"](OLGA)
            form = f"by: {{{{ {member}: {{}} }}}}"
            yield _guess(f"{name} by {member}", type_name, pick, form, [key, *_changed(key)])
    for name, type_name, form, key in _OTHERS:
        pick = Pick("root", "Query", name, kind_of(fields_of("Query")[name]))
        pick = replace(pick, below=select(target_of(fields_of("Query")[name]), 0))
        yield _guess(name, type_name, pick, form, [key, *_changed(key)])


_OTHERS = tuple(
    (name, type_name, form, row_of(type_name, OLGA)[column])
    for name, type_name, form, column in (
        ("questions", "Question", "ids: [{}]", "question_id"),
        ("rubrics", "Rubric", "ids: [{}]", "rubric_id"),
        ("learnerSession", "LearnerSession", "sessionId: {}", "session_id"),
        ("qrToken", "QrToken", "token: {}", "token"),
        ("safetyLogs", "SafetyLog", "logId: {}", "log_id"),
        ("person", "LearnerAccount", "email: {}", "email"),
    )
)
"""Entries whose keys are arguments of their own, the type that they find, and Olga's key."""


def _members(field: Any) -> Iterator[tuple[str, str]]:
    if "by" in field.args:
        argument = get_named_type(field.args["by"].type)
        yield from ((member, argument.name) for member in argument.fields if member != "id")


def _guess(title: str, type_name: str, pick: Pick, form: str, keys: list[Any]) -> Guess:
    denied, *absent = (
        Entry(title, replace(pick, arguments=f"({form.format(text(key))})")) for key in keys
    )
    return Guess(title, type_name, denied, tuple(absent))


def _others(table: Table, row: Row) -> Iterator[Row]:
    """Rows that there are not, whose keys differ from a row's in one column each."""
    for name in table.key:
        for value in _changed(row[name]):
            yield {**row, name: value}


def _changed(key: Any) -> Iterator[Any]:
    """Keys that nobody has, each as like this one as can be."""
    if isinstance(key, Mapping):
        for name in key:
            for value in _changed(key[name]):
                yield {**key, name: value}
    elif isinstance(key, int):
        yield key + 1_000
    else:
        yield f"x{key}"
