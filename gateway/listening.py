"""The port that the gateway listens on, taken before anything else is started."""

from __future__ import annotations

import gc
import socket
import sys
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from gateway.protocol import Protocol
from gateway.websocket_protocol import WebSocketProtocol

GIVEN_UP_AFTER = 30.0
"""Seconds after which a client is given up that takes nothing of what is sent to it."""


class PortTaken(Exception):
    """Nobody can listen there; the message says why and what helps."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; who connects waits until the application is served."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        # Of a name's addresses the one that every browser tries.
        family, kind, protocol, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _taken(host, port, error) from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sys.platform == "linux":  # who connects has it too
            listening.setsockopt(
                socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(GIVEN_UP_AFTER * 1000)
            )
        listening.bind(address)
        listening.listen(socket.SOMAXCONN)
    except OSError as error:
        listening.close()
        raise _taken(host, port, error) from None
    return listening


def _taken(host: str, port: int, error: OSError) -> PortTaken:
    return PortTaken(
        f"{host} port {port} cannot be listened on: {error.strerror}. Set PORT or HOST to another."
    )


def url(listening: socket.socket) -> str:
    """Where a browser finds it."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def serve(app: ASGIApp, listening: socket.socket, **options: Any) -> None:
    """Serve the application until a signal says to stop."""
    spare_the_collector()
    uvicorn.Server(config(app, **options)).run(sockets=[listening])


def config(app: ASGIApp | str, **options: Any) -> uvicorn.Config:
    """How applications are served; requests are not logged.

    Messages over WebSockets are not compressed: they are small, and what is told beside a secret
    could be guessed by their sizes.
    """
    usual = {
        "http": Protocol,
        "ws": WebSocketProtocol,
        "access_log": False,
        "ws_per_message_deflate": False,
    }
    return uvicorn.Config(app, **{**usual, **options})


def spare_the_collector() -> None:
    """Leave out of garbage collection what stays as long as the process: the schema, above all.

    What is garbage now stays too: a collection could swallow the exception by which a signal stops
    us. And what requests make is looked through less often: next to nothing of it is in cycles.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 10)
