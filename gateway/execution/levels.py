"""Runs a plan, level by level: a field is read for all objects at its place of the query at once.

Each field that has to wait is one coroutine, whatever the number of objects, and none waits for
others: a slow branch holds up nothing but itself.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from graphql import ExecutionResult, GraphQLObjectType
from graphql.execution.values import VariableValues
from graphql.pyutils import is_iterable

from gateway.execution.failures import Failure, Level, settle
from gateway.execution.plan import Field, Plan, Selection

Waiting = Coroutine[Any, Any, None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a resolver is told of the field that asks."""

    context: Any
    path: Field


@dataclass(slots=True)
class Values:
    """The values of a field at a level, taken out of their lists, and where each belongs.

    `owners` are the places of the objects whose field it is. `slots` are those objects or, where
    the field is a list, the lists, and `positions` the places in them.
    """

    found: Sequence[Any]
    owners: Sequence[int]
    slots: Sequence[Any]
    positions: Sequence[int] | None = None

    def position(self, place: int) -> int | None:
        """Where in its list a value is."""
        return None if self.positions is None else self.positions[place]

    def at(self, places: Sequence[int]) -> Values:
        """Some of them."""
        return Values(
            [self.found[place] for place in places],
            [self.owners[place] for place in places],
            [self.slots[place] for place in places],
            self.positions and [self.positions[place] for place in places],
        )


async def run(plan: Plan, context: Any, variables: VariableValues) -> ExecutionResult:
    """The answer to a plan's operation."""
    this = _Run(plan, context, variables)
    root = Level([None])
    await _all(this.expand(plan.root, root))
    return settle(root.objects[0], this.failures)


class _Run:
    def __init__(self, plan: Plan, context: Any, variables: VariableValues) -> None:
        self.failures: list[Failure] = []
        self._plan = plan
        self._context = context
        self._variables = variables

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
        if field.is_list:
            opened = self._opened(field, level, values)
        else:
            opened = Values(values, range(len(values)), level.objects)
        if field.is_leaf:
            self._write(field, level, opened)
            return []
        waiting: list[Waiting] = []
        for type_, part in self._by_type(field, level, opened):
            below = Level(part.found, field, level, part.owners, part.positions)
            waiting += self.expand(field.selection(type_), below)
            _put(below.objects, field, part)
        return waiting

    def _opened(self, field: Field, level: Level, lists: Sequence[Any]) -> Values:
        """The entries of all lists, each list replaced by one of nulls; lists of leaves that are
        written as they are stay whole."""
        found: list[Any] = []
        owners: list[int] = []
        slots: list[Any] = []
        positions: list[int] = []
        exact = {field.exact} if field.is_leaf else None
        for index, given in enumerate(lists):
            entries = given if given.__class__ is list else _listed(given, field)
            if not isinstance(entries, list):
                self._null(entries, field, level, index, None)
                continue
            if exact and set(map(type, entries)) == exact:
                level.objects[index][field.key] = entries
                continue
            before = len(found)
            found += entries
            length = len(found) - before
            slot = level.objects[index][field.key] = [None] * length
            owners += [index] * length
            slots += [slot] * length
            positions += range(length)
        return Values(found, owners, slots, positions)

    def _write(self, field: Field, level: Level, values: Values) -> None:
        exact = field.exact
        written: list[Any] = []
        for place, value in enumerate(values.found):
            if value.__class__ is exact:
                written.append(value)
                continue
            written.append(None)
            position = values.position(place)
            if value is None or isinstance(value, Exception):
                self._null(value, field, level, values.owners[place], position)
                continue
            try:
                written[place] = field.written(value)
            except Exception as error:
                self._fail(error, field, level, values.owners[place], position)
        _put(written, field, values)

    def _by_type(
        self, field: Field, level: Level, values: Values
    ) -> Iterable[tuple[GraphQLObjectType, Values]]:
        """The values that are objects, by their types."""
        classes = set(map(type, values.found))
        if len(classes) == 1:
            type_ = self._plan.types.of_class(field.named, classes.pop())
            if type_ is not None:
                return [(type_, values)]
        places: dict[GraphQLObjectType, list[int]] = defaultdict(list)
        for place, value in enumerate(values.found):
            position = values.position(place)
            if value is None or isinstance(value, Exception):
                self._null(value, field, level, values.owners[place], position)
                continue
            try:
                type_ = self._plan.types.of_value(field.named, value)
            except Exception as error:
                self._fail(error, field, level, values.owners[place], position)
            else:
                places[type_].append(place)
        return [(type_, values.at(some)) for type_, some in places.items()]

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


def _put(made: Sequence[Any], field: Field, values: Values) -> None:
    """Put what was made of the values where they belong."""
    if values.positions is None:
        key = field.key
        for slot, value in zip(values.slots, made, strict=True):
            slot[key] = value
    else:
        for slot, position, value in zip(values.slots, values.positions, made, strict=True):
            slot[position] = value


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
