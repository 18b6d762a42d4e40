"""What others' linters say of the schema: graphql-eslint, and graphql-inspector."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from schema.build import sdl
from tests.npm import workspace

pytestmark = pytest.mark.slow

LINTERS = Path(__file__).with_name("linters")
SNAPSHOT = Path(__file__).parents[2] / "schema" / "schema.graphql"
OPERATIONS = sorted((Path(__file__).parents[1] / "operations").rglob("*.graphql"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The linters, and what they need."""
    return workspace(LINTERS, tmp_path / "linters")


def run(folder: Path, *command: str | Path) -> tuple[int, str]:
    """The status of a program of Node's, and what it printed."""
    done = subprocess.run(
        ["node", *command],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def eslint(folder: Path, schema: str) -> tuple[int, str]:
    """What graphql-eslint says of a schema, by its recommendations and by those of Relay."""
    (folder / "schema.graphql").write_text(schema)
    return run(folder, "node_modules/eslint/bin/eslint.js", "schema.graphql")


def test_graphql_eslint_finds_nothing(folder: Path) -> None:
    assert eslint(folder, sdl()) == (0, "")


def test_graphql_eslint_would_find_something(folder: Path) -> None:
    broken = sdl().replace("  endCursor:", "  lastCursor:")
    status, said = eslint(folder, broken + "\ntype Lonely { id: ID! }\n")
    assert status == 1
    for rule in ("relay-page-info", "no-unreachable-types", "require-description"):
        assert f"@graphql-eslint/{rule}" in said


def test_graphql_inspector_finds_no_difference_and_no_operation_that_does_not_fit(
    folder: Path,
) -> None:
    """Of what is published, from what is served."""
    served = folder / "served.graphql"
    served.write_text(sdl())
    assert run(folder, "inspect.mjs", SNAPSHOT, served, *OPERATIONS) == (0, "")


def test_graphql_inspector_would_find_both(folder: Path) -> None:
    served, wrong = folder / "served.graphql", folder / "wrong.graphql"
    served.write_text(sdl().replace("endCursor: String", "endCursor: String!"))
    wrong.write_text("{ nothing }")
    assert run(folder, "inspect.mjs", SNAPSHOT, served, wrong) == (
        1,
        "NON_BREAKING: Field 'PageInfo.endCursor' changed type from 'String' to 'String!'\n"
        f'{wrong}: Cannot query field "nothing" on type "Query".\n',
    )
