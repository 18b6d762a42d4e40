"""`gateway serve`: the gateway over the stores that settings name, by one process or several."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from contextlib import nullcontext
from typing import Any

from uvicorn.supervisors import Multiprocess

from gateway.app import ENDPOINT, Application, create_app
from gateway.audit import AuditLog
from gateway.authentication.authenticator import Authenticator
from gateway.graphiql import Page
from gateway.listening import config, listen, serve, spare_the_collector, url
from gateway.observing.lines import Lines
from gateway.observing.logs import Pseudonyms, RequestLog, log_to
from gateway.observing.metrics import Metrics, counted_together
from gateway.observing.observing import Observing, spans_wanted
from gateway.progress import say
from gateway.settings import SettingsError, read_serve_settings
from gateway.stores import addresses
from loaders.viewer import STAFF

GRACE = 10
"""Seconds that requests may take to end when the gateway is stopped."""
_STANDARD_OUTPUT = 1


def run(workers: int) -> None:
    """Serve until a signal says to stop; several workers share the port."""
    settings = read_serve_settings()
    lines = _lines(settings)
    app = _application(settings, lines)  # by which wrong settings end it, before there are workers
    options: dict[str, Any] = {
        "timeout_graceful_shutdown": GRACE,
        "ws_max_size": settings.gateway_body_limit,
    }
    with listen(settings.host, settings.port) as listening:
        if lines is not None:
            log_to(lines)
            options["log_config"] = None  # uvicorn's own
        say(f"GraphQL: {url(listening)}{ENDPOINT}")
        if workers == 1:
            serve(app, listening, **options)
            return
        with counted_together() if settings.gateway_metrics else nullcontext():
            each = config(f"{__name__}:{worker.__name__}", factory=True, workers=workers, **options)
            Multiprocess(each, [listening]).run()


def worker() -> Application:
    """The application of one worker, which ends when the process that started it does."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    settings = read_serve_settings()
    lines = _lines(settings)
    if lines is not None:
        log_to(lines)
    app = _application(settings, lines)
    spare_the_collector()
    return app


def _lines(settings: Any) -> Lines | None:
    """Where the log goes, if it is one of JSON."""
    return Lines(_STANDARD_OUTPUT) if settings.gateway_json_log else None


def _application(settings: Any, lines: Lines | None) -> Application:
    names, slow = Pseudonyms(settings.gateway_id_key), settings.gateway_slow_call
    return create_app(
        settings,
        addresses(settings),
        id_key=settings.gateway_id_key,
        viewer_of=Authenticator(settings.gateway_issuers).viewer_of,
        audit=_audit_log(settings),
        introspection=settings.gateway_introspection,
        observing=Observing(
            metrics=Metrics() if settings.gateway_metrics else None,
            log=None if lines is None else RequestLog(lines, names, slow),
            spans=spans_wanted(os.environ),
        ),
        page=Page(ENDPOINT) if settings.gateway_graphiql else None,
    )


def _audit_log(settings: Any) -> AuditLog | None:
    """Where it is written what staff read; without it nobody may be staff."""
    directory = settings.gateway_audit_directory
    if directory is None:
        for issuer in settings.gateway_issuers:
            if not STAFF.isdisjoint(issuer.roles.values()):
                raise SettingsError(
                    f"GATEWAY_AUDIT_DIRECTORY is needed: {issuer.issuer} gives the roles of staff"
                )
        return None
    try:
        return AuditLog(directory)
    except OSError as error:
        raise SettingsError(
            f"GATEWAY_AUDIT_DIRECTORY: {directory} cannot be written to: {error.strerror}"
        ) from None


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
