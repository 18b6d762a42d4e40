"""DynamoDB: BatchGetItem by full key, Query by partition; nothing that reads a whole table."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial
from typing import Any, Self

from loaders.stores import queries
from loaders.stores.attributes import to_python
from loaders.stores.connections import Use
from loaders.stores.dynamo_client import DynamoAddress, DynamoClient, Operation, pause, until
from loaders.stores.interface import (
    Call,
    Count,
    Follower,
    Health,
    Key,
    Route,
    Slice,
    Terms,
    Union,
    Window,
    shown_keys,
)
from loaders.stores.queries import dynamo_table
from loaders.stores.together import together
from loaders.tables.catalogue import DYNAMODB
from loaders.tables.dynamodb import DynamoTable
from loaders.tables.facts import Row, Through
from loaders.tables.postgresql import Channel

ReadKeys = Callable[[list[Key]], Coroutine[Any, Any, Mapping[Key, Any]]]
"""Finds what there is for these keys, without those that there is nothing for."""

BATCH_SIZE = 100
"""DynamoDB's bound on the keys of one BatchGetItem."""
CALLS_AT_ONCE = 16
"""How many calls on one table may be under way."""
_NO_KEY = "-"
"""No row has it; the first table of each product has a key of text."""


class DynamoStore:
    """A product's tables in DynamoDB, by their physical names."""

    has_policies = False

    def __init__(self, client: DynamoClient, names: Mapping[str, str]) -> None:
        self._client = client
        self._names = names
        self._slots = {name: asyncio.Semaphore(CALLS_AT_ONCE) for name in names}

    @classmethod
    async def open(cls, product: str, address: DynamoAddress, names: Mapping[str, str]) -> Self:
        """A store that has asked nothing yet."""
        return cls(await DynamoClient.open(product, address), names)

    @property
    def use(self) -> Use:
        return self._client.use

    async def close(self) -> None:
        await self._client.close()

    async def find(self, route: Route, keys: list[Key], terms: Terms) -> list[Row | None]:
        find = self._find_by_key if queries.by_whole_key(route) else self._find_by_index
        rows = await self._allowed(route, keys, terms, partial(find, route, terms))
        return [rows.get(key) for key in keys]

    @property
    def primary(self) -> Self:
        return self

    def following(
        self, channel: Channel, key: str, values: Collection[int]
    ) -> AbstractAsyncContextManager[Follower]:
        raise NotImplementedError(f"{channel.name}: DynamoDB has no channels")

    async def listing(
        self, route: Route, keys: list[Key], window: Window, terms: Terms
    ) -> list[Slice]:
        if queries.by_whole_key(route) and queries.is_whole(window):
            rows = [[] if row is None else [row] for row in await self.find(route, keys, terms)]
            return [Slice(row[: window.size], more=len(row) > window.size) for row in rows]
        read = partial(self._slice, route, window, terms)
        slices = await self._allowed(route, keys, terms, partial(_each, read))
        return [slices.get(key) or Slice([], more=False) for key in keys]

    async def union(
        self,
        route: Union,
        keys: list[Key],
        columns: tuple[tuple[str, ...], ...],
        window: Window,
        terms: Terms,
    ) -> list[Slice]:
        raise NotImplementedError(f"{route}: DynamoDB reads one table at a time")

    async def values(
        self, route: Union, keys: list[Key], at_most: int, terms: Terms
    ) -> list[list[Any]]:
        raise NotImplementedError(f"{route}: DynamoDB reads one table at a time")

    async def count(
        self, route: Route, keys: list[Key], window: Window, terms: Terms
    ) -> list[Count]:
        read = partial(self._count, route, window, terms)
        counts = await self._allowed(route, keys, terms, partial(_each, read))
        return [counts.get(key) or Count(0, exact=True) for key in keys]

    async def health(self, deadline: float) -> Health:
        """How it is, by a read of an item that there is not."""
        table = DYNAMODB[self._client.product][0]
        nothing = queries.batch_get(table, [(_NO_KEY,) * len(table.key)], table.key)
        started = time.perf_counter()
        body = {"RequestItems": {self._names[table.name]: nothing}}
        await self._client.read("BatchGetItem", body, deadline)
        return Health((time.perf_counter() - started) * 1000)

    async def _allowed(
        self, route: Route, keys: list[Key], terms: Terms, read: ReadKeys
    ) -> Mapping[Key, Any]:
        """What is read for the keys that lead to rows of the owners, and for no other."""
        wanted = queries.decided_from_key(route, keys, terms)
        owner = route.table.owner
        if terms.owners is None or not isinstance(owner, Through):
            return await read(wanted)
        place = route.by.index(owner.column)
        parents = [key[place] for key in wanted if key[place] not in terms.own_parents]
        mine = terms.own_parents
        if parents:
            mine = mine | await self._mine(owner, parents, terms)
        # Only then the rows: another's would take longer than one that there is not.
        wanted = [key for key in wanted if key[place] in mine]
        return await read(wanted)

    async def _find_by_key(self, route: Route, terms: Terms, keys: list[Key]) -> dict[Key, Row]:
        items = await self._batch_get(dynamo_table(route), keys, terms.columns, terms)
        rows = queries.shown(items, route, terms)
        columns = ([row[name] for row in rows] for name in route.by)
        return dict(zip(zip(*columns, strict=True), rows, strict=True))

    async def _find_by_index(self, route: Route, terms: Terms, keys: list[Key]) -> dict[Key, Row]:
        slices = await _each(partial(self._slice, route, Window(size=1), terms), keys)
        return {key: part.rows[0] for key, part in slices.items() if part.rows}

    async def _mine(self, owner: Through, parents: list[Any], terms: Terms) -> set[Any]:
        """Which of these parents are the owners', where a row's key tells its parent alone: by one
        BatchGetItem of the owners' own keys of the parents."""
        keys = dict.fromkeys((mine, key) for key in parents for mine in sorted(terms.owners or ()))
        found = await self._batch_get(owner.parent, list(keys), owner.parent.key, terms)
        return {item[owner.parent.key[1]] for item in found}

    async def _batch_get(
        self, table: Any, keys: Sequence[Key], columns: tuple[str, ...], terms: Terms
    ) -> list[Row]:
        """The items of these keys that exist, in no order, a hundred keys a call."""
        chunks = [keys[start : start + BATCH_SIZE] for start in range(0, len(keys), BATCH_SIZE)]
        answers = await together(
            self._batch_get_chunk(table, chunk, columns, terms) for chunk in chunks
        )
        return [item for items in answers for item in items]

    async def _batch_get_chunk(
        self, table: DynamoTable, keys: Sequence[Key], columns: tuple[str, ...], terms: Terms
    ) -> list[Row]:
        physical = self._names[table.name]
        pending = {physical: queries.batch_get(table, keys, columns)}
        items: list[Row] = []
        attempt = 0
        while pending:
            body = {"RequestItems": pending, "ReturnConsumedCapacity": "TOTAL"}
            asked = _shown(table, pending[physical]["Keys"]) if terms.traced else []
            answer = await self._ask("BatchGetItem", table, None, asked, columns, body, terms)
            items += queries.to_rows(table, answer["Responses"].get(physical, []))
            pending = answer.get("UnprocessedKeys") or {}
            if pending:
                attempt += 1
                await pause(attempt)  # past the deadline, the next call raises
        return items

    async def _slice(self, route: Route, window: Window, terms: Terms, key: Key) -> Slice:
        """The rows of one partition: Query goes on until the window is full or the budget spent."""
        if queries.lies_beyond(route, window):
            return Slice([], more=False)
        table = dynamo_table(route)
        rows: list[Row] = []
        stopped_at: Key | None = None
        examined = 0
        body = self._first_query(route, key, window, terms, counting=False)
        while True:
            answer = await self._query(route, key, terms.columns, body, terms)
            items = queries.to_rows(table, answer["Items"])
            rows += queries.in_window(items, route, window, terms)
            examined += answer["ScannedCount"]
            last = answer.get("LastEvaluatedKey")
            spent = last is not None and examined >= queries.ITEMS_EXAMINED
            more = spent or len(rows) > window.size
            if more or last is None:
                break
            queries.go_on(body, last)
        if last is not None and spent and len(rows) < window.size:
            stopped_at = tuple(to_python(last[name]) for name in route.position)
        rows = rows[: window.size]
        if window.backward:
            rows.reverse()
        return Slice(rows, more, stopped_at)

    async def _count(self, route: Route, window: Window, terms: Terms, key: Key) -> Count:
        count = examined = 0
        body = self._first_query(route, key, window, terms, counting=True)
        while True:
            answer = await self._query(route, key, (), body, terms)
            count += answer["Count"]
            examined += answer["ScannedCount"]
            last = answer.get("LastEvaluatedKey")
            if last is None or examined >= queries.ITEMS_EXAMINED:
                return Count(count, exact=last is None)
            queries.go_on(body, last)

    def _first_query(
        self, route: Route, key: Key, window: Window, terms: Terms, *, counting: bool
    ) -> dict[str, Any]:
        physical = self._names[route.table.name]
        return queries.query(route, physical, key, window, terms, counting=counting)

    async def _query(
        self, route: Route, key: Key, columns: tuple[str, ...], body: dict[str, Any], terms: Terms
    ) -> dict[str, Any]:
        """One Query of a partition."""
        asked = shown_keys(route.key_columns, [key]) if terms.traced else []
        index = body.get("IndexName")
        return await self._ask("Query", dynamo_table(route), index, asked, columns, body, terms)

    async def _ask(
        self,
        operation: Operation,
        table: DynamoTable,
        index: str | None,
        keys: list[dict[str, Any]],
        columns: tuple[str, ...],
        body: dict[str, Any],
        terms: Terms,
    ) -> dict[str, Any]:
        """One call, when a slot of its table is free, and its line in the trace."""
        call = Call(
            store=table.product,
            table=table.name,
            index=index,
            operation=operation,
            keys=keys,
            attributes=columns,
            key_count=_key_count(body),
            personal=table.personal,
        )
        slots = self._slots[table.name]
        in_time = until(terms.deadline, table.product) if slots.locked() else nullcontext()
        async with in_time:  # at once where a slot is free
            await slots.acquire()
        try:
            with call.measured(terms.report):
                answer = await self._client.read(operation, body, terms.deadline)
                call.withheld = queries.examines_others(operation, table, index, terms)
                call.rows = _rows(answer)
                call.capacity = _capacity(answer.get("ConsumedCapacity"))
        finally:
            slots.release()
        return answer


async def _each(read: Callable[[Key], Coroutine[Any, Any, Any]], keys: list[Key]) -> dict[Key, Any]:
    """What one read each finds, all at once."""
    return dict(zip(keys, await together(map(read, keys)), strict=True))


def _shown(table: DynamoTable, keys: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    values = [[to_python(value) for value in key.values()] for key in keys]
    return shown_keys([(table, name) for name in table.key], values)


def _key_count(body: Mapping[str, Any]) -> int:
    """How many items a BatchGetItem names; a Query names one partition."""
    return sum(len(asked["Keys"]) for asked in body.get("RequestItems", {}).values()) or 1


def _rows(answer: Mapping[str, Any]) -> int:
    if "Responses" in answer:
        return sum(len(items) for items in answer["Responses"].values())
    return int(answer["Count"])


def _capacity(consumed: Any) -> float | None:
    if consumed is None:
        return None
    parts = consumed if isinstance(consumed, list) else [consumed]
    return float(sum(part["CapacityUnits"] for part in parts))
