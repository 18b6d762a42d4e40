"""Who asks in the tests, in short: `EMAIL; roles=support,admin; subject=family:7` or `anonymous`.

`-` stands for no e-mail; roles and the subject may be left out.
"""

from __future__ import annotations

from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.authentication.authenticator import Authenticator
from gateway.authentication.issuers import ROLES
from gateway.demo.tokens import DemoIssuer
from gateway.http.endpoint import ViewerOf
from gateway.http.messages import Headers
from loaders.accounts import IDENTITIES
from loaders.viewer import ANONYMOUS, Subject, Viewer
from tests.signing import Signer, seconds

TOKENS = DemoIssuer(Ed25519PrivateKey.generate())
_SIGNER = Signer()
_ISSUERS = [
    _SIGNER.issuer(issuer=f"issuer of {product}", product=product, roles={r: r for r in ROLES})
    for product in (None, *IDENTITIES)
]


def by_token() -> ViewerOf:
    """Takes the tokens of the tests: those of the demo, of each product, and of none."""
    return Authenticator([TOKENS.issuer, *_ISSUERS]).viewer_of


def always(viewer: Viewer) -> ViewerOf:
    """Takes every request as this viewer's."""

    async def viewer_of(headers: Headers) -> Viewer:
        return viewer

    return viewer_of


def viewer_named(text: str) -> Viewer:
    """The viewer that a short form names."""
    if text == "anonymous":
        return ANONYMOUS
    email, *facts = text.split("; ")
    told = dict(fact.split("=", 1) for fact in facts)
    product, _, name = told.get("subject", "").partition(":")
    return Viewer(
        None if email == "-" else email,
        frozenset(filter(None, told.get("roles", "").split(","))),
        Subject(product, name) if name else None,
    )


@cache
def authorization(text: str) -> dict[bytes, bytes]:
    """The header by which the viewer of a short form asks."""
    viewer = viewer_named(text)
    if viewer == ANONYMOUS:
        return {}
    subject = viewer.subject or Subject(None, "somebody")
    token = _SIGNER.token(
        iss=f"issuer of {subject.product}",
        sub=subject.name,
        email=viewer.email,
        roles=sorted(viewer.roles),
        exp=seconds(24 * 60 * 60),
    )
    return {b"Authorization": f"Bearer {token}".encode()}
