"""Who runs an operation: level by level, or graphql-core, which knows all of the specification."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from inspect import isawaitable
from typing import Protocol

from graphql import ExecutionResult, GraphQLSchema, execute

from gateway.execution.documents import Document, Operation
from gateway.execution.levels import run
from gateway.execution.plan import Unplannable
from gateway.execution.planner import Planner, Refused
from loaders.request import Request


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
        self.planner = Planner(schema)
        self._reference = ReferenceExecutor(schema)

    async def execute(
        self, document: Document, operation: Operation, request: Request
    ) -> ExecutionResult:
        try:
            planned = self.planner.plan(document, operation, request.viewer)
            return await run(planned.plan, request, planned.variables)
        except Refused as refused:
            return ExecutionResult(None, list(refused.errors))
        except Unplannable as why:
            self.fallbacks[str(why)] += 1
            return await self._reference.execute(document, operation, request)


EXECUTORS: Mapping[str, Callable[[GraphQLSchema], Executor]] = {
    "levels": LevelExecutor,
    "reference": ReferenceExecutor,
}
"""By the names that the setting has for them."""
