"""The SQL of rows and of those that hang on them: each read a CTE, all of them one statement."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Generic, NamedTuple, Protocol, Self, TypeVar

import sqlalchemy as sa

from loaders.stores.interface import Route
from loaders.stores.statements import (
    DIALECT,
    PLACE,
    STATEMENTS_KEPT,
    Manner,
    Shape,
    Statement,
    compiled,
    directed,
    first_rows,
    keys_of,
    parameter,
    sql_of,
)

PART = "_part"
"""The column of an answer that says which read a row belongs to: its number."""
ABOVE = "above"
"""The parameter for how many rows the read above shows of each of its keys."""
_NTH = "_nth"
"""Which of its key's rows a row is, counted from 1."""

_ABOVE = "_above"
"""What the rows of the read above are called until it is known which that is."""
JOINED_KEPT = 500
"""Of the statements of several reads; what they are put together from is kept as other SQL is."""

Types = dict[str, str]

_quoted = DIALECT.identifier_preparer.quote


class Joint(NamedTuple):
    """What of a read is in the SQL, and the reads that hang on its rows.

    The first values of their keys are columns of its rows, which `via` names.
    """

    route: Route
    columns: tuple[str, ...]
    shape: Shape
    guarded: bool
    via: tuple[str, ...] = ()
    below: tuple[Joint, ...] = ()


class Joined(NamedTuple):
    """A statement, and the numbers of the reads that it makes."""

    statement: Statement
    parts: frozenset[int]


class Tree(Protocol):
    """A read and those below it."""

    @property
    def below(self) -> Sequence[Self]: ...


Node = TypeVar("Node", bound=Tree)


class Numbered(NamedTuple, Generic[Node]):
    """A read, its number, and the read above it."""

    number: int
    read: Node
    above: Numbered[Node] | None


def numbered(
    top: Node, above: Numbered[Node] | None = None, number: int = 0
) -> Iterator[Numbered[Node]]:
    """A read and all below it, in the order of their numbers."""
    one = Numbered(number, top, above)
    yield one
    for below in top.below:
        for last in numbered(below, one, number + 1):
            yield last
            number = last.number


def named(number: int, parameter: str) -> str:
    """What a parameter of one read is called among those of all."""
    return f"{parameter}_{number}"


@lru_cache(JOINED_KEPT)
def joined(top: Joint, *, secured: bool, alone: bool) -> Joined:
    """The rows of many keys and, as far as they can come along, those below them.

    What has a column of the same name as another read, but of another type, cannot.
    """
    types: Types = {}
    made: dict[int, Joint] = {}
    ctes: list[str] = []
    parameters: list[str] = ["viewer"] if secured else []
    for number, joint, above in numbered(top):
        own = _types(joint)
        if (above and above.number not in made) or not _fits(own, types):
            continue
        types |= own
        made[number] = joint
        itself = joint._replace(below=())
        part = _below(above.read.route, itself, secured) if above else _top(itself, secured, alone)
        ctes.append(f"{_name(number)} AS ({_placed(part.sql, above, len(parameters))})")
        parameters += [named(number, name) for name in part.parameters]
    # The union keeps the order of each: no CTE is read in parallel.
    united = " UNION ALL ".join(_widened(number, made[number], types) for number in made)
    answer = sa.text(f"WITH {', '.join(ctes)} {united}").columns(
        *(sa.column(name) for name in (PART, PLACE, *types))
    )
    statement = compiled(sa.select(*answer.subquery("answer").c), secured=secured)
    return Joined(Statement(statement.sql, tuple(parameters)), frozenset(made))


def _name(number: int) -> str:
    return f"part{number}"


def _placed(sql: str, above: Numbered[Joint] | None, parameters: int) -> str:
    """The SQL of a read among the others: its parameters come after so many."""
    renumbered = re.sub(r"\$(\d+)", lambda found: f"${int(found[1]) + parameters}", sql)
    return renumbered.replace(_ABOVE, _name(above.number)) if above else renumbered


@lru_cache(STATEMENTS_KEPT)
def _top(joint: Joint, secured: bool, alone: bool) -> Statement:
    """The topmost read."""
    keys = keys_of(joint.route, alone=alone)
    return _rows(joint, keys, keys.c[PLACE], [keys.c[PLACE]], secured=secured)


@lru_cache(STATEMENTS_KEPT)
def _below(above: Route, joint: Joint, secured: bool) -> Statement:
    """A read whose keys stand in the rows of the one above, in those of them that are shown."""
    types = {name: sql_of(above.table).c[name].type for name in joint.via}
    rows = sa.table(
        _ABOVE, sa.column(_NTH, sa.Integer), *(sa.column(*column) for column in types.items())
    )
    found = [rows.c[name].label(f"key{place}") for place, name in enumerate(joint.via)]
    given = [
        parameter(f"key{place}", sql_of(table).c[name]).label(f"key{place}")
        for place, (table, name) in enumerate(joint.route.key_columns)
        if place >= len(joint.via)
    ]
    shown = rows.c[_NTH] <= sa.bindparam(ABOVE, type_=sa.Integer)
    keys = sa.select(*found, *given).where(shown).distinct().subquery("keys")
    return _rows(joint, keys, sa.literal_column("0"), [*keys.c], secured=secured)


def _rows(
    joint: Joint,
    keys: sa.FromClause,
    place: sa.ColumnElement[Any],
    of_key: Sequence[sa.ColumnElement[Any]],
    *,
    secured: bool,
) -> Statement:
    """The first rows of each key, in their order."""
    route, shape = joint.route, joint.shape
    rows = first_rows(route, joint.columns, shape, keys, Manner(joint.guarded, secured))
    ordered = [directed(rows.c[name], shape) for name in route.position]
    nth = sa.func.row_number().over(partition_by=of_key, order_by=ordered)
    selected = (
        sa.select(place.label(PLACE), *rows.c, nth.label(_NTH))
        .select_from(keys.join(rows, sa.true()))
        .order_by(*of_key, *ordered)
    )
    return compiled(selected, secured=False)


def _types(joint: Joint) -> Types:
    """The SQL type of each of its columns, lengths aside, which a union would cut to."""
    columns = sql_of(joint.route.table).c
    return {
        name: re.sub(r"\(.*?\)", "", columns[name].type.compile(DIALECT)) for name in joint.columns
    }


def _fits(own: Types, others: Types) -> bool:
    """Whether columns are of the types that they have elsewhere."""
    return all(type_ == others.get(name, type_) for name, type_ in own.items())


def _widened(number: int, joint: Joint, types: Types) -> str:
    """Rows as wide as those of all reads together."""
    values = ", ".join(
        _quoted(name) if name in joint.columns else f"CAST(NULL AS {type_}) AS {_quoted(name)}"
        for name, type_ in types.items()
    )
    return f"SELECT {number} AS {PART}, {PLACE}, {values} FROM {_name(number)}"
