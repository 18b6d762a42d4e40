"""`gateway explain`: what a query asks of the stores at most, without asking them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from gateway.execution.bounds import Forecaster
from gateway.execution.code import source_of
from gateway.execution.documents import Document, Documents, Operation
from gateway.execution.explain import explained
from gateway.execution.plan import Selection
from gateway.execution.planner import Planned, Planner, Refused
from loaders.sealing import Seal
from loaders.viewer import Viewer
from schema.build import graphql_schema


class NotExplained(Exception):
    """There is no query that could be run; the message says why."""


@dataclass(frozen=True)
class Query:
    """A query out of a file, planned for a viewer."""

    document: Document
    planned: Planned
    viewer: Viewer

    @classmethod
    def read(cls, file: Path, variables: str, name: str | None, viewer: Viewer) -> Self:
        """The operation of this name, with these variables; NotExplained where there is none."""
        operation = Operation(_text(file), _object(variables), name)
        document = Documents(1).get(operation.query)
        if document.errors:
            raise NotExplained("\n".join(map(str, document.errors)))
        try:
            planned = Planner(graphql_schema).explained(document, operation, viewer)
        except Refused as refused:
            raise NotExplained("\n".join(map(str, refused.errors))) from None
        return cls(document, planned, viewer)

    def explained(self, id_key: str) -> dict[str, Any]:
        """The operations that it makes, and bounds of what they take.

        `id_key` opens ids that hold an e-mail; what such an id leads to is unknown without it.
        """
        columns, variables = self.document.columns, self.planned.variables
        forecaster = Forecaster(columns, variables, self.viewer, Seal(id_key))
        return explained(forecaster.places(self.planned.plan))

    def code(self) -> str:
        """The code that is generated for it, each place once."""
        plan = self.planned.plan
        return "\n".join(_code(plan.root_type.name, plan.root))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotExplained(f"{file} cannot be read: {error}") from None


def _object(variables: str) -> dict[str, Any]:
    try:
        given = json.loads(variables)
    except ValueError as error:
        raise NotExplained(f"--variables is no JSON: {error}") from None
    if not isinstance(given, dict):
        raise NotExplained("--variables is no JSON object")
    return given


def _code(title: str, selection: Selection) -> Iterator[str]:
    yield f"# {title}\n{source_of(selection.fields)}"
    for field in selection.read:
        for type_ in () if field.is_leaf else field.possible:
            yield from _code(f"{'.'.join(field.place)}: {type_.name}", field.selection(type_))
