"""Runs a command that ends when the process that started it ends, however that came about.

A script, which the command then replaces: `leash.py SIGNAL PARENT UID GID COMMAND…`. Done here and
not between the parent's fork and exec, it is safe in a program that has threads. Linux alone tells
a child of its parent's end: elsewhere an engine outlives a parent that was killed hard.
"""

import ctypes
import os
import sys

SET_PARENT_DEATH_SIGNAL = 1


def main(signal: int, parent: int, uid: int, gid: int, *command: str) -> None:
    """Becomes the command, as that user, to be sent the signal when the parent ends."""
    if os.geteuid() != uid:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # After the change of user, which would clear it.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal)
    if os.getppid() != parent:
        sys.exit("The process that asked for this engine has ended.")
    os.execv(command[0], command)


if __name__ == "__main__":
    signal, parent, uid, gid = map(int, sys.argv[1:5])
    main(signal, parent, uid, gid, *sys.argv[5:])
