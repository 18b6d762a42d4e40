"""ministack: DynamoDB in Python, slower than dynoxide, for platforms that have no build of that."""

from pathlib import Path

from gateway.demo.installing import LOCKS, install_locked, installed
from gateway.demo.processes import EngineError
from gateway.progress import say

LOCK = LOCKS / "ministack.lock"
SETTINGS = {
    "BIND_HOST": "127.0.0.1",
    "SERVICES": "dynamodb,dynamodbstreams",
    # Servers that it would start beside these services.
    "IOT_MTLS_ENABLED": "0",
    "SFTP_ENABLED": "0",
}
SAVED = "dynamodb.json"
BEGINNING = b'{"__ministack_format__"'


def install(directory: Path) -> Path:
    """Installs ministack in the directory where it is missing; returns its Python."""
    home = directory / "ministack"
    if not installed(LOCK, home):
        say("Installing ministack with pip, as there is no dynoxide for this platform.")
        install_locked(LOCK, home)
    return home / "bin" / "python"


class Ministack:
    """How it is run. It holds its tables in memory, and saves them when it is told to end."""

    def __init__(self, python: Path) -> None:
        self._python = python

    def command(self, port: int, file: Path | None) -> list[str | Path]:
        """What starts it; without a file it saves nothing."""
        settings = SETTINGS | {"GATEWAY_PORT": str(port)}
        if file is not None:
            settings |= {"PERSIST_STATE": "1", "STATE_DIR": str(_folder_behind(file))}
        told = (f"{name}={value}" for name, value in settings.items())
        return ["/usr/bin/env", *told, self._python, "-I", "-m", "ministack"]

    def ready(self, output: str) -> bool:
        """Whether it says that it takes requests."""
        return "Running on" in output


def _folder_behind(file: Path) -> Path:
    """The folder that it saves in. The file becomes a link to what is saved there.

    Where nothing was saved, as after a crash, the link leads nowhere: the file does not exist.
    """
    folder = file.with_name(f"{file.name}.saved")
    folder.mkdir(exist_ok=True)
    if file.exists() and not _is_its_own(file):
        raise EngineError(f"{file} holds data of another engine: remove it, or choose another.")
    if not file.is_symlink():
        if file.exists():
            file.replace(folder / SAVED)
        file.symlink_to(Path(folder.name, SAVED))
    return folder


def _is_its_own(file: Path) -> bool:
    with file.open("rb") as content:
        return content.read(len(BEGINNING)) == BEGINNING
