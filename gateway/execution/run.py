"""Runs one operation of a document for one viewer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from typing import Any, Literal

from graphql import ExecutionResult, GraphQLError, OperationType, located_error

from gateway.audit import AuditLog, entry
from gateway.execution.answers import Answer, Run
from gateway.execution.bounds import Forecaster, Place
from gateway.execution.documents import Document, Documents, Operation
from gateway.execution.errors import new_request_id, shown
from gateway.execution.executors import Executor
from gateway.execution.explain import explained
from gateway.execution.planner import Planned, Refused
from gateway.execution.stream import Stream
from loaders.accounts import IDENTITIES
from loaders.clock import Clock
from loaders.errors import DeadlineExceeded, GatewayError, SourceUnavailable
from loaders.request import Aside, Asking, Request
from loaders.sealing import Seal
from loaders.stores.interface import Store
from loaders.trace import Trace
from loaders.viewer import Viewer
from resolvers.feeds import Feed

Explaining = Literal["plan", "run"]

_NO_STREAM = GraphQLError(
    "A subscription has many answers: ask for it over a websocket (graphql-transport-ws) or as "
    "server-sent events (Accept: text/event-stream)."
)
_TO_ANSWER = 0.5
"""Seconds after the deadline that a request has to put what its stores said into an answer."""


@dataclass(frozen=True)
class Gateway:
    """Everything that outlives a request. `deadline` is in seconds.

    `timed`: it is kept when each level of a query was read.
    """

    stores: Mapping[str, Store]
    documents: Documents
    executor: Executor
    seal: Seal
    clock: Clock
    deadline: float
    image_base_url: str
    audit: AuditLog | None = None
    timed: bool = False

    async def answer(
        self,
        operation: Operation,
        viewer: Viewer,
        *,
        trace: bool = False,
        explain: Explaining | None = None,
        request_id: str | None = None,
    ) -> Answer:
        """Run an operation; its store calls are shown where `trace` asks for them.

        `explain` shows what it asks of the stores at most, without running it for "plan".
        The log and the audit log know the request by `request_id`.
        """
        request_id = request_id or new_request_id()
        document = self.documents.get(operation.query)
        calls = Trace(wanted=trace or explain is not None, timed=self.timed)
        run = Run(operation, document, viewer, calls)
        if document.errors:
            return Answer({"errors": shown(document.errors, request_id)}, False, run)
        if explain == "plan":
            return self._explained(run, request_id)
        if document.operation_type(operation.name) is OperationType.SUBSCRIPTION:
            return Answer({"errors": shown([_NO_STREAM], request_id)}, False, run)
        request = self._request(document, viewer, calls)
        return await self._run(run, request, request_id, trace=trace, explain=explain)

    async def subscribe(
        self,
        operation: Operation,
        viewer: Viewer,
        *,
        trace: bool = False,
        request_id: str | None = None,
    ) -> AsyncGenerator[Answer]:
        """The answers to a subscription: to the state as it is, then to each change of it.

        An operation that is none has one answer, as has what is refused. `aclose` frees
        everything.
        """
        request_id = request_id or new_request_id()
        document = self.documents.get(operation.query)
        kind = document.operation_type(operation.name)
        if document.errors or kind is not OperationType.SUBSCRIPTION:
            yield await self.answer(operation, viewer, trace=trace, request_id=request_id)
            return
        run = Run(operation, document, viewer, Trace())
        try:
            planned = self.executor.planner.explained(document, operation, viewer)
            stream = self._stream(run, planned, request_id, trace=trace)
            async with aclosing(stream.answers()) as answers:
                async for answer in answers:
                    yield answer
        except Refused as refused:
            yield Answer({"errors": shown(refused.errors, request_id)}, False, run)
        except GatewayError as error:
            (field,) = planned.plan.root.fields
            located = located_error(error, field.nodes, field.as_list())
            yield Answer({"errors": shown([located], request_id)}, False, run)

    def _stream(self, of: Run, planned: Planned, request_id: str, *, trace: bool) -> Stream:
        """The stream of a subscription, read where data are written: see `Store.primary`."""
        live = replace(self, stores={name: store.primary for name, store in self.stores.items()})

        async def ask(read: Callable[[Asking], Awaitable[Any]]) -> Any:
            request = live._request(of.document, of.viewer, Trace())
            try:
                found = await read(Aside(request))
            finally:
                await request.close()
            await live._audited(of.operation, request, request_id)
            return found

        async def answer(event: int | None) -> Answer:
            run = of._replace(trace=Trace(wanted=trace, timed=self.timed))
            request = live._request(run.document, run.viewer, run.trace)
            return await live._run(run, request, request_id, trace=trace, event=event)

        (field,) = planned.plan.root.fields
        feed, arguments = field.reading.one, field.arguments(planned.variables)
        assert isinstance(feed, Feed)
        return Stream(feed, arguments, live.stores, ask, answer)

    async def _run(
        self,
        run: Run,
        request: Request,
        request_id: str,
        *,
        trace: bool,
        explain: Explaining | None = None,
        event: int | None = None,
    ) -> Answer:
        """The answer to a request, which is closed; of a subscription that to one event."""
        operation, document = run.operation, run.document
        try:
            result = self.executor.execute(document, operation, request, event)
            if not isinstance(result, ExecutionResult):
                result = await _in_time(result, request)
        finally:
            await request.close()
        try:
            await self._audited(operation, request, request_id)
        except SourceUnavailable as unwritten:  # the trace is not told either
            errors = shown([_of_the_request(unwritten)], request_id)
            return Answer({"errors": errors, "data": None}, True, run)
        body: dict[str, Any] = {}
        if result.errors:
            body["errors"] = shown(result.errors, request_id)
        executed = result.data is not None or any(error.path for error in result.errors or ())
        if executed:
            body["data"] = result.data
        extensions: dict[str, Any] = {}
        if trace:
            extensions["trace"] = request.trace.as_json(request.viewer)
        if explain and executed:
            with suppress(Refused):  # a fallback, which no plan tells of
                places = self.places(document, operation, request.viewer)
                extensions["explain"] = explained(places, request.trace.calls)
        if extensions:
            body["extensions"] = extensions
        return Answer(body, executed, run)

    async def _audited(self, operation: Operation, request: Request, request_id: str) -> None:
        """Write down what staff have read, before it is told."""
        if self.audit is not None and request.owners_read.owners:
            await self.audit.write(
                entry(
                    request.viewer,
                    request.owners_read,
                    request.columns,
                    document=operation.query,
                    request_id=request_id,
                )
            )

    def places(self, document: Document, operation: Operation, viewer: Viewer) -> Sequence[Place]:
        """What an operation asks of the stores, at most; raises Refused."""
        planned = self.executor.planner.explained(document, operation, viewer)
        forecaster = Forecaster(document.columns, planned.variables, viewer, self.seal)
        return forecaster.places(planned.plan)

    def _explained(self, run: Run, request_id: str) -> Answer:
        try:
            told = explained(self.places(run.document, run.operation, run.viewer))
        except Refused as refused:
            return Answer({"errors": shown(refused.errors, request_id)}, False, run)
        return Answer({"data": None, "extensions": {"explain": told}}, True, run)

    def _request(self, document: Document, viewer: Viewer, trace: Trace) -> Request:
        loop = asyncio.get_running_loop()
        return Request(
            viewer=viewer,
            stores=self.stores,
            identities=IDENTITIES,
            columns=document.columns,
            seal=self.seal,
            clock=self.clock,
            deadline=loop.time() + self.deadline,
            trace=trace,
            image_base_url=self.image_base_url,
            audited=self.audit is not None,
            loop=loop,
        )


async def _in_time(result: Awaitable[ExecutionResult], request: Request) -> ExecutionResult:
    """What the request answers by its deadline, unless it is given up before."""
    try:
        async with asyncio.timeout_at(request.deadline + _TO_ANSWER) as limit:
            request.give_up = lambda: limit.reschedule(0)
            answered = await result
    except TimeoutError:
        late = DeadlineExceeded("the request took too long: ask for less at once")
        return ExecutionResult(None, [_of_the_request(request.given_up or late)])
    if request.given_up is not None:  # and it ended before it could be stopped
        return ExecutionResult(None, [_of_the_request(request.given_up)])
    return answered


def _of_the_request(why: GatewayError) -> GraphQLError:
    """An error that stands at no place of the answer."""
    return GraphQLError(str(why), original_error=why)
