"""From a document and a request to the plan that answers it, made once and kept."""

from __future__ import annotations

from typing import NamedTuple

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode
from graphql.execution.values import VariableValues, get_variable_values

from gateway.execution.documents import Document, Operation
from gateway.execution.plan import Outline, Plan, Unplannable
from gateway.execution.types import Types
from loaders.viewer import Viewer

_VARIABLE_ERRORS_AT_MOST = 50
_NO_VARIABLES = VariableValues({}, {})


class Refused(Exception):
    """The operation cannot be run at all: there is no such, or its variables are wrong."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(*errors)
        self.errors = errors


class Planned(NamedTuple):
    """A plan, and the values that one request gives its variables."""

    plan: Plan
    variables: VariableValues


class Planner:
    """Plans operations over one schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._types = Types(schema)

    def plan(self, document: Document, operation: Operation, viewer: Viewer) -> Planned:
        """How an operation is run; raises Refused, and Unplannable where no plan can be made."""
        definition = document.operations.get(operation.name)
        if definition is None:
            raise Refused(_no_operation(operation.name))
        variables = self._variables(document, definition, operation)
        conditions = tuple(variables.coerced.get(name) for name in document.conditions)
        plan = document.plan(
            (definition.name and definition.name.value, conditions, viewer.roles),
            lambda: Plan(
                Outline(self._schema, definition, document.fragments, variables, viewer),
                self._types,
            ),
        )
        return Planned(plan, variables)

    def _variables(
        self, document: Document, definition: OperationDefinitionNode, operation: Operation
    ) -> VariableValues:
        if not definition.variable_definitions:
            return _NO_VARIABLES
        values = get_variable_values(
            self._schema,
            definition.variable_definitions,
            dict(operation.variables or {}),
            max_errors=_VARIABLE_ERRORS_AT_MOST,
            hide_suggestions=document.hide_suggestions,
        )
        if isinstance(values, list):
            raise Refused(*values)
        return values

    def explained(self, document: Document, operation: Operation, viewer: Viewer) -> Planned:
        """The same for those who ask what a plan tells; Refused where no plan can be made, too."""
        try:
            return self.plan(document, operation, viewer)
        except Unplannable as why:
            raise Refused(GraphQLError(f"No plan is made for {why}.")) from None


def _no_operation(name: str | None) -> GraphQLError:
    if name is None:
        return GraphQLError("Must provide operation name if query contains multiple operations.")
    return GraphQLError(f"Unknown operation named '{name}'.")
