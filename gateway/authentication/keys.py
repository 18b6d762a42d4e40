"""The public keys of one issuer: read when they are needed, and kept while it is down."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import aiohttp
import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWTError

from loaders.errors import SourceUnavailable

Algorithm = Literal["RS256", "ES256", "EdDSA"]

READ_EVERY = 30.0
"""Seconds between two reads of an issuer's keys, whoever asks for unknown ones meanwhile."""
STALE = 600.0
"""Seconds after which known keys are read anew, so that one that was withdrawn stops counting."""
PATIENCE = 5.0
"""Seconds that an issuer has to answer."""
LARGEST = 100_000
"""Bytes that a set of keys may have."""
SMALLEST_RSA = 2_048

_KINDS: Final[Mapping[tuple[str, str | None], Algorithm]] = {
    ("RSA", None): "RS256",
    ("EC", "P-256"): "ES256",
    ("OKP", "Ed25519"): "EdDSA",
}
"""The one algorithm that each kind of key, by its type and curve, is taken for."""

_log = logging.getLogger("gateway")


class Key(NamedTuple):
    """A public key, and the one algorithm that it verifies by."""

    algorithm: Algorithm
    public: Any


def keys_of(jwks: Any, algorithms: Sequence[Algorithm]) -> dict[str | None, Key]:
    """The keys of a JWKS that may verify by one of these algorithms, by their ids.

    Others are left out: of another type, for another use, secret, too weak.
    """
    found: dict[str | None, Key] = {}
    entries = jwks.get("keys") if isinstance(jwks, dict) else None
    for jwk in entries if isinstance(entries, list) else []:
        if isinstance(jwk, dict) and (key := _key(jwk)) and key.algorithm in algorithms:
            found[jwk.get("kid")] = key
    return found


def _key(jwk: dict[str, Any]) -> Key | None:
    type_, curve, id_ = jwk.get("kty"), jwk.get("crv"), jwk.get("kid")
    if not all(isinstance(text, str | None) for text in (type_, curve, id_)):
        return None
    algorithm = _KINDS.get((str(type_), curve))
    is_public = jwk.get("use", "sig") == "sig" and "d" not in jwk
    if algorithm is None or not is_public or jwk.get("alg", algorithm) != algorithm:
        return None
    with suppress(PyJWTError, ValueError, TypeError, KeyError):
        public = PyJWK(jwk, algorithm).key
        if not isinstance(public, RSAPublicKey) or public.key_size >= SMALLEST_RSA:
            return Key(algorithm, public)
    return None


class Keys:
    """The keys of one issuer."""

    def __init__(
        self,
        issuer: str,
        read: Callable[[], Awaitable[bytes]],
        algorithms: Sequence[Algorithm],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._read = read
        self._algorithms = algorithms
        self._now = now
        self._known: Mapping[str | None, Key] = {}
        self._failed = False
        self._read_at = self._asked_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def find(self, id_: str | None) -> Key | None:
        """The key of this id; None where the issuer has no such.

        Raises SourceUnavailable where that cannot be known now.
        """
        key = self._known.get(id_)
        if key is not None and self._now() < self._read_at + STALE:
            return key
        self._begin()
        if self._reading is not None and (key is None or not self._failed):
            await asyncio.shield(self._reading)
        key = self._known.get(id_)
        if key is None and self._failed:
            raise SourceUnavailable("the keys of the token's issuer cannot be read now")
        return key

    def _begin(self) -> None:
        """Read the keys, unless that was done a moment ago."""
        if self._now() >= self._asked_at + READ_EVERY:
            self._asked_at = self._now()
            self._reading = asyncio.ensure_future(self._renew())

    async def _renew(self) -> None:
        """Whatever goes wrong, the known keys go on serving."""
        try:
            found = keys_of(orjson.loads(await self._read()), self._algorithms)
            if not found:
                raise ValueError("no usable key")
        except Exception as error:
            self._failed = True
            _log.warning("the keys of %s cannot be read: %s", self._issuer, type(error).__name__)
        else:
            self._known, self._failed, self._read_at = found, False, self._now()
        self._reading = None


def reader_of(jwks: str | Mapping[str, Any]) -> Callable[[], Awaitable[bytes]]:
    """How a set of keys is read: over HTTP, from a file, or as it stands in the settings."""
    if not isinstance(jwks, str):
        return lambda: _ready(orjson.dumps(jwks))
    if jwks.startswith(("https:", "http:")):
        return lambda: _fetched(jwks)
    return lambda: asyncio.to_thread(Path(jwks).read_bytes)


async def _ready(content: bytes) -> bytes:
    return content


async def _fetched(url: str) -> bytes:
    """The body of the answer; neither redirects nor compression, which could make it anything."""
    body = b""
    async with (
        aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(PATIENCE),
            headers={"Accept-Encoding": "identity"},
            auto_decompress=False,
        ) as session,
        session.get(url, allow_redirects=False) as answer,
    ):
        if answer.status != 200:
            raise OSError(f"status {answer.status}")
        async for part in answer.content.iter_any():
            body += part
            if len(body) > LARGEST:
                raise ValueError("too large")
    return body
