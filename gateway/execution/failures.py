"""What failed in a run: where it stands in the answer, and which nulls it leaves there.

Nothing of this is looked at where nothing failed.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from graphql import ExecutionResult, located_error

from gateway.execution.objects import Object
from gateway.execution.plan import Field

Path = tuple[int | str, ...]


Stands = Callable[[int], tuple[int, int | None]]
"""Of a place among values: the place of the object whose field they are, and the position in that
field's list, where it is one."""


def _at_root(place: int) -> tuple[int, int | None]:
    return place, None


class Level(msgspec.Struct):
    """All objects of one type at one place of the query.

    `of` is the field that they are values of, `above` the level of the objects that have it.
    """

    sources: Sequence[Any]
    of: Field | None = None
    above: Level | None = None
    stands: Stands = _at_root
    objects: Sequence[Object] = ()

    def without(self, lost: Container[int]) -> Level:
        """The level of its other objects."""
        kept = [index for index in range(len(self.objects)) if index not in lost]
        return Level(
            [self.sources[index] for index in kept],
            self.of,
            self.above,
            lambda place: self.stands(kept[place]),
            [self.objects[index] for index in kept],
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """An error of a field of one object, or of an entry of its list."""

    error: Exception
    of: Field
    level: Level
    index: int
    position: int | None = None


def settle(data: Any, failures: Sequence[Failure]) -> ExecutionResult:
    """The answer: nulls where something failed, and an error for each, in the answer's order.

    An error below the null of another is dropped, as the specification allows. `data` is the object
    at the root.
    """
    if not failures:
        return ExecutionResult(data, None)
    by_null: dict[Path, tuple[list[_Step], Failure]] = {}
    for failure in failures:
        way = _way(failure.of, failure.level, failure.index, failure.position)
        by_null.setdefault(_nulled(way), (way, failure))
    outermost = {null: by_null[null] for null in by_null if not _is_below(null, by_null)}
    for null in outermost:
        if null:
            _set_null(data, null)
    in_order = sorted(outermost.values(), key=lambda found: [step.order for step in found[0]])
    errors = [
        located_error(failure.error, failure.of.nodes, [step.key for step in way])
        for way, failure in in_order
    ]
    return ExecutionResult(None if () in outermost else data, errors)


class _Step(NamedTuple):
    """A step on the way from the root to a place of the answer."""

    key: int | str
    order: int
    nullable: bool


def _way(of: Field, level: Level, index: int, position: int | None) -> list[_Step]:
    way: list[_Step] = []
    if level.of is not None and level.above is not None:
        way = _way(level.of, level.above, *level.stands(index))
    way.append(_Step(of.key, of.order, not of.required))
    if position is not None:
        way.append(_Step(position, position, not of.item_required))
    return way


def _nulled(way: Sequence[_Step]) -> Path:
    """The innermost place that may be null; the whole answer where there is none."""
    for length in range(len(way), 0, -1):
        if way[length - 1].nullable:
            return tuple(step.key for step in way[:length])
    return ()


def _is_below(null: Path, others: dict[Path, Any]) -> bool:
    return any(null[:length] in others for length in range(len(null)))


def _set_null(data: Any, null: Path) -> None:
    *way, last = null
    for key in way:
        data = data[key]
    data[last] = None
