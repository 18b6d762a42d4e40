"""An operation beside what it should answer: `name.graphql`, and `name.json` or `name.case.json`.

The JSON names the `viewer` in short (Ada, where it names none), the `variables`, and then `data`,
`errors` and the number of store `calls`; `calls_at_most` stands in its place where sibling branches
may or may not meet in one call. With `follow`, the path of a connection, the operation goes on page
by page, and `pages` has each of its answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.operations.asking import ADA, Answer, Asker

FOLDER = Path(__file__).parent

Found = dict[str, Any]
"""Data, errors and calls of one answer, as they stand in a file."""

_CURSORS = ("cursor", "startCursor", "endCursor")
_ASKED = ("viewer", "variables", "follow")
PAGES_AT_MOST = 10


@dataclass(frozen=True)
class Case:
    """One file of expectations."""

    file: Path
    content: Mapping[str, Any]

    @classmethod
    def read(cls, file: Path) -> Self:
        return cls(file, json.loads(file.read_text(encoding="utf-8")))

    @property
    def operation(self) -> Path:
        """The file of the operation, without its suffix."""
        return self.file.with_name(self.file.name.partition(".")[0])

    @property
    def query(self) -> str:
        return self.operation.with_suffix(".graphql").read_text(encoding="utf-8")

    @property
    def expected(self) -> Mapping[str, Any]:
        """What should be answered."""
        return {name: part for name, part in self.content.items() if name not in _ASKED}

    async def run(self, ask: Asker) -> list[Answer]:
        """The answer, or those of each page that is followed."""
        variables = dict(self.content.get("variables", {}))
        answers = []
        for _ in range(PAGES_AT_MOST):
            answer = await ask(self.query, self.content.get("viewer", ADA), **variables)
            answers.append(answer)
            page = _at(answer.data, self.content.get("follow"))
            if "last" in variables and page.get("hasPreviousPage"):
                variables["before"] = page["startCursor"]
            elif "last" not in variables and page.get("hasNextPage"):
                variables["after"] = page["endCursor"]
            else:
                return answers
        raise AssertionError("a list without end")

    def found(self, answers: Sequence[Answer]) -> Found:
        """What these answers say, in the form of `expected`."""
        found = [_found(answer) for answer in answers]
        return {"pages": found} if "follow" in self.content else found[0]

    def check(self, found: Found) -> None:
        """Assert that this is what is expected."""
        expected = dict(self.expected)
        at_most = expected.pop("calls_at_most", None)
        if at_most is not None:
            calls = found.pop("calls")
            assert calls.keys() == at_most.keys()
            assert all(calls[call] <= most for call, most in at_most.items())
        assert found == expected

    def write(self, found: Found) -> None:
        """Keep what was found as what is expected."""
        asked = {name: part for name, part in self.content.items() if name in _ASKED}
        if "calls_at_most" in self.content:
            # What was met before may be met again: the most of both.
            most = self.content["calls_at_most"]
            calls = {name: max(count, most.get(name, 0)) for name, count in found["calls"].items()}
            found = {**found, "calls_at_most": calls}
            del found["calls"]
        text = json.dumps({**asked, **found}, indent=2, ensure_ascii=False)
        self.file.write_text(text + "\n", encoding="utf-8")


def cases() -> list[Case]:
    """Every file of expectations."""
    return [Case.read(file) for file in sorted(FOLDER.glob("*/*.json"))]


def name_of(case: Case) -> str:
    """What a test of a case is called: `profiles/settings`, `accounts/viewer.ben`."""
    return case.file.relative_to(FOLDER).with_suffix("").as_posix()


def _found(answer: Answer) -> Found:
    found: Found = {"data": _without_cursors(answer.data)}
    if answer.errors:
        found["errors"] = answer.errors
    return {**found, "calls": answer.calls}


def _without_cursors(value: Any) -> Any:
    """Cursors are opaque; that they lead on is told by the pages they lead to."""
    if isinstance(value, dict):
        return {
            name: "a cursor" if name in _CURSORS and part else _without_cursors(part)
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [_without_cursors(part) for part in value]
    return value


def _at(data: Any, path: str | None) -> Mapping[str, Any]:
    """The pageInfo of the connection at a path, if one is followed."""
    if path is None:
        return {}
    for step in path.split("."):
        data = data[int(step)] if step.isdigit() else data[step]
    page: Mapping[str, Any] = data["pageInfo"]
    return page
