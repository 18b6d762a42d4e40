"""Runs a plan, level by level: a field is read for all objects at its place of the query at once.

Each field that has to wait is one coroutine, whatever the number of objects, and none waits for
others: a slow branch holds up nothing but itself.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from inspect import isawaitable
from typing import Any, Protocol

from graphql import ExecutionResult, GraphQLObjectType
from graphql.execution.values import VariableValues
from graphql.pyutils import AwaitableOrValue, is_iterable

from gateway.execution.failures import Failure, Level, settle
from gateway.execution.plan import Field, Plan, Selection

Waiting = Coroutine[Any, Any, None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a resolver is told of the field that asks."""

    context: Any
    path: Field


class Values(Protocol):
    """The values of a field at a level, taken out of their lists."""

    @property
    def found(self) -> Sequence[Any]: ...

    def stands(self, place: int) -> tuple[int, int | None]:
        """Where a value stands: see `Stands`."""

    def put(self, made: list[Any]) -> None:
        """Put what was made of each value where it belongs."""


@dataclass(slots=True)
class Single:
    """The values of a field that is no list, one for each object."""

    found: Sequence[Any]
    key: str
    objects: list[dict[str, Any]]

    def stands(self, place: int) -> tuple[int, int | None]:
        return place, None

    def put(self, made: list[Any]) -> None:
        key = self.key
        for holder, value in zip(self.objects, made, strict=True):
            holder[key] = value


@dataclass(slots=True)
class Listed:
    """The entries of lists, one list after the other: whose each is, and where it starts."""

    key: str
    objects: list[dict[str, Any]]
    found: list[Any] = member(default_factory=list)
    owners: list[int] = member(default_factory=list)
    starts: list[int] = member(default_factory=list)

    def add(self, owner: int, entries: list[Any]) -> None:
        """Another list."""
        self.owners.append(owner)
        self.starts.append(len(self.found))
        self.found += entries

    def stands(self, place: int) -> tuple[int, int | None]:
        at = bisect_right(self.starts, place) - 1
        return self.owners[at], place - self.starts[at]

    def put(self, made: list[Any]) -> None:
        ends = [*self.starts[1:], len(made)]
        for owner, start, end in zip(self.owners, self.starts, ends, strict=False):
            self.objects[owner][self.key] = made[start:end]


def run(plan: Plan, context: Any, variables: VariableValues) -> AwaitableOrValue[ExecutionResult]:
    """The answer to a plan's operation, at once where no field has to wait."""
    this = _Run(plan, context, variables)
    root = Level([None])
    waiting = this.expand(plan.root, root)
    if waiting:
        return this.settled(root, waiting)
    return settle(root.objects[0], this.failures)


