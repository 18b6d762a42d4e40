"""`gateway demo` in processes of its own: started, stopped in every way, and started again."""

from __future__ import annotations

import os
import re
import signal
import socket
from pathlib import Path
from typing import Any

import pytest

from gateway.demo.data.people import ADA
from gateway.demo.postgres import PostgresEngine
from gateway.demo.processes import lock
from gateway.demo.tokens import CALLERS
from loaders.accounts import IDENTITIES
from tests.engines import execute
from tests.gateway.commands import PATIENCE, Running, run, running
from tests.gateway.readme import ANSWER, QUERY

pytestmark = pytest.mark.slow

IDS = """
{
  viewer { accounts { ... on Node { id } } }
  movies(genre: "Drama", first: 2) { nodes { id title } pageInfo { endCursor } }
}
"""


def demo(place: Path, *, log: str = "log", **settings: str) -> Any:
    """A demo whose data is in the place."""
    return running(place / log, "demo", "--directory", str(place / "data"), **settings)


def by_ada(place: Path) -> dict[str, str]:
    """The header that the command line tells of."""
    _, token = run("token", "--as", "ada", "--directory", str(place / "data"))
    return {"authorization": f"Bearer {token.strip()}"}


def assert_it_shows_a_token_of_everybody(gateway: Running) -> None:
    shown = dict(re.findall(r"^  (\S+) \(.*\): (\S+)$", gateway.said(), re.MULTILINE))
    assert shown.keys() == CALLERS.keys()
    for name, caller in CALLERS.items():
        answer = gateway.ask("{ viewer { email } }", authorization=f"Bearer {shown[name]}")
        assert answer == {"data": {"viewer": {"email": caller.email}}}


def nothing_is_left(place: Path) -> bool:
    """Whether no process of either engine holds its lock, after some seconds at most."""
    for path in (place / "data" / "postgres" / "lock", place / "data" / "dynamodb.db.lock"):
        os.close(lock(path, patience=PATIENCE))
    return True


def test_answers_and_keeps_its_data_over_a_restart(place: Path) -> None:
    with demo(place) as first:
        first.url()
        adas = by_ada(place)
        assert first.ask(QUERY, **adas) == ANSWER
        ids = first.ask(IDS, **adas)
        assert len(ids["data"]["viewer"]["accounts"]) == len(IDENTITIES)
        assert f"you are {ADA.email}" in first.said()
        assert_it_shows_a_token_of_everybody(first)
        assert "Loading demo data" in first.said()
        assert first.end(signal.SIGINT) == 0
        assert first.said().endswith("Stopped.\n")
    with demo(place, log="again") as second:
        assert second.ask(IDS, **adas) == ids
        assert second.ask(QUERY, **adas) == ANSWER
        cursor = ids["data"]["movies"]["pageInfo"]["endCursor"]
        onward = (
            f'{{ movies(genre: "Drama", first: 1, after: "{cursor}") {{ nodes {{ title }} }} }}'
        )
        assert second.ask(onward)["data"]["movies"]["nodes"]
        assert "Creating tables" not in second.said()
        assert "Loading demo data" not in second.said()
        assert_a_second_is_told_of_the_first(place, second)
    assert nothing_is_left(place)


def assert_a_second_is_told_of_the_first(place: Path, first: Running) -> None:
    status, said = run("demo", "--directory", str(place / "data"))
    assert status == 2
    assert said == (
        f"{place / 'data'} is in use by process {first.process.pid}: stop it, or choose another "
        "directory.\n"
    )
    assert first.ask("{ __typename }") == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    ("how", "status"), [(signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_leaves_no_engine_however_it_ends(place: Path, how: signal.Signals, status: int) -> None:
    with demo(place) as gateway:
        gateway.url()
        assert gateway.end(how) == status
        assert nothing_is_left(place)
        assert "Traceback" not in gateway.said()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_may_be_stopped_before_it_serves(place: Path, how: signal.Signals) -> None:
    with demo(place) as gateway:
        gateway.wait_for(r"(Starting Postgres: )")
        gateway.end(how)
        assert nothing_is_left(place)
        assert "Traceback" not in gateway.said()


def test_a_busy_port_is_named_before_anything_is_started(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, said = run("demo", "--directory", str(place / "data"), PORT=str(port))
    assert status == 2
    assert said == (
        f"127.0.0.1 port {port} cannot be listened on: Address already in use. "
        "Set PORT or HOST to another.\n"
    )
    assert not (place / "data" / "postgres").exists()


async def test_begins_anew_where_another_version_left_its_tables(place: Path) -> None:
    data = place / "data"
    data.mkdir()
    with PostgresEngine.start(data / "postgres") as postgres:
        postgres.create_database("family")
        await execute(
            postgres.url("family"), "CREATE TABLE users (id serial PRIMARY KEY, mail text)"
        )
    (data / "dynamodb.db").touch()
    (data / "version").write_text("of another version")
    with demo(place) as gateway:
        gateway.url()
        assert gateway.ask(QUERY, **by_ada(place)) == ANSWER
