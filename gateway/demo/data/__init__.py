"""The demo's data: the stored rows of the products, made by pure functions.

The same rows come out on every machine and in every run: chance is seeded, the clock is `EPOCH`.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256

from gateway.demo.data import family, stream
from gateway.demo.data.making import Tables

_ROWS: Mapping[str, Callable[[], Tables]] = {"stream": stream.rows, "family": family.rows}

CANARIES: tuple[str, ...] = (*stream.CANARIES, *family.CANARIES)
"""Texts that stand in secret columns and nowhere else: no answer, log or cache may hold one."""


def demo_rows() -> dict[str, Tables]:
    """The rows of every product: product, stored table name, rows."""
    return {product: rows() for product, rows in _ROWS.items()}


def version(tables: Tables) -> str:
    """A digest of a product's rows, by which a restart can tell whether they have changed."""
    return sha256(repr(tables).encode()).hexdigest()
