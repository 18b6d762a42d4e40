"""One Postgres and one DynamoDB for a whole run, which all readers share, and copies to write to.

The process that controls a run starts them; with pytest-xdist its workers are told where they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from gateway.demo.data import CANARIES
from loaders.stores.dynamo_client import DynamoAddress
from loaders.stores.postgres import PostgresAddress
from loaders.tables import family, studio
from tests.engines import Addresses, Engines, dynamodb_copy, postgres_copy
from tests.rules import rules_off

ADDRESSES = pytest.StashKey[Addresses]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--seed", type=int, default=1, help="of the random queries, and of the rows broken for them"
    )
    parser.addoption(
        "--engines", type=json.loads, help="where engines are that run already, as JSON"
    )
    parser.addoption("--queries", type=int, default=300, help="how many random queries are run")


def pytest_report_header(config: pytest.Config) -> str:
    return f"random queries: {config.getoption('queries')}, --seed {config.getoption('seed')}"


def pytest_configure(config: pytest.Config) -> None:
    told = getattr(config, "workerinput", {}).get("engines") or config.getoption("engines")
    if told:
        config.stash[ADDRESSES] = Addresses(**told)
    elif not config.option.collectonly:
        engines = Engines.start()
        # Not in pytest_unconfigure: this runs too where another plugin fails to configure.
        config.add_cleanup(engines.stop)
        config.stash[ADDRESSES] = engines.addresses


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist where the engines are."""
    node.workerinput["engines"] = asdict(node.config.stash[ADDRESSES])


_SECRETS = re.compile(
    "|".join(
        # Digits alone, as pairing codes are, stand in ports and times too.
        [re.escape(canary) for canary in CANARIES if not canary.isdigit()]
        + [r"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}"]
    )
)
"""Seeded secrets, and tokens."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What tests log and print has no secret and no token in it."""
    report = yield
    found = _SECRETS.search("".join(text for _, text in report.sections))
    if found and report.passed:
        report.outcome = "failed"
        report.longrepr = f"a secret was logged or printed: {found[0][:12]}…"
    return report


@pytest.fixture(scope="session")
def engines(pytestconfig: pytest.Config) -> Addresses:
    """Where the engines are. Read only: every test of the run reads the same rows."""
    return pytestconfig.stash[ADDRESSES]


@pytest.fixture
async def writable_family(engines: Addresses) -> AsyncIterator[PostgresAddress]:
    """The family's database, in a copy that this test alone has."""
    async with postgres_copy(engines, family.PRODUCT) as address:
        yield address


@pytest.fixture
async def writable_studio(engines: Addresses) -> AsyncIterator[PostgresAddress]:
    """The studio's database, in a copy that this test alone has."""
    async with postgres_copy(engines, studio.PRODUCT) as address:
        yield address


@pytest.fixture
def writable_dynamodb(engines: Addresses, tmp_path: Path) -> Iterator[DynamoAddress]:
    """The DynamoDB of all products that keep their data there, in a copy of this test's own."""
    with dynamodb_copy(engines, tmp_path) as address:
        yield address


@pytest.fixture
def no_rules() -> Iterator[None]:
    """Have the loaders ask for anybody's rows, by every way, whoever asks."""
    with rules_off():
        yield
