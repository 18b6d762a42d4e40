"""In whose name every server is asked: ours by a token, the peers by an e-mail alone."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.demo.data.people import ADA
from gateway.demo.tokens import DemoIssuer

_ISSUER = DemoIssuer(Ed25519PrivateKey.generate())

ISSUERS = f"[{_ISSUER.issuer.model_dump_json()}]"
"""The setting by which ours takes the token."""
HEADERS = {
    # Staff: the peers check nobody's rights, and so ours has to read nothing to check them.
    "Authorization": f"Bearer {_ISSUER.token(ADA.email, 'admin')}",
    "Viewer-Email": ADA.email,
}
