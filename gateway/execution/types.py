"""Which object type a value is of: for a row, its class tells, and is asked once."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLNamedType, GraphQLObjectType, GraphQLSchema, is_abstract_type

_NO_INFO: Any = None
"""Our types are told apart by their values alone."""


class Types:
    """The types of values where a type, or one of an interface's, is expected."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._by_class: dict[tuple[GraphQLNamedType, type], GraphQLObjectType] = {}

    def of_class(self, expected: GraphQLNamedType, cls: type) -> GraphQLObjectType | None:
        """The type of all values of a class, once it is known that the class tells."""
        return self._by_class.get((expected, cls))

    def of_value(self, expected: GraphQLNamedType, value: Any) -> GraphQLObjectType:
        """The type of a value; TypeError where it is of none that is expected."""
        known = self.of_class(expected, type(value))
        if known is not None:
            return known
        for type_ in self._possible(expected):
            if type_.is_type_of is None or type_.is_type_of(value, _NO_INFO):
                if type_.is_type_of is None or hasattr(value, "table"):
                    self._by_class[expected, type(value)] = type_
                return type_
        raise TypeError(f"Expected value of type '{expected}' but got: {type(value).__name__}.")

    def _possible(self, expected: GraphQLNamedType) -> list[GraphQLObjectType]:
        if is_abstract_type(expected):
            return self._schema.get_possible_types(expected)
        assert isinstance(expected, GraphQLObjectType)
        return [expected]
