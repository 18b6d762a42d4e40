"""How commands of the demo end that are told to stop: what they hold is let go of first."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gateway.progress import say


@contextmanager
def stopped_politely() -> Iterator[None]:
    """Let SIGTERM end what runs as Ctrl-C does, so that it cleans up."""

    def stop(number: int, frame: Any) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        say("Stopped.")
    finally:
        signal.signal(signal.SIGTERM, before)
