"""Who runs an operation: level by level, or graphql-core, which knows all of the specification."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from graphql import ExecutionResult, GraphQLSchema, execute
from graphql.pyutils import AwaitableOrValue

from gateway.execution.documents import Document, Operation
from gateway.execution.foresight import Foresight
from gateway.execution.levels import run
from gateway.execution.plan import Unplannable
from gateway.execution.planner import Planner, Refused
from loaders.request import Request


class Executor(Protocol):
    """Runs operations of valid documents; `planner` tells what a plan of one would be."""

    planner: Planner

    def execute(
        self, document: Document, operation: Operation, request: Request, event: Any = None
    ) -> AwaitableOrValue[ExecutionResult]:
        """What the operation answers, at once where nothing has to be waited for; a subscription
        answers to one event."""


class ReferenceExecutor:
    """graphql-core's own."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.planner = Planner(schema)
        self._schema = schema

    def execute(
        self, document: Document, operation: Operation, request: Request, event: Any = None
    ) -> AwaitableOrValue[ExecutionResult]:
        return _by_graphql_core(self._schema, document, operation, request, event)


class LevelExecutor:
    """Runs plans; what no plan can be made for goes to graphql-core, counted by its reason."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.fallbacks: Counter[str] = Counter()
        self.planner = Planner(schema)
        self._schema = schema

    def execute(
        self, document: Document, operation: Operation, request: Request, event: Any = None
    ) -> AwaitableOrValue[ExecutionResult]:
        try:
            planned = self.planner.plan(document, operation, request.viewer)
            request.links = Foresight(planned.variables, request.seal).links
            return run(planned.plan, request, planned.variables, request.trace, event)
        except Refused as refused:
            return ExecutionResult(None, list(refused.errors))
        except Unplannable as why:
            self.fallbacks[str(why)] += 1
            return _by_graphql_core(self._schema, document, operation, request, event)


def _by_graphql_core(
    schema: GraphQLSchema, document: Document, operation: Operation, request: Request, event: Any
) -> AwaitableOrValue[ExecutionResult]:
    assert document.node is not None
    return execute(
        schema,
        document.node,
        root_value=event,
        context_value=request,
        variable_values=dict(operation.variables or {}),
        operation_name=operation.name,
        hide_suggestions=document.hide_suggestions,
    )


EXECUTORS: Mapping[str, Callable[[GraphQLSchema], Executor]] = {
    "levels": LevelExecutor,
    "reference": ReferenceExecutor,
}
"""By the names that the setting has for them."""
