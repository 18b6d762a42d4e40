"""What a query asks of the stores, told beforehand: by the command and by a header."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import main
from gateway.stores import Addresses
from loaders.viewer import ANONYMOUS, Viewer
from tests.gateway.serving import Client, application, client_of
from tests.viewers import always

PAGE = (Path(__file__).parents[2] / "docs" / "execution.md").read_text()
TITLES = """{
  tmdbTitles(mediaType: TV, first: 50) {
    nodes { title episodes(first: 10) { nodes { name title { title } } } }
  }
}"""
NAMED = "query Named($name: String!) { titles(named: $name) { nodes { __typename title } } }"


@pytest.fixture
def explain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Prints what the command says of a query."""

    def run(query: str, *options: str) -> str:
        file = tmp_path / "query.graphql"
        file.write_text(query)
        main(["explain", str(file), *options])
        return capsys.readouterr().out

    return run


def test_the_page_shows_what_the_command_prints(explain: Any) -> None:
    (shown,) = re.findall(r"^\$ gateway explain titles.graphql\n(.*?)```", PAGE, re.S | re.M)
    assert explain(TITLES) == shown


def test_as_json_it_names_columns_and_sql(explain: Any) -> None:
    told = json.loads(explain(TITLES, "--json"))
    assert told["bound"] == {"calls": 3, "rows": 1101, "readUnits": 0.0}
    assert [place["path"] for place in told["places"]] == [
        "tmdbTitles",
        "tmdbTitles.nodes.episodes",
        "tmdbTitles.nodes.episodes.nodes.title",
    ]
    (last,) = told["places"][-1]["operations"]
    assert last["columns"] == ["id", "title"]
    assert last["sql"].startswith("SELECT ")
    assert "actual" not in last


def test_code_is_printed_for_each_place(explain: Any) -> None:
    printed = explain(TITLES, "--code")
    assert re.findall(r"^# (.*)$", printed, re.M) == [
        "Query",
        "tmdbTitles: TmdbTitleConnection",
        "tmdbTitles.nodes: TmdbTitle",
        "tmdbTitles.nodes.episodes: EpisodeConnection",
        "tmdbTitles.nodes.episodes.nodes: Episode",
        "tmdbTitles.nodes.episodes.nodes.title: TmdbTitle",
    ]
    assert "= source['title']" in printed


def test_a_bound_depends_on_variables_and_on_who_asks(explain: Any) -> None:
    staff = ["--as", "admin"]
    tickets = "query ($n: Int!) { supportTicketsByStatus(status: NEW, first: $n) { nodes { id } } }"
    one, many = (
        json.loads(explain(tickets, "--json", "--variables", f'{{"n": {n}}}', *staff))["bound"]
        for n in (1, 100)
    )
    assert one["rows"] < many["rows"]
    nobody = json.loads(explain(tickets, "--json", "--variables", '{"n": 100}'))
    assert nobody == {"bound": {"calls": 0, "rows": 0, "readUnits": 0.0}, "places": []}


def test_one_of_several_operations_is_named(explain: Any) -> None:
    both = f"{NAMED} query Other {{ viewer {{ email }} }}"
    assert explain(both, "--operation", "Other") == "In all: at most 0 calls, 0 rows\n"


@pytest.mark.parametrize(
    ("query", "options", "said"),
    [
        ("{", [], "Syntax Error: Expected Name, found <EOF>."),
        ("{ nothing }", [], "Cannot query field 'nothing' on type 'Query'."),
        (NAMED, [], "Variable '$name' has invalid value"),
        (NAMED, ["--variables", "name"], "--variables is no JSON: "),
        (NAMED, ["--variables", "[]"], "--variables is no JSON object"),
        (NAMED, ["--operation", "Unnamed"], "Unknown operation named 'Unnamed'."),
        (NAMED, ["--as", "ben"], "argument --as: invalid choice: 'ben'"),
        (
            "query ($n: String!) { __type(name: $n) { name } }",
            ["--variables", '{"n": "Movie"}'],
            "No plan is made for introspection with variables.",
        ),
    ],
)
def test_what_cannot_be_explained_is_said(
    explain: Any, capsys: pytest.CaptureFixture[str], query: str, options: list[str], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        explain(query, *options)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["explain", "absent.graphql"])
    assert capsys.readouterr().err.startswith("absent.graphql cannot be read: ")


async def test_a_header_has_it_told_without_running(client: Client) -> None:
    answer = await client.ask(TITLES, headers={"gateway_explain": "plan"})
    assert answer.json()["data"] is None
    assert answer.json()["extensions"]["explain"]["bound"]["calls"] == 3
    assert answer.json().keys() == {"data", "extensions"}


async def test_a_header_has_the_actual_figures_told_beside(client: Client) -> None:
    answer = await client.ask(TITLES, headers={"gateway_explain": "run"})
    explained = answer.json()["extensions"]["explain"]
    assert answer.json()["data"]["tmdbTitles"]["nodes"]
    assert explained["actual"]["calls"] == 1
    assert 0 < explained["actual"]["rows"] <= explained["bound"]["rows"]
    operations = [operation for place in explained["places"] for operation in place["operations"]]
    assert [operation["actual"]["calls"] for operation in operations] == [1, 0, 0]
    assert all(operation["actual"]["rows"] for operation in operations)
    assert answer.json()["extensions"].keys() == {"explain"}


async def test_another_word_in_the_header_is_refused(client: Client) -> None:
    answer = await client.ask(TITLES, headers={"gateway_explain": "maybe"})
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["message"] == "Gateway-Explain is `plan` or `run`"
    assert error["extensions"]["argument"] == "Gateway-Explain"


@pytest.mark.parametrize("word", ["plan", "run"])
async def test_a_field_whose_arguments_are_refused_asks_for_nothing(
    client: Client, word: str
) -> None:
    query = 'query ($g: String = "Drama") { movies(genre: $g, first: 1) { nodes { title } } }'
    answer = await client.ask(query, variables={"g": None}, headers={"gateway_explain": word})
    assert answer.json()["extensions"]["explain"]["bound"]["calls"] == 0
    errors = answer.json().get("errors", [])
    assert [error["extensions"]["code"] for error in errors] == ["BAD_USER_INPUT"] * (word == "run")


async def test_what_is_refused_is_not_explained(client: Client) -> None:
    answer = await client.ask(NAMED, headers={"gateway_explain": "plan"})
    assert "extensions" not in answer.json()
    assert "$name" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("viewer", "shown"),
    [(ANONYMOUS, False), (Viewer("sam@example.com", frozenset({"support"})), True)],
)
async def test_it_is_told_to_those_who_may_trace(
    where: Addresses, viewer: Viewer, *, shown: bool
) -> None:
    async with client_of(application(where, demo=False, viewer_of=always(viewer))) as client:
        answer = await client.ask(TITLES, headers={"gateway_explain": "run"})
    assert answer.json()["data"]["tmdbTitles"]["nodes"]
    assert ("extensions" in answer.json()) is shown
