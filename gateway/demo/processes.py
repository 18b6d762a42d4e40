"""What both engines share: a child process on a leash, a free port and a lock."""

import fcntl
import os
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from signal import SIGKILL, Signals
from types import TracebackType
from typing import ClassVar, NamedTuple, Self

LEASH = Path(__file__).with_name("leash.py")
# What an engine is told of our environment: no secret, nor a setting meant for another server.
INHERITED = ("HOME", "LD_LIBRARY_PATH", "PATH", "TMPDIR")

TRIES = 5
# Long, for a machine that does much else; an engine that fails says so by ending.
PATIENCE = 60.0
# One whose parent was killed a moment ago is about to end.
LOCK_PATIENCE = 10.0


class EngineError(RuntimeError):
    """An embedded engine cannot run; the message says why and what helps."""


class User(NamedTuple):
    """The user that a process runs as."""

    uid: int
    gid: int


class Child:
    """A process of ours that lives no longer than the thread that started it.

    Start it from the main thread: Linux takes the end of the thread for the end of the parent. It
    has a session of its own, so Ctrl-C in a terminal reaches us and not it.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        death_signal: Signals,
        user: User | None = None,
        keeps: Sequence[int] = (),
    ) -> None:
        """Starts the command; `keeps` are the file descriptors that it inherits."""
        uid, gid = user or (os.geteuid(), os.getegid())
        leash = (sys.executable, "-I", "-S", LEASH, int(death_signal), os.getpid(), uid, gid)
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 (closed by stop)
        self.process = subprocess.Popen(
            [str(part) for part in (*leash, *command)],
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=environment(),
            start_new_session=True,
            pass_fds=keeps,
        )

    @property
    def exited(self) -> bool:
        """Whether it has ended."""
        return self.process.poll() is not None

    def wait_for(self, ready: Callable[[], bool], patience: float) -> bool:
        """Whether it became ready, rather than ended or took longer than these seconds."""
        deadline = time.monotonic() + patience
        while not self.exited and time.monotonic() < deadline:
            if ready():
                return True
            time.sleep(0.01)
        return False

    def output(self) -> str:
        """What it has printed."""
        # Read at a position: the child writes at the one that the file object would move.
        return os.pread(self._output.fileno(), 65536, 0).decode(errors="replace")

    def stop(self, *steps: tuple[Signals, float]) -> None:
        """Ends it for good: sends one signal after another, waiting so many seconds after each."""
        for signal, patience in (*steps, (SIGKILL, 10.0)):
            self.process.send_signal(signal)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                continue
            break
        self._output.close()


class Engine(ABC):
    """A server of one's own on a free loopback port, as a child of this process."""

    name: ClassVar[str]
    death_signal: ClassVar[Signals]
    steps: ClassVar[tuple[tuple[Signals, float], ...]]

    def __init__(self, lock_file: Path | None) -> None:
        """Use `start`. One engine at a time has the lock file, if there is one."""
        self.port = 0
        self._lock_file = lock_file
        self._child: Child | None = None

    @abstractmethod
    def _spawn(self, port: int, keeps: Sequence[int]) -> Child:
        """Starts the process; the lock is held."""

    @abstractmethod
    def _ready(self, child: Child) -> bool:
        """Whether it takes connections."""

    def exited(self) -> bool:
        """Whether the engine ended by itself."""
        return self._child is not None and self._child.exited

    def restart(self) -> None:
        """Starts it again on the same port; what it kept in memory alone is gone."""
        self.stop()
        trouble = self._launch(self.port)
        if trouble:
            raise EngineError(trouble)

    def stop(self) -> None:
        """Ends the engine."""
        if self._child is not None:
            self._child.stop(*self.steps)
            self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _start(self) -> Self:
        """Starts it on a free port, on another one where somebody was quicker."""
        for _ in range(TRIES):
            trouble = self._launch(free_port())
            if "already in use" not in trouble.lower():
                break
        if trouble:
            raise EngineError(trouble)
        return self

    def _launch(self, port: int) -> str:
        """Starts it on the port; says what went wrong, if anything did."""
        self.port = port
        guards = self._locks()
        try:
            child = self._child = self._spawn(port, guards)
        finally:
            # The engine keeps the lock from here on, for as long as any process of it lives.
            for guard in guards:
                os.close(guard)
        try:
            if child.wait_for(lambda: self._ready(child), PATIENCE):
                return ""
            trouble = f"{self.name} did not start:\n{child.output().strip()}"
        except BaseException:
            self.stop()
            raise
        self.stop()
        return trouble

    def _locks(self) -> list[int]:
        if self._lock_file is None:
            return []
        try:
            return [lock(self._lock_file, LOCK_PATIENCE)]
        except BlockingIOError:
            raise EngineError(f"Another {self.name} uses {self._lock_file.parent}.") from None


def environment() -> dict[str, str]:
    """The environment of an engine, with messages in English."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ} | {"LC_ALL": "C"}


def free_port() -> int:
    """A loopback port that nobody uses now; somebody may still be quicker than the engine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def lock(path: Path, patience: float = 0) -> int:
    """Locks the file, waiting so many seconds for another holder; returns its descriptor.

    The lock ends when every process that has the descriptor has ended or closed it. Raises
    BlockingIOError where another holder keeps it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(descriptor)
                raise
            time.sleep(0.02)
        else:
            return descriptor
