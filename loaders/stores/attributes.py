"""DynamoDB's JSON: attribute values to Python and back, and expressions with placeholders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

AttributeValue = Mapping[str, Any]


def to_python(value: AttributeValue) -> Any:
    """The plain value of an attribute; a whole number is an int, any other a Decimal."""
    ((tag, content),) = value.items()
    read = _READ.get(tag)
    return read(content) if read else content


def to_dict(attributes: Mapping[str, AttributeValue]) -> dict[str, Any]:
    """The plain values of attributes, by their names."""
    return {  # most are texts and numbers, which are spared the call
        name: value["S"]
        if "S" in value
        else _number(value["N"])
        if "N" in value
        else to_python(value)
        for name, value in attributes.items()
    }


def _to_list(members: Sequence[AttributeValue]) -> list[Any]:
    return [value["S"] if "S" in value else to_python(value) for value in members]


def _number(text: str) -> int | Decimal:
    if "." not in text:
        try:
            return int(text)
        except ValueError:
            pass  # such as 1E+2
    return Decimal(text)


_READ: dict[str, Callable[[Any], Any]] = {
    "N": _number,
    "M": to_dict,
    "L": _to_list,
    "NS": lambda members: [_number(member) for member in members],
    "NULL": lambda _: None,
}
"""How the content of a tag is read; that of any other stands for itself."""


def to_attribute(value: Any) -> dict[str, Any]:
    """The attribute value of a plain Python value."""
    if isinstance(value, str):
        return {"S": value}
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int | Decimal):
        return {"N": str(value)}
    if isinstance(value, Mapping):
        return {"M": {name: to_attribute(member) for name, member in value.items()}}
    if isinstance(value, list | tuple):
        return {"L": [to_attribute(member) for member in value]}
    raise TypeError(f"{type(value).__name__} cannot be an attribute value")


def to_key(columns: Sequence[str], values: Sequence[Any]) -> dict[str, dict[str, Any]]:
    """The key of an item."""
    return {
        name: {"S": value} if type(value) is str else to_attribute(value)
        for name, value in zip(columns, values, strict=True)
    }


class Expressions:
    """Expressions of one request, with an ASCII placeholder for every name and value.

    Reserved words, dots and characters beyond ASCII in a name are then of no concern.
    `projection` is the expression of the columns that are asked for.
    """

    def __init__(self, projected: tuple[str, ...] = ()) -> None:
        placeholders = _placeholders(projected)
        self.projection = ", ".join(placeholders.values())
        self._placeholders = dict(placeholders)
        self.values: dict[str, dict[str, Any]] = {}

    @property
    def names(self) -> dict[str, str]:
        """The columns by their placeholders."""
        return {placeholder: column for column, placeholder in self._placeholders.items()}

    def name(self, column: str) -> str:
        placeholder = self._placeholders.get(column)
        if placeholder is None:
            placeholder = self._placeholders[column] = _placeholder(len(self._placeholders))
        return placeholder

    def value(self, value: Any) -> str:
        placeholder = f":v{len(self.values)}"
        self.values[placeholder] = to_attribute(value)
        return placeholder

    def equal(self, column: str, value: Any) -> str:
        return f"{self.name(column)} = {self.value(value)}"

    def one_of(self, column: str, values: Iterable[Any]) -> str:
        return f"{self.name(column)} IN ({', '.join(map(self.value, values))})"

    def begins_with(self, column: str, prefix: str) -> str:
        return f"begins_with({self.name(column)}, {self.value(prefix)})"

    def absent_or_above(self, column: str, value: Any) -> str:
        name = self.name(column)
        return f"(attribute_not_exists({name}) OR {name} > {self.value(value)})"

    def between(self, column: str, low: Any, high: Any) -> str:
        """An inclusive range, either end of which may be None."""
        name = self.name(column)
        if low is None:
            return f"{name} <= {self.value(high)}"
        if high is None:
            return f"{name} >= {self.value(low)}"
        return f"{name} BETWEEN {self.value(low)} AND {self.value(high)}"

    def body(self) -> dict[str, Any]:
        """The parts of the request that say what the placeholders stand for."""
        body: dict[str, Any] = {"ExpressionAttributeNames": self.names}
        if self.values:
            body["ExpressionAttributeValues"] = self.values
        return body


def _placeholder(place: int) -> str:
    return f"#n{place}"


@lru_cache(maxsize=1024)
def _placeholders(columns: tuple[str, ...]) -> Mapping[str, str]:
    """The placeholders of these columns, which many requests share."""
    return {column: _placeholder(place) for place, column in enumerate(columns)}
