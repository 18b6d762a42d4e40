"""What a client takes: its `Accept` and `Accept-Encoding`, read as HTTP says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, wraps
from typing import NamedTuple

from gateway.http.messages import EVENT_STREAM, GRAPHQL_JSON, HTML, JSON, Headers, Refused

OFFERED = (JSON, GRAPHQL_JSON)
"""What an answer can be; where a client has no preference the first is sent.

It can be an event stream too, for those who name that.
"""

Choice = Callable[[str], str | None]
"""What a header chooses of what is offered."""

_is_quality = re.compile(r"0(\.[0-9]*)?|1(\.0*)?").fullmatch
_KEPT = 256
_LONGEST_KEPT = 200
"""Characters of a header whose choice is kept."""


class Wanted(NamedTuple):
    """One entry of such a header; `quality` is 0 for what is refused."""

    name: str
    quality: float
    place: int


def qualities(text: str) -> Iterator[Wanted]:
    """The entries of such a header, in lower case; one whose quality is none is left out."""
    for place, entry in enumerate(text.lower().split(",")):
        name, *parameters = (part.strip() for part in entry.split(";"))
        quality = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        if _is_quality(quality):
            yield Wanted(name, float(quality), place)


def best_type(accept: str, offered: Sequence[str]) -> str | None:
    """The media type by quality, then by the order in `Accept`, then by our own."""
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


def best_coding(accept_encoding: str, offered: Sequence[str]) -> str | None:
    """The coding by quality, then by our own order; None to leave the answer as it is."""
    quality = {one.name: one.quality for one in qualities(accept_encoding)}
    found = {name: quality.get(name, quality.get("*", 0.0)) for name in offered}
    best = max(offered, key=lambda name: found[name])
    return best if found[best] and found[best] >= quality.get("identity", 0.0) else None


def kept(choose: Choice) -> Choice:
    """The same, which remembers what short headers choose."""
    known = lru_cache(_KEPT)(choose)

    @wraps(choose)
    def chosen(header: str) -> str | None:
        return (known if len(header) <= _LONGEST_KEPT else choose)(header)

    return chosen


@kept
def _of_an_answer(accept: str) -> str | None:
    return best_type(accept, OFFERED)


def media_type(headers: Headers) -> str:
    """The media type of the answer; raises Refused where none can be taken."""
    chosen = _of_an_answer(headers.get("accept", ""))
    if chosen is None:
        raise Refused(406, f"the answer can be {' or '.join(OFFERED)}: accept one of them")
    return chosen


def wants_page(headers: Headers) -> bool:
    """Whether it is a person's browser that asks: it names HTML, and likes it best."""
    accept = headers.get("accept", "")
    return HTML in accept.lower() and best_type(accept, (*OFFERED, HTML)) == HTML


def names_data(headers: Headers) -> bool:
    """Whether `Accept` names a type that is offered, which no form and no image does."""
    named = (*OFFERED, EVENT_STREAM)
    return any(one.name in named for one in qualities(headers.get("accept", "")))
