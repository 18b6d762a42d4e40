"""Which hosts are this machine itself, to which nothing leaves it in plain text."""

from __future__ import annotations

from urllib.parse import urlsplit

_NAMES = ("localhost", "127.0.0.1", "::1")


def on_loopback(url: str) -> bool:
    """Whether what a URL names is reached without leaving this machine."""
    return urlsplit(url).hostname in _NAMES
