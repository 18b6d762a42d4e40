"""A replica, which is left for its primary while it is too far behind or down.

How far it is behind is told by both servers, asked side by side about once a second while there are
reads. A replica that has replayed all that its primary has written is not behind, whenever that
was: an idle primary makes nobody late. Otherwise it is behind by no more than the time since the
last commit that it replayed, by the primary's clock, and no more than the time since the primary
was found where the replica has come to. So a replica that has lost its primary is found out too,
which by itself believes that it has replayed all there is.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from loaders.stores.connections import Use
from loaders.stores.interface import Health
from loaders.stores.servers import UNREACHABLE, Server, Told

_log = logging.getLogger("gateway")

ASK_EVERY = 1.0
"""Seconds."""
_STATE = """
SELECT pg_is_in_recovery() AS standby, clock_timestamp() AS now,
    pg_last_xact_replay_timestamp() AS replayed,
    pg_wal_lsn_diff(
        CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
        '0/0'
    )::bigint AS position"""

Answer = Told | Exception
"""What a server told, or why it did not."""


class ReplicatedServer:
    """A replica and its primary, read as one server.

    What is read was committed `at_most_behind` seconds ago at most, or not yet, as long as the
    primary answers. Without it, what the replica holds is all there is.
    """

    def __init__(
        self, product: str, primary: Server, replica: Server, at_most_behind: float
    ) -> None:
        self._product = product
        self._primary = primary
        self._replica = replica
        self._at_most_behind = at_most_behind
        self._read_from = replica
        self._lag: float | None = None
        self._written: Any = None
        """What the primary told of itself last."""
        self._held: datetime | None = None
        """By the primary's clock, when the replica's rows were all that there were."""
        self._asking: asyncio.Task[tuple[Answer, Answer]] | None = None
        self._ask_at = -math.inf
        self._good_until = -math.inf
        """When the replica may be too far behind, by the event loop's time."""

    @property
    def use(self) -> Use:
        """How much of the connections to both is used now."""
        return Use(*map(sum, zip(self._primary.use, self._replica.use, strict=True)))

    async def fetch(self, sql: str, arguments: Sequence[Any], row: type[Any]) -> list[Any]:
        """The records of a statement; the primary's where the replica does not answer."""
        if await self._choose() is self._replica:
            try:
                return await self._replica.fetch(sql, arguments, row)
            except UNREACHABLE:
                self._leave("cannot be reached")
        return await self._primary.fetch(sql, arguments, row)

    async def health(self) -> Health:
        """How the server is that is read; raises what asking it does."""
        primary, replica = await asyncio.shield(self._asked())
        reads_replica = self._read_from is self._replica
        told = replica if reads_replica else primary
        if isinstance(told, Exception):
            raise told
        return Health(told.milliseconds, "replica" if reads_replica else "primary", self._lag)

    async def close(self) -> None:
        """Take leave of both."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait([self._asking])
        await asyncio.gather(self._primary.close(), self._replica.close())

    async def _choose(self) -> Server:
        """The server to read now. Nobody waits, but where nothing recent speaks for the replica."""
        now = asyncio.get_running_loop().time()
        if now >= self._ask_at:
            asking = self._asked()
            if now >= self._good_until:
                await asyncio.wait([asking])
        return self._read_from

    def _asked(self) -> asyncio.Task[tuple[Answer, Answer]]:
        """What both tell of themselves: one question for all who want to know."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        return self._asking

    async def _ask(self) -> tuple[Answer, Answer]:
        asked_at = asyncio.get_running_loop().time()
        primary, replica = await asyncio.gather(_answer(self._primary), _answer(self._replica))
        self._lag = lag = self._lag_of(primary, replica)
        if isinstance(replica, Exception):
            self._leave("does not answer")
        elif lag is not None and lag > self._at_most_behind:
            self._leave("is too far behind")
        else:
            self._return(asked_at + self._at_most_behind - (lag or 0.0))
        self._ask_at = min(asked_at + ASK_EVERY, self._good_until)
        return primary, replica

    def _lag_of(self, primary: Answer, replica: Answer) -> float | None:
        """Seconds that the replica is behind at most; None where nobody can tell."""
        if isinstance(replica, Exception):
            return None
        if not replica.row["standby"]:
            return 0.0  # it is, or has become, a primary itself
        if isinstance(primary, Exception) or primary.row["standby"]:
            return None
        before, self._written = self._written, primary.row
        for written in (before, primary.row):
            if written is not None and replica.row["position"] >= written["position"]:
                self._held = written["now"]
        if self._held == primary.row["now"]:
            return 0.0
        moments = [moment for moment in (self._held, replica.row["replayed"]) if moment is not None]
        lags = ((primary.row["now"] - moment).total_seconds() for moment in moments)
        return max(0.0, min(lags, default=math.inf))

    def _leave(self, why: str) -> None:
        if self._read_from is self._replica:
            _log.warning("%s: the replica %s: its primary is read", self._product, why)
        self._read_from = self._primary
        self._ask_at = asyncio.get_running_loop().time() + ASK_EVERY
        self._good_until = math.inf

    def _return(self, good_until: float) -> None:
        if self._read_from is self._primary:
            _log.warning("%s: the replica is read again", self._product)
        self._read_from = self._replica
        self._good_until = good_until


async def _answer(server: Server) -> Answer:
    try:
        return await server.ask(_STATE)
    except Exception as error:
        return error
