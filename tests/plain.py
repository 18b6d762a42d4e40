"""The objects of an answer as dictionaries, their values as they were before they were written."""

from __future__ import annotations

from typing import Any

from gateway.execution.objects import Shaped


def plain(value: Any) -> Any:
    """The same with dictionaries alone."""
    if isinstance(value, dict | Shaped):
        return {key: plain(value[key]) for key in value}
    return [plain(part) for part in value] if isinstance(value, list) else value
