"""From a request's headers to its viewer."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256

from gateway.authentication.issuers import Issuer
from gateway.authentication.tokens import BadToken, Reason, Verified, Verifier
from loaders.viewer import ANONYMOUS, Viewer

TOKENS_KEPT = 10_000
KEPT_FOR = 300
"""Seconds after which a token is verified anew: its key may have been withdrawn."""

_log = logging.getLogger("gateway")


class Authenticator:
    """Tells who asks by their bearer token; who has none is anonymous.

    A token that was verified is kept for a while, by the digest of its text: to verify it takes as
    long as to answer a small query.
    """

    def __init__(self, issuers: Iterable[Issuer], now: Callable[[], float] = time.time) -> None:
        self._verifier = Verifier(issuers)
        self._now = now
        self._kept: dict[bytes, Verified] = {}

    async def viewer_of(self, headers: Mapping[str, str]) -> Viewer:
        """The viewer that a request's headers, by their names in lower case, speak of.

        Raises BadToken, and SourceUnavailable where the keys to verify by are out of reach.
        """
        given = headers.get("authorization")
        if given is None:
            return ANONYMOUS
        digest = sha256(given.encode()).digest()
        kept = self._kept.get(digest)
        if kept is None or kept.until <= self._now():
            kept = await self._verified(given)
            self._keep(digest, kept)
        return kept.viewer

    async def _verified(self, authorization: str) -> Verified:
        try:
            scheme, _, token = authorization.partition(" ")
            if scheme.lower() != "bearer":
                raise BadToken(Reason.SCHEME)
            return await self._verifier.verify(token.strip())
        except BadToken as bad:
            _log.warning("refused a token of %s: %s", bad.issuer or "nobody known", bad.reason)
            raise

    def _keep(self, digest: bytes, verified: Verified) -> None:
        until = min(verified.until, int(self._now()) + KEPT_FOR)
        self._kept.pop(digest, None)
        self._kept[digest] = Verified(verified.viewer, until)
        if len(self._kept) > TOKENS_KEPT:
            del self._kept[next(iter(self._kept))]
