"""The command line: what each command does, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import time
import uuid
from itertools import chain
from pathlib import Path

import httpx
import pytest
from graphql import build_client_schema, print_schema

import schema
from gateway.cli import main
from gateway.demo.data.people import ADA
from gateway.demo.dynamodb import DynamoEngine
from gateway.settings import ServeSettings
from loaders.accounts import IDENTITIES
from loaders.tables.catalogue import DYNAMODB, POSTGRES, TABLES
from schema.build import graphql_schema, sdl
from tests.engines import TABLE_NAMES, Addresses, execute
from tests.gateway.commands import PATIENCE, run, running
from tests.viewers import TOKENS

NEEDED = {
    "GATEWAY_ID_KEY": "k" * 32,
    "GATEWAY_ISSUERS": f"[{TOKENS.issuer.model_dump_json()}]",
    **{
        f"{product.upper()}_DATABASE_URL": f"postgresql://postgres@127.0.0.1:1/{product}"
        for product in POSTGRES
    },
    "DYNAMODB_ENDPOINT_URL": "http://127.0.0.1:1",
}
"""Enough to serve; every store is down, for nobody listens on port 1."""
ADAS = f"Bearer {TOKENS.token(ADA.email)}"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}


def ended(*arguments: str) -> int | str | None:
    """The status that a command ends with."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return caught.value.code


def test_help_names_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("--help") == 0
    shown = capsys.readouterr().out
    for command in (
        "demo",
        "advance",
        "token",
        "serve",
        "create",
        "doctor",
        "seed",
        "documents",
        "explain",
        "schema",
        "settings",
    ):
        assert re.search(rf"\n    {command}\s", shown)
    assert ended("demo", "--help") == 0
    assert "--directory" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [(), ("dance",), ("serve", "now")])
def test_an_unknown_command_is_refused(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(*arguments) == 2
    assert "usage: gateway" in capsys.readouterr().err


def test_schema_is_the_committed_one(capsys: pytest.CaptureFixture[str]) -> None:
    main(["schema"])
    committed = Path(str(schema.__file__)).with_name("schema.graphql")
    assert capsys.readouterr().out == committed.read_text()


def test_schema_has_forms_for_generators(capsys: pytest.CaptureFixture[str]) -> None:
    main(["schema", "--sdl"])
    assert capsys.readouterr().out == sdl()
    main(["schema", "--introspection"])
    told = json.loads(capsys.readouterr().out)
    assert print_schema(build_client_schema(told)) == print_schema(graphql_schema)
    main(["schema", "--possible-types"])
    behind = json.loads(capsys.readouterr().out)
    assert set(behind) == {"Account", "Profile", "Title", "Artifact", "Node"}
    assert set(behind["Profile"]) == {"StreamProfile", "KidProfile"}
    assert set(behind["Account"]) < set(behind["Node"])


def test_settings_lists_each(capsys: pytest.CaptureFixture[str]) -> None:
    main(["settings"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[::2] == [name.upper() for name in ServeSettings.model_fields]
    assert "    The port to listen on; 0 takes one that is free. (default: 8000)" in lines
    assert lines[2 * list(ServeSettings.model_fields).index("gateway_id_key") + 1].endswith(
        "(needed by serve)"
    )


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (("serve",), ["GATEWAY_ID_KEY", "GATEWAY_ISSUERS"]),
        (("create",), []),
        (("doctor",), []),
        (("seed", "--scale", "1", "--stores"), []),
    ],
    ids=lambda part: part[0] if isinstance(part, tuple) else "",
)
def test_without_settings_each_that_is_missing_is_named(
    environment: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    needed: list[str],
) -> None:
    assert ended(*arguments) == 2
    assert capsys.readouterr().err.splitlines() == [
        *(f"{product.upper()}_DATABASE_URL: Field required" for product in POSTGRES),
        *(f"{name}: Field required" for name in needed),
    ]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"GATEWAY_ISSUERS": ""}, "GATEWAY_ISSUERS: Field required"),
        ({"GATEWAY_ISSUERS": "ada"}, "GATEWAY_ISSUERS: Invalid JSON: "),
        (
            {},
            f"GATEWAY_AUDIT_DIRECTORY is needed: {TOKENS.issuer.issuer} gives the roles of staff\n",
        ),
        (
            {"GATEWAY_AUDIT_DIRECTORY": os.devnull},
            f"GATEWAY_AUDIT_DIRECTORY: {os.devnull} cannot be written to: File exists\n",
        ),
        (
            {"DYNAMODB_ENDPOINT_URL": "http://dynamodb.example.com"},
            "the store of stream would be reached without TLS: use sslmode=require or https, or "
            "set GATEWAY_PLAINTEXT_STORES=1\n",
        ),
        (
            {"GATEWAY_ISSUERS": "[]", "GATEWAY_DOCUMENTS": "only"},
            "GATEWAY_DOCUMENTS_DIRECTORY or GATEWAY_DOCUMENTS_URL is needed: where documents are "
            "stored\n",
        ),
    ],
)
def test_serve_refuses_what_it_cannot_serve_by(
    environment: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    changed: dict[str, str],
    expected: str,
) -> None:
    for name, value in {**NEEDED, **changed}.items():
        environment.setenv(name, value)
    assert ended("serve") == 2
    assert capsys.readouterr().err.startswith(expected)


