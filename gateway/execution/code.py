"""Generated code: a class for the objects of a selection, and what reads their leaves.

Each leaf is checked for the exact type that its column and its GraphQL type agree on; what fails
the check goes to the field's `show`, which is slow and true to the specification. What maps hold by
the very names that are asked for msgspec reads and checks; all else is read in a loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from math import inf
from typing import Annotated, Any, Protocol

import msgspec
from graphql import GraphQLEnumType, GraphQLNamedType, GraphQLObjectType

from gateway.execution.objects import Object, Shaped, attribute
from loaders.tables.kinds import (
    ANYTHING,
    AWARE,
    BIG_INTEGER,
    DATE,
    EPOCH,
    FLAG,
    FLOAT,
    INTEGER,
    MOMENT,
    NAIVE_UTC,
    NUMBER,
    TEXT,
    YEAR,
    Kind,
    list_of,
)
from loaders.tables.postgresql import PostgresTable
from schema.build import TABLES
from schema.readings import Reading

Build = Callable[[Sequence[Any], list[Any]], Sequence[Object]]
"""Makes an object of each source. A field that fails goes to the list, its error into the object;
fields that are read otherwise are null."""

_INT = ("{v}.__class__ is int and -0x80000000 <= {v} <= 0x7FFFFFFF", "{v}")
_TEXT = ("{v}.__class__ is str", "{v}")
_FLAG = ("{v}.__class__ is bool", "{v}")
_TEXTS = ("{v}.__class__ is list and TEXT_ALONE.issuperset(map(type, {v}))", "{v}")
_FLOAT = ("{v}.__class__ is Decimal and -inf < (f := float({v})) < inf", "f")
_WAYS: Mapping[tuple[Kind, str], tuple[str, str]] = {
    (TEXT, "String"): _TEXT,
    (TEXT, "ID"): _TEXT,
    (FLAG, "Boolean"): _FLAG,
    (INTEGER, "Int"): _INT,
    (BIG_INTEGER, "Int"): _INT,
    (BIG_INTEGER, "BigInt"): (
        "{v}.__class__ is int and -1 << 63 <= {v} < 1 << 63",
        "str({v})",
    ),
    (NUMBER, "Decimal"): ("{v}.__class__ is Decimal", "format({v}, 'f')"),
    (NUMBER, "Float"): _FLOAT,
    (FLOAT, "Float"): _FLOAT,
    (AWARE, "DateTime"): ("{v}.__class__ is datetime and {v}.tzinfo is UTC", "{v}"),
    (NAIVE_UTC, "DateTime"): (
        "{v}.__class__ is datetime and {v}.tzinfo is None",
        "{v}.replace(tzinfo=UTC)",
    ),
    (MOMENT, "DateTime"): ("{v}.__class__ is str and (m := moment({v}))", "m"),
    (EPOCH, "DateTime"): (
        "{v}.__class__ is int and 0 <= {v} <= LAST_SECOND",
        "datetime.fromtimestamp({v}, UTC)",
    ),
    (list_of(TEXT), "String"): _TEXTS,
    (DATE, "Date"): ("{v}.__class__ is date", "{v}"),
    (YEAR, "Int"): (
        "{v}.__class__ is str and len({v}) == 4 and {v}.isascii() and {v}.isdigit()",
        "int({v})",
    ),
}
"""Of a kind of stored value and the scalar that shows it: a test that a value `v` passes where it
is quickly shown, and how it is shown then."""
_MEMBERS = {
    "String": _TEXT,
    "ID": _TEXT,
    "Boolean": _FLAG,
    "Int": _INT,
    "Float": ("{v}.__class__ is float and -inf < {v} < inf", "{v}"),
}
"""The same for the members of a stored map and the attributes of an object, which have no declared
kind."""
_LISTS_OF_MEMBERS = {"String": _TEXTS, "ID": _TEXTS}
_FROM_JSON = {
    (ANYTHING, "JSON"): ("{v}.__class__ is str", "Raw({v})"),
    (list_of(TEXT), "String"): (
        "{v}.__class__ is str and (j := texts({v})) is not None",
        "j",
    ),
}
"""The same for columns of JSON text."""
_TYPES = {_TEXT: "str", _FLAG: "bool", _INT: "Int", _TEXTS: "list[str]"}
"""The types by which msgspec checks the same, of what is shown as it is stored."""
_ENUM = ("{v}.__class__ is str and (e := {names}.get({v}))", "e")


def _moment(text: str) -> datetime | None:
    """The time of an ISO text, in UTC; None where it is not as plain as that."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is UTC else None


