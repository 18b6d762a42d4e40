"""What is written at which scale: the rows of each product and generation, and their version."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from hashlib import sha256

from gateway.demo.data import demo_rows, rows_of
from gateway.demo.data import version as digest
from gateway.demo.data.generations import FIRST, MOST, Generation
from gateway.demo.data.making import Tables

MOST_SCALE = MOST


class Plan:
    """The rows of every product and generation; the demo's are kept, others made when asked for."""

    def __init__(self) -> None:
        self._demo = demo_rows()
        self._later = cache(self._later_version)

    def rows(self, product: str, number: int) -> Tables:
        """The rows that a generation adds to a product's tables."""
        if number == FIRST.number:
            return self._demo[product]
        return rows_of(product, Generation(number))

    def version(self, product: str, number: int) -> str:
        """A digest that changes when other rows would be written for a generation."""
        return self.demo_versions[product] if number <= FIRST.number else self._later(product)

    @cached_property
    def demo_versions(self) -> Mapping[str, str]:
        """By product the version of the demo's rows, as `gateway demo` notes it."""
        return {product: digest(tables) for product, tables in self._demo.items()}

    def _later_version(self, product: str) -> str:
        """The whale comes in with the second; all others are made as the third is."""
        return sha256("".join(digest(self.rows(product, k)) for k in (2, 3)).encode()).hexdigest()
