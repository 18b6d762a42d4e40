"""Reads along, against an engine: what hangs on rows comes with them, as if asked for after."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pytest

from gateway.demo.data.family import LONG_SHOW
from loaders.access import one, page
from loaders.stores.interface import Along, Range, Route, Slice, Store, Window
from loaders.stores.postgres import PostgresStore
from loaders.tables import family, policies, studio
from loaders.tables.facts import table_of
from tests.loaders.asking import Reading
from tests.loaders.owned import (
    HANGING,
    KEYS_AT_MOST,
    Hanging,
    keys_of,
    read_after,
    read_along,
    shown,
)

TITLE = one(family.titles, by="id").route
TITLES = page(family.titles, by="media_type").route
EPISODES = page(family.episodes, by="title_id", order=("season_number", "episode_number")).route
LINKS = page(family.episode_links, by="episode_id", order="created_at", filters="platform").route
CHARACTER = one(studio.characters, by="id").route
IMAGES = page(studio.character_images, by="character_id", order="created_at").route


def along(
    route: Route,
    window: Window | None,
    *below: Along,
    via: str = "id",
    columns: tuple[str, ...] = (),
) -> Along:
    """A read along of these columns and those that every read brings."""
    wanted = [*columns, *route.table.always, *route.by, *route.position]
    return Along(route, route.table.ordered(wanted), window, None, (via,), (), "below", below)


@pytest.mark.parametrize("hanging", HANGING, ids=str)
async def test_what_hangs_on_rows_is_as_if_asked_for_after_them(
    stores: Mapping[str, Store], hanging: Hanging
) -> None:
    store = cast(PostgresStore, stores[hanging.above.table.product])
    keys = keys_of(hanging.above)[:KEYS_AT_MOST]
    for asked in (keys, keys[:1]):
        rows, found = await read_along(store, hanging, asked, viewer=policies.EVERYBODYS)
        after = await read_after(store, hanging, rows, viewer=policies.EVERYBODYS)
        table = hanging.below.table
        assert {key: shown(answer, table) for key, answer in found.items()} == {
            key: shown(answer, table) for key, answer in after.items()
        }


async def test_reads_below_reads_come_in_one_call(
    family_store: PostgresStore, reading: Reading
) -> None:
    links = along(LINKS, Window(2), columns=("platform",))
    episodes = along(EPISODES, Window(4), links, columns=("name",))
    terms = replace(reading.terms(TITLES, "title"), along=[episodes])
    (titles,) = await family_store.listing(TITLES, [("tv",)], Window(3), terms)
    assert (len(titles.rows), titles.more) == (3, True)
    assert episodes.answers is not None
    assert list(episodes.answers) == [(row["id"],) for row in titles.rows]
    below = [row for slice_ in episodes.answers.values() for row in slice_.rows]
    assert {table_of(row) for row in below} == {family.episodes}
    assert links.answers is not None
    assert list(links.answers) == [(row["id"],) for row in below]
    (call,) = reading.calls
    assert [(read.table, read.key_count, read.rows) for read in call.along] == [
        ("episodes", 3, episodes.rows),
        ("episode_links", len(below), links.rows),
    ]


async def test_nothing_is_read_below_a_row_that_is_past_the_window(
    family_store: PostgresStore, reading: Reading
) -> None:
    episodes = along(EPISODES, Window(1))
    terms = replace(reading.terms(TITLES), along=[episodes])
    for size in (1, 2):
        slices = await family_store.listing(TITLES, [("tv",), ("movie",)], Window(size), terms)
        shown_ = {(row["id"],) for slice_ in slices for row in slice_.rows}
        assert episodes.answers is not None
        assert episodes.answers.keys() == shown_
        assert episodes.rows <= 2 * len(shown_)  # one more of each tells whether there are more


@pytest.mark.parametrize(
    "window",
    [
        Window(5),
        Window(5, descending=True),
        Window(5, backward=True),
        Window(5, after=(2, 3, 23)),
        Window(5, descending=True, after=(2, 3, 23)),
        Window(5, ranges=(Range("season_number", 2, 3),)),
    ],
    ids=str,
)
async def test_a_window_below_is_as_it_is_alone(
    family_store: PostgresStore, reading: Reading, window: Window
) -> None:
    episodes = along(EPISODES, window)
    terms = replace(reading.terms(TITLE), along=[episodes])
    await family_store.find(TITLE, [(LONG_SHOW,)], terms)
    (alone,) = await family_store.listing(EPISODES, [(LONG_SHOW,)], window, reading.terms(EPISODES))
    assert alone.rows
    assert episodes.answers is not None
    assert ids(episodes.answers[LONG_SHOW,]) == ids(alone)


def ids(slice_: Slice) -> tuple[list[Any], bool]:
    return [row["id"] for row in slice_.rows], slice_.more


async def test_windows_of_one_statement_are_each_their_own(
    family_store: PostgresStore, reading: Reading
) -> None:
    few = along(EPISODES, Window(1))
    many = along(EPISODES, Window(3, descending=True))
    terms = replace(reading.terms(TITLE), along=[few, many])
    await family_store.find(TITLE, [(LONG_SHOW,)], terms)
    assert few.answers is not None
    assert many.answers is not None
    assert [len(one.answers[LONG_SHOW,].rows) for one in (few, many)] == [1, 3]  # type: ignore[index]


async def test_a_column_of_another_type_is_not_read_along(
    stores: Mapping[str, Store], reading: Reading
) -> None:
    """Records of one statement have one column of a name."""
    store = stores[studio.PRODUCT]
    character = along(CHARACTER, None, via="character_id")
    images = along(IMAGES, Window(2), character)
    clashing = along(IMAGES, Window(2), along(CHARACTER, None, via="character_id"))
    for columns, found in (((), images), (("character_id",), clashing)):
        asked = reading.terms(CHARACTER, *columns)
        terms = replace(asked, along=[found], viewer=policies.EVERYBODYS)
        await store.find(CHARACTER, [(1,)], terms)
    assert images.answers
    assert character.answers
    assert (clashing.answers, clashing.below[0].answers) == (None, None)
