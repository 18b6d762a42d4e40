"""The audit log: what staff read of others stands in it before they are answered."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.audit import KEPT, AuditLog
from loaders.errors import SourceUnavailable
from tests.engines import Addresses
from tests.operations.asking import ADA, ADMIN, NOBODY, SUPPORT, Asker, gateway_over

OTHERS = """{
  titles: tmdbTitles(mediaType: MOVIE, first: 1) { nodes { title } }
  inputRecord(by: { inputRecordId: "1" }) {
    rawInput
    artifacts(first: 2) { nodes { url } }
    characters(first: 1) { nodes { name } }
    account { email }
  }
}"""


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    return AuditLog(tmp_path / "audit")


@pytest.fixture
async def ask(engines: Addresses, log: AuditLog) -> AsyncIterator[Asker]:
    """Asks a gateway that keeps an audit log."""
    async with gateway_over(engines.stores(), audit=log) as asker:
        yield asker


def lines(tmp_path: Path) -> list[Mapping[str, Any]]:
    """What stands in the log."""
    return [
        orjson.loads(line)
        for file in sorted((tmp_path / "audit").iterdir())
        for line in file.read_bytes().splitlines()
        if line
    ]


def full(log: AuditLog) -> Path:
    """Put a device that is always full in the place of today's file."""
    today = log.directory / f"{datetime.now(UTC):%Y-%m-%d}.jsonl"
    today.unlink()
    today.symlink_to("/dev/full")
    return today


@pytest.mark.parametrize("viewer", [SUPPORT, ADMIN])
async def test_it_tells_who_read_whose_rows(ask: Asker, tmp_path: Path, viewer: str) -> None:
    await ask.data(OTHERS, viewer)
    (line,) = lines(tmp_path)
    assert datetime.now(UTC) - datetime.fromisoformat(line["time"]) < timedelta(minutes=5)
    assert len(line["request"]) == 32
    assert len(line["document"]) == 64
    email, _, roles = viewer.partition("; roles=")
    assert (line["viewer"]["email"], line["roles"]) == (email, [roles])
    read = {entry["table"]: entry for entry in line["read"]}
    assert read["studio.input_records"]["by"] == "user_id"
    assert read["studio.input_records"]["owners"] == [1]
    assert "raw_input" in read["studio.input_records"]["columns"]
    assert read["studio.characters"]["by"] == "input_record_id"
    assert read["studio.characters"]["owners"] == [1]
    assert read["studio.character_images"]["by"] == "character_id"
    assert read["studio.users"]["owners"] == [1]
    assert "family.titles" not in read


@pytest.mark.parametrize("viewer", [ADA, NOBODY])
async def test_nothing_is_written_of_what_is_one_s_own(
    ask: Asker, tmp_path: Path, viewer: str
) -> None:
    await ask("{ viewer { email accounts { email } } }", viewer)
    await ask(OTHERS, viewer)
    assert lines(tmp_path) == []


async def test_nothing_is_told_that_could_not_be_written(ask: Asker, log: AuditLog) -> None:
    full(log)
    answer = await ask(OTHERS, ADMIN)
    assert answer.data is None
    assert answer.errors == [
        {"message": "the audit log cannot be written", "code": "SOURCE_UNAVAILABLE"}
    ]
    assert "extensions" not in answer.body  # the trace would tell of the rows
    assert await ask.data("{ tmdbTitles(mediaType: MOVIE, first: 1) { nodes { title } } }", ADMIN)


async def test_lines_of_one_time_are_all_there(log: AuditLog, tmp_path: Path) -> None:
    other = AuditLog(tmp_path / "audit")
    await asyncio.gather(*(one.write({"n": n}) for n in range(100) for one in (log, other)))
    assert sorted(line["n"] for line in lines(tmp_path)) == sorted([*range(100)] * 2)


async def test_a_line_after_a_torn_one_can_be_read(log: AuditLog, tmp_path: Path) -> None:
    today = full(log)
    with pytest.raises(SourceUnavailable):
        await log.write({"n": 1})
    today.unlink()
    today.write_bytes(b'{"n": 1')  # as a process leaves it that is killed
    await log.write({"n": 2})
    assert today.read_bytes() == b'{"n": 1\n{"n":2}\n'


async def test_a_year_is_kept(log: AuditLog, tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    names = [f"{today - KEPT - timedelta(days=days)}.jsonl" for days in (0, 1)]
    for name in (*names, "notes.jsonl", f"{today}.jsonl"):
        (log.directory / name).write_bytes(b"")
    (log.directory / f"{today}.jsonl").unlink()
    await log.write({"n": 1})
    assert {file.name for file in log.directory.iterdir()} == {
        names[0],
        "notes.jsonl",
        f"{today}.jsonl",
    }


async def test_old_days_that_cannot_be_removed_stay(log: AuditLog) -> None:
    today = datetime.now(UTC).date()
    (log.directory / f"{today - KEPT - timedelta(days=1)}.jsonl").mkdir()
    (log.directory / f"{today}.jsonl").unlink()
    await log.write({"n": 1})
    assert len(list(log.directory.iterdir())) == 2


async def test_nobody_else_can_read_it(log: AuditLog) -> None:
    await log.write({"n": 1})
    (file,) = log.directory.iterdir()
    assert oct(log.directory.stat().st_mode & 0o777) == "0o700"
    assert oct(file.stat().st_mode & 0o777) == "0o600"


def test_a_directory_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "audit").touch()
    with pytest.raises(OSError, match=os.strerror(17)):
        AuditLog(tmp_path / "audit")
