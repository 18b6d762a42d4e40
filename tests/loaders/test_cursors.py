"""Cursors: positions, sealed for one listing."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from loaders import cursors
from loaders.access import page
from loaders.errors import BadUserInput
from loaders.sealing import Seal
from loaders.tables import family, stream

SEAL = Seal("a secret")
HISTORY = page(stream.watch_history, by="accountId", order="-watchedAt").route
OF_PROFILE = page(stream.watch_history, by="profileId", order="-watchedAt").route
FILMS = page(family.titles, by="media_type").route
NAMED = page(family.titles, by="title").route


@pytest.mark.parametrize(
    "position",
    [
        ("text", "日本語"),
        (7, True),
        (datetime(2025, 9, 20, 12, 0, 0, 123456), 3),
        (datetime(2025, 9, 20, 12, tzinfo=UTC),),
        (date(2025, 9, 20),),
        (Decimal("9.90"),),
        (),
    ],
)
def test_a_position_comes_back_with_its_types(position: tuple[Any, ...]) -> None:
    read = cursors.read(SEAL, HISTORY, cursors.write(SEAL, HISTORY, position), "after")
    assert read == position
    assert [type(value) for value in read] == [type(value) for value in position]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "tampered",
        cursors.write(SEAL, OF_PROFILE, ("2025-09-20T12:00:00Z",)),
        cursors.write(Seal("another"), HISTORY, ("2025-09-20T12:00:00Z",)),
        cursors.write(SEAL, HISTORY, ("2025-09-20T12:00:00Z",))[:-2] + "AA",
        SEAL.close(b'["2025-09-20T12:00:00Z"]', "id"),
    ],
)
@pytest.mark.parametrize("argument", ["after", "before"])
def test_a_cursor_of_elsewhere_is_refused(cursor: str, argument: str) -> None:
    with pytest.raises(BadUserInput) as refused:
        cursors.read(SEAL, HISTORY, cursor, argument)
    assert refused.value.argument == argument
    assert str(refused.value) == (
        f"{argument} is no cursor of this list: give one that its pageInfo or edges answered"
    )


def test_lists_in_the_same_order_have_cursors_of_their_own() -> None:
    with pytest.raises(BadUserInput):
        cursors.read(SEAL, NAMED, cursors.write(SEAL, FILMS, (7,)), "after")
