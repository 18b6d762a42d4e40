"""What a plan asks of the stores, as JSON and as text; with what it did ask, where it was run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gateway.execution.bounds import Bound, Place, bound
from loaders.stores.forecast import Forecast
from loaders.stores.interface import Call


def explained(places: Sequence[Place], calls: Sequence[Call] | None = None) -> dict[str, Any]:
    """The bounds of each operation and of all, and the actual figures of these calls."""
    told: dict[str, Any] = {"bound": _figures(bound(places))}
    if calls is not None:
        told["actual"] = _actual(calls)
    told["places"] = [
        _place(place, calls) for top in places for place in top.walk() if place.forecasts
    ]
    return told


def _place(place: Place, calls: Sequence[Call] | None) -> dict[str, Any]:
    return {
        "path": ".".join(place.path),
        "objects": place.objects,
        "operations": [_operation(place, forecast, calls) for forecast in place.forecasts],
    }


def _operation(place: Place, forecast: Forecast, calls: Sequence[Call] | None) -> dict[str, Any]:
    told = {
        "store": forecast.store,
        "table": forecast.table,
        "index": forecast.index,
        "operation": forecast.operation,
        "key": list(forecast.key),
        "conditions": list(forecast.conditions),
        "columns": list(forecast.columns),
        "sql": forecast.sql,
        "bound": _figures(Bound(forecast.calls, forecast.rows, forecast.read_units)),
    }
    if calls is not None:
        told["actual"] = _actual(calls, lambda read: _is_of(read, place, forecast))
    return {name: value for name, value in told.items() if value is not None}


def _is_of(call: Call, place: Place, forecast: Forecast) -> bool:
    """Whether a call was made for this place, which may have shared it with others."""
    return (
        ".".join(place.path) in call.paths
        and (call.store, call.table) == (forecast.store, forecast.table)
        and (call.index, call.operation) == (forecast.index, forecast.operation)
    )


def _figures(bound_: Bound) -> dict[str, Any]:
    return {"calls": bound_.calls, "rows": bound_.rows, "readUnits": bound_.read_units}


def _actual(
    calls: Sequence[Call], counts: Callable[[Call], bool] = lambda read: True
) -> dict[str, Any]:
    """What these calls took, as far as it counts; a read that came along with one is none."""
    told = [read for call in calls for read in call.reads if counts(read) and not read.withheld]
    rows, capacity = sum(read.rows for read in told), sum(read.capacity or 0.0 for read in told)
    return _figures(Bound(sum(map(counts, calls)), rows, capacity))


def as_text(told: Mapping[str, Any]) -> str:
    """The same as a tree of lines."""
    return "\n".join([*_lines(told), f"In all: {_in_words(told)}", ""])


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    shown: tuple[str, ...] = ()
    for place in told["places"]:
        path = tuple(place["path"].split("."))
        for depth, name in enumerate(path):
            if path[: depth + 1] != shown[: depth + 1]:
                last = depth == len(path) - 1
                objects = f"  for up to {_number(place['objects'], 'object')}" if last else ""
                yield f"{'  ' * depth}{name}{objects}"
        shown = path
        for operation in place["operations"]:
            table = ".".join(filter(None, [operation["table"], operation.get("index")]))
            by = ", ".join(operation["key"]) or "all"
            yield (
                f"{'  ' * len(path)}- {operation['store']} {operation['operation']} {table}"
                f" by {by}: {_in_words(operation)}"
            )


def _in_words(told: Mapping[str, Any]) -> str:
    words = f"at most {_words(told['bound'])}"
    return f"{words}; it was {_words(told['actual'])}" if "actual" in told else words


def _words(figures: Mapping[str, Any]) -> str:
    parts = [_number(figures["calls"], "call"), _number(figures["rows"], "row")]
    if figures["readUnits"]:
        parts.append(_number(figures["readUnits"], "read unit"))
    return ", ".join(parts)


def _number(number: float, of: str) -> str:
    return f"{number:,} {of}" if number == 1 else f"{number:,} {of}s"
