"""Packages of npm that tests need, installed into the checkout, each set from a lock of its own."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.demo.installing import engines_directory

PATIENCE = 900
"""Seconds that one command may take: some installations are large."""
_CHECKOUT = Path(__file__).parents[1]
_NAMES = ("package.json", "package-lock.json")


def installed(directory: Path) -> Path:
    """The `node_modules` of this directory's `package.json` and `package-lock.json`.

    Installed anew where either changed. Skips the test where there is no npm. Several processes may
    ask at once.
    """
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is missing")
    home = engines_directory() / "packages" / directory.relative_to(_CHECKOUT)
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mark, wanted = home / "installed", _digest(directory)
        if not mark.exists() or mark.read_text() != wanted:
            mark.unlink(missing_ok=True)
            for name in _NAMES:
                shutil.copyfile(directory / name, home / name)
            run(npm, "ci", "--no-audit", "--no-fund", "--no-update-notifier", cwd=home)
            mark.write_text(wanted)
    return home / "node_modules"


def workspace(directory: Path, at: Path) -> Path:
    """A copy of the directory with its packages beside it, for programs to run in."""
    shutil.copytree(directory, at, ignore=shutil.ignore_patterns("node_modules", ".venv"))
    (at / "node_modules").symlink_to(installed(directory))
    return at


def node(program: Path, *arguments: str) -> str:
    """What a CommonJS program writes, with the packages of the directory that it is in."""
    modules = installed(program.parent)
    return run("node", str(program), *arguments, cwd=modules, NODE_PATH=str(modules))


def run(*command: str, cwd: Path, **environment: str) -> str:
    """What a command writes to its standard output; it has to succeed."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    told = f"{done.stdout}{done.stderr}"
    assert done.returncode == 0, f"`{' '.join(command)}` ended with {done.returncode}:\n{told}"
    return done.stdout


def _digest(directory: Path) -> str:
    digest = hashlib.sha256()
    for name in _NAMES:
        digest.update((directory / name).read_bytes())
    return digest.hexdigest()
