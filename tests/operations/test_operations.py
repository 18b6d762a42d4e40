"""Each operation of the folders beside this file answers what its JSON says, in as many calls."""

from __future__ import annotations

import pytest

from gateway.demo.data import CANARIES
from tests.operations.asking import Asker
from tests.operations.expected import FOLDER, Case, cases, name_of


@pytest.mark.parametrize("case", cases(), ids=name_of)
async def test_answers_as_expected(case: Case, ask: Asker, pytestconfig: pytest.Config) -> None:
    answers = await case.run(ask)
    for answer in answers:  # the trace, too
        shown = answer.content.decode()
        assert [canary for canary in CANARIES if canary in shown] == []
    found = case.found(answers)
    if pytestconfig.getoption("write_expected", default=False):
        case.write(found)
        return
    case.check(found)


NAMES = {name_of(case) for case in cases()}
ANOTHERS = {
    name: name.removesuffix("another") + "absent"
    for name in sorted(NAMES)
    if name.endswith(".another")
}
"""Cases of somebody else's rows, and those of rows that are not there, as far as there are any."""


def test_every_operation_has_an_expected_answer() -> None:
    """And none is left over."""
    operations = {file.with_suffix("") for file in FOLDER.glob("*/*.graphql")}
    assert {case.operation for case in cases()} == operations


@pytest.mark.parametrize(
    ("anothers", "absent"),
    [
        ("accounts/links_of_a_family.of_another", "accounts/links_of_a_family.absent"),
        ("nodes/node.settings_of_another", "nodes/node.settings_absent"),
        ("nodes/node.policy_of_another", "nodes/node.policy_absent"),
        ("nodes/node.event_of_another", "nodes/node.event_absent"),
        *((name, absent) for name, absent in ANOTHERS.items() if absent in NAMES),
    ],
)
def test_what_is_anothers_looks_and_costs_like_what_is_absent(anothers: str, absent: str) -> None:
    found, missing = [Case.read(FOLDER / f"{name}.json") for name in (anothers, absent)]
    assert found.operation == missing.operation
    assert found.content.get("variables") != missing.content.get("variables")
    assert found.expected == missing.expected


def test_more_rows_make_no_more_calls() -> None:
    few, many = [
        Case.read(FOLDER / f"pipeline/everything_below_final_videos{of}.json").expected
        for of in ("", ".of_many")
    ]
    assert len(many["data"]["deliveredVideos"]["nodes"]) > 5
    assert few["calls"] == many["calls"]
    assert set(many["calls"].values()) == {1}


def test_who_is_refused_everything_costs_nothing() -> None:
    refused = [
        case
        for case in cases()
        if {error["code"] for error in case.expected.get("errors", [])} == {"FORBIDDEN"}
        if not any(case.expected["data"].values())
    ]
    assert len(refused) > 5
    assert [name_of(case) for case in refused if case.expected["calls"]] == []
