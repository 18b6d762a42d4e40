"""The programs of docs/clients: made from the schema by generators, and run against the demo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.demo.installing import engines_directory, install_locked, installed
from tests.gateway.commands import run as run_gateway
from tests.gateway.commands import running
from tests.npm import run, workspace

pytestmark = pytest.mark.slow

CLIENTS = Path(__file__).parents[2] / "docs" / "clients"
EXPECTED = json.loads((CLIENTS / "expected.json").read_text())
FORMS = {
    "--sdl": "schema.graphql",
    "--possible-types": "possible-types.json",
    "--introspection": "introspection.json",
}
ON_NODE = ("codegen", "relay", "apollo", "urql")
ON_PYTHON = ("ariadne_codegen", "gql")


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The clients and their packages, beside the schema in each of its forms."""
    folder = workspace(CLIENTS, tmp_path / "clients")
    for option, name in FORMS.items():
        main(["schema", option])
        (folder / name).write_text(capsys.readouterr().out)
    return folder


def programs(client: str) -> Path:
    """Where the programs of a client in Python are, which are installed where they are missing."""
    lock_file = CLIENTS / client / "requirements.lock"
    home = engines_directory() / "clients" / client
    return home / "bin" if installed(lock_file, home) else install_locked(lock_file, home)


def made(folder: Path) -> dict[str, list[str]]:
    """The command of each client, once its code is generated and checked."""
    run("npm", "run", "build", cwd=folder)
    run(str(programs("ariadne_codegen") / "ariadne-codegen"), cwd=folder / "ariadne_codegen")
    # Node 20 keeps WebSocket behind this option; browsers and later versions have it.
    node = ["node", "--experimental-websocket", "--no-warnings"]
    return {
        **{client: [*node, f"{client}/main.js"] for client in ON_NODE},
        **{client: [str(programs(client) / "python"), f"{client}/main.py"] for client in ON_PYTHON},
    }


def test_every_client_gets_the_same_answers_or_says_why_it_gets_none(
    folder: Path, place: Path, subtests: pytest.Subtests
) -> None:
    commands = made(folder)
    data = str(place / "data")
    with running(place / "log", "demo", "--directory", data) as gateway:
        url = gateway.url()
        _, token = run_gateway("token", "--as", "ada", "--directory", data)
        for client, command in commands.items():
            with subtests.test(client):
                told = run(*command, cwd=folder, QUINTET_URL=url, QUINTET_TOKEN=token.strip())
                assert json.loads(told) == EXPECTED
            for wrong, why in (("", "QUINTET_TOKEN is missing"), ("bad", "the token is malformed")):
                with subtests.test(client, token=wrong), pytest.raises(AssertionError, match=why):
                    run(*command, cwd=folder, QUINTET_URL=url, QUINTET_TOKEN=wrong)


def test_there_is_a_test_of_each() -> None:
    assert {path.parent.name for path in CLIENTS.glob("*/main.*")} == {*ON_NODE, *ON_PYTHON}
