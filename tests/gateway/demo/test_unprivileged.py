"""Postgres under root: its data and programs are where another user can reach them."""

import os
import shutil
from pathlib import Path

import pytest

from gateway.demo import unprivileged
from gateway.demo.postgres import PostgresEngine
from gateway.demo.processes import EngineError, User
from gateway.demo.unprivileged import PARTS, open_to_all, programs, settle

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="Ordinary users need none of this.")


@pytest.fixture
def outside(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place that closed directories are moved to, for this test."""
    monkeypatch.setattr(unprivileged, "PLACE", place / "outside")
    return place / "outside"


@pytest.fixture
def closed(place: Path) -> Path:
    """A folder that its owner alone may enter."""
    folder = place / "closed"
    folder.mkdir(mode=0o700)
    return folder


def test_an_open_directory_is_used_as_it_is(place: Path) -> None:
    user = settle(place / "deep" / "data")
    assert not (place / "deep" / "data").is_symlink()
    assert (place / "deep" / "data").stat().st_uid == user.uid != 0
    assert settle(place / "deep" / "data") == user


@as_root
def test_runs_where_others_may_not_enter(
    closed: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = programs(User(0, 0)).parents[2]
    for part in PARTS:
        shutil.copytree(packages / part, closed / "packages" / part)
    (closed / "packages" / PARTS[0].parent / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(closed / "packages"))
    for _ in range(2):
        with PostgresEngine.start(closed / "postgres") as engine:
            engine.create_database("words")
    assert (closed / "postgres").resolve().is_relative_to(outside)
    assert open_to_all((closed / "postgres").resolve().parent)
    assert programs(settle(closed / "postgres")).is_relative_to(outside)


@as_root
def test_data_outside_goes_when_its_link_has_gone(closed: Path, outside: Path) -> None:
    settle(closed / "first")
    settle(closed / "second")
    (closed / "first").unlink()
    settle(closed / "third")
    kept = {(closed / name).resolve().parent for name in ("second", "third")}
    assert {note.parent for note in outside.glob("*/origin")} == kept


@as_root
def test_a_link_to_nothing_is_made_anew(closed: Path, outside: Path) -> None:
    settle(closed / "postgres")
    shutil.rmtree(outside)
    settle(closed / "postgres")
    assert (closed / "postgres").is_dir()


@as_root
def test_an_ordinary_user_s_directory_stays_theirs(place: Path) -> None:
    (place / "theirs").mkdir()
    os.chown(place / "theirs", 12345, 12345)
    assert settle(place / "theirs") == User(12345, 12345)


@pytest.mark.skipif(os.geteuid() == 0, reason="Root may use any directory.")
def test_another_user_s_directory_is_refused() -> None:
    with pytest.raises(EngineError, match="another user"):
        settle(Path("/usr"))
