"""README.md says what is true: its query has its answer, and what it points to is there."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from gateway.demo.data.people import ADA
from gateway.demo.tokens import CALLERS
from loaders.tables.catalogue import DYNAMODB, POSTGRES
from tests.gateway.readme import ANSWER, QUERY, README
from tests.gateway.serving import Client

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


async def test_the_query_has_the_answer(client: Client) -> None:
    assert (await client.ask(QUERY)).json() == ANSWER


async def test_the_answer_spans_the_products_in_few_calls(client: Client) -> None:
    answer = await client.ask(QUERY, headers={"gateway_trace": "1"})
    stores = {call["store"] for call in answer.json()["extensions"]["trace"]}
    assert stores == {*POSTGRES, *DYNAMODB}


def test_it_names_people_of_the_demo() -> None:
    assert f"you are {ADA.first_name}" in README
    assert {*re.findall(r"gateway token --as\s(\w+)", README)} == {"ada", "ben"} <= CALLERS.keys()


def test_its_commands_are_there() -> None:
    verbs = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        named = re.findall(r"(?:^|`)make ([a-z]+)", page.read_text(), re.MULTILINE)
        assert set(named) <= verbs, page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_points_to_is_there(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_code_that_a_page_names_is_there(page: Path) -> None:
    pattern = r"`((?:gateway|schema|resolvers|loaders|tests|docs)/[\w./]*)`"
    for named in re.findall(pattern, page.read_text()):
        assert (ROOT / named).exists(), named


def test_the_picture_is_of_the_promised_size() -> None:
    content = (ROOT / "docs" / "graphiql.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert struct.unpack(">II", content[16:24]) == (1280, 800)
    assert len(content) < 250_000
