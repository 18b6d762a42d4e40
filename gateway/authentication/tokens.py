"""From a token to who it speaks of: JWS by PyJWT, and what is asked of the claims."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import jwt

from gateway.authentication.issuers import Issuer
from gateway.authentication.keys import Key, Keys, reader_of
from loaders.errors import Unauthenticated
from loaders.viewer import Subject, Viewer

LEEWAY = 60
"""Seconds by which clocks may differ."""
LONGEST = 8_192
"""Characters of the longest token that is looked at."""
LONGEST_SUBJECT = 255
LONGEST_EMAIL = 320

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")


class Reason(StrEnum):
    """Why a token is refused, as clients and the log are told."""

    SCHEME = "the Authorization header is not of the scheme Bearer"
    TOO_LONG = "the token is too long"
    MALFORMED = "the token is malformed"
    ISSUER = "the token is of an unknown issuer"
    KEY = "the token is signed with a key that its issuer does not name"
    ALGORITHM = "the token is signed by another algorithm than its key's"
    SIGNATURE = "the signature of the token is wrong"
    EXPIRED = "the token has expired"
    EARLY = "the token is not valid yet"
    AUDIENCE = "the token is for another audience"
    CLAIM = "the token lacks a claim that it needs"


class BadToken(Unauthenticated):
    """A token that is refused; `issuer` is set where it is one of the settings'."""

    issuer: str | None = None

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


_REASONS: Final[Mapping[type[jwt.PyJWTError], Reason]] = {
    jwt.InvalidAlgorithmError: Reason.ALGORITHM,
    jwt.InvalidSignatureError: Reason.SIGNATURE,
    jwt.ExpiredSignatureError: Reason.EXPIRED,
    jwt.ImmatureSignatureError: Reason.EARLY,
    jwt.MissingRequiredClaimError: Reason.CLAIM,
}
"""What PyJWT says of a token; all else is malformed."""


@dataclass(frozen=True)
class Verified:
    """Who a token speaks of, and until when it does, in seconds since 1970."""

    viewer: Viewer
    until: int


class Trusted:
    """One issuer of the settings, and its keys."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer
        self._keys = Keys(issuer.issuer, reader_of(issuer.jwks), issuer.algorithms)

    async def verify(self, token: str, key_id: str | None) -> Verified:
        """Who a token of this issuer speaks of; BadToken, or SourceUnavailable for want of keys."""
        key = await self._keys.find(key_id)
        try:
            if key is None:
                raise BadToken(Reason.KEY)
            claims = self._claims(token, key)
            return Verified(_viewer(claims, self._issuer), int(claims["exp"]) + LEEWAY)
        except BadToken as bad:
            bad.issuer = self._issuer.issuer
            raise

    def _claims(self, token: str, key: Key) -> Mapping[str, Any]:
        """The claims of a token, once it is known to be this issuer's and for us."""
        claims: Mapping[str, Any] = _decoded(
            token,
            key=key.public,
            algorithms=[key.algorithm],
            issuer=self._issuer.issuer,
            leeway=LEEWAY,
            options={"require": ["exp", "iss"], "verify_aud": False},
        )["payload"]
        audience = claims.get(self._audience_claim(claims))
        named = audience if isinstance(audience, list) else [audience]
        if not any(one in named for one in self._issuer.audience):
            raise BadToken(Reason.AUDIENCE)
        return claims

    def _audience_claim(self, claims: Mapping[str, Any]) -> str:
        """Cognito's access tokens have none: they name the client that they were made for."""
        if not self._issuer.cognito:
            return "aud"
        try:
            return {"id": "aud", "access": "client_id"}[str(claims.get("token_use"))]
        except KeyError:
            raise BadToken(Reason.CLAIM) from None


class Verifier:
    """Verifies tokens of several issuers."""

    def __init__(self, issuers: Iterable[Issuer]) -> None:
        self._issuers = {issuer.issuer: Trusted(issuer) for issuer in issuers}

    async def verify(self, token: str) -> Verified:
        """Who a token speaks of; BadToken, or SourceUnavailable where its keys are out of reach."""
        if len(token) > LONGEST:
            raise BadToken(Reason.TOO_LONG)
        # Nothing here is believed: it says whose keys are tried. Of the header nothing else is
        # read, neither `jku` nor `jwk` nor `x5u`.
        unverified = _decoded(token, options={"verify_signature": False})
        name = unverified["payload"].get("iss")
        issuer = self._issuers.get(name) if isinstance(name, str) else None
        if issuer is None:
            raise BadToken(Reason.ISSUER)
        return await issuer.verify(token, unverified["header"].get("kid"))


def _decoded(token: str, **how: Any) -> dict[str, Any]:
    try:
        return jwt.decode_complete(token, **how)
    except jwt.PyJWTError as error:
        # Without its cause, whose message may quote the token.
        raise BadToken(_REASONS.get(type(error), Reason.MALFORMED)) from None


def _viewer(claims: Mapping[str, Any], issuer: Issuer) -> Viewer:
    names, roles = issuer.claims, issuer.roles
    return Viewer(
        _email(claims.get(names.email), verified=claims.get(names.email_verified)),
        frozenset(roles[word] for word in _words(claims.get(names.roles)) & roles.keys()),
        Subject(issuer.product, _subject(claims.get(names.subject))),
    )


def _email(given: Any, *, verified: Any) -> str | None:
    """An e-mail that the token says is verified; some issuers write that as a text."""
    is_one = isinstance(given, str) and _is_plain(given, LONGEST_EMAIL) and _EMAIL.fullmatch(given)
    return given if is_one and (verified is True or verified == "true") else None


def _subject(given: Any) -> str:
    """A product's own number of a user may be a number in its tokens."""
    subject = str(given) if type(given) is int else given
    if not isinstance(subject, str) or not subject:
        raise BadToken(Reason.CLAIM)
    if not _is_plain(subject, LONGEST_SUBJECT):
        raise BadToken(Reason.MALFORMED)
    return subject


def _is_plain(text: str, longest: int) -> bool:
    """Whether a store can take it for a key: without control characters, and Unicode at all."""
    return len(text) <= longest and text.isprintable()


def _words(given: Any) -> set[str]:
    """A list of words, or a text of them."""
    words = given.split() if isinstance(given, str) else given
    return {word for word in words if isinstance(word, str)} if isinstance(words, list) else set()
