"""The declarations say what the inventory says."""

from __future__ import annotations

from tests.matrix.declared import differences


def test_every_table_and_column_is_declared_as_the_inventory_has_it() -> None:
    assert list(differences()) == []
