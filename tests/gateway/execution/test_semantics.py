"""The semantics of execution, case by case: both executors say the same, and it is right."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import Enum
from math import inf, nan
from typing import Any

import pytest
from graphql import get_introspection_query

from schema.readings import Reading
from tests.gateway.execution.both import Place, Said
from tests.gateway.execution.small import (
    RUNS,
    STYLES,
    Failed,
    Held,
    Small,
    Style,
    gathered,
    held,
    raised,
    stored,
)

LISTS = [
    type_.format(of)
    for of in ("Int", "String", "Thing")
    for type_ in ("[{}]", "[{}!]", "[{}]!", "[{}!]!")
]
THING = "type Thing { name: String code: Int! }"

RESOLVED = [style for style in STYLES if style is not stored]
every_style = pytest.mark.parametrize("style", STYLES, ids=lambda style: style.__name__)


def nulls(said: Said) -> set[Place | None]:
    """The places that are null because of an error."""
    return set(said.by_null)


def entries(values: Sequence[Any], type_: str) -> list[Any]:
    """The values, each in an object where objects are listed, and as text where texts are."""
    if "String" in type_:
        return [str(v) if isinstance(v, int) else v for v in values]
    if "Thing" not in type_:
        return list(values)
    return [{"name": str(v), "code": v} if isinstance(v, int) else v for v in values]


@every_style
@pytest.mark.parametrize("type_", LISTS)
@pytest.mark.parametrize(
    "values",
    [
        [1, 2],
        [1, None, 2],
        [],
        None,
        [1, Failed("no entry"), None],
        Failed("no list"),
        "text",
        b"bytes",
        {"a": "map"},
        5,
    ],
    ids=repr,
)
async def test_lists(values: Any, type_: str, style: Style) -> None:
    below = "{ name code }" if "Thing" in type_ else ""
    made = entries(values, type_) if isinstance(values, list) else values
    holder = {"list": made, "other": 1}
    sdl = f"type Query {{ one: Holder many: [Holder!] }} type Holder {{ list: {type_} other: Int }}"
    schema = Small(f"{sdl} {THING}", {"one": holder, "many": [holder, holder]}, style)
    said = await schema.said(f"{{ one {{ other list {below} }} many {{ list {below} other }} }}")
    entry_fails = isinstance(values, list) and not all(isinstance(v, int) for v in values)
    lost = (not isinstance(values, list)) or (entry_fails and "!]" in type_)
    kept = said.data["one"]
    assert (kept is None or kept["list"] is None) == lost
    assert (kept is None) == (lost and type_.endswith("!"))
    assert (said.data["many"] is None) == (kept is None)


@every_style
async def test_a_generator_and_a_tuple_are_lists(style: Style) -> None:
    holders = [{"list": (1, 2)}, {"list": {3: "a", 4: "b"}.keys()}, {"list": range(2)}]
    sdl = "type Query { many: [Holder!] } type Holder { list: [Int!] }"
    said = await Small(sdl, {"many": holders}, style).said("{ many { list } }")
    assert said.data == {"many": [{"list": [1, 2]}, {"list": [3, 4]}, {"list": [0, 1]}]}


async def test_a_generator_that_fails_costs_its_list() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise Failed("half way")

    generated = Reading(lambda source, _: failing() if source["fails"] else iter([1, 2]))
    sdl = "type Query { many: [Holder] } type Holder { list: [Int] required: [Int]! }"
    schema = Small(
        sdl,
        {"many": [{"fails": False}, {"fails": True}]},
        Holder_list=generated,
        Holder_required=generated,
    )
    said = await schema.said("{ many { list } }")
    assert said.data == {"many": [{"list": [1, 2]}, {"list": None}]}
    said = await schema.said("{ many { required } }")
    assert said.data == {"many": [{"required": [1, 2]}, None]}


NESTED = """
type Query { top: Level, required: Level! }
type Level {
  name: String
  code: Int!
  level: Level
  must: Level!
  levels: [Level]
  all: [Level!]!
}
"""


def chain(length: int, last: dict[str, Any]) -> dict[str, Any]:
    """Objects within objects, by fields that may not be null."""
    return {"name": "link", "must": chain(length - 1, last)} if length else last


@every_style
@pytest.mark.parametrize("wrong", [None, Failed("no code"), "text"], ids=repr)
async def test_a_null_goes_up_to_the_first_place_that_may_be_null(style: Style, wrong: Any) -> None:
    root = {"top": {"name": "top", "level": chain(3, {"name": "last", "code": wrong})}}
    said = await Small(NESTED, root, style).said(
        "{ top { name level { must { must { must { name code } } name } } } }"
    )
    assert said.data == {"top": {"name": "top", "level": None}}
    assert nulls(said) == {("top", "level")}


@every_style
@pytest.mark.parametrize("wrong", [None, Failed("no code")], ids=repr)
async def test_a_null_that_no_place_takes_is_the_whole_answer(style: Style, wrong: Any) -> None:
    root = {"top": {"name": "kept"}, "required": chain(2, {"all": [{"code": 1}, {"code": wrong}]})}
    said = await Small(NESTED, root, style).said(
        "{ top { name } required { must { must { all { code } } } } }"
    )
    assert said.data is None
    assert nulls(said) == {()}


@every_style
async def test_several_errors_under_one_null_are_one(style: Style) -> None:
    broken = {"code": Failed("first"), "must": {"code": Failed("second")}, "all": None}
    root = {"top": {"levels": [broken, {"code": 1, "must": {"code": 2}, "all": []}, broken]}}
    said = await Small(NESTED, root, style).said(
        "{ top { levels { code must { code } all { name } } } }"
    )
    assert [level is None for level in said.data["top"]["levels"]] == [True, False, True]
    assert nulls(said) == {("top", "levels", 0), ("top", "levels", 2)}


@every_style
async def test_an_error_below_anothers_null_is_dropped(style: Style) -> None:
    root = {"top": {"level": {"name": Failed("deep"), "code": Failed("nulls the level")}}}
    said = await Small(NESTED, root, style).said("{ top { level { name code } } }")
    assert said.data == {"top": {"level": None}}
    assert nulls(said) == {("top", "level")}


@pytest.mark.parametrize("style", RESOLVED, ids=lambda style: style.__name__)
async def test_siblings_keep_their_values_and_their_errors(style: Style) -> None:
    root = {
        "top": {"name": Failed("no name"), "code": 5, "level": Failed("no level")},
        "required": {},
    }
    said = await Small(NESTED, root, style).said("{ top { name code level { name } } }")
    assert said.data == {"top": {"name": None, "code": 5, "level": None}}
    assert {error.message for error in said.errors} == {"no name", "no level"}


SHARING = """
type Query { many: [Holder] }
type Holder { one: Thing two: Thing all: [Thing] }
type Thing { name: String code: Int! tags: [String!] thing: Thing }
"""


@pytest.mark.parametrize("style", [stored, held], ids=lambda style: style.__name__)
@pytest.mark.parametrize("code", [1, None, Failed("no code")], ids=repr)
@pytest.mark.parametrize("tags", [["a", "b"], ["a", None]], ids=repr)
async def test_an_object_that_many_lead_to_stands_at_each_place(
    style: Style, code: Any, tags: Any
) -> None:
    """And so do its errors; what becomes of one place leaves the others as they are."""
    shared, other = Held(name="shared", code=code, tags=tags), Held(name="other", code=2)
    shared["thing"] = other
    many = [
        {"one": shared, "two": other, "all": [shared, other, shared]},
        {"one": shared, "two": shared, "all": [other, other]},
        {"one": other, "two": other, "all": [shared]},
    ]
    links = {f"Holder_{name}": gathered(name) for name in ("one", "two", "all")}
    schema = Small(SHARING, {"many": many}, style, **links)
    said = await schema.said(
        "{ many { one { name code tags } two { t: tags } all { name code t: tags } } }"
    )
    names = [of["one"] and of["one"]["name"] for of in said.data["many"]]
    assert names == ["shared" if code == 1 else None] * 2 + ["other"]
    said = await schema.said("{ many { one { tags thing { name } } all { code thing { code } } } }")
    below = [of["one"]["thing"] for of in said.data["many"]]
    assert below == [{"name": "other"}, {"name": "other"}, None]


class Colour(Enum):
    RED = "RED"


class Text(str):
    """Text of a class of its own."""


LEAVES = """
type Query { many: [Leaves] }
enum Colour { RED GREEN }
scalar Any
type Leaves { int: Int float: Float text: String id: ID flag: Boolean colour: Colour any: Any
  list: [Colour!] }
