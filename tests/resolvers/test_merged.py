"""One page out of several listings, with listings that are no store's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from loaders import titles as load
from loaders.access import Paged
from loaders.errors import BadUserInput, SourceUnavailable
from loaders.pages import Page, Paging, window
from loaders.sealing import Seal
from loaders.stores.interface import Slice
from loaders.tables.facts import Row
from resolvers.merged import MergedPage, merged

SEAL = Seal("a secret of the tests")
INFO: Any = SimpleNamespace(context=SimpleNamespace(seal=SEAL))
FILMS = [{"movieId": f"film {number}", "title": "One Name"} for number in range(3)]
SHOWS = [{"tmdb_id": number, "title": "One Name", "id": number} for number in range(2)]


class Source:
    """A listing of rows in a list, in the place of an access."""

    def __init__(self, access: Paged, rows: Sequence[Mapping[str, Any]], key: str) -> None:
        self.route = access.route
        self._rows = [_Row.of(access, row) for row in rows]
        self._key = key
        self.asked: list[Paging] = []

    async def load(self, info: Any, *key: Any, paging: Paging) -> Page:
        self.asked.append(paging)
        part = window(self.route, SEAL, paging)
        rows = list(reversed(self._rows)) if paging.backward else list(self._rows)
        if part.after is not None:
            passed = [row[self._key] for row in rows].index(part.after[0])
            rows = rows[passed + 1 :]
        shown: list[Any] = rows[: part.size]
        if paging.backward:
            shown.reverse()
        return Page(self.route, SEAL, part, Slice(shown, len(rows) > part.size), key, _no_total)


class Down(Source):
    """A listing whose store is down."""

    async def load(self, info: Any, *key: Any, paging: Paging) -> Page:
        raise SourceUnavailable("down", product="family")


class _Row(dict[str, Any]):
    table: Any

    @staticmethod
    def of(access: Paged, row: Mapping[str, Any]) -> _Row:
        class Of(_Row):
            table = access.table

        return Of(row)


async def _no_total(key: Any, part: Any, info: Any) -> Any:
    raise AssertionError("nobody asks for the length of a merged list")


def films(rows: Sequence[Mapping[str, Any]] = FILMS) -> Source:
    return Source(load.movies_named, rows, "movieId")


def shows(rows: Sequence[Mapping[str, Any]] = SHOWS) -> Source:
    return Source(load.tmdb_titles_named, rows, "id")


async def page_of(sources: Sequence[Source], **paging: Any) -> MergedPage:
    return await merged(INFO, sources, "One Name", Paging(**paging))  # type: ignore[arg-type]


def names(rows: Sequence[Row]) -> list[Any]:
    return [row.get("movieId") or row["id"] for row in rows]


ALL = ["film 0", "film 1", "film 2", 0, 1]


async def walk(sources: Sequence[Source], size: int, *, backward: bool) -> list[list[Any]]:
    pages: list[list[Any]] = []
    paging: dict[str, Any] = {"last" if backward else "first": size}
    while True:
        page = await page_of(sources, **paging)
        pages.append(names(page.shown))
        if not (page.has_previous_page if backward else page.has_next_page):
            return pages
        paging["before" if backward else "after"] = (
            page.start_cursor if backward else page.end_cursor
        )


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6])
async def test_pages_of_any_size_lead_through_both_sources(size: int) -> None:
    pages = await walk([films(), shows()], size, backward=False)
    assert [name for page in pages for name in page] == ALL
    assert all(len(page) == size for page in pages[:-1])


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6])
async def test_pages_of_any_size_lead_back_through_both_sources(size: int) -> None:
    pages = await walk([films(), shows()], size, backward=True)
    assert [name for page in reversed(pages) for name in page] == ALL
    assert all(len(page) == size for page in pages[:-1])


@pytest.mark.parametrize("backward", [False, True])
async def test_an_empty_source_is_passed_over(backward: bool) -> None:
    assert await walk([films([]), shows()], 5, backward=backward) == [[0, 1]]
    assert await walk([films(), shows([])], 5, backward=backward) == [ALL[:3]]
    empty = await page_of([films([]), shows([])], first=1)
    assert (empty.rows, empty.start_cursor, empty.end_cursor) == ([], None, None)


async def test_a_source_that_was_read_to_its_end_is_not_asked_again() -> None:
    sources = [films(), shows()]
    first = await page_of(sources, first=4)
    await page_of(sources, first=4, after=first.end_cursor)
    assert [len(source.asked) for source in sources] == [1, 2]


async def test_a_source_that_is_down_is_an_error_at_the_end() -> None:
    down = Down(load.tmdb_titles_named, SHOWS, "id")
    page = await page_of([films(), down], first=5)
    assert names(page.shown) == ALL[:3]
    assert [type(row) for row in page.rows[3:]] == [SourceUnavailable]
    assert page.end_cursor == page.cursor(page.shown[-1])


async def test_a_cursor_of_no_source_is_refused() -> None:
    with pytest.raises(BadUserInput) as refused:
        await page_of([films(), shows()], first=1, after="no cursor")
    assert refused.value.argument == "after"
