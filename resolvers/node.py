"""Rows by global id."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from loaders import accounts, assessments, pipeline, profiles, social, support, titles
from loaders.access import One
from loaders.errors import BadUserInput
from loaders.reach import Reach, reaching
from loaders.request import Asking
from loaders.sealing import Seal
from loaders.stores.interface import Key
from loaders.tables.facts import Row, table_of
from resolvers import ids as global_ids

NODES_AT_MOST = 100

NODES = {
    **accounts.NODES,
    **profiles.NODES,
    **titles.NODES,
    **pipeline.NODES,
    **social.NODES,
    **assessments.NODES,
    **support.NODES,
}
"""Each type that has a global id, and the access by its key."""

_TYPE_NAMES = {access.table: name for name, access in NODES.items()}


def global_id(row: Row, info: Asking) -> str:
    """The global id of a row."""
    return global_ids.write(_TYPE_NAMES[table_of(row)], row, info.context.seal)


def _reaches(arguments: Mapping[str, Any], seal: Seal) -> Sequence[Reach]:
    keys: Counter[One] = Counter()
    for text in arguments["ids"] if "ids" in arguments else [arguments["id"]]:
        with suppress(BadUserInput):  # one that is none is an error at its own place
            keys[global_ids.read(text, NODES, seal, "id")[0]] += 1
    return [Reach(access, number) for access, number in keys.items()]


@reaching(_reaches)
async def node(_: None, info: Asking, id: str) -> Row | None:
    """The row of a global id that the viewer may see."""
    access, key = global_ids.read(id, NODES, info.context.seal, "id")
    return await access.load(info, *key)


@reaching(_reaches)
async def nodes(_: None, info: Asking, ids: Sequence[str]) -> list[Any]:
    """The rows of many ids in their order; an id that is none is an error at its place."""
    if len(ids) > NODES_AT_MOST:
        raise BadUserInput(f"ids holds more than {NODES_AT_MOST} ids", argument="ids")
    found: list[Any] = [None] * len(ids)
    places: dict[One, list[int]] = defaultdict(list)
    keys: dict[One, list[Key]] = defaultdict(list)
    for place, text in enumerate(ids):
        try:
            access, key = global_ids.read(text, NODES, info.context.seal, f"ids.{place}")
        except BadUserInput as error:
            found[place] = error
        else:
            places[access].append(place)
            keys[access].append(key)
    answers = await asyncio.gather(*(access.load_each(info, keys[access]) for access in keys))
    for access, rows in zip(keys, answers, strict=True):
        for place, row in zip(places[access], rows, strict=True):
            found[place] = row
    return found
