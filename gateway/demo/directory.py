"""The folder that the demo keeps its data in, used by one process at a time."""

import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.demo.processes import EngineError, lock


class DirectoryInUse(EngineError):
    """Another process has the directory."""

    def __init__(self, path: Path, pid: int | None) -> None:
        holder = f"process {pid}" if pid else "another process"
        super().__init__(f"{path} is in use by {holder}: stop it, or choose another directory.")
        self.path = path
        self.pid = pid


class DataDirectory:
    """The demo's data directory, ours until it is closed."""

    def __init__(self, path: Path) -> None:
        """Makes the directory where it is missing, and locks it; raises DirectoryInUse."""
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EngineError(f"{path} cannot be a data directory: {error.strerror}") from None
        self.path = path
        self.postgres = path / "postgres"
        self.dynamodb = path / "dynamodb.db"
        self._mark = path / "version"
        holder = path / "lock"
        try:
            self._lock: int | None = lock(holder)
        except BlockingIOError:
            raise DirectoryInUse(path, _pid_in(holder)) from None
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, str(os.getpid()).encode(), 0)

    def read_mark(self) -> str | None:
        """Which data is loaded, as last written; None where it or its note is missing."""
        # Looked up each time: Postgres's folder may be a link to a place that was cleaned up.
        if not (self._mark.exists() and self.postgres.exists() and self.dynamodb.exists()):
            return None
        return self._mark.read_text()

    def write_mark(self, text: str) -> None:
        """Notes which data is loaded."""
        # By a rename, so that a crash leaves the old mark or the new one.
        draft = self._mark.with_suffix(".new")
        draft.write_text(text)
        draft.replace(self._mark)

    def close(self) -> None:
        """Gives the directory up."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def secret_of(directory: Path, name: str, make: Callable[[], str]) -> str:
    """A secret that is made once and kept, so that what depends on it outlives a restart."""
    file = directory / name
    if not file.exists():
        draft = file.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(make())
        draft.replace(file)
    return file.read_text()


def _pid_in(holder: Path) -> int | None:
    """The process id in a lock file; None while its holder has not written it yet."""
    text = holder.read_text()
    return int(text) if text.isdigit() else None
