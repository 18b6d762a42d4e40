"""What sets the rows of one generation apart from those of another: chance, words, ids, people.

The first generation is the demo's own data. Each later one is as much again of other people and
things, so that lists stay as long as they are in life; the whale's alone grow with every
generation. A generation is the same however many follow it.
"""

from collections.abc import Iterable, Iterator
from random import Random
from typing import NamedTuple, Protocol, TypeVar

from gateway.demo.data.making import faker
from gateway.demo.data.people import WHALE, Person
from gateway.demo.data.vocabulary import FIRST_NAMES, LAST_NAMES, WORDS

T = TypeVar("T")

STRIDE = 10_000
"""How many ids of a table a generation has to itself: more than it has rows of any."""

MOST = 5_000
"""The last generation whose numbers fit into columns of 32 bits and the six digits of a code."""

_STRETCHES = {
    "stream": range(110),
    "family": range(90, 200),
    "studio": range(95, 145),
    "social": range(100, 160),
    "prep": range(105, 165),
}
"""Which of a generation's people have an account where: one to five of them, as these overlap."""


class Words(Protocol):
    """A source of names and sentences."""

    def first_name(self) -> str: ...

    def name(self) -> str: ...

    def sentence(self, nb_words: int = 6) -> str: ...


class _PlainWords:
    """Words out of short lists, a hundred times as fast as Faker's."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def first_name(self) -> str:
        return self._rng.choice(FIRST_NAMES)

    def name(self) -> str:
        return f"{self._rng.choice(FIRST_NAMES)} {self._rng.choice(LAST_NAMES)}"

    def sentence(self, nb_words: int = 6) -> str:
        return f"{' '.join(self._rng.choices(WORDS, k=nb_words)).capitalize()}."


class Generation(NamedTuple):
    """One generation, counted from 1."""

    number: int

    @property
    def is_first(self) -> bool:
        """Whether it is the demo's own data."""
        return self.number == 1

    @property
    def brings_whale(self) -> bool:
        """Whether the whale's accounts are made in it."""
        return self.number == 2

    @property
    def before(self) -> int:
        """The ids of a table that belong to the generations before it."""
        return (self.number - 1) * STRIDE

    def chance(self, name: str) -> Random:
        """Chance that no other purpose and no other generation shares."""
        return Random(name if self.is_first else f"{name}, generation {self.number}")

    def words(self, name: str) -> Words:
        """Words that no other purpose and no other generation shares."""
        if self.is_first:
            return faker("en_US", name)
        return _PlainWords(self.chance(f"{name}, words"))

    def numbered(self, things: Iterable[T], start: int = 1) -> Iterator[tuple[int, T]]:
        """The things, each with an id of this generation's own."""
        return enumerate(things, start=self.before + start)

    def newcomers(self, product: str) -> list[Person]:
        """The people with an account at a product, the whale first where it comes in."""
        people = [self._newcomer(number) for number in _STRETCHES[product]]
        return [WHALE, *people] if self.brings_whale else people

    def active(self, people: list[Person]) -> list[Person]:
        """Those who do something: these people and, since it came in, the whale."""
        return people if self.is_first or WHALE in people else [WHALE, *people]

    def _newcomer(self, number: int) -> Person:
        words = Random(f"person {self.number} {number}")
        return Person(
            f"person{self.number}-{number:03}@crowd.example.com",
            words.choice(FIRST_NAMES),
            words.choice(LAST_NAMES),
        )

    def series(self, person: Person, count: int, *, of_whale: int) -> range:
        """The numbers of what a person did: a whale goes on where it was a generation ago."""
        if person is not WHALE:
            return range(count)
        first = (self.number - 2) * of_whale
        return range(first, first + of_whale)


FIRST = Generation(1)
