"""What comes of an operation: its answer, and what was run for it."""

from __future__ import annotations

from typing import Any, NamedTuple

from gateway.execution.documents import Document, Operation
from loaders.trace import Trace
from loaders.viewer import Viewer


class Run(NamedTuple):
    """What was asked for, by whom, and the store calls that it took."""

    operation: Operation
    document: Document
    viewer: Viewer
    trace: Trace


class Answer(NamedTuple):
    """The body of the answer; `executed` is false where the document was refused.

    Without `run` no document was read at all.
    """

    body: dict[str, Any]
    executed: bool
    run: Run | None = None
