"""Where engines are installed, and what is installed there from lock files."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from gateway.demo.processes import EngineError

LOCKS = Path(__file__).with_name("locks")
"""What pip installs of engines, by version and checksum; `make lock` writes them."""
PATIENCE = 900
"""Seconds for one command of an installation: some of it is large."""


class EngineUnavailable(EngineError):
    """There is no DynamoDB engine to run; the message says what to install."""


def engines_directory() -> Path:
    """Where engines are installed: GATEWAY_ENGINES, or `.engines` in the checkout."""
    named = os.environ.get("GATEWAY_ENGINES")
    if named:
        return Path(named).absolute()
    checkout = Path(__file__).parents[2]
    return (checkout if (checkout / "pyproject.toml").exists() else Path.cwd()) / ".engines"


def install_locked(lock_file: Path, home: Path) -> Path:
    """Makes a virtual environment of what the lock file names; returns the folder of its programs.

    Apart from our own, whose versions of the same packages may be others.
    """
    programs = home / "bin"
    shutil.rmtree(home, ignore_errors=True)
    run(sys.executable, "-I", "-m", "venv", home)
    pip = (programs / "python", "-I", "-m", "pip", "--disable-pip-version-check", "--quiet")
    run(*pip, "install", "--require-hashes", "--requirement", lock_file)
    # Last, so that an installation cut short is begun again.
    shutil.copyfile(lock_file, home / "installed.lock")
    return programs


def installed(lock_file: Path, home: Path) -> bool:
    """Whether the environment is what the lock file names now, and its Python still there."""
    mark = home / "installed.lock"
    return (
        (home / "bin" / "python").exists()
        and mark.exists()
        and mark.read_bytes() == lock_file.read_bytes()
    )


def run(*command: str | Path) -> None:
    """Runs a command of an installation; raises EngineUnavailable with what it said."""
    words = [str(part) for part in command]
    trouble = f"The demo's DynamoDB engine could not be installed: `{' '.join(words)}`"
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise EngineUnavailable(f"{trouble} took longer than {PATIENCE} s.") from None
    if done.returncode:
        raise EngineUnavailable(f"{trouble} failed:\n{done.stdout}")
