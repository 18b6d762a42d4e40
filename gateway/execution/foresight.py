"""What a plan will ask for below the rows of a read: told to their loader before it reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from graphql import GraphQLError
from graphql.execution.values import VariableValues

from gateway.execution.plan import Field
from loaders.access import Access, One, Paged, United
from loaders.ahead import Ahead, may_come_along
from loaders.errors import GatewayError
from loaders.sealing import Seal
from resolvers.links import ByOneOf, Link, ToOne, ToPage
from schema.build import TABLES


class _Step(NamedTuple):
    field: Field
    link: ToOne | ToPage


class Foresight(NamedTuple):
    """The links that a run of a plan will follow, with these variables.

    Where no variable has a part in them they are kept with their field.
    """

    variables: VariableValues
    seal: Seal

    def links(self, access: Access, field: Any) -> tuple[Ahead, ...]:
        """The links from the rows to which an access leads a field.

        Of other resolvers than links nobody knows which of the rows they show.
        """
        if isinstance(field, Field) and isinstance(field.reading.one, Link | ByOneOf):
            return self._links((access,), field)
        return ()

    def _links(self, way: tuple[Access, ...], field: Field) -> tuple[Ahead, ...]:
        """The same, by the accesses that led there from the topmost."""
        kept: tuple[Ahead, ...] | None = field.ahead.get(way)
        if kept is not None:
            return kept
        followed = list(_followed(way, field))
        links = tuple({link.what: link for link in self._ahead(way, followed)}.values())
        if all(one.is_constant and (*way, link.access) in one.ahead for one, link in followed):
            field.ahead[way] = links
        return links

    def _ahead(self, way: tuple[Access, ...], followed: Sequence[_Step]) -> Iterator[Ahead]:
        for field, link in followed:
            below = self._links((*way, link.access), field)
            try:
                arguments = field.arguments(self.variables)
                given = link.given_values(arguments)
                window = link.window(arguments, self.seal) if isinstance(link, ToPage) else None
            except (GatewayError, GraphQLError):
                continue  # which is told when it is followed
            if None not in given:
                place = ".".join(field.place)
                yield Ahead(link.access, link.via, given, window, below, place)


def _followed(way: tuple[Access, ...], field: Field) -> Iterator[_Step]:
    """The links of a field's rows whose rows may be read along with them.

    One that takes an access once more most often leads back to what has just been read.
    """
    access = way[-1]
    for below in _of_rows(access, field):
        link = below.reading.one
        if not isinstance(link, ToOne | ToPage) or not link.via or link.access in way:
            continue
        if _is_of_rows(link.access) and may_come_along(link.access, access):
            yield _Step(below, link)


def _is_of_rows(access: Access) -> bool:
    """Whether it finds rows of one table by what a link gives alone."""
    if isinstance(access, One):
        return not access.fixed
    return isinstance(access, Paged) and not isinstance(access, United)


def _of_rows(access: Access, field: Field) -> Iterator[Field]:
    """What is read of the rows to which an access leads a field, itself or by pages of them."""
    if field.is_leaf:
        return
    if TABLES.keys().isdisjoint(field.possible):
        for type_ in field.possible:
            for part in field.selection(type_).read:
                if part.reading.attribute is not None:
                    yield from _of_rows(access, part)
        return
    of_table = [type_ for type_ in field.possible if TABLES.get(type_) is access.table]
    if len(of_table) == 1:
        yield from field.selection(of_table[0]).read
