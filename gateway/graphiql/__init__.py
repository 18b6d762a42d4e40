"""GraphiQL, shipped with the gateway: its page and the files that it loads, none from elsewhere."""

import gzip
import hashlib
import html
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import PurePath
from string import Template
from typing import Final
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.http.negotiation import best_coding
from schema.build import SUBJECTS

# Monaco, the editor inside GraphiQL, writes style elements and carries its icon font as a data URL.
_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "font-src 'self' data:",
        "img-src 'self' data:",
        "worker-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

_SECURITY: Final = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_MEDIA_TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".txt": "text/plain"}

# Five dots in a ring: one for each product.
_ICON: Final = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32' fill='#8a6fa8'>"
    "<circle cx='16' cy='6' r='4'/><circle cx='25.5' cy='12.9' r='4'/>"
    "<circle cx='21.9' cy='24.1' r='4'/><circle cx='10.1' cy='24.1' r='4'/>"
    "<circle cx='6.5' cy='12.9' r='4'/></svg>"
)

_PAGE: Final = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Quintet</title>
<link rel="icon" href="data:image/svg+xml,$icon">
<link rel="stylesheet" href="$assets/page.css">
<script src="$assets/page.js" defer></script>
</head>
<body>
<div id="graphiql" data-page="$page">
<noscript>GraphiQL needs JavaScript.</noscript>
</div>
</body>
</html>
""")


@dataclass(frozen=True, slots=True)
class Example:
    """A tab that GraphiQL opens with; `caller` names whom it is for, where not for the first."""

    title: str
    query: str
    caller: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody to ask as; `authorization` is the header that goes with what they ask."""

    name: str
    about: str
    group: str
    authorization: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """GraphiQL for an endpoint, with the tabs that it opens and the callers that it lets choose.

    Without callers, who asks is what the header editor says. They are asked for each time that the
    page is shown: their tokens expire.
    """

    endpoint: str = "/graphql"
    examples: Sequence[Example] = ()
    callers: Callable[[], Sequence[Caller]] = tuple

    def response(self) -> Response:
        """The page itself."""
        told = {
            "endpoint": self.endpoint,
            "examples": [asdict(example) for example in self.examples],
            "callers": [asdict(caller) for caller in self.callers()],
            "subjects": SUBJECTS,
        }
        content = _PAGE.substitute(
            assets=f"/graphiql/{_version()}",
            icon=quote(_ICON),
            page=html.escape(json.dumps(told)),
        )
        headers = {"Cache-Control": "no-store", "Vary": "Accept"}  # tokens stay out of caches
        return HTMLResponse(content, headers=_SECURITY | headers)

    def routes(self) -> list[BaseRoute]:
        """The page at `/` and at the endpoint, and what it loads under `/graphiql/`."""
        _files()  # so that no request waits for the disk

        async def home(_: Request) -> Response:
            return self.response()

        return [
            Route("/", home),
            Route(self.endpoint, home),
            Route("/graphiql/{version}/{name}", _asset),
        ]


async def _asset(request: Request) -> Response:
    packed = _files().get(request.path_params["name"])
    # The path names the content: a browser that kept it for a year must never get another.
    if packed is None or request.path_params["version"] != _version():
        raise HTTPException(404)
    headers = _SECURITY | {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Vary": "Accept-Encoding",
    }
    media_type = _MEDIA_TYPES[PurePath(request.path_params["name"]).suffix]
    if best_coding(request.headers.get("Accept-Encoding", ""), ("gzip",)) is None:
        return Response(gzip.decompress(packed), headers=headers, media_type=media_type)
    headers |= {"Content-Encoding": "gzip"}
    return Response(packed, headers=headers, media_type=media_type)


@cache
def _files() -> dict[str, bytes]:
    """The built files, compressed as they are stored, by their names on the web."""
    stored = files(__name__).joinpath("static").iterdir()
    return {
        file.name.removesuffix(".gz"): file.read_bytes()
        for file in stored
        if file.name.endswith(".gz")
    }


@cache
def _version() -> str:
    digest = hashlib.sha256()
    for name, packed in sorted(_files().items()):
        digest.update(name.encode() + packed)
    return digest.hexdigest()[:16]
