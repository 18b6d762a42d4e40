"""The demo's own issuer: it signs a token for each of the demo's people and for each role."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, NamedTuple, Self

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import OKPAlgorithm

from gateway.authentication.issuers import ROLES, Issuer
from gateway.demo.data.people import ADA, BEN, CHLOE, DMITRI, IRIS, LENA, NOUR, OMAR, ZOE
from gateway.demo.directory import secret_of
from gateway.demo.processes import EngineError

LIFETIME = 7 * 24 * 60 * 60
"""Seconds that a token of the demo is good for."""

_KEY = "token-key"
_NAME = "quintet-demo"


class Caller(NamedTuple):
    """Somebody who may ask, and what is told of them."""

    about: str
    email: str | None = None
    roles: tuple[str, ...] = ()


CALLERS = {
    "ada": Caller("accounts at every product", ADA.email),
    "ben": Caller("accounts at every product but prep", BEN.email),
    "zoe": Caller("accounts at every product but studio", ZOE.email),
    "chloe": Caller("an account at stream", CHLOE.email),
    "dmitri": Caller("an account at family", DMITRI.email),
    "nour": Caller("an account at prep", NOUR.email),
    "iris": Caller("inactive at studio, active at social", IRIS.email),
    "omar": Caller("inactive at social, suspended at prep, active at studio", OMAR.email),
    "lena": Caller("deleted at prep, active at studio", LENA.email),
    "support": Caller("staff; personal data is masked", "sam@example.com", ("support",)),
    "admin": Caller("staff; sees everything", "root@example.com", ("admin",)),
    **{
        role: Caller(f"a service, which reads all of {role.partition(':')[2]}", None, (role,))
        for role in ROLES
        if role.startswith("service:")
    },
}
"""Whom the demo makes tokens for, by the names that the command line takes."""


class DemoIssuer:
    """Signs tokens with a key of its own."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def kept_in(cls, directory: Path) -> Self:
        """With the key that is kept in the demo's directory, made where there is none."""
        return cls(_loaded(secret_of(directory, _KEY, _new_key)))

    @classmethod
    def found_in(cls, directory: Path) -> Self:
        """With the key that a demo has made there."""
        try:
            return cls(_loaded((directory / _KEY).read_text()))
        except OSError as error:
            raise EngineError(
                f"{directory / _KEY} cannot be read: {error.strerror}. `gateway demo` makes it."
            ) from None

    @property
    def issuer(self) -> Issuer:
        """What a gateway has to know to take its tokens."""
        public: dict[str, Any] = OKPAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return Issuer(
            issuer=_NAME,
            audience=[_NAME],
            algorithms=["EdDSA"],
            jwks={"keys": [{**public, "kid": _NAME}]},
            roles={role: role for role in ROLES},
        )

    def token_of(self, name: str) -> str:
        """A token of one of the callers; EngineError where there is no such."""
        if name not in CALLERS:
            raise EngineError(f"{name} is nobody of the demo: there are {', '.join(CALLERS)}")
        caller = CALLERS[name]
        return self.token(caller.email, *caller.roles)

    def token(self, email: str | None, *roles: str) -> str:
        """A token of somebody with this e-mail and these roles."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": _NAME,
            "aud": _NAME,
            "sub": email or " ".join(roles),
            "iat": now,
            "exp": now + LIFETIME,
            "roles": list(roles),
        }
        if email is not None:
            claims |= {"email": email, "email_verified": True}
        return jwt.encode(claims, self._key, "EdDSA", headers={"kid": _NAME})


def _new_key() -> str:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _loaded(pem: str) -> Ed25519PrivateKey:
    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, Ed25519PrivateKey)
    return key
