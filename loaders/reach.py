"""What a field reaches: the accesses it takes for one object, and what they ask of a store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from loaders import rules
from loaders.access import Access, Distinct, Many, One, Paged, United
from loaders.pages import PAGING, Paging
from loaders.request import READS_AT_MOST, Columns
from loaders.sealing import Seal
from loaders.stores import forecast
from loaders.stores.forecast import Forecast
from loaders.stores.interface import Window
from loaders.tables.facts import StoredTable
from loaders.viewer import Viewer

Resolver = TypeVar("Resolver", bound=Callable[..., Any])


@dataclass(frozen=True)
class Reach:
    """An access that a field takes for one object: with this many keys, for a window of each.

    `narrowed`: conditions beyond the window's may drop rows.
    """

    access: Access
    keys: int = 1
    window: Window | None = None
    narrowed: bool = False
    counting: bool = False

    @property
    def rows(self) -> int:
        """How many objects it leads to at most."""
        return self.keys * (1 if self.window is None else self.window.size)

    @property
    def tables(self) -> tuple[StoredTable, ...]:
        """The tables whose rows it leads to."""
        if isinstance(self.access, United):
            return tuple(part.table for part in self.access.route.parts)
        return (self.access.table,)

    def forecasts(self, objects: int, asked: Columns, viewer: Viewer) -> Sequence[Forecast]:
        """What it asks of the store for this many objects, by a document of these columns."""
        access, keys = self.access, min(self.keys * objects, READS_AT_MOST)
        if rules.is_refused(access.scope, viewer, access.table):
            return []
        guarded = rules.is_guarded(access.scope, viewer, access.table)
        window = self.window or Window(size=1)
        columns = access.selected(asked, window.compared)
        if self.counting:
            return forecast.of_count(access.route, keys, window, guarded=guarded)
        if isinstance(access, United):
            parts = access.selected_of_parts(asked)
            return forecast.of_union(access.route, parts, columns, keys, window, guarded=guarded)
        if isinstance(access, Distinct):
            return forecast.of_values(access.route, keys, access.at_most + 1, guarded=guarded)
        if isinstance(access, One):
            return forecast.of_find(access.route, columns, keys, guarded=guarded)
        return forecast.of_listing(
            access.route, columns, keys, window, guarded=guarded, narrowed=self.narrowed
        )


def reach(
    access: Access, arguments: Mapping[str, Any], *, keys: int = 1, narrowed: bool = False
) -> Reach:
    """What an access reaches with these arguments of a field; may raise BadUserInput."""
    if isinstance(access, Many | Distinct):
        return Reach(access, keys, Window(access.at_most))
    if isinstance(access, Paged):
        paging = Paging(*(arguments.get(name) for name in PAGING))
        paging.check()
        return Reach(access, keys, Window(paging.size), narrowed)
    return Reach(access, keys)


Reaches = Callable[[Mapping[str, Any], Seal], Sequence[Reach]]
"""Of a field's arguments: what it reaches; BadUserInput where they lead nowhere."""


def reaching(reaches: Reaches) -> Callable[[Resolver], Resolver]:
    """Say what a resolver reaches."""

    def mark(resolver: Resolver) -> Resolver:
        resolver.reaches = reaches  # type: ignore[attr-defined]
        return resolver

    return mark


def follows(
    *accesses: Access,
    keys: int | str = 1,
    narrowed: bool | str = False,
    counting: bool = False,
) -> Callable[[Resolver], Resolver]:
    """Say which accesses a resolver takes for one object.

    `keys`: how many of each, or the argument that lists them. `narrowed`: whether it filters rows,
    or the argument that has it do so. `counting`: it asks for numbers only.
    """

    def reaches(arguments: Mapping[str, Any], seal: Seal) -> Sequence[Reach]:
        number = len(arguments[keys]) if isinstance(keys, str) else keys
        filters = arguments.get(narrowed) is not None if isinstance(narrowed, str) else narrowed
        found = [reach(access, arguments, keys=number, narrowed=filters) for access in accesses]
        return [replace(one, counting=True) for one in found] if counting else found

    return reaching(reaches)