def test_the_demo_refuses_settings_that_cannot_be_used(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("PORT", "http")
    assert ended("demo") == 2
    assert capsys.readouterr().err.startswith("PORT: ")


def test_a_busy_port_is_named(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for name, value in {**NEEDED, "GATEWAY_ISSUERS": "[]", "PORT": str(port)}.items():
            environment.setenv(name, value)
        assert ended("serve") == 2
    assert capsys.readouterr().err.startswith(f"127.0.0.1 port {port} cannot be listened on: ")


def test_create_says_whose_store_does_not_answer(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in NEEDED.items():
        environment.setenv(name, value)
    assert ended("create") == 2
    said = capsys.readouterr().err
    assert said.startswith("the store of family: ")
    assert "Traceback" not in said


@pytest.mark.slow
def test_serves_while_its_stores_are_down(place: Path) -> None:
    with running(place / "log", "serve", **NEEDED, **CREDENTIALS) as gateway:
        body = gateway.ask(
            '{ movies(genre: "Drama") { nodes { title } } contentTags { nodes { tag } }'
            " viewer { email accounts { product } } }",
            authorization=ADAS,
        )
        assert body["data"] == {
            "movies": None,
            "contentTags": None,
            "viewer": {"email": ADA.email, "accounts": [None] * len(IDENTITIES)},
        }
        assert {error["extensions"]["product"] for error in body["errors"]} == set(IDENTITIES)
        for error in body["errors"]:
            assert error["extensions"]["code"] == "SOURCE_UNAVAILABLE"
            assert error["extensions"]["retryable"] is True
        assert gateway.ask("{ __schema { description } }").keys() == {"errors"}
        assert gateway.end(signal.SIGINT) == 0
    assert "Traceback" not in gateway.said()


@pytest.mark.slow
@pytest.mark.parametrize(("setting", "status"), [("", 404), ("1", 200)])
def test_shows_graphiql_where_it_is_told_to(place: Path, setting: str, status: int) -> None:
    settings = {**NEEDED, **CREDENTIALS, "GATEWAY_GRAPHIQL": setting}
    with running(place / "log", "serve", **settings) as gateway:
        page = httpx.get(gateway.url().removesuffix("/graphql"), headers={"Accept": "text/html"})
        assert page.status_code == status
        assert "data-page" in page.text or page.json()["errors"]


@pytest.mark.slow
def test_serves_the_stores_that_settings_name(engines: Addresses, place: Path) -> None:
    settings = {
        **NEEDED,
        **CREDENTIALS,
        **{
            f"{product.upper()}_DATABASE_REPLICA_URL": engines.database(product)
            for product in POSTGRES
        },
        "DYNAMODB_ENDPOINT_URL": engines.dynamodb,
        **{
            table.setting: TABLE_NAMES[product][table.name]
            for product, tables in DYNAMODB.items()
            for table in tables
        },
        "GATEWAY_INTROSPECTION": "true",
    }
    with running(place / "log", "serve", **settings) as gateway:
        assert gateway.ask("{ __schema { queryType { name } } }").keys() == {"data"}
        assert gateway.ask("{ viewer { accounts { product } } }", authorization=ADAS) == {
            "data": {
                "viewer": {"accounts": [{"product": product.upper()} for product in IDENTITIES]}
            }
        }
        assert gateway.end(signal.SIGTERM) == -signal.SIGTERM
    assert "Traceback" not in gateway.said()


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_workers_share_the_port_and_end_together(place: Path, how: signal.Signals) -> None:
    with running(place / "log", "serve", "--workers", "2", **NEEDED, **CREDENTIALS) as gateway:
        assert gateway.ask("{ viewer { email } }", authorization=ADAS) == {
            "data": {"viewer": {"email": ADA.email}}
        }
        workers = [int(pid) for pid in re.findall(r"server process \[(\d+)\]", gateway.said())]
        gateway.end(how)
        deadline = time.monotonic() + PATIENCE
        while any(Path(f"/proc/{pid}").exists() for pid in workers):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert workers
    assert "Traceback" not in gateway.said()


@pytest.mark.slow
async def test_create_makes_tables_in_the_databases_themselves(engines: Addresses) -> None:
    databases = {product: f"created_{product}_{uuid.uuid4().hex}" for product in POSTGRES}
    settings = {**NEEDED, **CREDENTIALS, "GATEWAY_ID_KEY": "", "GATEWAY_ISSUERS": ""}
    for product, name in databases.items():
        await execute(engines.database("postgres"), f"CREATE DATABASE {name}")
        setting = f"{product.upper()}_DATABASE_URL"
        settings[f"{product.upper()}_DATABASE_REPLICA_URL"] = NEEDED[setting]
        settings[setting] = engines.database(name)
    try:
        with DynamoEngine.start(None) as dynamo:
            settings["DYNAMODB_ENDPOINT_URL"] = dynamo.endpoint
            status, said = run("create", **settings)
            assert status == 0, said
            for table in TABLES:
                assert f"made {table}\n" in said
            assert "made family.titles index ix_titles_title_id\n" in said
            assert run("create", **settings) == (0, "nothing was missing\n")
            status, said = run("create", "--row-security", **settings)
            assert status == 0, said
            for table in chain.from_iterable(POSTGRES.values()):
                assert f"made {table} row level security\n" in said
            assert run("create", "--row-security", **settings) == (0, "nothing was missing\n")
    finally:
        for name in databases.values():
            await execute(engines.database("postgres"), f"DROP DATABASE {name} WITH (FORCE)")
