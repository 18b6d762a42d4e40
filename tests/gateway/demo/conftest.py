"""Fixtures of the tests that start embedded engines."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user can reach, as pytest's own are not; Postgres needs it under root."""
    with tempfile.TemporaryDirectory(prefix="quintet-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
