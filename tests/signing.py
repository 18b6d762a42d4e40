"""An issuer of the tests: keys made here, and tokens signed by them, right and wrong."""

from __future__ import annotations

import time
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

from gateway.authentication.issuers import Issuer

NAME = "https://issuer.example.com/pool"
AUDIENCE = "the client"
SUBJECT = "a-subject"
EMAIL = "ada@example.com"


def new_key(algorithm: str) -> Any:
    """A private key for an algorithm."""
    if algorithm == "RS256":
        return rsa.generate_private_key(65_537, 2_048)
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return ed25519.Ed25519PrivateKey.generate()


def jwk_of(algorithm: str, key: Any, **members: Any) -> dict[str, Any]:
    """The JWK of a key, public or private, with further members."""
    return {**get_default_algorithms()[algorithm].to_jwk(key, as_dict=True), **members}


class Signer:
    """A key, and the tokens that it signs."""

    def __init__(self, algorithm: str = "EdDSA", id_: str = "the key") -> None:
        self.algorithm = algorithm
        self.id = id_

    @cached_property
    def key(self) -> Any:
        return new_key(self.algorithm)

    @property
    def jwk(self) -> dict[str, Any]:
        """Its public key."""
        return jwk_of(self.algorithm, self.key.public_key(), kid=self.id, use="sig")

    def issuer(self, **facts: Any) -> Issuer:
        """An issuer of this key alone, as settings name it."""
        usual = {
            "issuer": NAME,
            "audience": [AUDIENCE],
            "algorithms": [self.algorithm],
            "jwks": {"keys": [self.jwk]},
        }
        return Issuer.model_validate({**usual, **facts})

    def token(self, **claims: Any) -> str:
        """A token that is right but for these claims; those that are None are left out."""
        return self.signed(claims_with(**claims), {"kid": self.id})

    def signed(self, claims: dict[str, Any], headers: dict[str, Any]) -> str:
        """A token of just these claims, with these members of its header."""
        return jwt.encode(claims, self.key, self.algorithm, headers=headers)


def claims_with(**claims: Any) -> dict[str, Any]:
    """The claims of a token that is right but for these; those that are None are left out."""
    usual = {
        "iss": NAME,
        "aud": AUDIENCE,
        "sub": SUBJECT,
        "exp": seconds(300),
        "email": EMAIL,
        "email_verified": True,
    }
    return {name: value for name, value in {**usual, **claims}.items() if value is not None}


def seconds(from_now: float) -> int:
    """A moment as tokens name it."""
    return int(time.time() + from_now)
