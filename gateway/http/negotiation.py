"""What a client takes: its `Accept` and `Accept-Encoding`, read as HTTP says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from gateway.http.messages import EVENT_STREAM, GRAPHQL_JSON, HTML, JSON, Headers, Refused

OFFERED = (JSON, GRAPHQL_JSON)
"""What an answer can be; where a client has no preference the first is sent.

It can be an event stream too, for those who name that.
"""
_is_quality = re.compile(r"0(\.[0-9]*)?|1(\.0*)?").fullmatch
_KEPT = 256
_LONGEST_KEPT = 200
"""Characters of a header whose reading is kept."""


class Wanted(NamedTuple):
    """One entry of such a header; `quality` is 0 for what is refused."""

    name: str
    quality: float
    place: int


def media_type(headers: Headers) -> str:
    """The media type of the answer; raises Refused where none can be taken."""
    chosen = chosen_type(headers.get("accept", ""))
    if chosen is None:
        raise Refused(406, f"the answer can be {' or '.join(OFFERED)}: accept one of them")
    return chosen


def chosen_type(accept: str) -> str | None:
    """The best of those offered: by quality, then by the order in `Accept`, then by our own."""
    return (_chosen if len(accept) <= _LONGEST_KEPT else _chosen.__wrapped__)(accept, OFFERED)


def wants_page(headers: Headers) -> bool:
    """Whether it is a person's browser that asks: it names HTML, and likes it best."""
    accept = headers.get("accept", "")
    return HTML in accept.lower() and _chosen.__wrapped__(accept, (*OFFERED, HTML)) == HTML


def names_data(headers: Headers) -> bool:
    """Whether `Accept` names a type that is offered, which no form and no image does."""
    named = (*OFFERED, EVENT_STREAM)
    return any(one.name in named for one in qualities(headers.get("accept", "")))


@lru_cache(_KEPT)
def _chosen(accept: str, offered: Sequence[str]) -> str | None:
    if not accept.strip():
        return offered[0]
    wanted = {one.name: one for one in qualities(accept)}
    if EVENT_STREAM in wanted:
        offered = (*offered, EVENT_STREAM)
    found = [one for one in (_wanted(wanted, name) for name in offered) if one and one.quality]
    if not found:
        return None
    return max(found, key=lambda one: (one.quality, -one.place)).name


def _wanted(wanted: dict[str, Wanted], name: str) -> Wanted | None:
    """What is said of a media type: by its name, else by the narrowest range that it is in."""
    for range_ in (name, f"{name.partition('/')[0]}/*", "*/*"):
        if range_ in wanted:
            return wanted[range_]._replace(name=name)
    return None


def qualities(text: str) -> Iterator[Wanted]:
    """The entries of such a header, in lower case; one whose quality is none is left out."""
    for place, entry in enumerate(text.lower().split(",")):
        name, *parameters = (part.strip() for part in entry.split(";"))
        quality = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        if _is_quality(quality):
            yield Wanted(name, float(quality), place)
