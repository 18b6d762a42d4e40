"""The demo's data directory: one holder at a time, and a mark that speaks of data that is there."""

import os
from pathlib import Path

import pytest

from gateway.demo.directory import DataDirectory, DirectoryInUse


def test_second_holder_is_told_who_has_it(tmp_path: Path) -> None:
    with DataDirectory(tmp_path / "demo"), pytest.raises(DirectoryInUse) as refused:
        DataDirectory(tmp_path / "demo")
    assert str(tmp_path / "demo") in str(refused.value)
    assert f"process {os.getpid()}" in str(refused.value)
    assert refused.value.pid == os.getpid()


def test_is_free_again_once_closed(tmp_path: Path) -> None:
    DataDirectory(tmp_path).close()
    with DataDirectory(tmp_path) as directory:
        directory.close()


def test_is_free_where_a_dead_process_left_its_number(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("123456789")
    with DataDirectory(tmp_path):
        assert (tmp_path / "lock").read_text() == str(os.getpid())


def test_mark_is_kept(tmp_path: Path) -> None:
    with DataDirectory(tmp_path) as directory:
        directory.postgres.mkdir()
        directory.dynamodb.touch()
        assert directory.read_mark() is None
        directory.write_mark("1")
        directory.write_mark("2")
    with DataDirectory(tmp_path) as directory:
        assert directory.read_mark() == "2"


def test_mark_without_its_data_does_not_count(tmp_path: Path) -> None:
    with DataDirectory(tmp_path) as directory:
        directory.postgres.symlink_to(tmp_path / "gone")
        directory.dynamodb.touch()
        directory.write_mark("1")
        assert directory.read_mark() is None
