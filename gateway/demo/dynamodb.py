"""DynamoDB for the demo and the tests: dynoxide, or ministack where there is no build of it."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from signal import SIGTERM
from typing import Protocol, Self

from gateway.demo import dynoxide, ministack
from gateway.demo.dynoxide import Dynoxide
from gateway.demo.installing import EngineUnavailable, engines_directory
from gateway.demo.ministack import Ministack
from gateway.demo.processes import Child, Engine, lock


class Program(Protocol):
    """A program that speaks DynamoDB's HTTP."""

    def command(self, port: int, file: Path | None) -> Sequence[str | Path]:
        """What starts it; without a file it keeps all in memory."""

    def ready(self, output: str) -> bool:
        """Whether it says that it takes requests."""


def install(directory: Path) -> Program:
    """The program for this platform, installed in the directory where it is missing."""
    own = dynoxide.own_binary()
    if own is not None:
        return Dynoxide(own)
    directory.mkdir(parents=True, exist_ok=True)
    guard = lock(directory / "lock", patience=300)
    try:
        build = dynoxide.build()
        if build is None:
            return Ministack(ministack.install(directory))
        return Dynoxide(dynoxide.install(build, directory))
    finally:
        os.close(guard)


class DynamoEngine(Engine):
    """A DynamoDB of one's own, in memory or in a file."""

    name = "DynamoDB"
    death_signal = SIGTERM
    # Long enough for ministack to save a large table.
    steps = ((SIGTERM, 30.0),)

    def __init__(self, file: Path | None) -> None:
        """Use `start`."""
        # dynoxide itself lets a second process open the same file.
        super().__init__(file and file.with_name(f"{file.name}.lock"))
        self._program = install(engines_directory())
        self._file = file

    @classmethod
    def start(cls, file: Path | None) -> Self:
        """Starts an engine, and waits until it answers; without a file it keeps all in memory.

        Call it on the main thread: the engine ends with the thread that started it.
        """
        return cls(file and file.absolute())._start()

    @property
    def endpoint(self) -> str:
        """The URL that a DynamoDB client is given."""
        return f"http://127.0.0.1:{self.port}"

    def _spawn(self, port: int, keeps: Sequence[int]) -> Child:
        command = self._program.command(port, self._file)
        return Child(command, death_signal=self.death_signal, keeps=keeps)

    def _ready(self, child: Child) -> bool:
        # Its own word: an answer on the port could come from somebody else's server.
        return self._program.ready(child.output())


def main() -> None:
    """Installs the engine where the demo looks for it, or says what is missing."""
    try:
        install(engines_directory())
    except EngineUnavailable as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
