"""Postgres for the demo and the tests: a real server, from programs that a wheel brings."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGINT, SIGQUIT
from typing import Self

from gateway.demo.processes import Child, Engine, EngineError, environment
from gateway.demo.unprivileged import programs, settle

SUPERUSER = "postgres"

# Text is compared by code point and folded by Unicode, on every machine alike.
NEW_CLUSTER = (
    *("--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C"),
    *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
    *("--no-sync", "--no-instructions", "--wal-segsize", "4"),
)

# Durable against a crash of the server, not of the machine: its data can be loaded again.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_size": "1GB",
    "max_wal_senders": "0",
    # A worker process less for each; and reads this small are compiled for nothing.
    "io_method": "sync",
    "jit": "off",
    "log_checkpoints": "off",
    "timezone": "UTC",
}


class PostgresEngine(Engine):
    """A Postgres of one's own, in a directory."""

    name = "Postgres"
    # "Fast": ends the sessions, then writes what is left. "Immediate", if that takes too long.
    death_signal = SIGINT
    steps = ((SIGINT, 10.0), (SIGQUIT, 5.0))

    def __init__(self, directory: Path) -> None:
        """Use `start`."""
        self._user = settle(directory)
        self._programs = programs(self._user)
        self._home = directory.resolve()
        self._cluster = self._home / "cluster"
        super().__init__(self._home / "lock")

    @classmethod
    def start(cls, directory: Path) -> Self:
        """Starts a server on the directory, made where missing; waits until it takes connections.

        Call it on the main thread: the engine ends with the thread that started it.
        """
        return cls(directory)._start()

    def url(self, database: str, role: str = SUPERUSER) -> str:
        """The URL of a database, for one of its roles."""
        return _url(self.port, database, role)

    @classmethod
    def url_on(cls, directory: Path, database: str) -> str:
        """The URL of a database of the server that another process runs on a directory."""
        try:
            lines = (directory / "cluster" / "postmaster.pid").read_text().splitlines()
            return _url(int(lines[3]), database, SUPERUSER)
        except (OSError, IndexError):
            raise EngineError(f"No Postgres runs on {directory}.") from None

    def create_database(self, name: str, template: str | None = None) -> None:
        """Makes a database where it is missing, as a copy of the template if one is named."""
        done = subprocess.run(
            [
                *(self._programs / "createdb", "--host", "127.0.0.1", "--port", str(self.port)),
                *("--username", SUPERUSER, "--no-password"),
                *("--template", template or "template0", "--", name),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=environment(),
            timeout=60,
            check=False,
        )
        if done.returncode and f'database "{name}" already exists' not in done.stderr:
            raise EngineError(f"Postgres could not make the database {name}:\n{done.stderr}")

    def _spawn(self, port: int, keeps: Sequence[int]) -> Child:
        if not self._cluster.exists():
            self._make_cluster()
        # With the lock held it is a dead server's; its number may be another process's by now,
        # which Postgres would take for a running server.
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)
        options = [f"--{name}={value}" for name, value in self.settings().items()]
        server = (self._programs / "postgres", "-D", self._cluster, f"--port={port}")
        return self._child_of(*server, *options, keeps=keeps)

    def _ready(self, child: Child) -> bool:
        try:
            lines = (self._cluster / "postmaster.pid").read_text().split()
        except FileNotFoundError:
            return False
        return lines[-1:] == ["ready"]

    def _make_cluster(self) -> None:
        # By a rename, so that an initdb cut short is begun again.
        draft = self._home / "cluster.new"
        shutil.rmtree(draft, ignore_errors=True)
        making = self._child_of(*self._maker(draft))
        try:
            failed = making.process.wait(120)
            if failed:
                raise EngineError(f"Postgres could not make its files:\n{making.output()}")
        finally:
            making.stop()
        draft.rename(self._cluster)

    def settings(self) -> Mapping[str, str]:
        """What the server is started with."""
        return SETTINGS

    def _maker(self, draft: Path) -> Sequence[str | Path]:
        """The command that makes its files in this directory."""
        return self._programs / "initdb", "-D", draft, *NEW_CLUSTER

    def _child_of(self, *command: str | Path, keeps: Sequence[int] = ()) -> Child:
        return Child(command, death_signal=self.death_signal, user=self._user, keeps=keeps)


def _url(port: int, database: str, role: str) -> str:
    return f"postgresql://{role}@127.0.0.1:{port}/{database}"
