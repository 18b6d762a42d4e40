"""`gateway serve`: the gateway over the stores that settings name, by one process or several."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from typing import Any

from uvicorn.supervisors import Multiprocess

from gateway.app import ENDPOINT, Application, create_app
from gateway.authentication.authenticator import Authenticator
from gateway.listening import config, listen, serve, spare_the_collector, url
from gateway.progress import say
from gateway.settings import read_serve_settings
from gateway.stores import addresses

GRACE = 10
"""Seconds that requests may take to end when the gateway is stopped."""


def run(workers: int) -> None:
    """Serve until a signal says to stop; several workers share the port."""
    settings = read_serve_settings()
    app = _application(settings)  # by which wrong settings end it, before there are workers
    with listen(settings.host, settings.port) as listening:
        say(f"GraphQL: {url(listening)}{ENDPOINT}")
        if workers == 1:
            serve(app, listening, timeout_graceful_shutdown=GRACE)
            return
        each = config(
            f"{__name__}:{worker.__name__}",
            factory=True,
            workers=workers,
            timeout_graceful_shutdown=GRACE,
        )
        Multiprocess(each, [listening]).run()


def worker() -> Application:
    """The application of one worker, which ends when the process that started it does."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    app = _application(read_serve_settings())
    spare_the_collector()
    return app


def _application(settings: Any) -> Application:
    return create_app(
        settings,
        addresses(settings),
        id_key=settings.gateway_id_key,
        viewer_of=Authenticator(settings.gateway_issuers).viewer_of,
    )


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