"""
VALUES: tuple[Any, ...] = (
    None, 0, -1, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**63, 1.0, 1.5, -0.0, nan, inf, -inf,
    True, False, "", "5", "text", "RED", "BLUE", Text("RED"), Text("x"), Colour.RED,
    Decimal("1.50"), Decimal("7"), Decimal("NaN"), [], ["RED"], ["RED", "BLUE"], {}, {"a": 1},
    b"x", object,
)  # fmt: skip


@every_style
@pytest.mark.parametrize("leaf", ["int", "float", "text", "id", "flag", "colour"])
async def test_leaves_of_every_kind_of_value(leaf: str, style: Style) -> None:
    schema = Small(LEAVES, {"many": [{leaf: value} for value in VALUES]}, style)
    said = await schema.said(f"{{ many {{ {leaf} }} }}")
    shown = [entry[leaf] for entry in said.data["many"]]
    assert 0 < sum(value is None for value in shown) - 1 == len(said.errors) < len(VALUES)


@every_style
async def test_lists_of_leaves(style: Style) -> None:
    schema = Small(LEAVES, {"many": [{"list": value} for value in VALUES]}, style)
    said = await schema.said("{ many { list } }")
    assert {"list": ["RED"]} in said.data["many"]


ANIMALS = """
type Query { pet: Animal pets: [Animal] must: [Animal!] cat: Cat }
interface Named { name: String }
interface Animal implements Named { name: String friend: Animal }
type Cat implements Animal & Named { name: String friend: Animal lives: Int! }
type Dog implements Animal & Named { name: String friend: Animal barks: Boolean }
"""
CAT, DOG = {"is": "Cat", "name": "Tom", "lives": 9}, {"is": "Dog", "name": "Rex", "barks": True}
FISH = {"is": "Fish", "name": "Wanda"}


@every_style
async def test_each_value_of_an_interface_has_a_type_of_its_own(style: Style) -> None:
    pets = [
        {**CAT, "friend": DOG},
        DOG,
        None,
        FISH,
        "no animal",
        Failed("lost"),
        {**DOG, "friend": CAT},
    ]
    said = await Small(ANIMALS, {"pets": pets, "pet": FISH, "cat": DOG}, style).said(
        """
        query {
          pets { ...Everything friend { ... on Named { n: name } ... on Cat { lives } } }
          pet { name }
          cat { name }
        }
        fragment Everything on Animal { __typename name ... on Cat { lives } ... on Dog { barks } }
        """
    )
    assert said.data["pets"][:2] == [
        {"__typename": "Cat", "name": "Tom", "lives": 9, "friend": {"n": "Rex"}},
        {"__typename": "Dog", "name": "Rex", "barks": True, "friend": None},
    ]
    wrong = [("pets", place) for place in (3, 4, 5)]
    assert nulls(said) == {*wrong, ("pet",), ("cat",)}


@every_style
async def test_a_type_that_does_not_fit_costs_a_list_that_needs_all(style: Style) -> None:
    said = await Small(ANIMALS, {"must": [CAT, FISH], "pets": [CAT, FISH]}, style).said(
        "{ must { name } pets { name } }"
    )
    assert said.data == {"must": None, "pets": [{"name": "Tom"}, None]}


@every_style
async def test_fields_come_in_the_order_of_the_query(style: Style) -> None:
    level = {"name": "n", "code": 1, "level": {"name": "deep", "code": 2}, "levels": []}
    said = await Small(NESTED, {"top": level, "required": level}, style).said(
        """
        {
          required { code }
          top {
            z: code
            levels { code }
            ...Rest
            level { code }
            a: code
            z: code
          }
          b: __typename
        }
        fragment Rest on Level { level { name } name ... on Level { level { n: name } } }
        """
    )
    assert list(said.data) == ["required", "top", "b"]
    assert list(said.data["top"]) == ["z", "levels", "level", "name", "a"]
    assert list(said.data["top"]["level"]) == ["name", "n", "code"]


@every_style
@pytest.mark.parametrize("skipped", [True, False])
@pytest.mark.parametrize("included", [True, False])
async def test_skip_and_include(style: Style, skipped: bool, included: bool) -> None:
    root = {"top": {"name": "top", "code": 1, "level": {"name": "below", "code": 2}}}
    schema = Small(NESTED, root, style)
    said = await schema.said(
        """
        query ($skipped: Boolean!, $included: Boolean = true) {
          top {
            name @skip(if: $skipped) @include(if: $included)
            code @skip(if: true)
            c: code @include(if: true)
            ...Level @include(if: $included)
            ... @skip(if: $skipped) { level { c: code @include(if: $included) } }
            level { __typename @skip(if: true) }
          }
        }
        fragment Level on Level { level { name @skip(if: $skipped) } }
        """,
        skipped=skipped,
        included=included,
    )
    top = said.data["top"]
    assert ("name" in top) == (not skipped and included)
    below = {
        *({"name"} if included and not skipped else ()),
        *({"c"} if included and not skipped else ()),
    }
    assert set(top["level"]) == below


@every_style
async def test_nothing_may_be_selected_at_all(style: Style) -> None:
    schema = Small(NESTED, {"top": {"name": "top"}}, style)
    said = await schema.said("query ($no: Boolean!) { top @include(if: $no) { name } }", no=False)
    assert said.data == {}


async def test_typename_alone_and_of_the_root() -> None:
    schema = Small(NESTED, {"top": {}, "required": {}})
    assert (await schema.said("{ __typename }")).data == {"__typename": "Query"}
    assert (await schema.said("{ a: __typename top { b: __typename } }")).data == {
        "a": "Query",
        "top": {"b": "Level"},
    }


ARGUMENTS = """
type Query { of(number: Int = 3, name: String, in: Filter, kinds: [Kind!]): String none: Int }
input Filter { from: Int = 1 to: Int kind: Kind }
enum Kind { GOOD BAD }
"""


@pytest.mark.parametrize(
    ("field", "variables"),
    [
        ("of", {}),
        ("of(number: 5)", {}),
        ("of(number: null)", {}),
        ("of(number: $number)", {}),
        ("of(number: $number)", {"number": None}),
        ("of(number: $number)", {"number": 8}),
        ("of(number: $number)", {"number": "eight"}),
        ("of(number: $number)", {"number": 2**31}),
        ("of(name: $name)", {"name": "é☃"}),
        ("of(in: {to: $number})", {}),
        ("of(in: {to: $number, kind: BAD})", {"number": 1}),
        ("of(in: $in)", {"in": {"from": 2, "kind": "GOOD"}}),
        ("of(in: $in)", {"in": {"other": 2}}),
        ("of(kinds: $kinds)", {"kinds": "GOOD"}),
        ("of(kinds: $kinds)", {"kinds": ["GOOD", None]}),
        ("of(kinds: [GOOD, BAD])", {}),
    ],
)  # fmt: skip
async def test_arguments(field: str, variables: dict[str, Any]) -> None:
    echo = Reading(lambda _, __, **given: repr(sorted(given.items())))
    types = {"number": "Int", "name": "String", "in": "Filter", "kinds": "[Kind!]"}
    used = [f"${name}: {type_}" for name, type_ in types.items() if f"${name}" in field]
    text = f"query {f'({chr(44).join(used)})' if used else ''} {{ {field} }}"
    said = await Small(ARGUMENTS, {}, Query_of=echo).said(text, **variables)
    assert (said.data is None) == bool(said.errors)


def broken(kind: str) -> Reading:
    """A reading that fails in one of the ways in which it can."""

    def now(*_: Any) -> Any:
        raise Failed(kind)

    async def later(*_: Any) -> Any:
        raise Failed(kind)

    async def apart(sources: Sequence[Any], _: Any) -> list[Any]:
        return [Failed(kind) for _ in sources]

    match kind:
        case "sync":
            return Reading(now)
        case "given":
            return Reading(lambda *_: Failed(kind))
        case "async":
            return Reading(later, waits=True)
        case "before it waits":
            return Reading(now, waits=True)
        case "all at once":
            return Reading(later, each=later, waits=True)
    return Reading(later, each=apart, waits=True)


@pytest.mark.parametrize(
    "kind", ["sync", "given", "async", "before it waits", "all at once", "one by one"]
)
async def test_a_resolver_that_fails_costs_its_field(kind: str) -> None:
    levels = [{"name": "a", "code": 1}, {"name": "b", "code": 2}]
    schema = Small(
        NESTED, {"top": {"levels": levels}}, Level_name=broken(kind), Level_must=broken(kind)
    )
    said = await schema.said("{ top { levels { name code } } }")
    assert said.data == {"top": {"levels": [{"name": None, "code": c} for c in (1, 2)]}}
    assert {error.message for error in said.errors} == {kind}
    said = await schema.said("{ top { levels { code must { name } } } }")
    assert said.data == {"top": {"levels": [None, None]}}


MUTATION = (
    "type Query { none: Int } type Mutation { add(number: Int!): Int must(number: Int!): Int! }"
)


async def test_a_mutation_runs_in_order_by_graphql_core() -> None:
    order: list[int] = []

    async def add(_: Any, __: Any, number: int) -> int:
        order.append(number)
        await asyncio.sleep(0)
        order.append(number)
        return int(raised(Failed("less than nothing") if number < 0 else number))

    adding = Reading(add, waits=True)
    schema = Small(MUTATION, {}, Mutation_add=adding, Mutation_must=adding)
    said = await schema.said("mutation { a: add(number: 1) b: add(number: -2) c: add(number: 3) }")
    assert said.data == {"a": 1, "b": None, "c": 3}
    assert order == [1, 1, -2, -2, 3, 3] * (RUNS + 1)
    said = await schema.said("mutation { add(number: 1) must(number: -2) }")
    assert said.data is None
    assert schema.executor.fallbacks == {"mutation": 2 * RUNS}


UNION = """
type Query { found: [Found] grid: [[Int!]] }
union Found = Cat | Dog
type Cat { name: String } type Dog { name: String grid: [[Int]] }
"""


async def test_unions_and_lists_of_lists() -> None:
    schema = Small(UNION, {"found": [CAT, DOG, FISH], "grid": [[1, 2], None, [3, None]]})
    said = await schema.said("{ found { __typename ... on Cat { name } ... on Dog { n: name } } }")
    assert said.data["found"] == [
        {"__typename": "Cat", "name": "Tom"}, {"__typename": "Dog", "n": "Rex"}, None
    ]  # fmt: skip
    assert (await schema.said("{ grid }")).data == {"grid": [[1, 2], None, None]}
    assert schema.executor.fallbacks == {"Query.grid, a list of lists": RUNS}


@pytest.mark.parametrize(
    "text",
    [
        get_introspection_query(input_value_deprecation=True, specified_by_url=True),
        '{ a: __type(name: "Cat") { fields { type { name } } } b: __type(name: "None") { name } }',
        "{ __schema { ...S } s: __schema { queryType { name } } cat { name } } "
        "fragment S on __Schema { types { ...T } } fragment T on __Type { kind name }",
        "{ __schema { queryType { name } } __schema { mutationType { name } } }",
    ],
)
async def test_introspection(text: str) -> None:
    schema = Small(ANIMALS, {"cat": CAT})
    await schema.said(text)
    assert schema.executor.fallbacks == {}


async def test_introspection_with_variables_is_left_to_graphql_core() -> None:
    schema = Small(ANIMALS, {})
    text = "query ($name: String!) { __type(name: $name) { name } }"
    assert (await schema.said(text, name="Cat")).data == {"__type": {"name": "Cat"}}
    assert list(schema.executor.fallbacks) == ["introspection with variables"]
