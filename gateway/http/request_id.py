"""The id of a request: of its answer, its log lines and its line in the audit log."""

from __future__ import annotations

import re

from gateway.execution.errors import new_request_id
from gateway.http.messages import Headers

_is_well_formed = re.compile(r"[A-Za-z0-9._-]{1,128}").fullmatch


def request_id_of(headers: Headers) -> str:
    """The caller's, where it is well formed; else one of our own."""
    given = headers.get("x-request-id")
    if given is None or not _is_well_formed(given):
        return new_request_id()
    return given
