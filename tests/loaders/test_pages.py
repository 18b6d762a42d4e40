"""Pages: from a client's arguments to a window, and from its rows to what a connection tells."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from loaders.access import page
from loaders.errors import BadUserInput
from loaders.pages import Page, Paging, window
from loaders.sealing import Seal
from loaders.stores.interface import Count, Key, Range, Slice, Window
from loaders.tables import stream

SEAL = Seal("a secret")
HISTORY = page(stream.watch_history, by="accountId", order="-watchedAt").route
OTHER = page(stream.watch_history, by="profileId", order="-watchedAt").route


async def no_count(key: Key, part: Window, info: Any) -> Count:
    raise AssertionError(key)


def shown(part: Slice, **facts: Any) -> Page:
    """The page of a slice."""
    return Page(HISTORY, SEAL, Window(2, **facts), part, (), no_count)


def row(watched_at: str) -> Any:
    return stream.watch_history.row({"watchedAt": watched_at})


def cursor(watched_at: str) -> str:
    return shown(Slice([], more=False)).cursor(row(watched_at))


@pytest.mark.parametrize(
    ("arguments", "argument", "message"),
    [
        ({"first": 0}, "first", "first must be from 1 to 100"),
        ({"first": -1}, "first", "first must be from 1 to 100"),
        ({"first": 101}, "first", "first must be from 1 to 100"),
        ({"last": 0}, "last", "last must be from 1 to 100"),
        ({"last": -1}, "last", "last must be from 1 to 100"),
        ({"last": 101}, "last", "last must be from 1 to 100"),
        ({"first": 1, "last": 1}, "last", "give either first or last, not both"),
        ({"after": "c", "before": "c"}, "before", "give either after or before, not both"),
        ({"last": 1, "after": "c"}, "after", "after goes with first; last goes with before"),
        ({"first": 1, "before": "c"}, "before", "before goes with last; first goes with after"),
    ],
)
def test_arguments_that_name_no_page_are_refused(
    arguments: dict[str, Any], argument: str, message: str
) -> None:
    with pytest.raises(BadUserInput) as refused:
        window(HISTORY, SEAL, Paging(**arguments))
    assert (refused.value.argument, str(refused.value)) == (argument, message)


@pytest.mark.parametrize(
    ("argument", "given"), [("after", "tampered"), ("before", ""), ("before", "tampered")]
)
def test_a_cursor_of_elsewhere_is_refused(argument: str, given: str) -> None:
    arguments: dict[str, Any] = {argument: given}
    with pytest.raises(BadUserInput, match=f"^{argument} is no cursor of this list"):
        window(HISTORY, SEAL, Paging(**arguments))


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(BadUserInput, match=r"^after is no cursor of this list"):
        window(OTHER, SEAL, Paging(after=cursor("2025-09-20T12:00:00Z")))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, Window(20, descending=True)),
        ({"first": 1}, Window(1, descending=True)),
        ({"first": 100}, Window(100, descending=True)),
        ({"last": 7}, Window(7, descending=True, backward=True)),
        ({"after": "CURSOR"}, Window(20, descending=True, after=("t",))),
        ({"before": "CURSOR"}, Window(20, descending=True, backward=True, after=("t",))),
        ({"last": 3, "before": "CURSOR"}, Window(3, True, True, after=("t",))),
    ],
)
def test_arguments_name_a_window(arguments: dict[str, Any], expected: Window) -> None:
    given: dict[str, Any] = {
        name: cursor("t") if value == "CURSOR" else value for name, value in arguments.items()
    }
    assert window(HISTORY, SEAL, Paging(**given)) == expected


UNTIL = Range("watchedAt", None, datetime(2025, 9, 20, tzinfo=UTC))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"descending": False}, Window(20)),
        ({"ranges": (UNTIL,)}, Window(20, True, ranges=(UNTIL,))),
        ({"prefix": "2025-"}, Window(20, True, prefix="2025-")),
        ({"filters": (("completed", True),)}, Window(20, True, filters=(("completed", True),))),
    ],
)
def test_what_else_narrows_a_window(facts: Mapping[str, Any], expected: Window) -> None:
    assert window(HISTORY, SEAL, Paging(), **facts) == expected


@pytest.mark.parametrize(
    ("facts", "more", "has_previous", "has_next"),
    [
        ({}, False, False, False),
        ({}, True, False, True),
        ({"after": ("t",)}, False, True, False),
        ({"after": ("t",)}, True, True, True),
        ({"backward": True}, False, False, False),
        ({"backward": True}, True, True, False),
        ({"backward": True, "after": ("t",)}, False, False, True),
        ({"backward": True, "after": ("t",)}, True, True, True),
    ],
)
def test_a_page_says_where_there_is_more(
    facts: dict[str, Any], more: bool, has_previous: bool, has_next: bool
) -> None:
    found = shown(Slice([row("b"), row("a")], more), **facts)
    assert (found.has_previous_page, found.has_next_page) == (has_previous, has_next)


def test_a_page_s_cursors_are_those_of_its_ends() -> None:
    found = shown(Slice([row("b"), row("a")], more=True))
    assert (found.start_cursor, found.end_cursor) == (cursor("b"), cursor("a"))
    assert not found.budget_spent


def test_an_empty_page_has_no_cursors() -> None:
    found = shown(Slice([], more=False))
    assert (found.start_cursor, found.end_cursor) == (None, None)


@pytest.mark.parametrize("rows", [["c", "b"], ["c"], []])
@pytest.mark.parametrize("backward", [False, True])
def test_a_page_whose_budget_was_spent_goes_on_from_the_row_examined_last(
    rows: list[str], backward: bool
) -> None:
    part = Slice([row(text) for text in rows], more=True, stopped_at=("x",))
    found = shown(part, backward=backward)
    assert found.budget_spent == (len(rows) < found.window.size)
    first, last = (cursor(rows[0]), cursor(rows[-1])) if rows else (None, None)
    assert found.start_cursor == (cursor("x") if backward else first)
    assert found.end_cursor == (last if backward else cursor("x"))
