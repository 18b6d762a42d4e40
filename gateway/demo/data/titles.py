"""Films and shows by name. Some are in both catalogues, so that one name leads to both products."""

from random import Random
from typing import NamedTuple

from gateway.demo.data.vocabulary import PLACES

FIRST_YEAR, LAST_YEAR = 1927, 2025

GENRES = (
    "Action",
    "Animation",
    "Comedy",
    "Documentary",
    "Drama",
    "Family",
    "Horror",
    "Science Fiction",
)


class Work(NamedTuple):
    """What both catalogues say of a film or a show."""

    name: str
    year: int
    genre: str


SHARED_FILMS = (
    Work("Metropolis", 1927, "Science Fiction"),
    Work("King Kong", 1933, "Action"),
    Work("七人の侍", 1954, "Action"),
    Work("Ikiru — 生きる", 1952, "Drama"),
    Work("となりのトトロ", 1988, "Animation"),
    Work("千と千尋の神隠し", 2001, "Animation"),
    Work("Le Fabuleux Destin d'Amélie Poulain", 2001, "Comedy"),
    Work("El laberinto del fauno", 2006, "Horror"),
    Work("Låt den rätte komma in", 2008, "Horror"),
    Work("기생충", 2019, "Drama"),
    Work("Little Women", 2019, "Drama"),
    Work("Popcorn 🍿: A History", 2025, "Documentary"),
)
"""Films that stream and family both have."""

SHARED_SHOWS = (
    Work("Les Aventures sans fin", 2012, "Family"),
    Work("ワニくん探偵", 2018, "Animation"),
    Work("Axolotl Tales 🦎", 2021, "Family"),
)
"""Shows that stream and family both have. The first is the long one at family."""

STREAM_FILMS = (
    Work("Wings", 1927, "Action"),
    Work("King Kong", 1976, "Action"),
    Work("King Kong", 2005, "Action"),
    Work("A Star Is Born", 1937, "Drama"),
    Work("A Star Is Born", 1954, "Drama"),
    Work("A Star Is Born", 1976, "Drama"),
    Work("A Star Is Born", 2018, "Drama"),
    Work("Little Women", 1933, "Drama"),
    Work("Little Women", 1949, "Family"),
    Work("Nosferatu", 1979, "Horror"),
    Work("Nosferatu", 2024, "Horror"),
    Work("Żywot Mateusza", 1968, "Drama"),
    Work("Das Boot", 1981, "Action"),
    Work("Ёлки", 2010, "Comedy"),
)
"""Films that stream alone has: several under one name, and names beyond ASCII."""

_FIRST_WORDS = (
    "Silent",
    "Amber",
    "Northern",
    "Hollow",
    "Golden",
    "Last",
    "Paper",
    "Crimson",
    "Far",
)
_SECOND_WORDS = (
    "Harbour",
    "Orchard",
    "Señora",
    "Lantern",
    "Fjörd",
    "River",
    "Garden",
    "Über-Bear",
    "Station",
    "Comet",
    "Café",
    "Winter",
    "Cathedral",
    "Astronaut",
    "Piñata",
    "Lighthouse",
)


def invented(
    rng: Random, count: int, *, since: int = FIRST_YEAR, until: int = LAST_YEAR
) -> list[Work]:
    """As many made-up works of these years, each under a name of its own."""
    names = [f"The {first} {second}" for first in _FIRST_WORDS for second in _SECOND_WORDS]
    names += [f"{second} {first}" for first in _FIRST_WORDS for second in _SECOND_WORDS]
    return [
        Work(name, rng.randint(since, until), GENRES[number % len(GENRES)])
        for number, name in enumerate(rng.sample(names, count))
    ]


def released_later(
    rng: Random, count: int, *, since: int = FIRST_YEAR, until: int = LAST_YEAR
) -> list[Work]:
    """Works of a later generation; few have the name of an earlier one's."""
    works = invented(rng, count, since=since, until=until)
    return [work._replace(name=f"{work.name} of {rng.choice(PLACES)}") for work in works]
