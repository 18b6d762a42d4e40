"""Connections that are kept, and what is told of them."""

from __future__ import annotations

import pytest

from loaders.stores.connections import Connections, Use
from loaders.stores.replica import ReplicatedServer
from loaders.stores.servers import Server


class Connection:
    """One that is never closed."""

    def is_closed(self) -> bool:
        return False


async def connect() -> Connection:
    return Connection()


async def test_what_is_used() -> None:
    connections = Connections(connect, 3)
    one, _ = await connections.acquire(), await connections.acquire()
    assert connections.use == Use(in_use=2, idle=0, at_most=3)
    connections.release(one)
    assert connections.use == Use(in_use=1, idle=1, at_most=3)


async def test_what_could_not_be_opened_is_not_used() -> None:
    async def refuse() -> None:
        raise ConnectionRefusedError

    connections = Connections(refuse, 3)
    with pytest.raises(ConnectionRefusedError):
        await connections.acquire()
    assert connections.use == Use(in_use=0, idle=0, at_most=3)


async def test_of_a_replica_and_its_primary_both_are_told() -> None:
    primary, replica = Server(connect, 3), Server(connect, 4)
    await replica.connections.acquire()
    both = ReplicatedServer("family", primary, replica, 10.0)
    assert both.use == Use(in_use=1, idle=0, at_most=7)
