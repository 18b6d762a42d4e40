"""What engines share: they end with their parent, survive a Ctrl-C for it, and lock their data."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.demo.processes import lock

PARENT = """
import sys, time
from pathlib import Path
from gateway.demo.dynamodb import DynamoEngine
from gateway.demo.postgres import PostgresEngine

folder = Path(sys.argv[1])
with PostgresEngine.start(folder / "postgres") as postgres:
    with DynamoEngine.start(folder / "dynamodb.db") as dynamo:
        try:
            print("started", flush=True)
            time.sleep(60)
        except KeyboardInterrupt:
            postgres.create_database("still_there")
            print("exited" if dynamo.exited() else "answered", flush=True)
"""


@pytest.fixture
def parent(place: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has started both engines, in a process group of its own."""
    command = [sys.executable, "-c", PARENT, str(place)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        yield process
        process.kill()


def engines_are_gone(place: Path) -> bool:
    """Whether no process of either engine holds its lock, after some seconds at most."""
    for path in (place / "postgres" / "lock", place / "dynamodb.db.lock"):
        os.close(lock(path, patience=15))
    return True


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_engines_end_with_their_parent(
    parent: subprocess.Popen[str], place: Path, ending: signal.Signals
) -> None:
    with pytest.raises(BlockingIOError):
        lock(place / "postgres" / "lock")
    parent.send_signal(ending)
    parent.wait(10)
    assert engines_are_gone(place)


def test_ctrl_c_is_left_to_the_parent(parent: subprocess.Popen[str], place: Path) -> None:
    os.killpg(parent.pid, signal.SIGINT)
    printed, _ = parent.communicate(timeout=20)
    assert printed == "answered\n"
    assert parent.returncode == 0
    assert engines_are_gone(place)


def test_lock_waits_no_longer_than_told(tmp_path: Path) -> None:
    held = lock(tmp_path / "lock")
    with pytest.raises(BlockingIOError):
        lock(tmp_path / "lock", patience=0.1)
    os.close(held)
    os.close(lock(tmp_path / "lock"))