class _Run:
    def __init__(self, plan: Plan, context: Any, variables: VariableValues) -> None:
        self.failures: list[Failure] = []
        self._plan = plan
        self._context = context
        self._variables = variables

    async def settled(self, root: Level, waiting: list[Waiting]) -> ExecutionResult:
        """The answer, once what waits is there."""
        await _all(waiting)
        return settle(root.objects[0], self.failures)

    def expand(self, selection: Selection, level: Level) -> list[Waiting]:
        """Make the objects of a level; what of them has to wait comes back."""
        failed: list[Field] = []
        level.objects = selection.build(level.sources, failed)
        if failed:
            level = self._unfailed(failed, level)
        waiting: list[Waiting] = []
        for field in selection.read:
            if field.waits:
                waiting.append(self._follow(field, level))
            else:
                waiting += self._complete(field, level, self._read(field, level))
        return waiting

    def _unfailed(self, failed: Sequence[Field], level: Level) -> Level:
        """The objects that are not lost by what failed of them: below others nothing is read."""
        lost: set[int] = set()
        for field in dict.fromkeys(failed):
            for index, made in enumerate(level.objects):
                if isinstance(made[field.key], Exception):
                    self._fail(made[field.key], field, level, index)
                    made[field.key] = None
                    if field.required:
                        lost.add(index)
        return level.without(lost)

    async def _follow(self, field: Field, level: Level) -> None:
        """Read a field that has to wait, and all that is below it."""
        try:
            values = await self._await(field, level)
        except Exception as error:
            values = [error] * len(level.sources)
        await _all(self._complete(field, level, values))

    async def _await(self, field: Field, level: Level) -> Sequence[Any]:
        if field.reading.each is None:
            return await _settled(self._read(field, level))
        asked = Asked(self._context, field)
        arguments = field.arguments(self._variables)
        values: Sequence[Any] = await field.reading.each(level.sources, asked, **arguments)
        return values

    def _read(self, field: Field, level: Level) -> list[Any]:
        """The values of a field, asked for one by one; some may be awaitables."""
        read, asked = field.reading.one, Asked(self._context, field)
        try:
            arguments = field.arguments(self._variables)
        except Exception as error:
            return [error] * len(level.sources)
        values: list[Any] = []
        for source in level.sources:
            try:
                values.append(read(source, asked, **arguments))
            except Exception as error:
                values.append(error)
        return values

    def _complete(self, field: Field, level: Level, values: Sequence[Any]) -> list[Waiting]:
        """Put the values into the objects of their level; what below them waits comes back."""
        opened: Values = Single(values, field.key, level.objects)
        if field.is_list:
            opened = self._opened(field, level, values)
        waiting: list[Waiting] = []
        if field.is_leaf:
            opened.put(self._written(field, level, opened))
        else:
            opened.put(self._made(field, level, opened, waiting))
        return waiting

    def _opened(self, field: Field, level: Level, lists: Sequence[Any]) -> Listed:
        """The entries of all lists; those of leaves that are written as they are stay whole."""
        opened = Listed(field.key, level.objects)
        exact = {field.exact} if field.is_leaf else None
        for index, given in enumerate(lists):
            entries = given if given.__class__ is list else _listed(given, field)
            if not isinstance(entries, list):
                self._null(entries, field, level, index, None)
            elif exact and set(map(type, entries)) == exact:
                level.objects[index][field.key] = entries
            else:
                opened.add(index, entries)
        return opened

    def _written(self, field: Field, level: Level, values: Values) -> list[Any]:
        """The leaves as their type writes them; null for those that fail."""
        exact = field.exact
        written: list[Any] = []
        for place, value in enumerate(values.found):
            if value.__class__ is exact:
                written.append(value)
                continue
            written.append(None)
            if value is None or isinstance(value, Exception):
                self._null(value, field, level, *values.stands(place))
                continue
            try:
                written[place] = field.written(value)
            except Exception as error:
                self._fail(error, field, level, *values.stands(place))
        return written

    def _made(
        self, field: Field, level: Level, values: Values, waiting: list[Waiting]
    ) -> list[Any]:
        """The objects that the values stand for; null where there is none."""
        classes = set(map(type, values.found))
        if len(classes) == 1:
            type_ = self._plan.types.of_class(field.named, classes.pop())
            if type_ is not None:
                below = Level(values.found, field, level, values.stands)
                waiting += self.expand(field.selection(type_), below)
                return below.objects
        made: list[Any] = [None] * len(values.found)
        for type_, places in self._by_type(field, level, values).items():
            below = Level(
                [values.found[place] for place in places],
                field,
                level,
                lambda index, places=places: values.stands(places[index]),  # type: ignore[misc]
            )
            waiting += self.expand(field.selection(type_), below)
            for place, object_ in zip(places, below.objects, strict=True):
                made[place] = object_
        return made

    def _by_type(
        self, field: Field, level: Level, values: Values
    ) -> dict[GraphQLObjectType, list[int]]:
        """The places of the values that are objects, by their types."""
        places: dict[GraphQLObjectType, list[int]] = defaultdict(list)
        for place, value in enumerate(values.found):
            if value is None or isinstance(value, Exception):
                self._null(value, field, level, *values.stands(place))
                continue
            try:
                places[self._plan.types.of_value(field.named, value)].append(place)
            except Exception as error:
                self._fail(error, field, level, *values.stands(place))
        return places

    def _null(
        self,
        value: Exception | None,
        field: Field,
        level: Level,
        index: int,
        position: int | None,
    ) -> None:
        """What comes of null, or of an error, in a value's place."""
        if value is not None:
            self._fail(value, field, level, index, position)
        elif field.required if position is None else field.item_required:
            self._fail(field.null, field, level, index, position)

    def _fail(
        self, error: Exception, field: Field, level: Level, index: int, position: int | None = None
    ) -> None:
        self.failures.append(Failure(error, field, level, index, position))


def _listed(entries: Any, field: Field) -> list[Any] | Exception | None:
    """The entries of what is no list itself, or what is wrong with it."""
    if entries is None or isinstance(entries, Exception):
        return entries
    if not is_iterable(entries):
        return field.no_list
    try:
        return list(entries)
    except Exception as error:  # of a generator
        return error


async def _settled(values: list[Any]) -> list[Any]:
    """The values, once those of them that have to be awaited are there."""
    places = [place for place, value in enumerate(values) if isawaitable(value)]
    if len(places) == 1:
        (place,) = places
        try:
            values[place] = await values[place]
        except Exception as error:
            values[place] = error
        return values
    found = await asyncio.gather(*(values[place] for place in places), return_exceptions=True)
    for place, value in zip(places, found, strict=True):
        values[place] = value
    return values


async def _all(waiting: Sequence[Waiting]) -> None:
    if len(waiting) == 1:
        await waiting[0]
    elif waiting:
        await asyncio.gather(*waiting)
