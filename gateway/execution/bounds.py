"""What a plan asks of the stores, at most: known before it runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from graphql import GraphQLError, GraphQLObjectType, is_abstract_type
from graphql.execution.values import VariableValues

from gateway.execution.plan import Field, Plan, Selection
from loaders import rules
from loaders.access import Access
from loaders.accounts import ACCOUNTS_BY_EMAIL, ACCOUNTS_BY_SUBJECT, FORMS_OF_AN_EMAIL
from loaders.errors import GatewayError
from loaders.reach import Reach, reach
from loaders.request import Columns
from loaders.sealing import Seal
from loaders.stores.forecast import Forecast
from loaders.viewer import Viewer
from schema.build import TABLES

VIEWER = ("(viewer)",)
"""The place of what is asked to know whose rows the viewer may see."""


@dataclass(frozen=True)
class Bound:
    """Store calls, the rows that they bring, and DynamoDB's read units: as many at most."""

    calls: int = 0
    rows: int = 0
    read_units: float = 0.0

    def __add__(self, other: Bound) -> Bound:
        return Bound(
            self.calls + other.calls,
            self.rows + other.rows,
            self.read_units + other.read_units,
        )

    def either(self, other: Bound) -> Bound:
        """Where the same objects are of one kind or of another: each kind has calls of its own."""
        return Bound(
            self.calls + other.calls,
            max(self.rows, other.rows),
            max(self.read_units, other.read_units),
        )


@dataclass(frozen=True)
class Place:
    """A field that reads from stores for so many objects at most, and the places below it.

    Those below are by what leads to them: several types that one access may lead to share the
    objects, those of different accesses come on top of each other.
    """

    path: tuple[str, ...]
    objects: int
    forecasts: Sequence[Forecast]
    below: Sequence[Sequence[Sequence[Place]]] = ()

    @property
    def bound(self) -> Bound:
        """Of this place and all below it."""
        total = _sum(
            Bound(forecast.calls, forecast.rows, forecast.read_units) for forecast in self.forecasts
        )
        for alternatives in self.below:
            either = Bound()
            for places in alternatives:
                either = either.either(_sum(place.bound for place in places))
            total += either
        return total

    def walk(self) -> Iterator[Place]:
        """This place and all below it, from top to bottom."""
        yield self
        for alternatives in self.below:
            for places in alternatives:
                for place in places:
                    yield from place.walk()


def _sum(bounds: Iterable[Bound]) -> Bound:
    total = Bound()
    for bound in bounds:
        total += bound
    return total


def bound(places: Sequence[Place]) -> Bound:
    """What a plan asks for in all, at most. Places that meet in one call make it less."""
    return _sum(place.bound for place in places)


class Forecaster:
    """Tells what a plan will ask for, for a viewer, by a document of these columns."""

    def __init__(
        self, columns: Columns, variables: VariableValues, viewer: Viewer, seal: Seal
    ) -> None:
        self._columns = columns
        self._variables = variables
        self._viewer = viewer
        self._seal = seal
        self._judged: set[str] = set()
        """The products where it has to be known which accounts are the viewer's own."""

    def places(self, plan: Plan) -> Sequence[Place]:
        """The places that read, from the root down."""
        found = self._below(plan.root, 1, ())
        if self._viewer.is_anonymous or not self._judged:
            return found
        mine = [
            forecast
            for accounts in (ACCOUNTS_BY_EMAIL, ACCOUNTS_BY_SUBJECT)
            for product, access in accounts.items()
            if product in self._judged
            for forecast in reach(access, {}, keys=FORMS_OF_AN_EMAIL).forecasts(1, {}, self._viewer)
        ]
        return [Place(VIEWER, 1, mine), *found]

    def _below(self, selection: Selection, objects: int, page: Sequence[Reach]) -> Sequence[Place]:
        places = []
        for field in selection.read:
            if field.reading.column is not None and field.waits:
                self._judged.add(TABLES[field.parent].product)
            place = self._place(field, objects, page)
            if place.forecasts or place.below:
                places.append(place)
        return places

    def _place(self, field: Field, objects: int, page: Sequence[Reach]) -> Place:
        try:
            reaches = self._reaches(field, page)
        except (GatewayError, GraphQLError):  # it fails before it asks for anything
            return Place(field.place, objects, ())
        forecasts = [
            forecast
            for one in reaches
            for forecast in one.forecasts(objects, self._columns, self._viewer)
        ]
        leading = [
            one
            for one in reaches
            if not rules.is_refused(one.access.scope, self._viewer, one.access.table)
        ]
        if reaches and not leading:
            return Place(field.place, objects, ())
        self._judged.update(
            one.access.table.product for one in leading if self._is_judged(one.access)
        )
        return Place(field.place, objects, forecasts, self._kinds(field, objects, leading or page))

    def _is_judged(self, access: Access) -> bool:
        """Support sees personal data of others masked, by whichever way."""
        masked = self._viewer.sees_masked(access.table.product)
        return masked or rules.asks_for_owners(access.scope, self._viewer, access.table)

    def _kinds(
        self, field: Field, objects: int, leading: Sequence[Reach]
    ) -> Sequence[Sequence[Sequence[Place]]]:
        """The places below a field, by its types, grouped by what leads to them."""
        below: dict[tuple[int, ...], list[Sequence[Place]]] = defaultdict(list)
        for type_, mine in _types(field, leading):
            is_entries = field.is_list and mine
            number = objects * sum(one.rows for one in mine) if is_entries else objects
            places = self._below(field.selection(type_), number, () if type_ in TABLES else mine)
            if places:
                below[tuple(map(id, mine))].append(places)
        return list(below.values())

    def _reaches(self, field: Field, page: Sequence[Reach]) -> Sequence[Reach]:
        if field.reading.counts_page:
            return [replace(one, counting=True) for one in page]
        if field.reading.reaches is None:
            return ()
        return field.reading.reaches(field.arguments(self._variables), self._seal)


def _types(
    field: Field, leading: Sequence[Reach]
) -> Iterator[tuple[GraphQLObjectType, Sequence[Reach]]]:
    """The types that stand below a field, each with what leads to its rows."""
    if field.is_leaf:
        return
    for type_ in field.possible:
        table = TABLES.get(type_)
        mine = [one for one in leading if table is None or table in one.tables]
        if mine or not leading or not is_abstract_type(field.named):
            yield type_, mine
