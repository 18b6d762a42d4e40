"""What peers need beside our own dependencies, installed from locks into the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from gateway.demo.installing import LOCKS, EngineUnavailable, install_locked, installed, run
from gateway.progress import step

CHECKOUT = Path(__file__).parents[2]
SOURCE = Path(__file__).with_name("node")
PYTHON = (CHECKOUT / "requirements.lock", Path(__file__).with_name("plain") / "requirements.lock")
LOCK = "package-lock.json"
NODE = LOCKS / "npm.lock"
MARK = "installed.lock"
"""A copy of what something was installed from, written last."""


class NoNode(Exception):
    """Node or its packages cannot be installed; the message says why."""


@dataclass(frozen=True)
class Node:
    """Where the program is, and the servers with all that they need."""

    program: Path
    servers: Path

    @property
    def version(self) -> str:
        """Node's own."""
        return _said(self.program, "--version").removeprefix("v")


@dataclass(frozen=True)
class Python:
    """The program that runs the servers in Python, with all that they need."""

    program: Path

    @property
    def version(self) -> str:
        """Python's own."""
        return _said(self.program, "--version").removeprefix("Python ")


def install_python(kept: Path, python: Path) -> Python:
    """An environment for the servers in Python, by this one."""
    home = kept / "python"
    program, mark = home / "bin" / "python", home / MARK
    by = f"# {_said(python, '--version')} at {python}\n"
    wanted = "".join([by, *(lock.read_text() for lock in PYTHON)])
    if not (program.exists() and _says(mark, wanted)):
        with step(f"Installing the peers in Python, by {python}"):
            shutil.rmtree(home, ignore_errors=True)
            uv = Path(sys.executable).with_name("uv")
            run(uv, "venv", "--quiet", "--python", python, home)
            for lock in PYTHON:
                into = ("--quiet", "--python", program, "--require-hashes")
                run(uv, "pip", "install", *into, "--requirement", lock)
            mark.write_text(wanted)
    return Python(program)


def install_node(kept: Path) -> Node:
    """Node, and the peers that run on it."""
    runtime, servers = kept / "nodejs", kept / "node"
    try:
        if not installed(NODE, runtime):
            with step("Installing Node"):
                install_locked(NODE, runtime)
    except EngineUnavailable as error:
        raise NoNode(f"Node cannot be installed, so no peer on Node is measured. {error}") from None
    if not _says(servers / MARK, (SOURCE / LOCK).read_text()):
        with step("Installing the peers on Node"):
            _install_packages(runtime / "bin", servers)
    shutil.copytree(SOURCE, servers, dirs_exist_ok=True)
    # What is installed as `node` starts another process: that one is to be measured.
    program = _said(runtime / "bin" / "node", "--print", "process.execPath")
    return Node(Path(program), servers)


def _install_packages(programs: Path, home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    for name in ("package.json", LOCK):
        shutil.copy(SOURCE / name, home)
    done = subprocess.run(
        [programs / "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=home,
        env={**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoNode(f"npm could not install the peers, so none is measured:\n{done.stderr}")
    shutil.copy(SOURCE / LOCK, home / MARK)


def _said(*command: str | Path) -> str:
    return subprocess.check_output(command, text=True).strip()


def _says(mark: Path, wanted: str) -> bool:
    """Whether what is there was installed from this."""
    return mark.exists() and mark.read_text() == wanted
