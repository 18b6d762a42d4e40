"""What every product's rows are made with: types, seeded chance and made-up words."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import TypeVar

from faker import Faker

from gateway.demo.data.epoch import ago, iso

T = TypeVar("T")

Row = dict[str, object]
"""A stored row: column name to a plain Python value."""

Tables = dict[str, list[Row]]
"""Stored table name to its rows."""

# Any constant would do: it only has to stay the same.
_NAMESPACE = uuid.UUID("5b1d3c5e-6f0e-4c39-9a53-0a2f6d0c7e11")


def faker(locale: str, seed: str) -> Faker:
    """A source of names and sentences that shares no state with any other."""
    fake = Faker(locale)
    fake.seed_instance(seed)
    return fake


def opaque_id(*parts: str | int) -> str:
    """A UUID that follows from its parts alone, so that it stays when rows are added before it."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(map(str, parts))))


def maybe(rng: Random, value: T, *, absent_one_in: int = 4) -> T | None:
    """The value, or now and then None."""
    return value if rng.randrange(absent_one_in) else None


def some(rng: Random, values: Sequence[T], *, at_most: int) -> list[T]:
    """One to `at_most` of the values, each once, in any order."""
    return rng.sample(values, rng.randint(1, at_most))


def share(rng: Random) -> Decimal:
    """From nothing to all, in hundredths: `0.00` to `1.00`."""
    return Decimal(rng.randint(0, 100)).scaleb(-2)


def before(rng: Random, least_days: int, most_days: int) -> datetime:
    """An instant so many days before the epoch, at any time of a day."""
    return ago(days=rng.randrange(least_days, most_days), seconds=rng.randint(1, 86_399))


def step_back(rng: Random, number: int, *, hours: int) -> datetime:
    """The instant of a series' member, newest first and no two the same."""
    return ago(hours=number * hours, seconds=rng.randint(1, hours * 3600 - 1))


def item(**attributes: object) -> Row:
    """A DynamoDB item: an attribute that is None is left out, for there absent means absent."""
    return {name: value for name, value in attributes.items() if value is not None}


def stamp(rng: Random, moment: datetime) -> str:
    """ISO text, a third of the time with milliseconds: the writers of live rows differ too."""
    form = rng.randrange(6)
    if form == 0:
        return iso(moment.replace(microsecond=0), millis=True)
    if form == 1:
        return iso(moment.replace(microsecond=rng.randrange(1, 1000) * 1000), millis=True)
    return iso(moment)
