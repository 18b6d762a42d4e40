"""The bodies of DynamoDB's read requests, and which of the items that come back pass."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from loaders.stores.attributes import Expressions, to_dict, to_key
from loaders.stores.dynamo_client import Operation
from loaders.stores.interface import Key, Route, Terms, Window
from loaders.tables.dynamodb import PRIMARY, DynamoTable
from loaders.tables.facts import Row, StoredTable

LONGEST_KEY_COLUMNS = (2_048, 1_024)
"""DynamoDB's bounds on what a partition and a sort column hold, in bytes."""
ITEMS_EXAMINED = 1_000
"""The read budget: how many items one listing looks through for rows that pass its filters."""
FILTERED_PAGE = 100
"""How many items one Query examines at a time where a client's filter may drop some."""


def batch_get(table: StoredTable, keys: Sequence[Key], columns: tuple[str, ...]) -> dict[str, Any]:
    """What BatchGetItem asks of one table."""
    expressions = Expressions(columns)
    return {
        "Keys": [to_key(table.key, key) for key in keys],
        "ProjectionExpression": expressions.projection,
        **expressions.body(),
    }


def query(
    route: Route, physical_name: str, key: Key, window: Window, terms: Terms, *, counting: bool
) -> dict[str, Any]:
    """The body of the first Query of a window of one partition."""
    expressions = Expressions(() if counting else terms.columns)
    body: dict[str, Any] = {
        "TableName": physical_name,
        "KeyConditionExpression": _key_condition(expressions, route, key, window, terms),
        "ScanIndexForward": not window.reading_down,
        "ReturnConsumedCapacity": "TOTAL",
    }
    if route.index.name != PRIMARY:
        body["IndexName"] = route.index.name
    conditions = _filter(expressions, route, window, terms)
    if conditions:
        body["FilterExpression"] = " AND ".join(conditions)
    if counting:
        body["Select"] = "COUNT"
        body["Limit"] = ITEMS_EXAMINED
    else:
        body["ProjectionExpression"] = expressions.projection
        body["Limit"] = max(window.size + 1, FILTERED_PAGE if _drops(route, window) else 0)
    if window.after is not None and not _stands_before(route, window):
        body["ExclusiveStartKey"] = to_key((*route.by, *route.position), (*key, *window.after))
    return {**body, **expressions.body()}


def go_on(body: dict[str, Any], last: dict[str, Any]) -> None:
    """Make a Query's body that of the next, which goes on after the item examined last."""
    body["ExclusiveStartKey"] = last
    # Too few passed: in steps as small, calls would be many.
    body["Limit"] = max(body["Limit"], FILTERED_PAGE)


def _stands_before(route: Route, window: Window) -> bool:
    """Whether the cursor stands before the range, so that reading starts at the range's edge.

    DynamoDB refuses a start key outside of the range.
    """
    below, above = _beside(route, window)
    return above if window.reading_down else below


def lies_beyond(route: Route, window: Window) -> bool:
    """Whether the cursor stands past the range, so that nothing is left to read."""
    if window.after == ():
        return True  # past the only row that there can be
    below, above = _beside(route, window)
    return below if window.reading_down else above


def _beside(route: Route, window: Window) -> tuple[bool, bool]:
    """Whether the cursor stands below the range or the prefix, and whether above."""
    if window.after is None:
        return False, False
    position: Any = window.after[0] if window.after else None
    if window.prefix is not None:
        outside = not position.startswith(window.prefix)
        return outside and position < window.prefix, outside and position > window.prefix
    low, high = _bounds(route, window)
    return low is not None and position < low, high is not None and position > high


def _bounds(route: Route, window: Window) -> tuple[Any, Any]:
    """The range of the sort column as it is stored."""
    for range_ in window.ranges:
        if range_.column == route.position[0]:
            return range_.stored(route.table)
    return None, None


def _drops(route: Route, window: Window) -> bool:
    """Whether a client's filter may drop what the key finds."""
    return bool(window.filters) or any(
        range_.column != route.position[0] for range_ in window.ranges
    )


def may_drop(route: Route, window: Window, *, guarded: bool) -> bool:
    """Whether anything may drop what the key finds: a filter, expiry, or the rule."""
    table = dynamo_table(route)
    return _drops(route, window) or table.ttl is not None or _judged(route, guarded=guarded)


def _judged(route: Route, *, guarded: bool) -> bool:
    """Whether the rule looks at each row, since the key does not tell its owner."""
    owner = route.table.owner
    return guarded and isinstance(owner, str) and owner not in route.index.columns


