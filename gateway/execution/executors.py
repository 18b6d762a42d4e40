"""Who runs an operation: level by level, or graphql-core, which knows all of the specification."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from inspect import isawaitable
from typing import Protocol

from graphql import ExecutionResult, GraphQLSchema, OperationDefinitionNode, execute
from graphql.execution.values import VariableValues, get_variable_values

from gateway.execution.documents import Document, Operation
from gateway.execution.levels import run
from gateway.execution.plan import Outline, Plan, Unplannable
from gateway.execution.types import Types
from loaders.request import Request
from loaders.viewer import Viewer

_VARIABLE_ERRORS_AT_MOST = 50


class Executor(Protocol):
    """Runs operations of valid documents."""

    async def execute(
        self, document: Document, operation: Operation, request: Request
    ) -> ExecutionResult:
        """What the operation answers."""


class ReferenceExecutor:
    """graphql-core's own."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema

    async def execute(
        self, document: Document, operation: Operation, request: Request
    ) -> ExecutionResult:
        assert document.node is not None
        result = execute(
            self._schema,
            document.node,
            context_value=request,
            variable_values=dict(operation.variables or {}),
            operation_name=operation.name,
        )
        return await result if isawaitable(result) else result


class LevelExecutor:
    """Runs plans; what no plan can be made for goes to graphql-core, counted by its reason."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.fallbacks: Counter[str] = Counter()
        self._schema = schema
        self._types = Types(schema)
        self._reference = ReferenceExecutor(schema)

    async def execute(
        self, document: Document, operation: Operation, request: Request
    ) -> ExecutionResult:
        definition = document.operation(operation.name)
        if definition is None:  # which graphql-core has the words for
            return await self._reference.execute(document, operation, request)
        variables = get_variable_values(
            self._schema,
            definition.variable_definitions or (),
            dict(operation.variables or {}),
            max_errors=_VARIABLE_ERRORS_AT_MOST,
        )
        if isinstance(variables, list):
            return ExecutionResult(None, variables)
        try:
            plan = self._plan(document, definition, variables, request.viewer)
            return await run(plan, request, variables)
        except Unplannable as why:
            self.fallbacks[str(why)] += 1
            return await self._reference.execute(document, operation, request)

    def _plan(
        self,
        document: Document,
        definition: OperationDefinitionNode,
        variables: VariableValues,
        viewer: Viewer,
    ) -> Plan:
        conditions = tuple(variables.coerced.get(name) for name in document.conditions)
        return document.plan(
            (definition.name and definition.name.value, conditions, viewer.roles),
            lambda: Plan(
                Outline(self._schema, definition, document.fragments, variables, viewer),
                self._types,
            ),
        )


EXECUTORS: Mapping[str, Callable[[GraphQLSchema], Executor]] = {
    "levels": LevelExecutor,
    "reference": ReferenceExecutor,
}
"""By the names that the setting has for them."""
