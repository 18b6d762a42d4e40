"""Who asks in the tests, in short: `EMAIL`, `EMAIL; roles=support,admin` or `anonymous`."""

from __future__ import annotations

from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.authentication.authenticator import Authenticator
from gateway.demo.tokens import DemoIssuer
from gateway.http import Headers, ViewerOf
from loaders.viewer import ANONYMOUS, Viewer

TOKENS = DemoIssuer(Ed25519PrivateKey.generate())


def by_token() -> ViewerOf:
    """Takes the tokens of the tests."""
    return Authenticator([TOKENS.issuer]).viewer_of


def always(viewer: Viewer) -> ViewerOf:
    """Takes every request as this viewer's."""

    async def viewer_of(headers: Headers) -> Viewer:
        return viewer

    return viewer_of


def viewer_named(text: str) -> Viewer:
    """The viewer that a short form names; `-` stands for no e-mail."""
    email, _, roles = text.partition("; roles=")
    if email == "anonymous":
        return ANONYMOUS
    return Viewer(None if email == "-" else email, frozenset(filter(None, roles.split(","))))


@cache
def authorization(text: str) -> dict[bytes, bytes]:
    """The header by which the viewer of a short form asks."""
    viewer = viewer_named(text)
    if viewer == ANONYMOUS:
        return {}
    token = TOKENS.token(viewer.email, *sorted(viewer.roles))
    return {b"Authorization": f"Bearer {token}".encode()}
