"""`gateway advance`: an input of Ada's goes through its pipeline, to be watched in the demo."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import asyncpg

from gateway.demo.data.people import ADA
from gateway.demo.data.studio import PHASES
from gateway.demo.postgres import PostgresEngine
from gateway.demo.processes import EngineError
from gateway.progress import say
from loaders.tables import studio

_TEXT = "A lighthouse keeper finds a letter that was never sent."
_SHOWN = "{ phase status progressPercentage }"
_STEPS = (0, 25, 50, 75, 100)
"""How far a phase has come, in percent, each time that it has come further."""

_BEGIN = """
INSERT INTO input_records (user_id, raw_input, input_length, detected_language, status)
SELECT id, $2, length($2), 'en', 'processing' FROM users WHERE email = $1 RETURNING id"""
_ENTER = "UPDATE input_records SET current_phase = $2 WHERE id = $1"
_BEGIN_PHASE = """
INSERT INTO processing_statuses (input_record_id, phase, status) VALUES ($1, $2, 'processing')
RETURNING id"""
_GO_ON = """
UPDATE processing_statuses SET progress_percentage = $2,
    status = CASE WHEN $2 = 100 THEN 'completed' ELSE status END,
    completed_at = CASE WHEN $2 = 100 THEN CURRENT_TIMESTAMP END
WHERE id = $1"""
_END = """
UPDATE input_records SET status = 'completed', processed_at = CURRENT_TIMESTAMP WHERE id = $1"""


async def advance(url: str, pause: float) -> None:
    """Have an input go on a step every so many seconds, and remove it at the end, however that
    comes."""
    connection = await asyncpg.connect(url)
    try:
        record = await connection.fetchval(_BEGIN, ADA.email, _TEXT)
        say(f"Input {record} of {ADA.email} goes through its pipeline. To watch it, ask for")
        say(f"  subscription {{ processingStatus(inputRecordId: {record}) {_SHOWN} }}")
        try:
            await _through_all_phases(connection, record, pause)
        finally:
            await connection.execute("DELETE FROM input_records WHERE id = $1", record)
    finally:
        await connection.close()


def advance_demo(directory: Path, pause: float) -> None:
    """The same in the demo that runs on a directory; EngineError where none does."""
    url = PostgresEngine.url_on(directory / "postgres", studio.PRODUCT)
    try:
        asyncio.run(advance(url, pause))
    except OSError as error:
        raise EngineError(f"The Postgres of {directory} cannot be reached: {error}.") from None


async def _through_all_phases(connection: Any, record: int, pause: float) -> None:
    for phase in PHASES:
        await connection.execute(_ENTER, record, phase)
        status = await connection.fetchval(_BEGIN_PHASE, record, phase)
        for percent in _STEPS:
            await connection.execute(_GO_ON, status, percent)
            await asyncio.sleep(pause)
    await connection.execute(_END, record)
    await asyncio.sleep(pause)
