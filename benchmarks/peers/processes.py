"""Servers, one process each, on a core of their own; and what they have used of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from signal import SIGTERM
from typing import Any

import httpx

from gateway.demo.processes import LEASH, environment, free_port

PATIENCE = 60.0
QUIET = 0.1
"""Seconds without work after which a server counts as done."""
_TICKS = os.sysconf("SC_CLK_TCK")


class ServerFailed(Exception):
    """A server that did not come up, or went away; the message says what it printed."""


class Server:
    """A server process of ours: where it listens, and the processor time that it has used."""

    def __init__(
        self, name: str, command: Sequence[str | Path], settings: Mapping[str, str], log: Path
    ) -> None:
        """Starts it; the command and the settings may have PORT in braces."""
        self.name = name
        self.port, self._calls_port = free_port(), free_port()
        self._log = log
        known = {"PORT": str(self.port), "CALLS_PORT": str(self._calls_port)}
        # It ends with us, however that comes about.
        leash = [sys.executable, "-I", "-S", str(LEASH), str(int(SIGTERM)), str(os.getpid())]
        leash += [str(os.geteuid()), str(os.getegid())]
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [*leash, *(str(part).format(**known) for part in command)],
                env={**environment(), **settings, **known},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                self.ask({"query": "{ __typename }"}, "/graphql", {})
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                return
        self.stop()
        raise ServerFailed(f"{self.name} did not start:\n{self._log.read_text()[-2000:]}")

    def url(self, path: str) -> str:
        """Where it takes requests."""
        return f"http://127.0.0.1:{self.port}{path}"

    def ask(self, body: Mapping[str, Any], path: str, headers: Mapping[str, str]) -> Any:
        """What it answers to one request."""
        return httpx.post(
            self.url(path), json=dict(body), headers=dict(headers), timeout=PATIENCE
        ).json()

    def calls(self) -> int:
        """How often it has asked its stores, as it counts them itself."""
        return int(httpx.get(f"http://127.0.0.1:{self._calls_port}/").text)

    @property
    def seconds(self) -> float:
        """Processor time that it has used, with all its threads."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def rest(self) -> None:
        """Waits until it has nothing left to do."""
        deadline = time.monotonic() + PATIENCE
        before = -1.0
        while self.seconds > before and time.monotonic() < deadline:
            before = self.seconds
            time.sleep(QUIET)

    @property
    def megabytes(self) -> float:
        """Memory that it holds now."""
        lines = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        (resident,) = (line.split()[1] for line in lines if line.startswith("VmRSS:"))
        return int(resident) / 1024

    def stop(self) -> None:
        """Ends it."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def pinned(*cores: int) -> Iterator[None]:
    """Whatever is started here runs on these cores, where the machine can be told so."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cores() -> tuple[int, int]:
    """A core for the server that is measured, and one for all else."""
    if not hasattr(os, "sched_getaffinity"):
        return 0, 0
    there = sorted(os.sched_getaffinity(0))
    return there[0], there[-1]
