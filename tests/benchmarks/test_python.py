"""Which Python runs the servers of the benchmark."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.peers import python


def a_python(folder: Path, said: str) -> Path:
    """A program that prints this."""
    folder.mkdir()
    program = folder / "python3"
    program.write_text(f"#!/bin/sh\n{said}\n")
    program.chmod(0o755)
    return program


@pytest.fixture(autouse=True)
def _found_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python, "PLACES", ())
    python.seconds.cache_clear()


def test_the_fastest_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slower = a_python(tmp_path / "slower", "echo 0.00002")
    faster = a_python(tmp_path / "faster", "echo 0.00001")
    broken = a_python(tmp_path / "broken", "exit 1")
    places = [program.parent for program in (slower, faster, broken)]
    monkeypatch.setattr(python, "PLACES", places)
    assert python.fastest() == faster


def test_our_own_is_taken_where_none_is_clearly_faster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = python.seconds(Path(sys.executable))
    same = a_python(tmp_path / "same", f"echo {own * 0.99}")
    monkeypatch.setattr(python, "PLACES", [same.parent, tmp_path / "nowhere"])
    assert python.fastest() == Path(sys.executable)
