"""A gateway in this process, over the engines that the environment names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.peers.engines import SECRET
from gateway.app import gateway_over
from gateway.demo.data.epoch import EPOCH
from gateway.demo.data.people import ADA
from gateway.execution.run import Gateway
from gateway.settings import ServerSettings, read_store_settings
from gateway.stores import addresses, opened
from loaders.clock import Clock
from loaders.sealing import Seal
from loaders.viewer import Viewer

HERSELF = Viewer(ADA.email)
AS_STAFF = Viewer(ADA.email, frozenset({"admin"}))


@asynccontextmanager
async def gateway_in_process() -> AsyncIterator[Gateway]:
    """Its clock starts at the time that the data is made for."""
    settings = ServerSettings(gateway_deadline=60)
    async with opened(addresses(read_store_settings())) as stores:
        yield gateway_over(stores, settings, Seal(SECRET), Clock.starting_at(EPOCH))
