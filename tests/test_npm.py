"""What the tests install with npm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

LOCKS = sorted(Path(__file__).parent.rglob("package-lock.json"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.name)
def test_a_lock_says_what_but_not_where_from(lock: Path) -> None:
    packages = [
        package for path, package in json.loads(lock.read_text())["packages"].items() if path
    ]
    assert packages
    assert all("resolved" not in package for package in packages)
    assert all(package["version"] and package["integrity"] for package in packages)
