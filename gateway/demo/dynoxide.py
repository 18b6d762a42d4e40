"""dynoxide: DynamoDB in one static binary, which npm installs."""

import hashlib
import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from gateway.demo.installing import LOCKS, EngineUnavailable, install_locked, run
from gateway.progress import say

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


def build() -> Build | None:
    """The build for this platform, if there is one."""
    return BUILDS.get((platform.system(), platform.machine()))


def own_binary() -> Path | None:
    """A binary of one's own, taken as it is: GATEWAY_DYNOXIDE."""
    named = os.environ.get("GATEWAY_DYNOXIDE")
    return Path(named) if named else None


def install(wanted: Build, directory: Path) -> Path:
    """Installs a build in the directory where it is missing; returns its verified binary."""
    binary = directory / "node_modules" / wanted.package / "dynoxide"
    if not binary.exists():
        with _npm(directory) as npm:
            options = ("--no-audit", "--no-fund", "--no-save", "--no-update-notifier")
            package = f"{wanted.package}@{VERSION}"
            run(npm, "install", "--prefix", directory, *options, package)
    _verify(binary, wanted)
    return binary


@contextmanager
def _npm(directory: Path) -> Iterator[Path]:
    """The npm on the PATH, or one that pip brings for as long as it is needed."""
    found = shutil.which("npm")
    if found:
        say(f"Installing dynoxide {VERSION} with npm.")
        yield Path(found)
        return
    say(f"Installing dynoxide {VERSION} with an npm that pip brings, as there is none here.")
    home = directory / "npm"
    try:
        yield _npm_of_pip(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _npm_of_pip(home: Path) -> Path:
    try:
        return install_locked(LOCKS / "npm.lock", home) / "npm"
    except EngineUnavailable as error:
        raise EngineUnavailable(
            "npm is missing, and pip could not bring one. Install Node.js with npm (Debian: "
            f"apt-get install npm). {error}"
        ) from None


def _verify(binary: Path, wanted: Build) -> None:
    found = hashlib.sha256(binary.read_bytes()).hexdigest()
    if found != wanted.sha256:
        raise EngineUnavailable(
            f"{binary} is not the engine it should be: its SHA-256 is {found}, expected was "
            f"{wanted.sha256}. Remove it, and it is installed anew."
        )


class Dynoxide:
    """How the binary is run."""

    def __init__(self, binary: Path) -> None:
        self._binary = binary

    def command(self, port: int, file: Path | None) -> list[str | Path]:
        """What starts it; without a file it keeps all in memory."""
        where = ("--host", "127.0.0.1", "--port", str(port))
        return [self._binary, "serve", *where, *(() if file is None else ("--db-path", file))]

    def ready(self, output: str) -> bool:
        """Whether it says that it takes requests."""
        return "listening on" in output
