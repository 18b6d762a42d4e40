"""Who asks, as a header or a setting names them, until tokens are read."""

from __future__ import annotations

import re

from loaders.errors import BadUserInput
from loaders.viewer import ANONYMOUS, ROLES, Viewer

HEADER = "gateway-viewer"

_FORM = re.compile(r"(?P<email>[^\s;@]+@[^\s;@]+)\s*(;\s*roles=(?P<roles>[\w,]*))?")


def parse_viewer(text: str) -> Viewer:
    """The viewer that `EMAIL; roles=support,admin` or `anonymous` names."""
    if text.strip() == "anonymous":
        return ANONYMOUS
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise BadUserInput(
            "Gateway-Viewer is `EMAIL`, `EMAIL; roles=support` or `anonymous`",
            argument="Gateway-Viewer",
        )
    roles = frozenset(filter(None, (match["roles"] or "").split(",")))
    if not roles <= ROLES:
        raise BadUserInput(f"the roles are {', '.join(sorted(ROLES))}", argument="Gateway-Viewer")
    return Viewer(match["email"], roles)
