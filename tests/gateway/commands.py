"""The command line in processes of its own, none of which outlives its test."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from gateway.settings import ServeSettings

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from gateway.cli import main; main()")
PATIENCE = 90.0
"""Seconds that a process may take to start or to end on a busy machine."""


@dataclass(frozen=True)
class Running:
    """A gateway that runs, and what it has said."""

    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        return self.log.read_text()

    def wait_for(self, pattern: str) -> str:
        """The first group of a pattern, once the gateway has said it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            ended = self.process.poll() is not None
            found = re.search(pattern, self.said())
            if found:
                return found[1]
            assert not ended, self.said()
            time.sleep(0.02)
        raise AssertionError(f"nothing like {pattern} in:\n{self.said()}")

    def url(self) -> str:
        """Where it listens."""
        return self.wait_for(r"(http://\S+/graphql)")

    def ask(self, query: str, **headers: str) -> Any:
        """The body of the answer to a document; a header's `_` stands for `-`."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        answer = httpx.post(self.url(), json={"query": query}, headers=named, timeout=PATIENCE)
        return answer.json()

    def end(self, how: signal.Signals) -> int:
        """Its status, once it has ended after this signal."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


def environment(**settings: str) -> Mapping[str, str]:
    """Ours without settings of a gateway, and with these; its port is a free one."""
    known = {name.upper() for name in ServeSettings.model_fields}
    kept = {name: value for name, value in os.environ.items() if name.upper() not in known}
    return {**kept, "PORT": "0", "PYTHONPATH": str(ROOT), **settings}


@contextmanager
def running(log: Path, *arguments: str, **settings: str) -> Iterator[Running]:
    """A gateway in a process of its own, whose audit log is beside what it says."""
    settings = {"GATEWAY_AUDIT_DIRECTORY": str(log.with_name("audit")), **settings}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment(**settings),
        )
    try:
        yield Running(process, log)
    finally:
        process.kill()
        process.wait()


def run(*arguments: str, **settings: str) -> tuple[int, str]:
    """The status of a command that ends by itself, and what it said."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment(**settings),
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode, done.stdout.decode()
