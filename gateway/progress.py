"""Says what is being done: with a spinner on a terminal, else in plain lines."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from rich.console import Console

console = Console(stderr=True, highlight=False)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Show that something is being done, and then how long it took."""
    started = time.monotonic()
    with console.status(f"{what} …") if console.is_terminal else nullcontext():
        yield
    console.print(f"{what}: {time.monotonic() - started:.1f} s")


def say(text: str) -> None:
    """A line of its own."""
    console.print(text, markup=False, soft_wrap=True)
