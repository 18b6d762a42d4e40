"""The demo's data: the stored rows of the products, made by pure functions.

The same rows come out on every machine and in every run: chance is seeded, the clock is `EPOCH`.
The demo's are the first generation of data that grows.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256

from gateway.demo.data import family, prep, social, stream, studio
from gateway.demo.data.generations import FIRST, Generation
from gateway.demo.data.making import Tables

_ROWS: Mapping[str, Callable[[Generation], Tables]] = {
    "stream": stream.rows,
    "family": family.rows,
    "studio": studio.rows,
    "social": social.rows,
    "prep": prep.rows,
}

CANARIES: tuple[str, ...] = (
    *stream.CANARIES,
    *family.CANARIES,
    *studio.CANARIES,
    *social.CANARIES,
    *prep.CANARIES,
)
"""Texts that stand in secret columns and nowhere else: no answer, log or cache may hold one.

Later generations have the same, but for their pairing codes, whose digits other numbers may have.
"""


def demo_rows() -> dict[str, Tables]:
    """The rows of every product: product, stored table name, rows."""
    return {product: rows_of(product, FIRST) for product in _ROWS}


def rows_of(product: str, generation: Generation) -> Tables:
    """The rows that a generation adds to a product's tables."""
    return _ROWS[product](generation)


def version(tables: Tables) -> str:
    """A digest of a product's rows, by which a restart can tell whether they have changed."""
    return sha256(repr(tables).encode()).hexdigest()
