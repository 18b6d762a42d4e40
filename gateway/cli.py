"""The command line: `gateway demo`, `token`, `serve`, `create`, `doctor`, `documents`, …"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any, TypeVar

from gateway import serving
from gateway.authentication.issuers import ROLES
from gateway.create import NotCreated, create_all
from gateway.demo.advance import advance_demo
from gateway.demo.processes import EngineError
from gateway.demo.run import run_demo
from gateway.demo.tokens import CALLERS, DemoIssuer
from gateway.doctor.examine import examine, healthy, show, show_json
from gateway.execution.explain import as_text
from gateway.explain import NotExplained, Query
from gateway.listening import PortTaken
from gateway.persisted import managing
from gateway.persisted.managing import Names, NotStored
from gateway.persisted.opening import needed_store_of
from gateway.persisted.stores import Store
from gateway.progress import say
from gateway.seed.plan import MOST_SCALE
from gateway.seed.run import SeedError, seed_directory, seed_stores
from gateway.settings import (
    ServeSettings,
    SettingsError,
    read_server_settings,
    read_store_settings,
)
from gateway.stores import addresses
from loaders.errors import SourceUnavailable
from loaders.viewer import ANONYMOUS, Viewer
from schema.build import introspection, possible_types, sdl

_Result = TypeVar("_Result")

DEMO_DIRECTORY = Path(".demo")
_SOMEBODY = "somebody@example.com"
_VIEWERS = {
    "anonymous": ANONYMOUS,
    "person": Viewer(_SOMEBODY),
    **{role: Viewer(_SOMEBODY, frozenset({role})) for role in ROLES},
}
"""For whom a query is explained: what is asked of the stores depends on no more."""

_SCHEMA: Mapping[str, tuple[Callable[[], str], str]] = {
    "--sdl": (sdl, "as its definition language (the default)"),
    "--possible-types": (
        lambda: _indented(possible_types()),
        "the types behind each interface, as JSON",
    ),
    "--introspection": (
        lambda: _indented(introspection()),
        "as the answer to an introspection query, as JSON",
    ),
}
"""The forms that the schema is printed in."""
_MISTAKES = (
    SettingsError,
    EngineError,
    PortTaken,
    NotCreated,
    NotStored,
    SeedError,
    NotExplained,
    SourceUnavailable,
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; a mistake of its user ends it with a message and status 2."""
    given = _parser().parse_args(arguments)
    try:
        given.command(given)
    except _MISTAKES as error:
        say(str(error))
        sys.exit(2)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gateway", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    demo = commands.add_parser("demo", help="serve on embedded engines with demo data")
    _add_directory(demo, "where its data is kept")
    demo.set_defaults(command=_demo)
    advance = commands.add_parser(
        "advance", help="have an input of the demo go through its pipeline, for subscriptions"
    )
    _add_directory(advance, "where the demo keeps its data")
    advance.add_argument(
        "--pause",
        type=float,
        default=1.0,
        metavar="SECONDS",
        help="how long each step takes (default: %(default)s)",
    )
    advance.set_defaults(command=_advance)
    _add_token(commands)
    serve = commands.add_parser("serve", help="serve on the stores that the settings name")
    serve.add_argument(
        "--workers",
        type=_count,
        default=1,
        metavar="N",
        help="processes that share the port (default: %(default)s)",
    )
    serve.set_defaults(command=_serve)
    create = commands.add_parser(
        "create", help="make tables, indexes and triggers that are missing"
    )
    create.add_argument(
        "--row-security",
        action="store_true",
        help="set up the row level security of Postgres too, for GATEWAY_ROW_SECURITY",
    )
    create.set_defaults(command=_create)
    doctor = commands.add_parser("doctor", help="compare the stores with what is declared of them")
    doctor.add_argument(
        "--sample",
        type=_count,
        default=0,
        metavar="N",
        help="read up to N rows of each table too, and report those that break their declaration",
    )
    doctor.add_argument("--json", action="store_true", help="print what is found as JSON")
    doctor.set_defaults(command=_doctor)
    _add_seed(commands)
    _add_documents(commands)
    _add_explain(commands)
    _add_schema(commands)
    settings = commands.add_parser("settings", help="list the environment variables")
    settings.set_defaults(command=_settings)
    return parser


def _add_directory(arguments: Any, what: str) -> None:
    arguments.add_argument(
        "--directory", type=Path, default=DEMO_DIRECTORY, help=f"{what} (default: %(default)s)"
    )


def _add_token(commands: Any) -> None:
    token = commands.add_parser("token", help="print a token of the demo's")
    _add_directory(token, "where the demo keeps its data")
    what = token.add_mutually_exclusive_group(required=True)
    what.add_argument("--as", dest="name", metavar="NAME", help="who it is for, such as `ada`")
    what.add_argument("--list", action="store_true", help="list the names instead")
    token.set_defaults(command=_token)


def _add_seed(commands: Any) -> None:
    seed = commands.add_parser("seed", help="let the data of the demo, or of other stores, grow")
    seed.add_argument(
        "--scale",
        type=_scale,
        required=True,
        metavar="N",
        help="how many times the demo's amount, about 10,000 rows each; what is there is kept",
    )
    into = seed.add_mutually_exclusive_group()
    _add_directory(into, "the demo directory that it is written to")
    into.add_argument(
        "--stores", action="store_true", help="write to the stores that the settings name instead"
    )
    seed.add_argument(
        "--beside-others",
        action="store_true",
        help="with --stores: write even where tables hold rows that seeding did not make",
    )
    seed.set_defaults(command=_seed)


