"""The edits that take rules away still find what they take away."""

from __future__ import annotations

import pytest

from tests.mutants.edits import EDITS, ROOT, Edit


@pytest.mark.parametrize("edit", EDITS, ids=str)
def test_an_edit_finds_its_piece_once(edit: Edit) -> None:
    assert edit.old_text(ROOT).count(edit.old) == 1
    compile(edit.old_text(ROOT).replace(edit.old, edit.new), edit.file, "exec")
