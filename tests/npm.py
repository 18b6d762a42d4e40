"""Packages of npm that tests need, installed once into the checkout, each set from its own lock."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.demo.installing import engines_directory

PATIENCE = 900
"""Seconds that one installation may take: some of it is large."""
_NAMES = ("package.json", "package-lock.json")


def installed(directory: Path) -> Path:
    """The `node_modules` of a `package.json` and its `package-lock.json` in this directory.

    Installed anew where either changed. Skips the test where there is no npm. Several processes may
    ask at once.
    """
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is missing")
    home = engines_directory() / "npm" / directory.name
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mark, wanted = home / "installed", _digest(directory)
        if not mark.exists() or mark.read_text() != wanted:
            mark.unlink(missing_ok=True)
            for name in _NAMES:
                shutil.copyfile(directory / name, home / name)
            _run(npm, "ci", "--no-audit", "--no-fund", "--no-update-notifier", cwd=home)
            mark.write_text(wanted)
    return home / "node_modules"


def workspace(directory: Path, at: Path) -> Path:
    """A copy of the directory with its packages beside it, for programs to run in."""
    shutil.copytree(directory, at, ignore=shutil.ignore_patterns("node_modules"))
    (at / "node_modules").symlink_to(installed(directory))
    return at


def _digest(directory: Path) -> str:
    digest = hashlib.sha256()
    for name in _NAMES:
        digest.update((directory / name).read_bytes())
    return digest.hexdigest()


def _run(*command: str, cwd: Path) -> None:
    done = subprocess.run(
        command,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"`{' '.join(command)}` failed:\n{done.stdout}"
