"""Descriptions come out of docstrings, and nothing public may lack one."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from schema.describe import MissingDescription

Declare = Callable[[str], ModuleType]


def fields(type_: Any) -> dict[str, Any]:
    return {field.python_name: field for field in type_.__strawberry_definition__.fields}


def test_a_docstring_below_a_field_describes_it(declare: Declare) -> None:
    module = declare(
        '''
        @object_type
        class Thing:
            """A thing
            of two lines.

            And a paragraph."""

            name: str
            """Its
               name."""
            size: int | None = None
            """Its size."""
        '''
    )
    definition = module.Thing.__strawberry_definition__
    assert definition.description == "A thing of two lines.\n\nAnd a paragraph."
    assert {name: field.description for name, field in fields(module.Thing).items()} == {
        "name": "Its name.",
        "size": "Its size.",
    }


def test_clients_may_know_a_type_by_another_name(declare: Declare) -> None:
    module = declare(
        '''
        @named_type("Thing")
        class _Thing:
            """A thing."""
        '''
    )
    assert module._Thing.__strawberry_definition__.name == "Thing"


def test_an_input_of_one_member_says_so(declare: Declare) -> None:
    module = declare(
        '''
        @input_type(one_of=True)
        class ThingBy:
            """Names one thing."""

            name: str | None = strawberry.UNSET
            """Its name."""
        '''
    )
    assert module.ThingBy.__strawberry_definition__.is_one_of


def test_the_values_of_an_enum_are_described(declare: Declare) -> None:
    module = declare(
        '''
        @enum_type
        class Size(Enum):
            """How large."""

            SMALL = "s"
            """Not large."""
        '''
    )
    (value,) = module.Size.__strawberry_definition__.values
    assert (value.name, value.description) == ("SMALL", "Not large.")


CLASS = '"""A thing."""'


@pytest.mark.parametrize(
    ("decorator", "base", "body", "name"),
    [
        ("object_type", "", "name: str", "Thing"),
        ("object_type", "", f"{CLASS}\n    name: str", "Thing.name"),
        ("interface", "", f"{CLASS}\n    name: str", "Thing.name"),
        ("input_type()", "", f"{CLASS}\n    name: str", "Thing.name"),
        ("enum_type", "(Enum)", f'{CLASS}\n    SMALL = "s"', "Thing.SMALL"),
        ("enum_type", "(Enum)", 'SMALL = "s"\n    """Small."""', "Thing"),
        ("row_of(stream.movies)", "", f"{CLASS}\n    title: str | None", "Thing.title"),
        ("row_of(stream.movies)", "", 'title: str | None\n    """It."""', "Thing"),
        ("shape", "", f"{CLASS}\n    name: str | None", "Thing.name"),
    ],
)
def test_what_has_no_description_is_refused(
    decorator: str, base: str, body: str, name: str, declare: Declare
) -> None:
    if "Thing." not in name:
        # Of a docstring that only describes a member, none is left for the class.
        body = body.replace("name: str", 'name: str\n    """Its name."""')
    with pytest.raises(MissingDescription, match=rf"^{name} has no description$"):
        declare(f"@{decorator}\nclass Thing{base}:\n    {body}\n")


def test_a_base_classs_docstring_describes_no_other_class(declare: Declare) -> None:
    with pytest.raises(MissingDescription, match=r"^Thing has no description$"):
        declare(
            '''
            class Base:
                """A base."""

            @object_type
            class Thing(Base):
                name: str
                """Its name."""
            '''
        )