_decoded_texts = msgspec.json.Decoder(list[str]).decode


def _texts(stored: str) -> list[str] | None:
    """The texts in a JSON list of them; None where it is no such list."""
    try:
        return _decoded_texts(stored)
    except msgspec.DecodeError:
        return None


_NAMES = {
    "Any": Any,
    "Decimal": Decimal,
    "Int": Annotated[int, msgspec.Meta(ge=-0x80000000, le=0x7FFFFFFF)],
    "LAST_SECOND": int(datetime.max.replace(tzinfo=UTC).timestamp()) - 1,
    "Nothing": msgspec.UnsetType,
    "Raw": msgspec.Raw,
    "Shaped": Shaped,
    "TEXT_ALONE": frozenset({str}),
    "UTC": UTC,
    "convert": msgspec.convert,
    "date": date,
    "datetime": datetime,
    "defstruct": msgspec.defstruct,
    "inf": inf,
    "moment": _moment,
    "texts": _texts,
}


class Leaf(Protocol):
    """What is known of a field here."""

    key: str
    order: int
    name: str
    parent: GraphQLObjectType
    named: GraphQLNamedType
    is_list: bool
    reading: Reading

    @property
    def is_shown(self) -> bool: ...

    @property
    def is_needed(self) -> bool: ...

    def show(self, source: Any, failed: list[Any]) -> Any: ...


def interpreted(fields: Sequence[Leaf]) -> Build:
    """Reads without generated code: for what may be asked only once."""

    def build(sources: Sequence[Any], failed: list[Any]) -> Sequence[Object]:
        return [{field.key: field.show(source, failed) for field in fields} for source in sources]

    return build


def compiled(fields: Sequence[Leaf]) -> Build:
    """The same, as generated code."""
    names: dict[str, Any] = {**_NAMES, "interpreted": interpreted(fields)}
    for field in fields:
        names[f"show{field.order}"] = field.show
        if isinstance(field.named, GraphQLEnumType):
            names[f"names{field.order}"] = _enum_names(field.reading, field.named)
    exec(compile(source_of(fields), "<selection>", "exec"), names)
    build: Build = names["build"]
    return build


def source_of(fields: Sequence[Leaf]) -> str:
    """The text of the generated code."""
    taken = {field.key: type_ for field in fields if (type_ := _taken(field))}
    make = _taking(fields, taken) if taken else _making(fields)
    # Of a class msgspec keeps how it is checked, of `list[Shape]` it does not.
    shapes = "Shapes = defstruct('Shapes', [('objects', list[Shape])])\n" if taken else ""
    return (
        f"{_shape(fields, taken)}{shapes}"
        "def build(sources, failed):\n"
        "    try:\n"
        f"{make}"
        "        return made\n"
        "    except Exception:\n"
        "        failed.clear()\n"
        "        return interpreted(sources, failed)\n"
    )


def _shape(fields: Sequence[Leaf], taken: Mapping[str, str]) -> str:
    """The class of the objects; those are `taken` whose members a map holds as they are shown."""
    members = "".join(f"    {_declared(field, taken)},\n" for field in fields)
    keys = {attribute(field.order): field.key for field in fields}
    name = fields[0].parent.name if fields else "Nothing"
    by_name = ", kw_only=True" if taken else ""  # then their order tells nothing
    return f"Shape = defstruct({name!r}, [\n{members}], bases=(Shaped,), rename={keys}{by_name})\n"


def _declared(field: Leaf, taken: Mapping[str, str]) -> str:
    """A member of the class: its attribute, its type, and what it is where a map lacks it."""
    name = repr(attribute(field.order))
    if not taken:
        return f"({name}, Any)"
    if field.key in taken:
        type_ = taken[field.key]
        return f"({name}, {type_})" if field.is_needed else f"({name}, {type_} | None, None)"
    if _is_constant(field) and not _may_be_stored(field):
        return f"({name}, Nothing, {_constant(field)})"
    return f"({name}, Any, None)"


