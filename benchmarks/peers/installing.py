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

SOURCE = Path(__file__).with_name("node")
LOCK = "package-lock.json"
NODE = LOCKS / "npm.lock"
MARK = "installed.lock"
"""A copy of the lock that something was installed from, written last."""


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


def install_plain(kept: Path) -> Path:
    """The folder of Python packages that the peer in Python needs."""
    folder = kept / "plain"
    lock = Path(__file__).with_name("plain") / "requirements.lock"
    if not _installed(lock, folder):
        shutil.rmtree(folder, ignore_errors=True)
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
        run(*pip, "install", "--require-hashes", "--target", folder, "--requirement", lock)
        shutil.copy(lock, folder / MARK)
    return folder


def install_node(kept: Path) -> Node:
    """Node, and the peers that run on it."""
    runtime, servers = kept / "nodejs", kept / "node"
    try:
        if not installed(NODE, runtime):
            with step("Installing Node"):
                install_locked(NODE, runtime)
    except EngineUnavailable as error:
        raise NoNode(f"Node cannot be installed, so no peer on Node is measured. {error}") from None
    if not _installed(SOURCE / LOCK, servers):
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


def _installed(lock: Path, home: Path) -> bool:
    """Whether what is there is what the lock names now."""
    mark = home / MARK
    return mark.exists() and mark.read_bytes() == lock.read_bytes()
