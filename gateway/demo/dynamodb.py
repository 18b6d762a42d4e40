"""DynamoDB for the demo and the tests: dynoxide, one static binary that npm installs."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from signal import SIGTERM
from typing import NamedTuple, Self

from gateway.demo.processes import Child, Engine, EngineError, lock

VERSION = "1.2.1"


class Build(NamedTuple):
    """The npm package of one platform, and the checksum of the binary inside."""

    package: str
    sha256: str


BUILDS = {
    ("Linux", "x86_64"): Build(
        "@dynoxide/linux-x64", "be909b7910d3fb552e85db10ef3c8ebae4bd35fee0f26dffdb6dfa5cc656426e"
    ),
}


class EngineUnavailable(EngineError):
    """There is no DynamoDB engine to run; the message says what to install."""


def engines_directory() -> Path:
    """Where engines are installed: GATEWAY_ENGINES, or `.engines` in the checkout."""
    named = os.environ.get("GATEWAY_ENGINES")
    if named:
        return Path(named).absolute()
    checkout = Path(__file__).parents[2]
    return (checkout if (checkout / "pyproject.toml").exists() else Path.cwd()) / ".engines"


def install(directory: Path) -> Path:
    """Installs dynoxide in the directory where it is missing; returns its verified binary.

    GATEWAY_DYNOXIDE names a binary of one's own instead, taken as it is.
    """
    own = os.environ.get("GATEWAY_DYNOXIDE")
    if own:
        return Path(own)
    build = _build()
    binary = directory / "node_modules" / build.package / "dynoxide"
    directory.mkdir(parents=True, exist_ok=True)
    guard = lock(directory / "lock", patience=300)
    try:
        if not binary.exists():
            _npm_install(build, directory)
        _verify(binary, build)
    finally:
        os.close(guard)
    return binary


def _build() -> Build:
    system, machine = platform.system(), platform.machine()
    try:
        return BUILDS[system, machine]
    except KeyError:
        raise EngineUnavailable(
            f"The demo brings no DynamoDB engine for {system} on {machine}. Install dynoxide "
            f"{VERSION} and give the path of its binary in GATEWAY_DYNOXIDE."
        ) from None


def _npm_install(build: Build, directory: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise EngineUnavailable(
            "npm is missing; the demo's DynamoDB engine is installed with it. Install Node.js with "
            "npm (Debian: apt-get install npm)."
        )
    options = ("--no-audit", "--no-fund", "--no-save", "--no-update-notifier")
    done = subprocess.run(
        [npm, "install", "--prefix", str(directory), *options, f"{build.package}@{VERSION}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        raise EngineUnavailable(f"npm could not install {build.package}@{VERSION}:\n{done.stderr}")


def _verify(binary: Path, build: Build) -> None:
    found = hashlib.sha256(binary.read_bytes()).hexdigest()
    if found != build.sha256:
        raise EngineUnavailable(
            f"{binary} is not the engine it should be: its SHA-256 is {found}, expected was "
            f"{build.sha256}. Remove it, and it is installed anew."
        )


class DynamoEngine(Engine):
    """A DynamoDB of one's own, in memory or in a file."""

    name = "dynoxide"
    death_signal = SIGTERM
    steps = ((SIGTERM, 5.0),)

    def __init__(self, file: Path | None) -> None:
        """Use `start`."""
        # dynoxide itself lets a second process open the same file.
        super().__init__(file and file.with_name(f"{file.name}.lock"))
        self._binary = install(engines_directory())
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
        command = [str(self._binary), "serve", "--host", "127.0.0.1", "--port", str(port)]
        if self._file is not None:
            command += ["--db-path", str(self._file)]
        return Child(command, death_signal=self.death_signal, keeps=keeps)

    def _ready(self, child: Child) -> bool:
        # Its own word: an answer on the port could come from somebody else's server.
        return "listening on" in child.output()


def main() -> None:
    """Installs the engine where the demo looks for it, or says what is missing."""
    try:
        install(engines_directory())
    except EngineUnavailable as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
