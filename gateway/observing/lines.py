"""Lines written by a thread, so that who has one to write never waits for who reads them."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from select import PIPE_BUF
from threading import Event, Thread

KEPT = 10_000
"""Lines that may wait to be written; further ones are lost."""
TOGETHER = 0.05
"""Seconds in which lines are gathered that are written together."""
PATIENCE = 2.0
"""Seconds that the last lines have to be written."""


class Lines:
    """Lines on their way to a file descriptor; before `start` and after `close` there at once.

    Several processes may share a file: what is written at once is whole lines, and no more than a
    pipe takes in one piece.
    """

    def __init__(self, file: int) -> None:
        self.lost = 0
        self._file = file
        self._waiting: deque[bytes] = deque()
        self._some = Event()
        self._closing = Event()
        self._thread: Thread | None = None

    def write(self, line: bytes) -> None:
        """Write a line, which ends with its newline."""
        if self._thread is None:
            self._put(line)
        elif len(self._waiting) >= KEPT:
            self.lost += 1
        else:
            self._waiting.append(line)
            if not self._some.is_set():
                self._some.set()

    def start(self) -> None:
        """Have a thread write from now on."""
        self._closing.clear()
        self._thread = Thread(target=self._write_on, name="log", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what waits. Where nobody reads it, it is lost, and so is what comes after."""
        if self._thread is not None:
            self._closing.set()
            self._some.set()
            self._thread.join(PATIENCE)
            if not self._thread.is_alive():  # else it waits for a reader, as we would
                self._thread = None
                self._put_waiting()  # what came when it had just looked for the last time

    def _write_on(self) -> None:
        while not self._closing.is_set():
            self._some.wait()
            self._closing.wait(TOGETHER)
            self._some.clear()
            self._put_waiting()

    def _put_waiting(self) -> None:
        for lines in self._taken():
            self._put(lines)

    def _taken(self) -> Iterator[bytes]:
        """The lines that wait, as many together as a pipe takes in one piece."""
        lines = b""
        while self._waiting:
            line = self._waiting.popleft()
            if lines and len(lines) + len(line) > PIPE_BUF:
                yield lines
                lines = b""
            lines += line
        if lines:
            yield lines

    def _put(self, lines: bytes) -> None:
        try:
            while lines:
                lines = lines[os.write(self._file, lines) :]
        except OSError:
            self.lost += lines.count(b"\n")  # nobody reads it any more
