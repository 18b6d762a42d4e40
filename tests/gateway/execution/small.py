"""Small schemas of the tests' own, run under both executors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from graphql import (
    ExecutionResult,
    GraphQLField,
    GraphQLObjectType,
    build_schema,
    is_introspection_type,
    parse,
    validate,
)
from graphql.pyutils import AwaitableOrValue

from gateway.execution.documents import Document, Operation
from gateway.execution.executors import LevelExecutor, ReferenceExecutor
from loaders.trace import Trace
from loaders.viewer import ANONYMOUS
from schema.readings import READING, Reading
from tests.gateway.execution.both import Said, difference

RUNS = 3
"""Code is generated on the second run of a plan."""

_NOTHING_STORED = object()
"""Stands for an error where values are shown as they are: no type can write it."""

Style = Callable[[str], Reading]


def stored(name: str) -> Reading:
    """What an object holds, shown as it is."""

    def one(source: Any, _: Any) -> Any:
        value = source.get(name)
        return _NOTHING_STORED if isinstance(value, Failed) else value

    return Reading(one, member=name)


def held(name: str) -> Reading:
    """What an object holds as an attribute."""
    attribute = f"its_{name}"
    return Reading(lambda source, _: getattr(source, attribute), attribute=attribute)


def read(name: str) -> Reading:
    """What a resolver finds; an error among the values is raised."""

    def one(source: Any, _: Any) -> Any:
        return raised(source.get(name))

    return Reading(one)


def waited(name: str) -> Reading:
    """What a resolver finds that waits."""

    async def one(source: Any, _: Any) -> Any:
        return raised(source.get(name))

    return Reading(one, waits=True)


def gathered(name: str) -> Reading:
    """What a resolver finds for many objects at once."""

    async def one(source: Any, _: Any) -> Any:
        return raised(source.get(name))

    async def each(sources: Sequence[Any], _: Any) -> list[Any]:
        return [source.get(name) for source in sources]

    return Reading(one, each=each, waits=True)


STYLES = (stored, held, read, waited, gathered)
"""Every way in which a field can be read."""


class Failed(Exception):
    """What went wrong in a resolver."""


def raised(value: Any) -> Any:
    """The value; raises it where it is an error."""
    if isinstance(value, Exception):
        raise value
    return value


class Held(dict[str, Any]):
    """An object whose members are attributes too, as `its_name`; one that is an error is raised."""

    def __getattr__(self, attribute: str) -> Any:
        if not attribute.startswith("its_"):
            raise AttributeError(attribute)
        return raised(self.get(attribute.removeprefix("its_")))


def objects(value: Any) -> Any:
    """The same with objects for its maps, one for each."""
    if isinstance(value, list):
        return [objects(entry) for entry in value]
    if isinstance(value, dict) and not isinstance(value, Held):
        return Held({name: objects(member) for name, member in value.items()})
    return value


class Small:
    """A schema, executed by both.

    `root` holds the values of the fields of Query and Mutation. `readings` are by `Type_field`; a
    field without one is read in the style given. An object is of the type that its `is` names.
    """

    def __init__(
        self, sdl: str, root: Mapping[str, Any], style: Style = stored, **readings: Reading
    ) -> None:
        self.schema = build_schema(sdl)
        self.executor = LevelExecutor(self.schema)
        self._reference = ReferenceExecutor(self.schema)
        roots = (self.schema.query_type, self.schema.mutation_type)
        for type_ in self.schema.type_map.values():
            if not isinstance(type_, GraphQLObjectType) or is_introspection_type(type_):
                continue
            type_.is_type_of = None if type_ in roots else _is_of(type_.name)
            for name, field in type_.fields.items():
                reading = readings.get(f"{type_.name}_{name}") or style(name)
                _tell(field, _of_root(reading, objects(root)) if type_ in roots else reading)

    async def said(self, text: str, **variables: Any) -> Said:
        """What both executors say; asserts that it is the same."""
        document = Document(parse(text), validate(self.schema, parse(text)))
        assert document.errors == []
        request: Any = SimpleNamespace(viewer=ANONYMOUS, trace=Trace(), seal=None)
        operation = Operation(text, variables)
        reference = await _said(self._reference.execute(document, operation, request))
        for _ in range(RUNS):
            levels = await _said(self.executor.execute(document, operation, request))
            what = difference(levels, reference)
            if what is not None:
                raise AssertionError(what)
        return reference


def _is_of(name: str) -> Callable[[Any, Any], bool]:
    return lambda value, _: isinstance(value, Mapping) and value.get("is", name) == name


def _of_root(reading: Reading, root: Mapping[str, Any]) -> Reading:
    """The same where the object is always this one."""

    def one(_: Any, asked: Any, **arguments: Any) -> Any:
        return reading.one(root, asked, **arguments)

    async def each(sources: Sequence[Any], asked: Any, **arguments: Any) -> Any:
        assert reading.each is not None
        return await reading.each([root for _ in sources], asked, **arguments)

    return replace(reading, one=one, each=reading.each and each, member=None, attribute=None)


def _tell(field: GraphQLField, reading: Reading) -> None:
    def resolve(source: Any, info: Any, **arguments: Any) -> Any:
        return reading.one(source, info, **arguments)

    field.resolve = resolve
    field.extensions[READING] = reading


async def _said(executing: AwaitableOrValue[ExecutionResult]) -> Said:
    """What a result says; an executor has words of its own for what no resolver raised."""
    result = executing if isinstance(executing, ExecutionResult) else await executing
    return Said.of(
        result.data,
        [
            {
                "path": error.path,
                "message": str(error.original_error)
                if isinstance(error.original_error, Failed)
                else "",
            }
            for error in result.errors or ()
        ],
    )
