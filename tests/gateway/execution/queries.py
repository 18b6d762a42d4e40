"""Random queries over the whole schema, valid and of bounded cost."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import orjson
from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    get_named_type,
    is_composite_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
    parse,
    validate,
)

from schema.build import graphql_schema
from schema.readings import READING
from tests.gateway.execution.keys import VIEWERS, pool

_VALUES, _VIEWERS = pool()
_READS_AT_MOST = (5, 30, 120)
"""Objects that links lead from: of small, of middling and of large queries."""
_DEEPEST = 9
_ENTRIES = 4
"""How long a list without pages is taken to be."""
_MALFORMED = ("nonsense", "", "-1", "☃", "999999999999999999999")
_SIZES = (1, 1, 2, 3)
_NO_SIZES = (0, -1, 101)
_ABSENT: Mapping[str, Any] = {
    "Int": 2020, "Float": 0.5, "DateTime": "2025-09-20T10:00:00Z", "Boolean": True,
}  # fmt: skip
"""Where the operations of the tests give a name no value that fits its type."""

Composite = GraphQLObjectType | GraphQLInterfaceType


def _ambiguous() -> set[str]:
    """The names that stand for fields of several types, which one answer cannot hold."""
    types: dict[str, set[str]] = defaultdict(set)
    for type_ in graphql_schema.type_map.values():
        if isinstance(type_, Composite):
            for name, field in type_.fields.items():
                types[name].add(str(field.type))
    return {name for name, its in types.items() if len(its) > 1}


_AMBIGUOUS = _ambiguous()


@dataclass(frozen=True)
class Query:
    """A random query, and who asks it."""

    text: str
    variables: Mapping[str, Any]
    viewer: str

    def __str__(self) -> str:
        variables = orjson.dumps(self.variables).decode()
        return f"{self.text}\nvariables {variables}\nviewer {self.viewer}"


def random_query(chance: Random) -> Query:
    """A valid query."""
    while True:
        query = _Writer(chance).query()
        if is_valid(query.text):
            return query


def is_valid(text: str) -> bool:
    """Whether the gateway would execute this."""
    try:
        return not validate(graphql_schema, parse(text), max_errors=1)
    except GraphQLError:
        return False


@dataclass(frozen=True)
class _Fragment:
    name: str
    type: str
    reads: int
    """For each object that it is spread on."""


class _Writer:
    """Writes one query. `times` is how many objects stand at a place, at most."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._reads = chance.choice(_READS_AT_MOST)
        self._declared: list[str] = []
        self._given: dict[str, Any] = {}
        self._fragments: list[_Fragment] = []
        self._definitions: list[str] = []
        self._aliases = 0

    def query(self) -> Query:
        root = graphql_schema.query_type
        assert root is not None
        selection = self._selection(root, 1, 0)
        head = f"query ({', '.join(self._declared)})" if self._declared else "query"
        text = "\n".join([f"{head} {selection}", *self._definitions])
        viewers = VIEWERS if self._is(0.6) else _VIEWERS
        return Query(text, self._given, self._chance.choice(viewers))

    def _is(self, likely: float) -> bool:
        return self._chance.random() < likely

    def _selection(self, type_: Composite, times: int, depth: int) -> str:
        parts: list[str] = ["__typename"] if self._is(0.2) else []
        names = self._chance.sample(sorted(type_.fields), min(len(type_.fields), self._many(depth)))
        if depth == 0 and self._is(0.8):
            names.append("nodes")
        if depth == 0 and self._is(0.03):
            parts.append(self._about_a_type())
        for name in names:
            parts += self._field(type_, name, times, depth)
        parts += self._fragments_on(type_, times, depth)
        self._chance.shuffle(parts)
        return f"{{ {' '.join(parts or ['__typename'])} }}"

    def _about_a_type(self) -> str:
        name = self._chance.choice((*sorted(graphql_schema.type_map), "Nothing"))
        return f'__type(name: "{name}") {{ kind name fields {{ name type {{ name }} }} }}'

    def _many(self, depth: int) -> int:
        return self._chance.randint(1, 2 if depth == 0 else 5)

    def _field(self, type_: Composite, name: str, times: int, depth: int) -> list[str]:
        """The field; nothing where it would cost too much; sometimes twice, to be merged."""
        field = type_.fields[name]
        named = get_named_type(field.type)
        cost = times if _reads(field) else 0
        if cost > self._reads or (depth >= _DEEPEST and is_composite_type(named)):
            return []
        self._reads -= cost
        arguments, entries = self._arguments(field)
        alias = self._alias(name, field)
        head = f"{alias}{name}{arguments}{self._directive()}"
        twice = 2 if self._is(0.15) else 1
        if not isinstance(named, Composite):
            return [head] * twice
        below = times * entries
        return [f"{head} {self._selection(named, below, depth + 1)}" for _ in range(twice)]

    def _alias(self, name: str, field: GraphQLField) -> str:
        """With arguments, one of its own; a name with several types bears its type."""
        if field.args or self._is(0.2):
            self._aliases += 1
            return f"a{self._aliases}: "
        return (
            f"{name}_{re.sub(r'[^A-Za-z]', '_', str(field.type))}: " if name in _AMBIGUOUS else ""
        )

    def _directive(self) -> str:
        if not self._is(0.1):
            return ""
        if self._is(0.5):
            condition = self._chance.choice(("true", "false"))
        else:
            name = f"if{self._chance.randint(1, 2)}"
            if name not in self._given:
                self._declared.append(f"${name}: Boolean!")
                self._given[name] = self._is(0.5)
            condition = f"${name}"
        return f" @{self._chance.choice(('skip', 'include'))}(if: {condition})"

    def _fragments_on(self, type_: Composite, times: int, depth: int) -> list[str]:
        """Fragments on this type, on those behind it and on those it is behind."""
        if isinstance(type_, GraphQLInterfaceType):
            types: Sequence[Composite] = [
                type_, *self._chance.sample(graphql_schema.get_possible_types(type_), 2)
            ]  # fmt: skip
        elif self._is(0.3):
            types = [type_, *type_.interfaces]
        else:
            return []
        return [self._fragment(on, times, depth) for on in types if self._is(0.5)]

    def _fragment(self, on: Composite, times: int, depth: int) -> str:
        for known in self._fragments:
            if known.type == on.name and known.reads * times <= self._reads and self._is(0.5):
                self._reads -= known.reads * times
                return f"...{known.name}{self._directive()}"
        before = self._reads
        selection = self._selection(on, times, depth + 1)
        if self._is(0.6):
            return f"... on {on.name}{self._directive()} {selection}"
        name = f"F{len(self._fragments)}"
        self._fragments.append(_Fragment(name, on.name, (before - self._reads) // times))
        self._definitions.append(f"fragment {name} on {on.name} {selection}")
        return f"...{name}{self._directive()}"

    def _arguments(self, field: GraphQLField) -> tuple[str, int]:
        """What is given to a field, and how many entries it has at most for each object."""
        entries = 1
        given: list[str] = []
        for name, argument in field.args.items():
            if name in ("first", "last", "after", "before"):
                continue
            if is_required_argument(argument) or self._is(0.3):
                value = self._value(name, argument.type)
                entries = max(entries, len(value) if isinstance(value, list) else 1)
                given.append(f"{name}: {self._written(argument.type, value)}")
        if "first" in field.args:
            entries = self._chance.choice(_SIZES)
            size = self._chance.choice(_NO_SIZES) if self._is(0.03) else entries
            given.append(f"{'last' if self._is(0.3) else 'first'}: {size}")
        elif is_list_type(_nullable(field.type)) and not field.args:
            entries = _ENTRIES
        return (f"({', '.join(given)})" if given else ""), entries

    def _value(self, name: str, type_: Any) -> Any:
        """A value as a client's JSON has it."""
        match _nullable(type_):
            case GraphQLList(of_type=entry):
                return [self._value(name, entry) for _ in range(self._chance.randint(1, 6))]
            case GraphQLEnumType(values=values):
                return self._chance.choice(sorted(values))
            case GraphQLInputObjectType() as of:
                return self._members(of)
            case GraphQLScalarType() as scalar:
                return self._scalar(name, scalar)
        raise TypeError(f"{type_} is no input")

    def _members(self, type_: GraphQLInputObjectType) -> dict[str, Any]:
        names = [
            name
            for name, field in type_.fields.items()
            if is_required_input_field(field) or self._is(0.6)
        ]
        known = _VALUES.get(type_.name)
        if known and self._is(0.8):
            whole: dict[str, Any] = self._chance.choice(known)
            return whole
        if type_.is_one_of:
            names = [self._chance.choice(sorted(type_.fields))]
        return {name: self._value(name, type_.fields[name].type) for name in names}

    def _scalar(self, name: str, type_: GraphQLScalarType) -> Any:
        fitting = [value for value in _VALUES.get(name, ()) if _fits(type_, value)]
        if type_.name in ("ID", "String") and (not fitting or self._is(0.05)):
            return self._chance.choice(_MALFORMED)
        return self._chance.choice(fitting or [_ABSENT[type_.name]])

    def _written(self, type_: Any, value: Any) -> str:
        """The value as a literal, or as a variable that holds it."""
        if self._is(0.6):
            return _literal(type_, value)
        name = f"v{len(self._declared)}"
        default = f" = {_literal(type_, value)}" if self._is(0.2) else ""
        self._declared.append(f"${name}: {type_}{default}")
        if not default:
            self._given[name] = value
        return f"${name}"


def _nullable(type_: Any) -> Any:
    return type_.of_type if isinstance(type_, GraphQLNonNull) else type_


def _reads(field: GraphQLField) -> bool:
    """Whether a store is asked for the field; what a connection shows has been read with it."""
    reading = field.extensions.get(READING)  # an interface's have none
    return reading is None or reading.waits or reading.each is not None


def _fits(type_: GraphQLScalarType, value: Any) -> bool:
    try:
        type_.coerce_input_value(value)
    except Exception:
        return False
    return True


def _literal(type_: Any, value: Any) -> str:
    type_ = _nullable(type_)
    if isinstance(type_, GraphQLList):
        return f"[{', '.join(_literal(type_.of_type, entry) for entry in value)}]"
    if isinstance(type_, GraphQLInputObjectType):
        members = (f"{n}: {_literal(type_.fields[n].type, part)}" for n, part in value.items())
        return f"{{{', '.join(members)}}}"
    return value if isinstance(type_, GraphQLEnumType) else orjson.dumps(value).decode()
