"""The same operation under both executors, and what tells their answers apart.

Where several errors lie under one null, the specification lets an executor report any of them. So
errors are compared by the place that is null because of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Self

from graphql import (
    FieldNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    visit,
)

from gateway.execution.documents import Operation
from gateway.execution.executors import LevelExecutor, ReferenceExecutor
from gateway.execution.run import Gateway
from gateway.execution.writing import to_bytes
from schema.build import graphql_schema
from tests.operations import asking
from tests.operations.asking import ADA, Asker
from tests.plain import plain
from tests.viewers import viewer_named

Place = tuple[int | str, ...]
_UNFORESEEN = "INTERNAL"
_CALL = ("store", "table", "index", "operation")


@dataclass(frozen=True)
class Error:
    """An error, without what differs from request to request."""

    path: Place | None
    code: str | None
    message: str

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """The error of an entry of `errors`."""
        path = entry.get("path")
        code = entry.get("extensions", {}).get("code")
        message = "" if code == _UNFORESEEN else entry["message"]
        return cls(None if path is None else tuple(path), code, message)


@dataclass(frozen=True)
class Said:
    """What an executor said: its data, the bytes of it, and its errors."""

    data: Any
    content: bytes
    errors: frozenset[Error]

    @classmethod
    def of(
        cls,
        data: Any,
        errors: Iterable[Mapping[str, Any]],
        maps: Collection[str] = (),
    ) -> Self:
        """`maps` are the names under which stored maps are answered: their members come from
        DynamoDB in another order each time."""
        data = plain(data)
        return cls(data, to_bytes(_in_order(data, maps)), frozenset(map(Error.of, errors)))

    @property
    def by_null(self) -> dict[Place | None, set[Error]]:
        """The errors by the place that is null because of them."""
        found: dict[Place | None, set[Error]] = defaultdict(set)
        for error in self.errors:
            found[_null(self.data, error.path)].add(error)
        return dict(found)

    @property
    def loses_objects(self) -> bool:
        """Whether an error has cost more than its own field."""
        return any(
            error.path != place for place, errors in self.by_null.items() for error in errors
        )


def _null(data: Any, path: Place | None) -> Place | None:
    """The outermost null on a way through the data."""
    for length, step in enumerate(path or ()):
        if data is None:
            return path and path[:length]
        data = data[step]
    return path


def _in_order(value: Any, maps: Collection[str]) -> Any:
    if isinstance(value, dict):
        return {
            name: _sorted(part) if name in maps else _in_order(part, maps)
            for name, part in value.items()
        }
    return [_in_order(part, maps) for part in value] if isinstance(value, list) else value


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(part) for part in value] if isinstance(value, list) else value


class _Maps(Visitor):
    """Finds the response names of the fields whose values are JSON of any shape."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info
        self.names: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        type_ = self._info.get_type()
        if type_ is not None and get_named_type(type_).name == "JSON":
            self.names.add(node.alias.value if node.alias else node.name.value)


@lru_cache(1)
def _maps(query: str) -> set[str]:
    info = TypeInfo(graphql_schema)
    found = _Maps(info)
    visit(parse(query), TypeInfoVisitor(info, found))
    return found.names


def difference(levels: Said, reference: Said) -> str | None:
    """What two answers differ in, or None where they are the same."""
    if levels.content != reference.content:
        return f"data\n{levels.content.decode()}\n{reference.content.decode()}"
    ours, theirs = levels.by_null, reference.by_null
    if ours.keys() != theirs.keys():
        return f"nulls\n{ours}\n{theirs}"
    for place in ours:
        if not _agree(place, ours[place], theirs[place]):
            return f"errors of {place}\n{ours[place]}\n{theirs[place]}"
    return None


def _agree(place: Place | None, ours: set[Error], theirs: set[Error]) -> bool:
    """Whether these errors of one null are the same, or of several fields below it."""
    if ours == theirs or place is None:
        return ours == theirs
    paths, others = ({error.path for error in errors} for errors in (ours, theirs))
    return bool(ours & theirs) or (paths.isdisjoint(others) and place not in paths | others)


@dataclass(frozen=True)
class Answer(asking.Answer):
    """An answer whose values are as they were before they were written."""

    query: str
    values: Mapping[str, Any]

    @property
    def said(self) -> Said:
        values = self.values
        return Said.of(values.get("data"), values.get("errors", ()), _maps(self.query))

    @property
    def keys(self) -> set[str]:
        """The keys that were asked for, of each table by each index, whichever met in a call."""
        return {
            " ".join(str(read.get(name)) for name in _CALL) + f" {key}"
            for call in self.body["extensions"]["trace"]
            for read in asking.reads_of(call)
            for key in read["keys"]
        }


class Direct(Asker):
    """Asks a gateway without HTTP, and keeps the bytes of the data."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def __call__(self, query: str, viewer: str = ADA, **variables: Any) -> Answer:
        asked = Operation(query, variables)
        answer = await self._gateway.answer(asked, viewer_named(viewer), trace=True)
        return Answer(200, to_bytes(answer.body), query, answer.body)


class Both:
    """A gateway under both executors, over the same stores."""

    def __init__(self, gateway: Gateway) -> None:
        self.documents = gateway.documents
        self.executor = LevelExecutor(graphql_schema)
        self.levels = Direct(replace(gateway, executor=self.executor))
        reference = ReferenceExecutor(graphql_schema)
        self.reference = Direct(replace(gateway, executor=reference))


def differences(levels: Sequence[asking.Answer], reference: Sequence[asking.Answer]) -> list[str]:
    """What answers of `Direct` to the same operations differ in, and what was read for them."""
    pairs = zip(map(_direct, levels), map(_direct, reference), strict=True)
    return [what for ours, theirs in pairs if (what := _difference(ours, theirs))]


def _direct(answer: asking.Answer) -> Answer:
    assert isinstance(answer, Answer)
    return answer


def _difference(levels: Answer, reference: Answer) -> str | None:
    """Below an object that is null already, graphql-core may read nothing more."""
    said = reference.said
    what = difference(levels.said, said)
    if what or said.loses_objects or levels.keys == reference.keys:
        return what
    return f"keys\n{levels.keys - reference.keys}\n{reference.keys - levels.keys}"
