"""DynamoDB's JSON: attribute values to Python and back, and expressions with placeholders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

AttributeValue = Mapping[str, Any]


def to_python(value: AttributeValue) -> Any:
    """The plain value of an attribute; a whole number is an int, any other a Decimal."""
    ((tag, content),) = value.items()
    if tag in ("S", "BOOL", "B", "SS", "BS"):
        return content
    if tag == "N":
        return _number(content)
    if tag == "M":
        return {name: to_python(member) for name, member in content.items()}
    if tag == "L":
        return [to_python(member) for member in content]
    if tag == "NS":
        return [_number(member) for member in content]
    return None


def _number(text: str) -> int | Decimal:
    try:
        return int(text)
    except ValueError:
        return Decimal(text)


def to_attribute(value: Any) -> dict[str, Any]:
    """The attribute value of a plain Python value."""
    if value is None:
        return {"NULL": True}
    if isinstance(value, str):
        return {"S": value}
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
    return {name: to_attribute(value) for name, value in zip(columns, values, strict=True)}


class Expressions:
    """Expressions of one request, with an ASCII placeholder for every name and value.

    Reserved words, dots and characters beyond ASCII in a name are then of no concern.
    """

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, dict[str, Any]] = {}

    def name(self, column: str) -> str:
        for placeholder, named in self.names.items():
            if named == column:
                return placeholder
        placeholder = f"#n{len(self.names)}"
        self.names[placeholder] = column
        return placeholder

    def value(self, value: Any) -> str:
        placeholder = f":v{len(self.values)}"
        self.values[placeholder] = to_attribute(value)
        return placeholder

    def projection(self, columns: Iterable[str]) -> str:
        return ", ".join(self.name(column) for column in columns)

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
