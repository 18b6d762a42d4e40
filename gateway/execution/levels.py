"""Runs a plan, level by level: a field is read for all objects at its place of the query at once.

Each field that has to wait is one coroutine, whatever the number of objects, and none waits for
others: a slow branch holds up nothing but itself.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from inspect import isawaitable
from itertools import accumulate, chain, pairwise
from operator import attrgetter
from time import perf_counter
from types import CoroutineType
from typing import Any, Protocol, Self

import msgspec
from graphql import ExecutionResult, GraphQLObjectType
from graphql.execution.values import VariableValues
from graphql.pyutils import AwaitableOrValue

from gateway.execution.failures import Failure, Level, settle
from gateway.execution.objects import Object, assign
from gateway.execution.plan import Field, Plan, Selection
from loaders.trace import LevelRead, Trace

Waiting = Coroutine[Any, Any, None]


class Asked(msgspec.Struct):
    """What a resolver is told of the field that asks."""

    context: Any
    path: Field


class Values(Protocol):
    """The values of a field at a level, taken out of their lists."""

    @property
    def found(self) -> Sequence[Any]: ...

    def stands(self, place: int) -> tuple[int, int | None]:
        """Where a value stands: see `Stands`."""

    def put(self, made: Sequence[Any]) -> None:
        """Put what was made of each value where it belongs."""


class Single(msgspec.Struct):
    """The values of a field that is no list, one for each object."""

    found: Sequence[Any]
    field: Field
    objects: Sequence[Object]

    def stands(self, place: int) -> tuple[int, int | None]:
        return place, None

    def put(self, made: Sequence[Any]) -> None:
        assign(self.objects, self.field.key, self.field.order, made)


class Listed(msgspec.Struct):
    """The entries of lists, one list after the other: whose each is, and where it ends."""

    field: Field
    owners: Sequence[int]
    holders: Sequence[Object]
    """The objects at the places of the owners."""
    found: list[Any]
    ends: list[int]

    @classmethod
    def of(
        cls,
        field: Field,
        owners: Sequence[int],
        holders: Sequence[Object],
        lists: Sequence[list[Any]],
    ) -> Self:
        """The entries of these lists, one for each holder."""
        found = list(chain.from_iterable(lists))
        return cls(field, owners, holders, found, list(accumulate(map(len, lists))))

    def stands(self, place: int) -> tuple[int, int | None]:
        at = bisect_right(self.ends, place)
        return self.owners[at], place - (self.ends[at - 1] if at else 0)

    def put(self, made: Sequence[Any]) -> None:
        lists = [made[start:end] for start, end in pairwise((0, *self.ends))]
        assign(self.holders, self.field.key, self.field.order, lists)


def run(
    plan: Plan, context: Any, variables: VariableValues, trace: Trace, event: Any = None
) -> AwaitableOrValue[ExecutionResult]:
    """The answer to a plan's operation, at once where no field has to wait.

    `event` is what a subscription's field is read of.
    """
    this = _Run(plan, context, variables, trace)
    root = Level([event])
    waiting = this.expand(plan.root, root)
    if waiting:
        return this.settled(root, waiting)
    return settle(root.objects[0], this.failures)


class _Run:
    def __init__(self, plan: Plan, context: Any, variables: VariableValues, trace: Trace) -> None:
        self.failures: list[Failure] = []
        self._trace = trace
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
        may_repeat = level.of is not None and level.of.reading.each is not None
        build = selection.build_alike if may_repeat else selection.build
        level.objects = build(level.sources, failed)
        if failed:
            level = self._unfailed(failed, level)
        waiting: list[Waiting] = []
        for field in selection.read:
            if field.waits:
                follow = self._timed if self._trace.timed else self._follow
                waiting.append(follow(field, level))
            else:
                waiting += self._complete(field, level, self._read(field, level))
        return waiting

    def _unfailed(self, failed: Sequence[Field], level: Level) -> Level:
        """The objects that are not lost by what failed of them: below others nothing is read."""
        lost: set[int] = set()
        for field in dict.fromkeys(failed):
            for index, made in enumerate(level.objects):
                shown = made[field.key]
                if isinstance(shown, Exception):
                    self._fail(shown, field, level, index)
                    if field.required:
                        lost.add(index)
                elif field.is_list and self._fail_entries(shown or [], field, level, index):
                    lost.add(index)
        return level.without(lost)

    def _fail_entries(self, shown: list[Any], field: Field, level: Level, index: int) -> bool:
        """Whether the errors in a list of leaves cost the object that has it."""
        errors = [(at, entry) for at, entry in enumerate(shown) if isinstance(entry, Exception)]
        for position, error in errors:
            self._fail(error, field, level, index, position)
        return bool(errors) and field.item_required and field.required

    async def _timed(self, field: Field, level: Level) -> None:
        """Follow a field, and keep how long that took."""
        began = perf_counter()
        await self._follow(field, level)
        read = LevelRead(field.place, len(level.sources), began, perf_counter())
        self._trace.levels.append(read)

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
        if field.reading.attribute is not None:
            with suppress(Exception):  # which is found again below, at its place
                return list(map(attrgetter(field.reading.attribute), level.sources))
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
        opened: Values = Single(values, field, level.objects)
        if field.is_list:
            opened = self._opened(field, level, values)
        waiting: list[Waiting] = []
        if field.is_leaf:
            opened.put(self._written(field, level, opened))
        else:
            opened.put(self._made(field, level, opened, waiting))
        return waiting

    def _opened(self, field: Field, level: Level, lists: Sequence[Any]) -> Listed:
        """The entries of all lists."""
        if set(map(type, lists)) == {list}:
            return Listed.of(field, range(len(lists)), level.objects, lists)
        owners: list[int] = []
        given: list[list[Any]] = []
        for index, value in enumerate(lists):
            entries = field.entries(value)
            if isinstance(entries, list):
                owners.append(index)
                given.append(entries)
            elif entries is not None:
                self._fail(entries, field, level, index)
        return Listed.of(field, owners, [level.objects[owner] for owner in owners], given)

    def _written(self, field: Field, level: Level, values: Values) -> Sequence[Any]:
        """The leaves as their type writes them; null for those that fail."""
        exact, required = field.exact, field.item_required if field.is_list else field.required
        if set(map(type, values.found)) == {exact}:
            return values.found
        written: list[Any] = []
        for place, value in enumerate(values.found):
            leaf = value if value.__class__ is exact else field.leaf(value, required=required)
            if isinstance(leaf, Exception):
                self._fail(leaf, field, level, *values.stands(place))
                leaf = None
            written.append(leaf)
        return written

    def _made(
        self, field: Field, level: Level, values: Values, waiting: list[Waiting]
    ) -> Sequence[Any]:
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


def _is_awaitable(value: Any) -> bool:
    return value.__class__ is CoroutineType or isawaitable(value)  # which asks for an ABC


async def _settled(values: list[Any]) -> list[Any]:
    """The values, once those of them that have to be awaited are there."""
    places = [place for place, value in enumerate(values) if _is_awaitable(value)]
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
    """Wait for all of these, as `gather` does at twice the cost."""
    if len(waiting) <= 1:
        for one in waiting:
            await one
        return
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(one) for one in waiting]
    try:
        for task in tasks:
            await task
    except BaseException:
        for task in tasks:
            task.cancel()
        raise
