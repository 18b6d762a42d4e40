"""The audit log: who among staff has read whose rows, written before the answer leaves."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from loaders.audit import OwnersRead
from loaders.errors import SourceUnavailable
from loaders.request import Columns
from loaders.viewer import Viewer

KEPT = timedelta(days=366)
"""How long a day's file stays."""
PATIENCE = 5.0
"""Seconds that a line may take to be written."""
_SUFFIX = ".jsonl"


class AuditLog:
    """Lines of JSON in a directory, a file a day, to whose ends alone is written.

    Lines that come while others are written go together, and are on the disk when `write` returns.
    Several processes may share a directory.
    """

    def __init__(self, directory: Path) -> None:
        """Raises OSError where the directory cannot be made or written to."""
        self.directory = directory
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._append(b"")

    async def write(self, entry: Mapping[str, Any]) -> None:
        """Add a line; SourceUnavailable where that cannot be done."""
        written = asyncio.get_running_loop().create_future()
        line = orjson.dumps(entry, default=str, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
        self._waiting.append((line, written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.shield(written)
        except (OSError, TimeoutError) as error:
            raise SourceUnavailable("the audit log cannot be written") from error

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await asyncio.to_thread(self._append, b"".join(line for line, _ in batch))
            except OSError as error:
                for _, written in batch:
                    written.set_exception(error)
                    written.exception()  # who waited may have given up
            else:
                for _, written in batch:
                    written.set_result(None)
        self._writing = None

    def _append(self, lines: bytes) -> None:
        today = self.directory / f"{datetime.now(UTC):%Y-%m-%d}{_SUFFIX}"
        if not today.exists():
            self._remove_old()
        file = os.open(today, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(file).st_size
            if size and os.pread(file, 1, size - 1) != b"\n":  # a line that was torn
                lines = b"\n" + lines
            if os.write(file, lines) < len(lines):
                raise OSError("the audit log took a part of its lines")
            os.fsync(file)
        finally:
            os.close(file)

    def _remove_old(self) -> None:
        oldest = (datetime.now(UTC) - KEPT).date()
        for file in self.directory.glob(f"*{_SUFFIX}"):
            with suppress(ValueError, OSError):  # of somebody else, or kept by other means
                if date.fromisoformat(file.stem) < oldest:
                    file.unlink(missing_ok=True)


def entry(
    viewer: Viewer, owners_read: OwnersRead, columns: Columns, *, document: str, request_id: str
) -> dict[str, Any]:
    """The line of a request: who, whose, which columns, by which document, and when.

    Of the document only its SHA-256 is kept: literals may be personal data.
    """
    return {
        "time": datetime.now(UTC),
        "request": request_id,
        "document": sha256(document.encode()).hexdigest(),
        "viewer": {
            "email": viewer.email,
            "subject": viewer.subject and viewer.subject.name,
            "product": viewer.subject and viewer.subject.product,
        },
        "roles": sorted(viewer.roles),
        "read": [
            {
                "table": str(table),
                "by": table.owner_column,
                "owners": sorted(owners, key=str),
                "columns": sorted(columns.get(table, ())),
            }
            for table, owners in owners_read.owners.items()
        ],
    }
