"""What links say of themselves, and the refusals that no operation reaches."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from strawberry import UNSET

from loaders import profiles as load
from loaders import titles as load_titles
from loaders.errors import BadStoredValue
from loaders.request import Asking
from loaders.tables import family, stream
from resolvers import links, profiles, titles
from resolvers.links import by_one_of, needs, to_each, to_one, to_page
from tests.loaders.asking import SEAL


def test_a_link_needs_the_columns_that_its_key_is_read_from() -> None:
    assert to_one(load.stream_profile, via=("accountId", "profileId")).columns == (
        "accountId",
        "profileId",
    )
    assert to_page(load.devices_of_family, via="id").columns == ("id",)
    assert to_each(load_titles.episode, via="blocked_episodes", at_most=5).columns == (
        "blocked_episodes",
    )
    assert by_one_of({}, movie_id=load_titles.movie).columns == ()


def test_a_resolver_says_which_columns_it_reads() -> None:
    @needs("firstName", "lastName")
    def resolver() -> None: ...

    assert resolver.columns == ("firstName", "lastName")  # type: ignore[attr-defined]


def test_arguments_that_are_neither_key_nor_range_filter_by_a_column() -> None:
    ranges = {"between": "watchedAt"}
    link = to_page(load.history_of_account, via="accountId", ranges=ranges, completed="done")
    assert (link.ranges, link.filters) == ((("between", "watchedAt"),), (("completed", "done"),))


@pytest.mark.parametrize(
    "link",
    [link for module in (profiles, titles) for link in vars(module).values()
     if isinstance(link, links.ToPage)],
    ids=lambda link: str(link.access),
)  # fmt: skip
def test_every_filter_is_one_that_its_way_declares(link: links.ToPage) -> None:
    assert {column for _, column in link.filters} <= set(link.access.route.filters)


async def test_the_members_of_a_compound_key_are_told_apart_by_their_names() -> None:
    asked: list[object] = []

    class Way:
        table = family.episodes
        by = ("title_id", "season_number", "episode_number")

        async def load(self, info: object, *key: object) -> None:
            asked.append(key)

    by = SimpleNamespace(
        id=UNSET,
        number=SimpleNamespace(episode_number=3, title_id="1", season_number=2),
    )
    info = cast(Asking, SimpleNamespace(context=SimpleNamespace(seal=SEAL)))
    assert await by_one_of({}, number=Way())(None, info, by) is None
    assert asked == [(1, 2, 3)]


def test_a_key_column_of_the_wrong_kind_names_the_row() -> None:
    row = stream.watchlist.row({"accountId": "a", "movieId": "m", "profileId": 5})
    (key,) = profiles.stream_profile._keys([row], {})
    assert isinstance(key, Exception)
    with pytest.raises(BadStoredValue, match=r"profileId of WatchlistTable .* is no text"):
        raise key
