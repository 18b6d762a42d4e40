"""The demo: engines, tables and data of its own, and the gateway on top."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from gateway.app import ENDPOINT, create_app
from gateway.audit import AuditLog
from gateway.authentication.authenticator import Authenticator
from gateway.create import create_all, declaration
from gateway.demo.data import demo_rows, version
from gateway.demo.data.epoch import EPOCH
from gateway.demo.data.people import ADA
from gateway.demo.directory import DataDirectory, secret_of
from gateway.demo.dynamodb import DynamoEngine
from gateway.demo.examples import examples
from gateway.demo.load import clear_dynamodb, clear_postgres, load_dynamodb, load_postgres
from gateway.demo.postgres import PostgresEngine
from gateway.demo.tokens import CALLERS, DemoIssuer
from gateway.listening import listen, serve, url
from gateway.observing.metrics import Metrics
from gateway.observing.observing import Observing, spans_wanted
from gateway.progress import say, step
from gateway.settings import ServerSettings
from gateway.stores import Addresses
from loaders.clock import Clock
from loaders.stores.dynamo_client import DynamoAddress
from loaders.stores.postgres import PostgresAddress
from loaders.tables.catalogue import DYNAMODB, POSTGRES
from loaders.tables.policies import READER

GRACE = 5
"""Seconds that requests may take to end when the demo is stopped."""


def run_demo(settings: ServerSettings, path: Path) -> None:
    """Serve the demo from a data directory until it is told to stop."""
    with _stopped_politely(), ExitStack() as resources:
        directory = resources.enter_context(DataDirectory(path))
        listening = resources.enter_context(listen(settings.host, settings.port))
        with step("Starting Postgres"):
            postgres = resources.enter_context(PostgresEngine.start(directory.postgres))
        with step("Starting DynamoDB"):
            dynamodb = resources.enter_context(DynamoEngine.start(directory.dynamodb))
        where = demo_addresses(postgres, dynamodb)
        _fill(directory, postgres, where)
        tokens = DemoIssuer.kept_in(path)
        app = create_app(
            settings,
            replace(where, postgres=_as_read(postgres)),
            id_key=secret_of(path, "id-key", lambda: secrets.token_hex(32)),
            viewer_of=Authenticator([tokens.issuer]).viewer_of,
            clock=Clock.starting_at(EPOCH),
            audit=AuditLog(directory.path / "audit"),
            observing=Observing(metrics=Metrics(), spans=spans_wanted(os.environ)),
            demo=True,
            examples=examples(tokens),
        )
        _tell(tokens)
        say(f"GraphiQL: {url(listening)}{ENDPOINT} — you are {ADA.email}")
        serve(
            app,
            listening,
            log_level="warning",
            timeout_graceful_shutdown=GRACE,
            ws_max_size=settings.gateway_body_limit,
        )


def _tell(tokens: DemoIssuer) -> None:
    """Show a token of everybody, which `gateway token --as NAME` prints again."""
    say("Tokens, for the header `Authorization: Bearer …`:")
    for name, caller in CALLERS.items():
        say(f"  {name} ({caller.about}): {tokens.token_of(name)}")


@contextmanager
def _stopped_politely() -> Iterator[None]:
    """Let SIGTERM end the demo as Ctrl-C does, so that its engines are stopped."""

    def stop(number: int, frame: Any) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        say("Stopped.")
    finally:
        signal.signal(signal.SIGTERM, before)


def demo_addresses(postgres: PostgresEngine, dynamodb: DynamoEngine) -> Addresses:
    """Each Postgres product in a database of its own, all DynamoDB products in one engine."""
    address = DynamoAddress("us-east-1", dynamodb.endpoint, access_key="demo", secret_key="demo")
    return Addresses(
        {product: PostgresAddress(postgres.url(product)) for product in POSTGRES},
        dict.fromkeys(DYNAMODB, address),
        {
            product: {table.name: table.name for table in tables}
            for product, tables in DYNAMODB.items()
        },
    )


def _as_read(postgres: PostgresEngine) -> Mapping[str, PostgresAddress]:
    """The databases for a role that may only read, and under row level security."""
    return {
        product: PostgresAddress(postgres.url(product, READER), row_security=True)
        for product in POSTGRES
    }


def _fill(directory: DataDirectory, postgres: PostgresEngine, where: Addresses) -> None:
    """Make the tables and load the data, unless these very tables and data are there already."""
    rows = demo_rows()
    mark = mark_of({product: version(tables) for product, tables in rows.items()})
    if directory.read_mark() == mark:
        return
    directory.write_mark("")  # nothing is known until all is loaded
    with step("Creating tables"):
        for product in POSTGRES:
            postgres.create_database(product)
        asyncio.run(_create_anew(where))
    with step("Loading demo data"):
        asyncio.run(load_all(where, rows))
    directory.write_mark(mark)


def mark_of(versions: Mapping[str, str]) -> str:
    """What a data directory is marked with: each product's version of rows, and of tables."""
    marks = {product: [rows, declaration(product)] for product, rows in versions.items()}
    return json.dumps(marks, sort_keys=True)


async def _create_anew(where: Addresses) -> None:
    """Make every product's tables, without what an earlier version of the demo left."""
    for product in POSTGRES:
        await clear_postgres(where.postgres[product].url)
    for product in DYNAMODB:
        await clear_dynamodb(where.dynamodb[product])
    await create_all(where, row_security=True)


async def load_all(where: Addresses, rows: Any) -> None:
    """Load every product's rows."""
    for product, tables in POSTGRES.items():
        await load_postgres(where.postgres[product].url, tables, rows[product])
    for product, declared in DYNAMODB.items():
        names = where.table_names[product]
        await load_dynamodb(where.dynamodb[product], declared, names, rows[product])
