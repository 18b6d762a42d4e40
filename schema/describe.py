"""Descriptions out of docstrings: a class's own, and the text that stands below each member."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import sys
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, dataclass_transform

import strawberry
from strawberry.types.field import StrawberryField

T = TypeVar("T", bound=type[Any])
E = TypeVar("E", bound=type[Enum])


class MissingDescription(Exception):
    """A public name without a description; raised while the schema is imported."""


@cache
def _members(module: str) -> Mapping[str, Mapping[str, str]]:
    """Of each class of a module, the docstrings below its members."""
    file = sys.modules[module].__file__
    assert file is not None
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    return {node.name: _docstrings(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _docstrings(class_: ast.ClassDef) -> dict[str, str]:
    found = {}
    for member, text in zip(class_.body, class_.body[1:], strict=False):
        name = _name(member)
        if name and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            found[name] = _joined(str(text.value.value))
    return found


def _name(member: ast.stmt) -> str | None:
    target = (
        member.targets[0] if isinstance(member, ast.Assign) else getattr(member, "target", None)
    )
    return target.id if isinstance(target, ast.Name) else None


def _joined(docstring: str) -> str:
    """One paragraph a line, as clients show it."""
    paragraphs = docstring.strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def description(cls: type) -> str:
    """What a class's docstring says."""
    if not cls.__doc__ or "__doc__" not in cls.__dict__:
        raise MissingDescription(f"{cls.__name__} has no description")
    return _joined(cls.__doc__)


def member_description(cls: type, name: str) -> str:
    """What the docstring below a member says."""
    try:
        return _members(cls.__module__)[cls.__name__][name]
    except KeyError:
        raise MissingDescription(f"{cls.__name__}.{name} has no description") from None


def describe_fields(cls: type) -> None:
    """Give each field that a class itself declares its description."""
    for name in inspect.get_annotations(cls):
        given = cls.__dict__.get(name)
        if not isinstance(given, StrawberryField):
            given = strawberry.field(default=cls.__dict__.get(name, dataclasses.MISSING))
            setattr(cls, name, given)
        given.description = member_description(cls, name)


@dataclass_transform(kw_only_default=True)
def object_type(cls: T) -> T:
    """A GraphQL object type whose fields are attributes, or have resolvers of their own."""
    return named_type(cls.__name__)(cls)


def named_type(name: str) -> Callable[[T], T]:
    """An object type that clients know by another name than its class has."""

    def decorate(cls: T) -> T:
        describe_fields(cls)
        return strawberry.type(cls, name=name, description=description(cls))

    return decorate


@dataclass_transform(kw_only_default=True)
def interface(cls: T) -> T:
    """A GraphQL interface."""
    describe_fields(cls)
    return strawberry.interface(cls, description=description(cls))


def input_type(*, one_of: bool = False) -> Callable[[T], T]:
    """A GraphQL input object; with `one_of`, exactly one member is given."""

    def decorate(cls: T) -> T:
        describe_fields(cls)
        return strawberry.input(cls, description=description(cls), one_of=one_of)

    return decorate


def enum_type(cls: E) -> E:
    """A GraphQL enum whose members' values are the stored ones."""
    described = strawberry.enum(cls, description=description(cls))
    for value in described.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = member_description(cls, value.name)
    return described
