"""Every connection, walked to its end in both orders and both directions.

What is right is worked out here, from the rows that were loaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from gateway.demo.data import family, stream
from gateway.demo.data.making import Row
from gateway.demo.data.people import ADA
from tests.operations.asking import ADMIN, Asker, as_shown

pytestmark = pytest.mark.slow

FAMILY = family.rows()
STREAM = stream.rows()
ACCOUNT = stream.account_id(ADA)
PROFILE = stream.profile_id(ADA, 0)

ROOT = "%s"
OF_ACCOUNT = f'account(by: {{ streamAccountId: "{ACCOUNT}" }}) {{ ... on StreamAccount {{ %s }} }}'
OF_PROFILE = f'profile(by: {{ streamProfileId: "{PROFILE}" }}) {{ ... on StreamProfile {{ %s }} }}'
OF_FAMILY = "account(by: { familyAccountId: 1 }) { ... on FamilyAccount { %s } }"
OF_KID = "profile(by: { kidProfileId: 1 }) { ... on KidProfile { %s } }"
OF_MOVIE = 'title(by: { movieId: "movie-0002" }) { ... on Movie { %s } }'
OF_SERIES = "title(by: { tmdbTitleId: 1 }) { ... on TmdbTitle { %s } }"
OF_REPORTED = "title(by: { tmdbTitleId: 16 }) { ... on TmdbTitle { %s } }"
OF_EPISODE = "episode(by: { episodeId: 1 }) { %s }"


@dataclass(frozen=True)
class Listing:
    """A connection and the stored rows that it leads to.

    `order` names the columns that it is ordered by, `shown` the fields, and the columns behind
    them, by which its rows are told apart here.
    """

    within: str
    field: str
    rows: Sequence[Row]
    order: tuple[str, ...]
    shown: Mapping[str, str]
    arguments: str = ""

    def __str__(self) -> str:
        return f"{self.field}({self.arguments})" if self.arguments else self.field

    @property
    def size(self) -> int:
        """Of a page, so that there are about five."""
        return max(1, len(self.rows) // 4 - 1)

    def sorted(self, *, descending: bool) -> list[dict[str, Any]]:
        """What the whole list should show."""
        rows = sorted(
            self.rows, key=lambda row: [row[name] for name in self.order], reverse=descending
        )
        return [{field: as_shown(row[name]) for field, name in self.shown.items()} for row in rows]

    def page(self, order: str, paging: str) -> str:
        """A query for one page."""
        selected = (
            f"{self.field}({self.arguments} {order} {paging}) {{ nodes {{ {' '.join(self.shown)} }}"
            " pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"
        )
        return "{ " + self.within % selected + " }"


def at_family(
    within: str, field: str, table: str, *order: str, arguments: str = "", **where: object
) -> Listing:
    """Rows of a table whose columns have these values; ties are broken by their number."""
    rows = _where(FAMILY[table], where)
    return Listing(within, field, rows, (*order, "id"), {"databaseId": "id"}, arguments)


def at_stream(
    within: str, field: str, table: str, *order: str, arguments: str = "", **where: object
) -> Listing:
    """Items of a table whose attributes have these values; `order` tells them apart."""
    shown = {name: name for name in order}
    return Listing(within, field, _where(STREAM[table], where), order, shown, arguments)


def _where(rows: Sequence[Row], where: Mapping[str, object]) -> list[Row]:
    return [row for row in rows if where.items() <= row.items()]


TIMED = (
    at_stream(OF_ACCOUNT, "usage", "UserUsageTable", "timestamp", accountId=ACCOUNT),
    at_stream(
        OF_ACCOUNT,
        "usage",
        "UserUsageTable",
        "timestamp",
        arguments='serviceType: "shop"',
        accountId=ACCOUNT,
        serviceType="shop",
    ),
    at_stream(
        ROOT,
        "usageEvents",
        "UserUsageTable",
        "timestamp",
        "accountId",
        arguments='serviceType: "music"',
        serviceType="music",
    ),
    at_stream(OF_ACCOUNT, "watchHistory", "WatchHistoryTable", "watchedAt", accountId=ACCOUNT),
    at_stream(
        OF_ACCOUNT,
        "watchHistory",
        "WatchHistoryTable",
        "watchedAt",
        arguments="completed: true",
        accountId=ACCOUNT,
        completed=True,
    ),
    at_stream(
        OF_PROFILE,
        "watchHistory",
        "WatchHistoryTable",
        "watchedAt",
        arguments="completed: false",
        profileId=PROFILE,
        completed=False,
    ),
    at_stream(
        OF_MOVIE,
        "watchHistory",
        "WatchHistoryTable",
        "watchedAt",
        "accountId",
        movieId="movie-0002",
    ),
    at_family(OF_FAMILY, "kidProfiles", "kid_profiles", "created_at", family_id=1),
    at_family(OF_FAMILY, "devices", "devices", "paired_at", family_id=1),
    at_family(OF_FAMILY, "pairingCodes", "pairing_codes", "expires_at", family_id=1),
    at_family(OF_FAMILY, "titleReports", "content_reports", "created_at", family_id=1),
    at_family(OF_KID, "policies", "kid_profiles_titles", "created_at", kid_profile_id=1),
    at_family(
        OF_KID,
        "policies",
        "kid_profiles_titles",
        "created_at",
        arguments="policy: DENY",
        kid_profile_id=1,
        policy="deny",
    ),
    at_family(OF_KID, "devices", "devices", "paired_at", kid_profile_id=1),
    at_family(OF_REPORTED, "policies", "kid_profiles_titles", "created_at", title_id=16),
    at_family(OF_REPORTED, "reports", "content_reports", "created_at", title_id=16),
    at_family(OF_EPISODE, "links", "episode_links", "created_at", episode_id=1),
    at_family(ROOT, "pairingCodes", "pairing_codes", "expires_at"),
    at_family(
        ROOT,
        "titleReports",
        "content_reports",
        "created_at",
        arguments="status: RESOLVED",
        status="resolved",
    ),
)
SORTED = (
    at_stream(
        OF_ACCOUNT, "subscriptions", "SubscriptionTable", "subscriptionId", accountId=ACCOUNT
    ),
    at_stream(OF_ACCOUNT, "profiles", "ProfileTable", "profileId", accountId=ACCOUNT),
    at_stream(OF_ACCOUNT, "watchlist", "WatchlistTable", "movieId", accountId=ACCOUNT),
    at_stream(OF_PROFILE, "watchlist", "WatchlistTable", "movieId", profileId=PROFILE),
    at_stream(
        ROOT,
        "serviceSubscriptions",
        "SubscriptionTable",
        "accountId",
        "subscriptionId",
        arguments='serviceType: "games"',
        serviceType="games",
    ),
    at_family(ROOT, "tmdbTitles", "titles", arguments="mediaType: MOVIE", media_type="movie"),
    at_family(ROOT, "familyAccounts", "users", arguments="role: PARENT", role="parent"),
    at_family(OF_SERIES, "episodes", "episodes", "season_number", "episode_number", title_id=1),
    at_family(
        OF_SERIES,
        "episodes",
        "episodes",
        "episode_number",
        arguments="season: 3",
        title_id=1,
        season_number=3,
    ),
    at_family(ROOT, "contentTags", "content_tags", "tag"),
)
LISTINGS = [
    *((listing, ("OLDEST_FIRST", "NEWEST_FIRST")) for listing in TIMED),
    *((listing, ("ASCENDING", "DESCENDING")) for listing in SORTED),
]
WALKS = [
    pytest.param(listing, f"orderBy: {order}", descending, id=f"{listing} {order}")
    for listing, orders in LISTINGS
    for order, descending in zip(orders, (False, True), strict=True)
]


async def pages(
    ask: Asker, listing: Listing, order: str, *, backward: bool
) -> list[list[dict[str, Any]]]:
    """The nodes of each page, in the order of reading."""
    found = []
    paging = f"last: {listing.size}" if backward else f"first: {listing.size}"
    cursor = ""
    while True:
        data = await ask.data(listing.page(order, paging + cursor), ADMIN)
        connection = data
        while "pageInfo" not in connection:
            (connection,) = connection.values()
        found.append(connection["nodes"])
        page = connection["pageInfo"]
        if not page["hasPreviousPage" if backward else "hasNextPage"]:
            return found
        cursor = (
            f' before: "{page["startCursor"]}"' if backward else f' after: "{page["endCursor"]}"'
        )


@pytest.mark.parametrize(("listing", "order", "descending"), WALKS)
async def test_pages_forward_are_full_and_give_each_row_once(
    listing: Listing, order: str, descending: bool, ask: Asker
) -> None:
    found = await pages(ask, listing, order, backward=False)
    assert all(len(page) == listing.size for page in found[:-1])
    assert [node for page in found for node in page] == listing.sorted(descending=descending)


@pytest.mark.parametrize(("listing", "order", "descending"), WALKS)
async def test_pages_backward_are_full_and_give_each_row_once(
    listing: Listing, order: str, descending: bool, ask: Asker
) -> None:
    found = await pages(ask, listing, order, backward=True)
    assert all(len(page) == listing.size for page in found[:-1])
    nodes = [node for page in reversed(found) for node in page]
    assert nodes == listing.sorted(descending=descending)


@pytest.mark.parametrize("descending", [False, True], ids=["ascending", "descending"])
async def test_movies_of_a_genre_come_by_year(descending: bool, ask: Asker) -> None:
    """Which of one year comes first is the index's own affair, as long as no page disagrees."""
    rows = _where(STREAM["MovieTable"], {"genre": "Comedy"})
    listing = Listing(
        ROOT,
        "movies",
        rows,
        (),
        {"movieId": "movieId", "releaseYear": "releaseYear"},
        'genre: "Comedy"',
    )
    order = f"orderBy: {'DESCENDING' if descending else 'ASCENDING'}"
    forward = [node for page in await pages(ask, listing, order, backward=False) for node in page]
    back = [
        node for page in reversed(await pages(ask, listing, order, backward=True)) for node in page
    ]
    years = [node["releaseYear"] for node in forward]
    assert forward == back
    assert years == sorted(years, reverse=descending)
    assert sorted(node["movieId"] for node in forward) == sorted(
        str(row["movieId"]) for row in rows
    )


@pytest.mark.parametrize(
    "listing",
    [listing for listing, _ in LISTINGS if listing.shown == {"databaseId": "id"}],
    ids=str,
)
async def test_total_count_is_that_of_all_pages(listing: Listing, ask: Asker) -> None:
    query = listing.page("", "first: 1").replace("pageInfo", "totalCount pageInfo")
    data = await ask.data(query, ADMIN)
    while "totalCount" not in data:
        (data,) = data.values()
    assert data["totalCount"] == len(listing.rows)
