"""Reads that hang on the rows of another: what they ask in its statement, and what they answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

from loaders.stores import answers, parameters
from loaders.stores.interface import Along, Key, Slice
from loaders.stores.joined import ABOVE, PART, Joint, named, numbered
from loaders.stores.statements import Shape


def joint(read: Along) -> Joint:
    """What of a read, and of those below it, is in the SQL."""
    return Joint(
        read.route,
        read.columns,
        Shape.of(read.part),
        read.owners is not None,
        read.via,
        tuple(map(joint, read.below)),
    )


def values(top: Along, keys: list[Key], viewer: str) -> dict[str, Any]:
    """The values of the parameters of all reads together."""
    of_all: dict[str, Any] = {"viewer": viewer}
    for number, read, above in numbered(top):
        of_one = parameters.of_window(read.route, read.part)
        of_one["owners"] = list(read.owners or ())
        if above is None:
            of_one |= parameters.of_keys(read.route, keys)
        else:
            of_one[ABOVE] = above.read.part.size
            for place, value in enumerate(read.given, len(read.via)):
                of_one[f"key{place}"] = value
        of_all |= {named(number, name): value for name, value in of_one.items()}
    return of_all


def answer(
    top: Along, keys: list[Key], records: Sequence[Any], made: Collection[int]
) -> list[Slice]:
    """The slices of the keys, and to each other read that was made its answers."""
    # A read whose rows are none has no part.
    parts = {number: list(of_one) for number, of_one in groupby(records, itemgetter(PART))}
    of_keys = parts.get(0, [])
    top.rows = len(of_keys)
    slices = [answers.cut(rows, top.part) for rows in answers.by_key(of_keys, keys)]
    shown = {0: list(chain.from_iterable(slice_.rows for slice_ in slices))}
    for number, read, above in numbered(top):
        if above and number in made:
            of_one = parts.get(number, [])
            read.rows = len(of_one)
            found = _of_keys(read, shown[above.number], of_one)
            if read.below:
                shown[number] = list(chain.from_iterable(one.rows for one in found.values()))
            read.answers = (
                found if read.window else {key: slice_.first for key, slice_ in found.items()}
            )
    return slices


def _of_keys(read: Along, above: Sequence[Any], records: Sequence[Any]) -> dict[Key, Slice]:
    """The slice of each key that stands in rows above; the records come key by key."""
    row, by, window = read.route.table.row, read.route.by, read.part
    for record in records:
        record.__class__ = row  # asyncpg makes all of a statement of one class
    found: dict[Key, Slice] = {}
    for value, of_key in groupby(records, itemgetter(*by)):
        found[value if len(by) > 1 else (value,)] = answers.cut(list(of_key), window)
    keys = _columns(read.via, above)
    if read.given:
        keys = [key + read.given for key in keys]
    return {
        key: found[key] if key in found else Slice([], more=False)
        for key in keys
        if None not in key
    }


def _columns(names: Sequence[str], rows: Sequence[Any]) -> Sequence[Key]:
    """The values of these columns in each row."""
    return list(zip(*(map(itemgetter(name), rows) for name in names), strict=True))
