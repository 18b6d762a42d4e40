"""The DynamoDB of platforms without a dynoxide: how it is run, and what becomes of its file.

A program of the tests takes its place, that speaks no DynamoDB: the real one is not installed here.
"""

import json
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.demo import dynoxide
from gateway.demo.dynamodb import DynamoEngine
from gateway.demo.ministack import LOCK
from gateway.demo.processes import EngineError

STAND_IN = """
import json, os, signal, sys
from pathlib import Path

assert sys.argv[1:] == ["-I", "-m", "ministack"]
assert os.environ["BIND_HOST"] == "127.0.0.1"
assert os.environ["SERVICES"].split(",")[0] == "dynamodb"
told = {signal.SIGTERM}
signal.pthread_sigmask(signal.SIG_BLOCK, told)
print("Running on port", int(os.environ["GATEWAY_PORT"]), flush=True)
signal.sigwait(told)
if os.environ.get("PERSIST_STATE") == "1":
    saved = Path(os.environ["STATE_DIR"], "dynamodb.json")
    runs = json.loads(saved.read_text())["payload"] if saved.exists() else 0
    saved.write_text(json.dumps({"__ministack_format__": 2, "payload": runs + 1}))
"""


@pytest.fixture(autouse=True)
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform without a dynoxide, where ministack is installed."""
    home = tmp_path / "engines" / "ministack"
    (home / "bin").mkdir(parents=True)
    (home / "ministack.py").write_text(STAND_IN)
    python = home / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} {home / "ministack.py"} "$@"\n')
    python.chmod(0o755)
    shutil.copyfile(LOCK, home / "installed.lock")
    monkeypatch.setenv("GATEWAY_ENGINES", str(home.parent))
    monkeypatch.setattr(dynoxide, "BUILDS", {})


def runs(file: Path) -> Any:
    """How many runs have saved the file."""
    return json.loads(file.read_text())["payload"]


def test_a_file_outlives_its_engine(tmp_path: Path) -> None:
    file = tmp_path / "dynamodb.db"
    with DynamoEngine.start(file) as engine:
        endpoint = engine.endpoint
        engine.restart()
        assert engine.endpoint == endpoint
        assert runs(file) == 1
    assert runs(file) == 2


def test_a_copy_of_the_file_is_a_file_of_its_own(tmp_path: Path) -> None:
    DynamoEngine.start(tmp_path / "one.db").stop()
    shutil.copyfile(tmp_path / "one.db", tmp_path / "other.db")
    DynamoEngine.start(tmp_path / "other.db").stop()
    assert runs(tmp_path / "one.db") == 1
    assert runs(tmp_path / "other.db") == 2


def test_without_a_file_nothing_is_saved(tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))
    DynamoEngine.start(None).stop()
    assert {path.name for path in set(tmp_path.rglob("*")) - before} == {"lock"}


def test_what_was_never_saved_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DynamoEngine, "steps", ((signal.SIGKILL, 5.0),))
    DynamoEngine.start(tmp_path / "dynamodb.db").stop()
    assert not (tmp_path / "dynamodb.db").exists()
    DynamoEngine.start(tmp_path / "dynamodb.db").stop()


def test_refuses_the_file_of_another_engine(tmp_path: Path) -> None:
    (tmp_path / "dynamodb.db").write_text("SQLite format 3")
    with pytest.raises(EngineError, match="another engine"):
        DynamoEngine.start(tmp_path / "dynamodb.db")
    assert (tmp_path / "dynamodb.db").read_text() == "SQLite format 3"
