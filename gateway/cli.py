"""The command line: `gateway demo`, `serve`, `create`, `schema` and `settings`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from pydantic import ValidationError

from gateway.app import create_app
from gateway.create import create_dynamodb, create_postgres
from gateway.demo.processes import EngineError
from gateway.demo.run import run_demo
from gateway.progress import say
from gateway.settings import ServerSettings, ServeSettings, SettingsError, read_settings
from gateway.stores import addresses
from gateway.viewers import parse_viewer
from loaders.errors import BadUserInput
from loaders.tables.catalogue import DYNAMODB, POSTGRES
from schema.build import sdl

DEMO_DIRECTORY = Path(".demo")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; a mistake of its user ends it with a message and status 2."""
    given = _parser().parse_args(arguments)
    try:
        given.command(given)
    except (SettingsError, EngineError) as error:
        say(str(error))
        sys.exit(2)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gateway", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    demo = commands.add_parser("demo", help="serve on embedded engines with demo data")
    demo.add_argument(
        "--directory",
        type=Path,
        default=DEMO_DIRECTORY,
        help="where its data is kept (default: %(default)s)",
    )
    demo.set_defaults(command=_demo)
    serve = commands.add_parser("serve", help="serve on the stores that the settings name")
    serve.set_defaults(command=_serve)
    create = commands.add_parser("create", help="make tables and indexes that are missing")
    create.set_defaults(command=_create)
    schema = commands.add_parser("schema", help="print the schema's definition")
    schema.set_defaults(command=_schema)
    settings = commands.add_parser("settings", help="list the environment variables")
    settings.set_defaults(command=_settings)
    return parser


def _demo(given: argparse.Namespace) -> None:
    try:
        settings = ServerSettings()
    except ValidationError as error:
        raise SettingsError(str(error)) from None
    run_demo(settings, given.directory)


def _serve(given: argparse.Namespace) -> None:
    settings = read_settings()
    try:
        viewer = parse_viewer(settings.gateway_insecure_viewer)
    except BadUserInput as error:
        raise SettingsError(f"GATEWAY_INSECURE_VIEWER: {error}") from None
    app = create_app(settings, addresses(settings), id_key=settings.gateway_id_key, viewer=viewer)
    uvicorn.run(app, host=settings.host, port=settings.port, timeout_graceful_shutdown=10)


def _create(given: argparse.Namespace) -> None:
    where = addresses(read_settings())

    async def create() -> None:
        for product, tables in POSTGRES.items():
            await create_postgres(where.postgres[product].url, tables, _made)
        for product, declared in DYNAMODB.items():
            names = where.table_names[product]
            await create_dynamodb(where.dynamodb[product], declared, names, _made)

    asyncio.run(create())


def _made(what: str) -> None:
    say(f"made {what}")


def _schema(given: argparse.Namespace) -> None:
    sys.stdout.write(sdl())


def _settings(given: argparse.Namespace) -> None:
    for name, field in ServeSettings.model_fields.items():
        default = "needed by serve" if field.is_required() else f"default: {field.default!r}"
        sys.stdout.write(f"{name.upper()}\n    {field.description} ({default})\n")
