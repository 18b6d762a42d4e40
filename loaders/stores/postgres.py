"""Postgres: one SQL statement a batch, by asyncpg, on connections that only ever read."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Self

import asyncpg

from loaders.errors import DeadlineExceeded, NotTogether, SourceUnavailable
from loaders.stores import along, answers, parameters, statements, unions
from loaders.stores.changes import Channels
from loaders.stores.connections import Use
from loaders.stores.interface import (
    Along,
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
from loaders.stores.joined import joined, numbered
from loaders.stores.replica import ReplicatedServer
from loaders.stores.servers import UNREACHABLE, Connection, Server
from loaders.stores.statements import PLACE, Manner, Shape, Statement
from loaders.tables.facts import Row
from loaders.tables.policies import READER
from loaders.tables.postgresql import Channel

_NOT_AS_DECLARED = (
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
    asyncpg.UndefinedFunctionError,  # a column of another type has no such comparison
)

LISTENER = "quintet listener"
"""What Postgres knows the connection by that is told of changes."""
WARM_UP = "SELECT $1::int[], $2::bigint[], $3::text[], $4::timestamp[], $5::timestamptz[]"
"""asyncpg asks nine questions about array types on each new connection's first use of one."""
PASSES_BY = f"""
SELECT rolsuper OR rolbypassrls
    OR NOT coalesce(pg_has_role(rolname, to_regrole('{READER}')::oid, 'USAGE'), false)
FROM pg_roles WHERE rolname = current_user"""
"""Whether policies hold nothing back from whom we connect as: they are for the reading role."""


@dataclass(frozen=True)
class PostgresAddress:
    """Where a product's Postgres is, and how much of it we take. Times are seconds.

    `row_security`: its policies are told who asks, and the role that connects must be subject to
    them. `primary_url`: the server is a replica of that one, which is read instead while the
    replica may be more than `replica_lag` behind.
    """

    url: str = field(repr=False)
    primary_url: str | None = field(default=None, repr=False)
    replica_lag: float = 10.0
    row_security: bool = False
    connections: int = 10
    connect_timeout: float = 2.0
    statement_timeout: float = 30.0

    @property
    def primary(self) -> PostgresAddress:
        """Where it is written: the address itself, if it is no replica's."""
        return replace(self, url=self.primary_url or self.url, primary_url=None)


