"""Each operation of the folders beside this file answers what its JSON says, in as many calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.operations.asking import Asker
from tests.operations.expected import FOLDER, Case, cases, name_of


@pytest.mark.parametrize("case", cases(), ids=name_of)
async def test_answers_as_expected(case: Case, ask: Asker, pytestconfig: pytest.Config) -> None:
    found = await case.run(ask)
    if pytestconfig.getoption("write_expected", default=False):
        case.write(found)
        return
    expected = dict(case.expected)
    at_most = expected.pop("calls_at_most", None)
    if at_most is not None:
        calls = found.pop("calls")
        assert calls.keys() == at_most.keys()
        assert all(calls[call] <= most for call, most in at_most.items())
    assert found == expected


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*/*.graphql")), ids=lambda file: file.stem)
def test_an_operation_has_an_expected_answer(file: Path) -> None:
    assert list(file.parent.glob(f"{file.stem}.json")) or list(
        file.parent.glob(f"{file.stem}.*.json")
    )
