"""What the loaders and the stores say to each other."""

import pytest

from loaders.access import one, page
from loaders.stores.interface import Call, Route, Window
from loaders.tables import family, stream


@pytest.mark.parametrize(
    ("route", "words"),
    [
        (
            one(stream.watchlist, by=("accountId", "movieId")).route,
            "stream.WatchlistTable by accountId,movieId",
        ),
        (page(family.content_tags, order="tag").route, "family.content_tags by all order tag"),
        (
            page(family.content_tags, order="-tag").route,
            "family.content_tags by all order -tag",
        ),
    ],
)
def test_a_route_says_what_it_reads(route: Route, words: str) -> None:
    assert str(route) == words


@pytest.mark.parametrize(
    ("descending", "backward", "down"),
    [(False, False, False), (False, True, True), (True, False, True), (True, True, False)],
)
def test_a_window_before_a_row_is_read_the_other_way(
    descending: bool, backward: bool, down: bool
) -> None:
    assert Window(5, descending, backward).reading_down is down


def call() -> Call:
    return Call("family", "titles", None, "SELECT", [], ())


def test_a_call_is_measured_and_reported() -> None:
    reported: list[Call] = []
    measured = call()
    with measured.measured(reported.append):
        assert reported == []
    assert reported == [measured]
    assert (measured.milliseconds > 0, measured.error) == (True, None)


def test_a_failed_call_is_reported_with_its_error() -> None:
    reported: list[Call] = []
    measured = call()
    with pytest.raises(KeyError), measured.measured(reported.append):
        raise KeyError("no such thing")
    assert reported == [measured]
    assert (measured.milliseconds > 0, measured.error) == (True, "KeyError")