def examines_others(
    operation: Operation, table: DynamoTable, index: str | None, terms: Terms
) -> bool:
    """Whether a call may look at rows of other owners, which are dropped by it or after it."""
    if terms.owners is None or table.owner is None:
        return False
    way = next(way for way in table.ways if way.name == (index or PRIMARY))
    named = way.columns if operation == "BatchGetItem" else way.columns[:1]
    return table.owner not in named


def _key_condition(
    expressions: Expressions, route: Route, key: Key, window: Window, terms: Terms
) -> str:
    conditions = [expressions.equal(name, value) for name, value in zip(route.by, key, strict=True)]
    if window.prefix is not None:
        conditions.append(expressions.begins_with(route.position[0], window.prefix))
    elif _bounds(route, window) != (None, None):
        conditions.append(expressions.between(route.position[0], *_bounds(route, window)))
    elif terms.owners and _ends_with_owner(route):
        # From the first of the owners to the last: of one alone, so that no other's row is read.
        owner = str(route.table.owner)
        conditions.append(expressions.between(owner, min(terms.owners), max(terms.owners)))
    return " AND ".join(conditions)


def _ends_with_owner(route: Route) -> bool:
    """Whether the one key column that a lookup leaves open is the owner."""
    return not route.position and route.index.columns == (*route.by, route.table.owner)


def _filter(expressions: Expressions, route: Route, window: Window, terms: Terms) -> list[str]:
    """The client's filters, what has not expired, and the owner where the key does not tell it.

    DynamoDB takes no filter on a key column; rows are looked at once more when they have come.
    """
    table = dynamo_table(route)
    conditions = [expressions.equal(name, value) for name, value in window.filters]
    conditions += [
        expressions.between(range_.column, *range_.stored(table))
        for range_ in window.ranges
        if range_.column != route.position[0]
    ]
    if table.ttl is not None:
        conditions.append(expressions.absent_or_above(table.ttl, _seconds(terms)))
    if terms.owners is not None and _judged(route, guarded=True):
        conditions.append(expressions.one_of(str(table.owner), sorted(terms.owners)))
    return conditions


def by_whole_key(route: Route) -> bool:
    """Whether a key of the route is that of one item."""
    return route.index.name == PRIMARY and route.by == route.table.key


def is_whole(window: Window) -> bool:
    """Whether the window is the beginning of a listing that nothing narrows."""
    return window == Window(window.size, window.descending, window.backward)


def dynamo_table(route: Route) -> DynamoTable:
    """The table of a route that a DynamoDB store is asked for."""
    assert isinstance(route.table, DynamoTable)
    return route.table


def _seconds(terms: Terms) -> int:
    return int(terms.now.timestamp())


def to_rows(table: DynamoTable, items: list[dict[str, Any]]) -> list[Any]:
    """Rows of the table from DynamoDB's JSON."""
    row = table.row
    return [row(to_dict(item)) for item in items]


def in_window(rows: list[Row], route: Route, window: Window, terms: Terms) -> list[Row]:
    """Those of the rows that came back that may be shown, and lie in the ranges."""
    for range_ in window.ranges:
        rows = [row for row in rows if range_.holds(row, route.table)]
    return shown(rows, route, terms)


def shown(rows: list[Row], route: Route, terms: Terms) -> list[Row]:
    """Those of the rows that live, and belong to the owners asked for where they name theirs.

    DynamoDB removes what has expired days later.
    """
    ttl, owner = dynamo_table(route).ttl, route.table.owner
    if ttl is not None:
        now = _seconds(terms)
        rows = [row for row in rows if not _expired(row.get(ttl), now)]
    if terms.owners is not None and isinstance(owner, str):
        rows = [row for row in rows if row.get(owner) in terms.owners]
    return rows


def _expired(expires: Any, now: int) -> bool:
    return isinstance(expires, int | Decimal) and expires <= now


def decided_from_key(route: Route, keys: list[Key], terms: Terms) -> list[Key]:
    """The keys that need asking for: where the key names the owner, those of the owners.

    DynamoDB refuses a key that no item can have, and the whole batch with it.
    """
    keys = [key for key in keys if all(map(_fits, key, LONGEST_KEY_COLUMNS))]
    owner = route.table.owner
    if terms.owners is None or not isinstance(owner, str) or owner not in route.by:
        return keys
    place = route.by.index(owner)
    return [key for key in keys if key[place] in terms.owners]


def _fits(value: Any, longest: int) -> bool:
    """Whether a key column can hold this value."""
    if not isinstance(value, str):
        return value is not None
    try:
        return 0 < len(value.encode()) <= longest
    except UnicodeEncodeError:
        return False  # half of a surrogate pair
