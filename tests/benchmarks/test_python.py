"""Which Python runs the servers of the benchmark."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest

from benchmarks.peers import python

OWN = Path(sys.executable)


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Python that is found beside our own."""
    monkeypatch.setattr(python, "PLACES", [tmp_path, tmp_path / "nowhere"])
    program = tmp_path / "python3"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("own", "others", "is_taken"),
    [(1.0, 0.8, True), (1.0, 0.95, False), (1.0, 1.2, False), (1.0, math.inf, False)],
)
def test_another_is_taken_that_is_clearly_faster(
    monkeypatch: pytest.MonkeyPatch, other: Path, own: float, others: float, *, is_taken: bool
) -> None:
    monkeypatch.setattr(python, "seconds", lambda program: own if program == OWN else others)
    assert python.fastest() == (other if is_taken else OWN)


@pytest.mark.parametrize("said", ["exit 1", "echo hello"])
def test_one_that_does_not_run_is_told_apart(other: Path, said: str) -> None:
    other.write_text(f"#!/bin/sh\n{said}\n")
    assert python.seconds(other) == math.inf
    assert 0 < python.seconds(OWN) < math.inf


def test_our_own_stands_for_itself_wherever_it_is_found_too(
    monkeypatch: pytest.MonkeyPatch, other: Path
) -> None:
    monkeypatch.setattr(python, "PLACES", [other.parent, OWN.resolve().parent])
    monkeypatch.setattr(python, "seconds", lambda program: 1.0 if program == other else 0.95)
    assert python.fastest() == OWN
