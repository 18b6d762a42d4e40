"""Whose pages a browser lets read answers: those of the origins that a setting names."""

from __future__ import annotations

from gateway.http.messages import Fields, Headers

ANY = "*"
_ANYBODYS = (b"access-control-allow-origin", b"*")
_EXPOSED = (b"access-control-expose-headers", b"x-request-id, retry-after, www-authenticate")
_VARY = (b"vary", b"Origin")
_PREFLIGHT = (
    (b"access-control-allow-methods", b"GET, HEAD, POST"),
    (b"access-control-max-age", b"600"),
    (b"vary", b"Access-Control-Request-Headers"),
)


class Cors:
    """Origins, parted by commas; `*` for any. Cookies are not for this endpoint: it reads none."""

    def __init__(self, origins: str) -> None:
        self._origins = {origin.strip().lower() for origin in origins.split(",")}

    def names(self, origin: str) -> bool:
        """Whether it is one of them."""
        return ANY in self._origins or origin in self._origins

    def fields(self, headers: Headers) -> Fields:
        """What an answer tells the browser."""
        if ANY in self._origins:
            return [_ANYBODYS, _EXPOSED]
        origin = headers.get("origin", "")
        if origin not in self._origins:
            return [_VARY]
        return [(b"access-control-allow-origin", origin.encode()), _EXPOSED, _VARY]

    def preflight(self, headers: Headers) -> Fields:
        """What a browser is told that asks before it asks: clients may send any header."""
        wanted = headers.get("access-control-request-headers", "").encode("latin-1")
        return [*self.fields(headers), (b"access-control-allow-headers", wanted), *_PREFLIGHT]


def is_preflight(method: str, headers: Headers) -> bool:
    """Whether a browser asks before it asks."""
    return method == "OPTIONS" and "access-control-request-method" in headers