class PostgresStore:
    """A product's database."""

    def __init__(
        self,
        product: str,
        server: Server | ReplicatedServer,
        channels: Channels,
        *,
        secured: bool,
        primary: PostgresStore | None = None,
    ) -> None:
        self._product = product
        self._server = server
        self._channels = channels
        self.has_policies = secured
        self.primary = primary or self

    @classmethod
    async def open(cls, product: str, address: PostgresAddress) -> Self:
        """A store that has not connected yet: its database may be down while the gateway starts."""
        primary = Server(partial(_connect, address.primary), address.connections)
        channels = Channels(partial(_connect, address.primary, LISTENER))
        written = cls(product, primary, channels, secured=address.row_security)
        if address.primary_url is None:
            return written
        replica = Server(partial(_connect, address), address.connections)
        server = ReplicatedServer(product, primary, replica, address.replica_lag)
        return cls(product, server, channels, secured=address.row_security, primary=written)

    @property
    def use(self) -> Use:
        return self._server.use

    async def close(self) -> None:
        await asyncio.gather(self._server.close(), self._channels.close())

    async def health(self, deadline: float) -> Health:
        try:
            async with asyncio.timeout_at(deadline):
                return await self._server.health()
        except (TimeoutError, asyncpg.QueryCanceledError):
            raise self._late() from None
        except UNREACHABLE as error:
            raise self._unavailable("cannot be reached") from error

    def following(
        self, channel: Channel, key: str, values: Collection[int]
    ) -> AbstractAsyncContextManager[Follower]:
        return self._channels.following(channel, key, values)

    async def find(self, route: Route, keys: list[Key], terms: Terms) -> list[Row | None]:
        if terms.along:
            found = await self._with_what_hangs_on_them(route, keys, None, terms)
            return [slice_.first for slice_ in found]
        manner = self._manner(keys, terms)
        statement = statements.find(route, terms.columns, manner)
        values = parameters.of_keys(route, keys) | parameters.of_viewer(terms)
        records = await self._fetch(route, statement, values, keys, terms.columns, terms)
        rows: list[Row | None] = [None] * len(keys)
        for record in reversed(records):  # so that the first of several stays
            rows[record[PLACE] - 1] = record
        return rows

    async def listing(
        self, route: Route, keys: list[Key], window: Window, terms: Terms
    ) -> list[Slice]:
        if terms.along:
            return await self._with_what_hangs_on_them(route, keys, window, terms)
        manner = self._manner(keys, terms)
        statement = statements.listing(route, terms.columns, Shape.of(window), manner)
        values = parameters.of_listing(route, keys, window, terms)
        records = await self._fetch(route, statement, values, keys, terms.columns, terms)
        return [answers.cut(rows, window) for rows in answers.by_key(records, keys)]

    async def union(
        self,
        route: Union,
        keys: list[Key],
        columns: tuple[tuple[str, ...], ...],
        window: Window,
        terms: Terms,
    ) -> list[Slice]:
        manner = self._manner(keys, terms)
        statement = unions.listing(route, columns, Shape.of(window), manner)
        values = parameters.of_listing(route, keys, window, terms)
        records = await self._fetch(route, statement, values, keys, terms.columns, terms)
        return [
            answers.cut([unions.to_row(route, columns, record) for record in of_key], window)
            for of_key in answers.by_key(records, keys)
        ]

    async def values(
        self, route: Union, keys: list[Key], at_most: int, terms: Terms
    ) -> list[list[Any]]:
        manner = self._manner(keys, terms)
        statement = unions.values(route, manner)
        values = parameters.of_keys(route, keys) | parameters.of_viewer(terms) | {"size": at_most}
        records = await self._fetch(route, statement, values, keys, route.position, terms)
        return [[record["value"] for record in of_key] for of_key in answers.by_key(records, keys)]

    async def count(
        self, route: Route, keys: list[Key], window: Window, terms: Terms
    ) -> list[Count]:
        counting = unions.count if isinstance(route, Union) else statements.count
        manner = self._manner(keys, terms)
        statement = counting(route, Shape.of(window), manner)
        values = parameters.of_listing(route, keys, window, terms)
        records = await self._fetch(route, statement, values, keys, (), terms)
        return [Count(record["count"], exact=True) for record in records]

    async def _with_what_hangs_on_them(
        self, route: Route, keys: list[Key], window: Window | None, terms: Terms
    ) -> list[Slice]:
        """The window of each key's rows; the reads along are answered by the same statement."""
        top = Along(route, terms.columns, window, terms.owners, (), (), "", terms.along)
        joint, alone = along.joint(top), len(keys) == 1
        statement, made = joined(joint, secured=self.has_policies, alone=alone)
        values = along.values(top, keys, terms.viewer)
        call = self._call(route, keys, terms.columns, terms)
        with call.measured(terms.report):
            try:
                records = await self._read(statement, values, route.table.row, terms.deadline)
            except (SourceUnavailable, asyncpg.PostgresError) as error:
                if isinstance(error.__cause__, UNREACHABLE) and not _is_refused(error.__cause__):
                    raise
                raise NotTogether(str(error), product=self._product) from error
            slices = along.answer(top, keys, records, made)
            call.rows = top.rows
            # What no row led to was not asked for.
            call.along = [
                self._came_along(read, read.answers, terms)
                for _, read, _ in numbered(top)
                if read.answers
            ]
        return slices

    def _came_along(self, read: Along, answers_: Mapping[Key, Any], terms: Terms) -> Call:
        call = self._call(read.route, list(answers_), read.columns, terms)
        call.rows, call.paths = read.rows, [read.path]
        return call

    def _manner(self, keys: list[Key], terms: Terms) -> Manner:
        return Manner(terms.owners is not None, self.has_policies, alone=len(keys) == 1)

    async def _fetch(
        self,
        route: Route,
        statement: Statement,
        values: Mapping[str, Any],
        keys: list[Key],
        columns: tuple[str, ...],
        terms: Terms,
    ) -> list[Any]:
        """One statement, and its line in the trace."""
        call = self._call(route, keys, columns, terms)
        with call.measured(terms.report):
            records = await self._read(statement, values, route.table.row, terms.deadline)
            call.rows = len(records)
        return records

    def _call(self, route: Route, keys: list[Key], columns: tuple[str, ...], terms: Terms) -> Call:
        return Call(
            store=self._product,
            table=route.table.name,
            index=route.index.name,
            operation="SELECT" if columns else "COUNT",
            keys=shown_keys(route.key_columns, keys) if terms.traced else [],
            attributes=columns,
            key_count=len(keys),
            sql=str(route),
            personal=route.table.personal,
        )

    async def _read(
        self, statement: Statement, values: Mapping[str, Any], row: type[Any], deadline: float
    ) -> list[Any]:
        """Run a statement until the deadline."""
        try:
            async with asyncio.timeout_at(deadline) as limit:
                return await self._server.fetch(statement.sql, statement.arguments(values), row)
        except (TimeoutError, asyncpg.QueryCanceledError) as error:
            if isinstance(error, TimeoutError) and not limit.expired():
                raise self._unavailable("cannot be reached") from error
            raise self._late() from None
        except UNREACHABLE as error:
            raise self._unavailable("cannot be reached") from error
        except _NOT_AS_DECLARED as error:
            raise self._unavailable(
                "is not as declared; `gateway doctor` tells what mends it"
            ) from error

    def _late(self) -> DeadlineExceeded:
        return DeadlineExceeded(
            f"{self._product}: Postgres did not answer in time", product=self._product
        )

    def _unavailable(self, what: str) -> SourceUnavailable:
        return SourceUnavailable(f"{self._product}: Postgres {what}", product=self._product)


def _is_refused(error: BaseException | None) -> bool:
    """Whether the server takes others, and not this statement."""
    return isinstance(error, asyncpg.InsufficientPrivilegeError)


async def _connect(address: PostgresAddress, name: str = "quintet") -> Any:
    connection = await asyncpg.connect(
        address.url,
        connection_class=Connection,
        timeout=address.connect_timeout,
        server_settings={
            "application_name": name,
            "default_transaction_read_only": "on",
            "jit": "off",
            "statement_timeout": str(int(address.statement_timeout * 1000)),
        },
    )
    try:
        await connection.fetch(WARM_UP, [], [], [], [], [])
        if address.row_security and await connection.fetchval(PASSES_BY):
            raise PermissionError("this role passes by row level security")
    except BaseException:  # also who gives up waiting leaves none behind
        connection.terminate()
        raise
    return connection
