"""`gateway explain`: what a query asks of the stores at most, without asking them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gateway.execution.bounds import Forecaster
from gateway.execution.code import source_of
from gateway.execution.documents import Documents, Operation
from gateway.execution.explain import as_text, explained
from gateway.execution.plan import Plan, Selection, Unplannable
from gateway.execution.planner import Planned, Planner, Refused
from loaders.sealing import Seal
from loaders.viewer import Viewer
from schema.build import graphql_schema


class NotExplained(Exception):
    """The file holds no query that can be run; the message says why."""


def explain(
    file: Path, *, variables: str, name: str | None, viewer: Viewer, id_key: str, as_json: bool
) -> str:
    """The operations that a query makes, and bounds of what they take, as JSON or as text."""
    document, planned = _planned(file, variables, name, viewer)
    forecaster = Forecaster(document.columns, planned.variables, viewer, Seal(id_key))
    told = explained(forecaster.places(planned.plan))
    return json.dumps(told, indent=2) + "\n" if as_json else as_text(told)


def code(file: Path, *, variables: str, name: str | None, viewer: Viewer) -> str:
    """The code that is generated for each place of a query."""
    _, planned = _planned(file, variables, name, viewer)
    return "\n".join(_code(planned.plan))


def _planned(file: Path, variables: str, name: str | None, viewer: Viewer) -> tuple[Any, Planned]:
    try:
        query = file.read_text(encoding="utf-8")
        given = json.loads(variables)
    except (OSError, ValueError) as error:
        raise NotExplained(str(error)) from None
    document = Documents(1).get(query)
    if document.errors:
        raise NotExplained("\n".join(map(str, document.errors)))
    try:
        operation = Operation(query, given if isinstance(given, Mapping) else None, name)
        return document, Planner(graphql_schema).plan(document, operation, viewer)
    except Refused as refused:
        raise NotExplained("\n".join(map(str, refused.errors))) from None
    except Unplannable as why:
        raise NotExplained(f"No plan is made for {why}.") from None


def _code(plan: Plan) -> Iterator[str]:
    waiting = [("Query", plan.root)]
    while waiting:
        title, selection = waiting.pop(0)
        yield f"# {title}\n{source_of(selection.fields)}"
        waiting += _below(selection)


def _below(selection: Selection) -> Iterator[tuple[str, Selection]]:
    for field in selection.read:
        if not field.is_leaf:
            for type_ in field.possible:
                yield f"{'.'.join(field.place)}: {type_.name}", field.selection(type_)
