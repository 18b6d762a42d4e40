"""Masked forms of personal data."""

from __future__ import annotations

from typing import Any

HIDDEN = "•••"


def mask(value: Any) -> Any:
    """The masked form: an e-mail keeps its first letter and its domain, other text its first."""
    if not isinstance(value, str) or not value:
        return None
    local, at, domain = value.rpartition("@")
    return f"{local[0]}{HIDDEN}@{domain}" if at and local else value[0] + HIDDEN
