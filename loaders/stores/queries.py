"""The bodies of DynamoDB's read requests, and which of the items that come back pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from loaders.stores.attributes import Expressions, to_key, to_python
from loaders.stores.interface import Key, Route, Terms, Window
from loaders.tables.dynamodb import PRIMARY, DynamoTable
from loaders.tables.facts import Row, StoredTable

LONGEST_KEY = (2_048, 1_024)
"""DynamoDB's bounds on a partition's and a sort column's value, in bytes."""
FILTERED_PAGE = 100
"""How many items one Query examines at a time where a client's filter may drop some."""


def batch_get(table: StoredTable, keys: Sequence[Key], columns: Sequence[str]) -> dict[str, Any]:
    """What BatchGetItem asks of one table."""
    expressions = Expressions()
    return {
        "Keys": [to_key(table.key, key) for key in keys],
        "ProjectionExpression": expressions.projection(columns),
        **expressions.body(),
    }


def query(
    route: Route, physical_name: str, key: Key, window: Window, terms: Terms, *, counting: bool
) -> dict[str, Any]:
    """The body of the first Query of a window of one partition."""
    expressions = Expressions()
    body: dict[str, Any] = {
        "TableName": physical_name,
        "KeyConditionExpression": _key_condition(expressions, route, key, window),
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
    else:
        body["ProjectionExpression"] = expressions.projection(terms.columns)
        body["Limit"] = max(window.size + 1, FILTERED_PAGE if window.filters else 0)
    if window.after is not None and not _stands_before(route, window):
        body["ExclusiveStartKey"] = to_key((*route.by, *route.position), (*key, *window.after))
    return {**body, **expressions.body()}


def _stands_before(route: Route, window: Window) -> bool:
    """Whether the cursor stands before the range, so that reading starts at the range's edge.

    DynamoDB refuses a start key outside of the range.
    """
    low, high = _bounds(route, window)
    position = window.after and window.after[0]
    if window.reading_down:
        return high is not None and position > high
    return low is not None and position < low


def lies_beyond(route: Route, window: Window) -> bool:
    """Whether the cursor stands past the range, so that nothing is left to read."""
    low, high = _bounds(route, window)
    if window.after is None:
        return False
    if window.reading_down:
        return low is not None and window.after[0] < low
    return high is not None and window.after[0] > high


def _bounds(route: Route, window: Window) -> tuple[Any, Any]:
    """The range of the window as it is stored."""
    if window.between is None:
        return None, None
    return route.table.columns[route.position[0]].kind.bounds(*window.between)


def _key_condition(expressions: Expressions, route: Route, key: Key, window: Window) -> str:
    conditions = [expressions.equal(name, value) for name, value in zip(route.by, key, strict=True)]
    if window.prefix is not None:
        conditions.append(expressions.begins_with(route.position[0], window.prefix))
    elif window.between is not None:
        conditions.append(expressions.between(route.position[0], *_bounds(route, window)))
    return " AND ".join(conditions)


def _filter(expressions: Expressions, route: Route, window: Window, terms: Terms) -> list[str]:
    """The user's filters, and the owner where the key does not tell it."""
    conditions = [expressions.equal(name, value) for name, value in window.filters]
    owner = route.table.owner
    if terms.owners is not None and isinstance(owner, str) and owner not in route.by:
        conditions.append(expressions.one_of(owner, sorted(terms.owners)))
    return conditions


def to_item(table: DynamoTable, stored: dict[str, Any]) -> Any:
    """A row of the table from DynamoDB's JSON."""
    return table.row((name, to_python(value)) for name, value in stored.items())


def within(row: Row, route: Route, window: Window) -> bool:
    """Whether a row lies in the window's range: bounds on stored text are a little too wide.

    A row whose value cannot be read stays, and says so at its field.
    """
    if window.between is None:
        return True
    ranged = route.table.columns[route.position[0]]
    try:
        value = ranged.decode(row[ranged.name])
    except ValueError:
        return True
    low, high = window.between
    return (low is None or low <= value) and (high is None or value <= high)


def owned(row: Row, route: Route, terms: Terms) -> bool:
    """Whether a row that names its owner belongs to one of the owners asked for."""
    owner = route.table.owner
    if terms.owners is None or not isinstance(owner, str):
        return True
    return row[owner] in terms.owners


def decided_from_key(route: Route, keys: list[Key], terms: Terms) -> list[Key]:
    """The keys that need asking for: where the key names the owner, those of the owners.

    DynamoDB refuses a key that no item can have, and the whole batch with it.
    """
    keys = [key for key in keys if all(map(_fits, key, LONGEST_KEY))]
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
