"""The schema's answers about itself: the same for everybody, and so made once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec
from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    ValidationRule,
    execute_sync,
    parse,
    print_ast,
)

from gateway.execution.writing import to_bytes

FIELDS = ("__schema", "__type")
_ANSWERS_KEPT = 16


class NoIntrospection(ValidationRule):
    """Refuses what asks for the schema; `__typename` tells no more than the data does."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        if node.name.value in FIELDS:
            self.report_error(
                GraphQLError(
                    f"Introspection is off: `{node.name.value}` is not answered. "
                    "`gateway schema` prints the schema.",
                    node,
                )
            )


def query_of(nodes: Iterable[Node], fragments: Iterable[Node]) -> str:
    """A query for these selections of one field alone, without variables."""
    selections = "\n".join(map(print_ast, nodes))
    return "\n".join([f"{{ {selections} }}", *map(print_ast, fragments)])


@lru_cache(_ANSWERS_KEPT)
def answer(schema: GraphQLSchema, query: str) -> msgspec.Raw:
    """What graphql-core answers to the one field of a query, as it is written."""
    result = execute_sync(schema, parse(query))
    if result.errors:
        raise result.errors[0]
    (value,) = (result.data or {}).values()
    return msgspec.Raw(to_bytes(value))