def _taking(fields: Sequence[Leaf], taken: Mapping[str, str]) -> str:
    """Takes what maps hold as it is shown, and reads the rest."""
    reads = ""
    for field in fields:
        if field.key in taken:
            continue
        member = f"object_.{attribute(field.order)}"
        if not _is_constant(field):
            reads += _read(field)
            reads += f"            {member} = v{field.order}\n"
        elif _may_be_stored(field):
            reads += f"            {member} = {_constant(field)}\n"
    loop = "        for source, object_ in zip(sources, made):\n" if reads else ""
    return f"        made = convert({{'objects': sources}}, Shapes).objects\n{loop}{reads}"


def _making(fields: Sequence[Leaf]) -> str:
    """Reads what objects hold one after the other."""
    reads = "".join(_read(field) for field in fields if not _is_constant(field))
    members = ", ".join(
        _constant(field) if _is_constant(field) else f"v{field.order}" for field in fields
    )
    return (
        "        made = []\n"
        "        for source in sources:\n"
        f"{reads}"
        f"            made.append(Shape({members}))\n"
    )


def _is_constant(field: Leaf) -> bool:
    """Whether no source is looked at: for the name of its type, and for what is read otherwise."""
    return not field.is_shown or field.name == "__typename"


def _constant(field: Leaf) -> str:
    return repr(field.parent.name if field.is_shown else None)


def _may_be_stored(field: Leaf) -> bool:
    """Whether maps are known to hold something else by the name that is asked for."""
    table = TABLES.get(field.parent)
    return table is not None and field.key in table.columns


def _taken(field: Leaf) -> str | None:
    """The type that msgspec checks, of what is shown as a map holds it by the name asked for."""
    if _is_constant(field) or field.reading.name != field.key or not _is_in_map(field):
        return None
    return _TYPES.get(_way(field) or ("", ""))


def _is_in_map(field: Leaf) -> bool:
    if isinstance(TABLES.get(field.parent), PostgresTable):
        return False
    return field.reading.attribute is None


def _read(field: Leaf) -> str:
    """What is stored for a field, checked, and turned into what is shown."""
    v, slow = f"v{field.order}", f"show{field.order}(source, failed)"
    way = _way(field)
    if way is None:
        return f"            {v} = {slow}\n"
    check, shown = (text.format(v=v, names=f"names{field.order}") for text in way)
    if shown == v:
        passes = check if field.is_needed else f"{v} is None or {check}"
        show = f"if not ({passes}): {v} = {slow}"
    else:
        unless_null = "" if field.is_needed else f"if {v} is not None: "
        show = f"{unless_null}{v} = {shown} if {check} else {slow}"
    return f"            {v} = {_value(field)}\n            {show}\n"


def _value(field: Leaf) -> str:
    """Rows of Postgres have all columns that a document asks for; items may lack attributes.

    An item that lacks one that it must have sends all of them the slow way.
    """
    reading = field.reading
    if reading.attribute:
        return f"source.{reading.attribute}"
    if field.is_needed or isinstance(TABLES.get(field.parent), PostgresTable):
        return f"source[{reading.name!r}]"
    return f"source.get({reading.name!r})"


def _way(field: Leaf) -> tuple[str, str] | None:
    """How a field quickly shows what is stored, if it does: a test and an expression."""
    column, type_name = field.reading.column, field.named.name
    if isinstance(field.named, GraphQLEnumType):
        is_known = field.reading.member or (column and column.kind.choices)
        return _ENUM if is_known and not field.is_list else None
    if column is None:
        ways = _LISTS_OF_MEMBERS if field.is_list else _MEMBERS
        return ways.get(type_name)
    if column.decode is column.kind.parse:
        return _WAYS.get((column.kind, type_name))
    return _FROM_JSON.get((column.kind, type_name))


def _enum_names(reading: Reading, type_: GraphQLEnumType) -> Mapping[str, str]:
    """The name that clients know each stored value by."""
    names = {value.value: name for name, value in type_.values.items()}
    if reading.column is None:
        return names
    return {stored: names[stored] for stored in reading.column.kind.choices if stored in names}
