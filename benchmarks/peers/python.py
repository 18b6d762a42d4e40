"""The Python that runs the servers in Python: the fastest that the machine has.

Distributions build theirs with profile-guided optimization; one that was compiled without takes a
fifth longer for the same, which would be measured as ours.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

NAMES = ("python3", "python3.11", "python3.12", "python3.13", "python3.14")
PLACES = (*os.get_exec_path(), "/usr/local/bin", "/usr/bin")
TURNS = 5
PATIENCE = 30.0
"""Seconds after which a program counts as none that runs."""
CLEARLY = 0.9
"""How much of our own Python's time another takes at most that is clearly faster."""
PROGRAM = """
import asyncio, sys, time

class Point:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def moved(self, by):
        return Point(self.x + by, self.y)

async def below(depth):
    if depth:
        return await below(depth - 1)
    await asyncio.sleep(0)

async def work():
    kept = {}
    for number in range(20_000):
        kept[number & 255] = Point(number, str(number)).moved(1)
    for _ in range(1_000):
        await below(8)

if sys.version_info < (3, 11):
    sys.exit("too old")
times = []
for _ in range(10):
    began = time.process_time()
    asyncio.run(work())
    times.append(time.process_time() - began)
print(min(times))
"""
"""Calls, objects, dictionaries and coroutines, as a gateway has them; prints the seconds."""


def fastest() -> Path:
    """The Python that takes the least time; our own where none is clearly faster."""
    own, *others = there = list(_pythons())
    turns = [list(map(seconds, there)) for _ in range(TURNS)]  # for the machine's own pace varies
    times = dict(zip(there, map(min, zip(*turns, strict=True)), strict=True))
    clearly = CLEARLY * times[own]
    return min((one for one in others if times[one] < clearly), key=times.__getitem__, default=own)


def _pythons() -> Iterable[Path]:
    """Our own, and every other that is found."""
    found = [Path(sys.executable), *(Path(place) / name for place in PLACES for name in NAMES)]
    there: dict[Path, Path] = {}
    for python in filter(Path.exists, found):
        there.setdefault(python.resolve(), python)
    return there.values()


def seconds(python: Path) -> float:
    """How long it takes; infinity where it does not run."""
    command = (python, "-I", "-c", PROGRAM)
    try:
        return float(subprocess.check_output(command, stderr=subprocess.PIPE, timeout=PATIENCE))
    except (OSError, subprocess.SubprocessError, ValueError):
        return math.inf
