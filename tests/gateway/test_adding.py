"""docs/adding.md, done with a copy of the code: the lines that it gives are enough."""

from __future__ import annotations

import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.engines import Addresses, execute

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "adding.md").read_text()
COLUMN, _, _REST = PAGE.partition("\n## A table\n")
TABLE, _, PRODUCT = _REST.partition("\n## A product\n")

ASKING = """
import asyncio, json, sys

from gateway.create import create_postgres
from gateway.demo.data import demo_rows
from gateway.demo.load import load_postgres
from gateway.execution.documents import Documents
from gateway.execution.documents import Operation
from gateway.execution.executors import LevelExecutor
from gateway.execution.run import Gateway
from loaders.clock import Clock
from loaders.sealing import Seal
from loaders.stores.postgres import PostgresAddress, PostgresStore
from loaders.tables import family
from loaders.viewer import ANONYMOUS
from schema.build import graphql_schema, sdl
from tests.engines import execute


async def main(url, statements, queries):
    await create_postgres(url, family.TABLES, lambda made: None)
    await load_postgres(url, family.TABLES, demo_rows()["family"])
    for statement in statements:
        await execute(url, statement)
    store = await PostgresStore.open("family", PostgresAddress(url))
    gateway = Gateway(
        stores={"family": store},
        documents=Documents(10),
        executor=LevelExecutor(graphql_schema),
        seal=Seal("a secret"),
        clock=Clock(),
        deadline=30,
        image_base_url="https://images.example.com",
    )
    answers = [(await gateway.answer(Operation(query), ANONYMOUS)).body for query in queries]
    await store.close()
    return {"sdl": sdl(), "answers": answers, "module": family.__file__}


print(json.dumps(asyncio.run(main(*json.loads(sys.stdin.read())))))
"""
"""What is asked of the copy, in a process of its own."""


def apply(text: str, place: Path) -> None:
    """Put each block of a page where the page says, as far in as the line that it goes by."""
    pattern = r"^In `([^`]+)`, (before|after) `([^`]+)`:\n\n```python\n(.*?)^```$"
    steps = re.findall(pattern, text, re.MULTILINE | re.DOTALL)
    assert steps
    for path, where, anchor, block in steps:
        file = place / path
        lines = file.read_text().splitlines(keepends=True)
        (at,) = (number for number, line in enumerate(lines) if line.strip() == anchor)
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        added = [
            indent + line if line.strip() else line for line in block.splitlines(keepends=True)
        ]
        at += where == "after"
        file.write_text("".join([*lines[:at], *added, *lines[at:]]))


def query_in(text: str) -> str:
    (query,) = re.findall(r"^```graphql\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return str(query)


@pytest.fixture
def copy(place: Path) -> Path:
    """A copy of the code, to which the page's lines are added."""
    unwanted = shutil.ignore_patterns("__pycache__", "static", "source")
    for package in ("gateway", "schema", "resolvers", "loaders"):
        shutil.copytree(ROOT / package, place / package, ignore=unwanted)
    (place / "tests").mkdir()
    for name in ("engines.py", "signatures.py"):
        shutil.copy(ROOT / "tests" / name, place / "tests")
    apply(COLUMN, place)
    apply(TABLE, place)
    return place


def run(copy: Path, *command: str, said: str = "") -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        input=said,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.mark.slow
async def test_the_page_s_lines_are_enough(engines: Addresses, copy: Path) -> None:
    name = f"added_{uuid.uuid4().hex}"
    statements = [
        "UPDATE titles SET runtime = 153 WHERE id = 1",
        "INSERT INTO title_awards (title_id, award, year) VALUES (1, 'Second', 2001), "
        "(1, 'First', 1928), (2, 'Third', 2002)",
    ]
    await execute(engines.database("postgres"), f"CREATE DATABASE {name}")
    try:
        asked = [engines.database(name), statements, [query_in(COLUMN), query_in(TABLE)]]
        found: dict[str, Any] = json.loads(run(copy, "-c", ASKING, said=json.dumps(asked)))
    finally:
        await execute(engines.database("postgres"), f"DROP DATABASE {name} WITH (FORCE)")
    assert Path(found["module"]).is_relative_to(copy)
    column, table = found["answers"]
    assert column["data"]["title"]["runtime"] == 153
    awards = table["data"]["title"]["awards"]
    assert awards["totalCount"] == 2
    assert [(award["year"], award["award"]) for award in awards["nodes"]] == [
        (1928, "First"),
        (2001, "Second"),
    ]
    assert {award["title"]["runtime"] for award in awards["nodes"]} == {153}
    assert len({award["id"] for award in awards["nodes"]}) == 2
    assert_only_added(found["sdl"])


def assert_only_added(sdl: str) -> None:
    """The snapshot's difference is what the page adds."""
    before = (ROOT / "schema" / "schema.graphql").read_text().splitlines()
    changed = [
        line
        for line in difflib.ndiff(before, sdl.splitlines())
        if line.startswith(("+ ", "- ")) and line[2:].strip()
    ]
    assert not [line for line in changed if line.startswith("- ")]
    text = "\n".join(changed)
    assert "runtime: Int" in text
    assert "type TitleAward implements Node {" in text
    assert "type TitleAwardConnection {" in text


@pytest.mark.slow
def test_the_page_s_lines_keep_the_style(copy: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", copy)
    code = ("schema", "resolvers", "loaders")
    run(copy, "-m", "ruff", "check", "--no-cache", *code)
    run(copy, "-m", "ruff", "format", "--no-cache", "--check", *code)


@pytest.mark.slow
def test_a_way_that_nothing_serves_is_refused_as_the_page_says(copy: Path) -> None:
    (message,) = re.findall(r'"(family\.title_awards has no[^"]+)"', PAGE.replace("\n", " "))
    script = (
        "from loaders.access import page\n"
        "from loaders.tables import family\n"
        "from loaders.tables.facts import DeclarationError\n"
        "try:\n"
        "    page(family.title_awards, by='award')\n"
        "except DeclarationError as error:\n"
        "    print(error)\n"
    )
    assert run(copy, "-c", script).strip() == message


def test_what_the_page_says_by_the_way_is_so() -> None:
    """The words that stand in its text are words of the code."""
    tables = (ROOT / "loaders" / "tables").glob("*.py")
    code = "".join(file.read_text() for file in tables) + (ROOT / "schema/rows.py").read_text()
    for word in (
        "Visibility.STAFF",
        "SECRET",
        "Read.OWNER",
        "Through(",
        "def column(",
        "def whole(",
    ):
        assert word.removeprefix("def ").rstrip("(") in PAGE
        assert word.rpartition(".")[2] in code


@pytest.mark.parametrize(
    ("name", "path"), re.findall(r"`(\w+)` (?:of|in) `([\w/]+\.py)`", PRODUCT.replace("\n", " "))
)
def test_what_a_product_is_entered_in_is_there(name: str, path: str) -> None:
    assert re.search(rf"^(class )?{name}\b", (ROOT / path).read_text(), re.MULTILINE)
