"""Whether the gateway is alive, and whether its stores answer, for those who watch over it."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.execution.writing import to_bytes
from gateway.http.messages import JSON
from loaders.errors import Code, GatewayError
from loaders.stores.interface import Health, Store

_log = logging.getLogger("gateway")

ANSWERS_WITHIN = 0.8
"""Seconds that a store has: those who probe wait for one, unless they are told otherwise."""
KEPT = 1.0
"""Seconds that the states are told again, so that probes cannot load the stores."""

States = Mapping[str, Mapping[str, Any]]
"""What is told of each product's store."""


class Readiness:
    """How the stores are, asked side by side, once for all who want to know."""

    def __init__(self, stores: Mapping[str, Store]) -> None:
        self._stores = stores
        self._asking: asyncio.Task[States] | None = None
        self._ask_at = -math.inf

    async def states(self) -> States:
        """The state of each store, as it was a moment ago."""
        now = asyncio.get_running_loop().time()
        if self._asking is None or now >= self._ask_at:
            self._asking = asyncio.create_task(self._ask(now + ANSWERS_WITHIN))
            self._ask_at = now + KEPT
        return await asyncio.shield(self._asking)

    async def aclose(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait([self._asking])

    async def _ask(self, deadline: float) -> States:
        told = await asyncio.gather(
            *(_state(product, store, deadline) for product, store in self._stores.items())
        )
        return dict(zip(self._stores, told, strict=True))


async def _state(product: str, store: Store, deadline: float) -> Mapping[str, Any]:
    """Of one store: no address, and nothing of what a driver says, for anybody may ask."""
    try:
        return _up(await store.health(deadline))
    except GatewayError as error:
        return _down(error.code)
    except Exception as error:
        _log.error("%s: its store cannot be asked how it is", product, exc_info=error)
        return _down(Code.INTERNAL)


def _up(health: Health) -> Mapping[str, Any]:
    state: dict[str, Any] = {"state": "up", "milliseconds": round(health.milliseconds, 1)}
    if health.read_from is not None:
        state["readFrom"] = health.read_from
    if health.lag is not None and math.isfinite(health.lag):
        state["lagSeconds"] = round(health.lag, 3)
    return state


def _down(code: Code) -> Mapping[str, Any]:
    return {"state": "down", "code": code.value}


def routes(readiness: Callable[[], Readiness]) -> list[BaseRoute]:
    """`/healthz`, which asks no store, and `/readyz`, which asks them all."""

    async def alive(request: Request) -> Response:
        return _told({"alive": True})

    async def ready(request: Request) -> Response:
        states = await readiness().states()
        any_answers = any(state["state"] == "up" for state in states.values())
        return _told({"ready": any_answers, "stores": states}, 200 if any_answers else 503)

    return [Route("/healthz", alive), Route("/readyz", ready)]


def _told(what: Mapping[str, Any], status: int = 200) -> Response:
    return Response(to_bytes(what), status, {"cache-control": "no-store"}, JSON)