def _add_documents(commands: Any) -> None:
    documents = commands.add_parser("documents", help="store documents that clients ask for by id")
    actions = documents.add_subparsers(required=True, metavar="ACTION")
    add = actions.add_parser("add", help="store those of these files, where all of them are valid")
    add.add_argument(
        "files",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="a document as `.graphql`, or a manifest of Relay's or Apollo's as `.json`",
    )
    add.set_defaults(command=_add_to_documents)
    listing = actions.add_parser("list", help="tell the ids and names of those that are stored")
    listing.set_defaults(command=_list_documents)
    remove = actions.add_parser("remove", help="remove stored documents")
    remove.add_argument("ids", nargs="+", metavar="ID")
    remove.set_defaults(command=_remove_documents)


def _add_explain(commands: Any) -> None:
    explaining = commands.add_parser(
        "explain", help="say what a query asks of the stores at most, without asking them"
    )
    explaining.add_argument("file", type=Path, metavar="FILE.graphql")
    explaining.add_argument("--operation", metavar="NAME", help="which operation of the file")
    explaining.add_argument(
        "--variables", default="{}", metavar="JSON", help="the values of its variables"
    )
    explaining.add_argument(
        "--as",
        dest="viewer",
        choices=_VIEWERS,
        default="anonymous",
        metavar="VIEWER",
        help=f"who asks: {', '.join(_VIEWERS)} (default: %(default)s)",
    )
    how = explaining.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="print all that is known, as JSON")
    how.add_argument("--code", action="store_true", help="print the code that is generated")
    explaining.set_defaults(command=_explain)


def _add_schema(commands: Any) -> None:
    schema = commands.add_parser("schema", help="print the schema, for people and for generators")
    forms = schema.add_mutually_exclusive_group()
    for name, (form, about) in _SCHEMA.items():
        forms.add_argument(
            name, dest="form", action="store_const", const=form, default=sdl, help=about
        )
    schema.set_defaults(command=_schema)


def _explain(given: argparse.Namespace) -> None:
    viewer = _VIEWERS[given.viewer]
    query = Query.read(given.file, given.variables, given.operation, viewer)
    if given.code:
        sys.stdout.write(query.code())
    else:
        told = query.explained(os.environ.get("GATEWAY_ID_KEY", ""))
        sys.stdout.write(_indented(told) if given.json else as_text(told))


def _indented(value: Any) -> str:
    return json.dumps(value, indent=2) + "\n"


def _scale(given: str) -> int:
    if not (given.isdecimal() and 1 <= int(given) <= MOST_SCALE):
        raise argparse.ArgumentTypeError(f"is a number from 1 to {MOST_SCALE}")
    return int(given)


def _seed(given: argparse.Namespace) -> None:
    try:
        if given.stores:
            seed_stores(read_store_settings(), given.scale, beside_others=given.beside_others)
        else:
            seed_directory(given.directory, given.scale)
    except KeyboardInterrupt:
        say("Stopped. The same command goes on from here.")
        sys.exit(130)


def _demo(given: argparse.Namespace) -> None:
    run_demo(read_server_settings(), given.directory)


def _advance(given: argparse.Namespace) -> None:
    advance_demo(given.directory, given.pause)


def _token(given: argparse.Namespace) -> None:
    if given.list:
        for name, caller in CALLERS.items():
            sys.stdout.write(f"{name}: {caller.about}\n")
    else:
        sys.stdout.write(DemoIssuer.found_in(given.directory).token_of(given.name) + "\n")


def _serve(given: argparse.Namespace) -> None:
    with suppress(KeyboardInterrupt):
        serving.run(given.workers)


def _create(given: argparse.Namespace) -> None:
    made = []

    def tell(what: str) -> None:
        made.append(what)
        say(f"made {what}")

    where = addresses(read_store_settings(), writing=True)
    asyncio.run(create_all(where, tell, row_security=given.row_security))
    if not made:
        say("nothing was missing")


def _count(given: str) -> int:
    if not (given.isdecimal() and int(given)):
        raise argparse.ArgumentTypeError("is a number, 1 or more")
    return int(given)


def _doctor(given: argparse.Namespace) -> None:
    findings = asyncio.run(examine(addresses(read_store_settings()), given.sample))
    (show_json if given.json else show)(findings)
    if not healthy(findings):
        sys.exit(1)


def _add_to_documents(given: argparse.Namespace) -> None:
    _show_names(_with_documents(lambda store: managing.add(store, given.files)))


def _list_documents(given: argparse.Namespace) -> None:
    _show_names(_with_documents(managing.stored))


def _remove_documents(given: argparse.Namespace) -> None:
    _with_documents(lambda store: managing.remove(store, given.ids))


def _with_documents(work: Callable[[Store], Awaitable[_Result]]) -> _Result:
    """What comes of work on the store of documents."""

    async def run() -> _Result:
        async with aclosing(needed_store_of(read_server_settings())) as store:
            return await work(store)

    return asyncio.run(run())


def _show_names(names: Names) -> None:
    for id_, name in sorted(names.items()):
        sys.stdout.write(f"{id_} {name}".rstrip() + "\n")


def _schema(given: argparse.Namespace) -> None:
    sys.stdout.write(given.form())


def _settings(given: argparse.Namespace) -> None:
    for name, field in ServeSettings.model_fields.items():
        default = "needed by serve" if field.is_required() else f"default: {field.default!r}"
        sys.stdout.write(f"{name.upper()}\n    {field.description} ({default})\n")
