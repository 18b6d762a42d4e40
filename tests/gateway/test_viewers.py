"""Who asks, out of a header or a setting."""

from __future__ import annotations

import pytest

from gateway.viewers import parse_viewer
from loaders.errors import BadUserInput
from loaders.viewer import ANONYMOUS, Viewer


@pytest.mark.parametrize(
    ("text", "viewer"),
    [
        ("anonymous", ANONYMOUS),
        (" anonymous ", ANONYMOUS),
        ("ada@example.com", Viewer("ada@example.com")),
        ("Ada@Example.com", Viewer("Ada@Example.com")),
        ("zoë@example.com", Viewer("zoë@example.com")),
        ("anonymous@example.com", Viewer("anonymous@example.com")),
        ("a@b;roles=", Viewer("a@b")),
        ("a@b; roles=support", Viewer("a@b", frozenset({"support"}))),
        ("a@b ;  roles=support,admin,", Viewer("a@b", frozenset({"support", "admin"}))),
    ],
)
def test_names_a_viewer(text: str, viewer: Viewer) -> None:
    assert parse_viewer(text) == viewer


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Anonymous",
        "ada",
        "@example.com",
        "ada@",
        "a@b@c",
        "a b@c",
        "a@b; admin",
        "a@b; roles=support; roles=admin",
        "a@b; roles=support admin",
        "anonymous; roles=admin",
        "a@b\nroles=admin",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadUserInput, match=r"`EMAIL`, `EMAIL; roles=support` or `anonymous`"):
        parse_viewer(text)
