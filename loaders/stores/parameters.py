"""The values of a statement's parameters, by their names."""

from __future__ import annotations

from typing import Any

from loaders.stores.interface import Key, Route, Terms, Window


def of_listing(route: Route, keys: list[Key], window: Window, terms: Terms) -> dict[str, Any]:
    """All of a statement that reads the window of each key."""
    return of_keys(route, keys) | of_viewer(terms) | of_window(route, window)


def of_keys(route: Route, keys: list[Key]) -> dict[str, Any]:
    """One key as it is, several as an array of each column: see `statements.keys_of`."""
    if len(keys) == 1:
        return {f"key{place}": value for place, value in enumerate(keys[0])}
    return {f"key{place}": [key[place] for key in keys] for place in range(len(route.by))}


def of_viewer(terms: Terms) -> dict[str, Any]:
    """Who asks, as the policies are told, and whose rows may come back."""
    return {"viewer": terms.viewer, "owners": list(terms.owners or ())}


def of_window(route: Route, window: Window) -> dict[str, Any]:
    """How many rows, from where, and what they must hold; one more row tells whether there are
    more."""
    values: dict[str, Any] = {"size": window.size + 1}
    values |= {f"filter_{name}": value for name, value in window.filters}
    for range_ in window.ranges:
        low, high = range_.stored(route.table)
        values |= {f"low_{range_.column}": low, f"high_{range_.column}": high}
    if window.after is not None:
        values |= {f"after{place}": value for place, value in enumerate(window.after)}
    return values
