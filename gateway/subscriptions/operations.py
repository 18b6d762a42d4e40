"""Operations that clients hold open, however their answers travel."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import TypeVar

from gateway.execution.answers import Answer
from gateway.execution.documents import Operation
from gateway.execution.errors import refusal, unforeseen
from gateway.execution.run import Gateway
from gateway.observing.observing import Observing
from loaders.errors import GatewayError, Overloaded
from loaders.viewer import Viewer

E = TypeVar("E", bound=Exception)


def first_of(group: ExceptionGroup[E]) -> E:
    """An error of those that tasks ended with."""
    error = group.exceptions[0]
    return first_of(error) if isinstance(error, ExceptionGroup) else error


class Operations:
    """Those that are under way in this process; a viewer may have so many of them at once.

    All who are anonymous count as one viewer. `observing` is told of each answer.
    """

    def __init__(
        self,
        gateway: Callable[[], Gateway],
        per_viewer: int,
        observing: Observing | None = None,
    ) -> None:
        self._gateway = gateway
        self._per_viewer = per_viewer
        self._observing = observing or Observing()
        self._running: Counter[Viewer] = Counter()

    async def answers(
        self, operation: Operation, viewer: Viewer, request_id: str, *, trace: bool = False
    ) -> AsyncGenerator[Answer]:
        """The answers to an operation: one, or those of a subscription until it ends.

        It raises nothing: what went wrong is the last answer, which is not executed.
        """
        try:
            with self._one_more(viewer):
                found = self._gateway().subscribe(
                    operation, viewer, trace=trace, request_id=request_id
                )
                async with aclosing(found) as answers:
                    async for answer in answers:
                        yield self._told(answer, request_id)
        except GatewayError as error:
            yield self.refused(error, request_id)
        except Exception as error:
            failed = Answer({"errors": [unforeseen(error, request_id)]}, False)
            yield self._told(failed, request_id)

    def refused(self, error: GatewayError, request_id: str) -> Answer:
        """The answer where an operation is not begun."""
        return self._told(Answer(refusal(error), False), request_id)

    def _told(self, answer: Answer, request_id: str) -> Answer:
        self._observing.tell_streamed(answer, request_id)
        return answer

    @contextmanager
    def _one_more(self, viewer: Viewer) -> Iterator[None]:
        if self._running[viewer] >= self._per_viewer:
            raise Overloaded(f"you have {self._per_viewer} operations under way: end one of them")
        self._running[viewer] += 1
        try:
            yield
        finally:
            self._running[viewer] -= 1
            if not self._running[viewer]:
                del self._running[viewer]
