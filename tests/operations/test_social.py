"""Filters over a creator's partition: pages are full, or say that the read budget was spent.

What is right is worked out here, from the rows that were loaded.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from gateway.demo.data import social
from gateway.demo.data.epoch import EPOCH, unix
from gateway.demo.data.making import Row
from gateway.demo.data.people import ADA
from loaders.stores.queries import ITEMS_EXAMINED
from loaders.tables.catalogue import DYNAMODB
from tests.engines import Addresses, dynamodb_copy, put
from tests.operations.asking import ADMIN, Asker, gateway_over

pytestmark = pytest.mark.slow

TABLES = social.rows()
CREATOR = social.creator_id(ADA)
AUTHOR = next(
    row["accountId"]
    for row in TABLES["cloudstro-social-accounts"]
    if row["userId"] == CREATOR and row["platform"] == "twitter"
)
PAGE = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor budgetSpent }"
SIZE = 5


def since(
    column: str, earliest: str, latest: str = "9999-01-01T00:00:00Z"
) -> Callable[[Row], bool]:
    """Whether a row's time lies between; compared as times, for as texts some would not."""
    low, high = (datetime.fromisoformat(text) for text in (earliest, latest))
    return lambda row: low <= datetime.fromisoformat(str(row[column])) <= high


@dataclass(frozen=True)
class Filtered:
    """A connection with filters, and which rows of the creator's partition pass them."""

    field: str
    key: str
    table: str
    arguments: str
    passes: Callable[[Row], bool]
    of_account: bool = False

    def __str__(self) -> str:
        return f"{self.field}({self.arguments})"

    @property
    def expected(self) -> list[str]:
        rows = (row for row in TABLES[self.table] if row["userId"] == CREATOR and self.passes(row))
        return sorted(str(row[self.key]) for row in rows)

    def query(self, paging: str) -> str:
        selected = f"{self.field}({self.arguments} {paging}) {{ nodes {{ {self.key} }} {PAGE} }}"
        if self.of_account:
            account = f'{{ userId: "{CREATOR}", platformAccountId: "twitter#{AUTHOR}" }}'
            return f"{{ socialAccount(by: {{ key: {account} }}) {{ {selected} }} }}"
        return (
            f'{{ account(by: {{ creatorUserId: "{CREATOR}" }}) {{'
            f" ... on CreatorAccount {{ {selected} }} }} }}"
        )


def posts(arguments: str, passes: Callable[[Row], bool], **facts: Any) -> Filtered:
    return Filtered("posts", "postId", "cloudstro-social-posts", arguments, passes, **facts)


def engagement(arguments: str, passes: Callable[[Row], bool]) -> Filtered:
    return Filtered("engagement", "engagementId", "cloudstro-social-engagement", arguments, passes)


def insights(arguments: str, passes: Callable[[Row], bool]) -> Filtered:
    def lives_and_passes(row: Row) -> bool:
        expires = row["TTL"]
        assert isinstance(expires, int)
        return expires > unix(EPOCH) and passes(row)

    return Filtered("insights", "insightId", "cloudstro-ai-insights", arguments, lives_and_passes)


FILTERED = [
    posts("", lambda row: True),
    posts('platform: "tiktok"', lambda row: row["platform"] == "tiktok"),
    posts(
        'between: { from: "2025-08-01T00:00:00Z", to: "2025-08-20T08:46:03Z" }',
        since("createdAt", "2025-08-01T00:00:00Z", "2025-08-20T08:46:03Z"),
    ),
    posts(
        'platform: "twitter", between: { from: "2025-07-01T00:00:00Z" }',
        lambda row: (
            row["platform"] == "twitter" and since("createdAt", "2025-07-01T00:00:00Z")(row)
        ),
    ),
    posts(
        'between: { from: "2025-06-01T00:00:00Z" }',
        lambda row: row["authorId"] == AUTHOR and since("createdAt", "2025-06-01T00:00:00Z")(row),
        of_account=True,
    ),
    engagement('platform: "rednote"', lambda row: row["platform"] == "rednote"),
    engagement(
        'between: { from: "2025-09-18T11:27:43Z", to: "2025-09-20T11:46:09.985Z" }',
        since("timestamp", "2025-09-18T11:27:43Z", "2025-09-20T11:46:09.985Z"),
    ),
    insights("", lambda row: True),
    insights('type: "engagement_boost"', lambda row: row["type"] == "engagement_boost"),
    insights("activeOnly: true", lambda row: bool(row["isActive"])),
    insights(
        "activeOnly: true, confidence: { from: 0.35, to: 0.85 }",
        lambda row: bool(row["isActive"]) and 0.35 <= float(str(row["confidenceScore"])) <= 0.85,
    ),
]
"""What is stored twice is filtered by its copy, so the confidence here is the copy's."""


async def walk(ask: Asker, query: Callable[[str], str], *, size: int, backward: bool) -> list[Any]:
    """All pages of a connection, in the order of reading."""
    found = []
    paging = f"last: {size}" if backward else f"first: {size}"
    cursor = ""
    while True:
        part = await ask.data(query(paging + cursor), ADMIN)
        while "pageInfo" not in part:
            (part,) = part.values()
        found.append(part)
        page = part["pageInfo"]
        if not page["hasPreviousPage" if backward else "hasNextPage"]:
            return found
        cursor = (
            f' before: "{page["startCursor"]}"' if backward else f' after: "{page["endCursor"]}"'
        )


def in_order(pages: list[Any], key: str, *, backward: bool) -> list[str]:
    """The keys of all nodes, from the beginning of the list."""
    return [node[key] for page in pages[:: -1 if backward else 1] for node in page["nodes"]]


@pytest.mark.parametrize("filtered", FILTERED, ids=str)
@pytest.mark.parametrize("descending", [False, True], ids=["ascending", "descending"])
@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
async def test_pages_are_full_and_give_each_match_once(
    filtered: Filtered, descending: bool, backward: bool, ask: Asker
) -> None:
    order = f"orderBy: {'DESCENDING' if descending else 'ASCENDING'} "
    pages = await walk(
        ask, lambda paging: filtered.query(order + paging), size=SIZE, backward=backward
    )
    assert len(filtered.expected) > SIZE
    assert [len(page["nodes"]) for page in pages[:-1]] == [SIZE] * (len(pages) - 1)
    assert not any(page["pageInfo"]["budgetSpent"] for page in pages)
    assert in_order(pages, filtered.key, backward=backward) == sorted(
        filtered.expected, reverse=descending
    )


MATCHES = (1_100, 1_101, 1_102, 1_900, 2_900, 2_999)
"""The numbers of the posts that a filter lets pass, of `STORED`."""
STORED = 3_200
LONG_AGO = "2001-01-01T00:00:00Z"


def stored_post(number: int) -> Mapping[str, object]:
    platform = "facebook" if number < STORED // 2 else "twitter"
    created = LONG_AGO if number in MATCHES else "2025-01-01T00:00:00Z"
    return {
        "userId": "prolific",
        "postId": f"{platform}#{number:05}",
        "id": f"{number:05}",
        "platform": platform,
        "authorId": "the author" if number in MATCHES else "another",
        "createdAt": created,
        "createdAtISO": created,
    }


@pytest.fixture(scope="module")
async def ask_prolific(
    engines: Addresses, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Asker]:
    """Asks a gateway over stores that hold more posts of one creator than the budget allows."""
    with dynamodb_copy(engines, tmp_path_factory.mktemp("dynamodb")) as address:
        await put(
            address,
            "cloudstro-users",
            {"userId": "prolific", "recordType": "USER_PROFILE", "email": "prolific@example.com"},
        )
        await put(
            address,
            "cloudstro-social-accounts",
            {
                "userId": "prolific",
                "platformAccountId": "twitter#the author",
                "platform": "twitter",
                "accountId": "the author",
            },
        )
        await put(address, "cloudstro-social-posts", *map(stored_post, range(STORED)))
        async with gateway_over(engines.stores(dynamodb=dict.fromkeys(DYNAMODB, address))) as asker:
            yield asker


OF_CREATOR = """
{
  account(by: { creatorUserId: "prolific" }) {
    ... on CreatorAccount {
      posts(%s) { nodes { postId } pageInfo { ...page } }
    }
  }
}
"""
OF_ACCOUNT = """
{
  socialAccount(
    by: { key: { userId: "prolific", platformAccountId: "twitter#the author" } }
  ) {
    posts(%s) { nodes { postId } pageInfo { ...page } }
  }
}
"""
FRAGMENT = """
fragment page on PageInfo { hasNextPage hasPreviousPage startCursor endCursor budgetSpent }
"""
THEN = f'between: {{ to: "{LONG_AGO}" }} '
AT_TWITTER = 'platform: "twitter" '


@pytest.mark.parametrize(
    ("query", "arguments", "first_number"),
    [(OF_CREATOR, THEN, 0), (OF_CREATOR, AT_TWITTER + THEN, 1_600), (OF_ACCOUNT, "", 1_600)],
    ids=["of a creator", "of a creator at a platform", "of an account"],
)
@pytest.mark.parametrize("size", [1, 2, 100])
@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
async def test_a_spent_budget_is_told_and_can_be_gone_on_from(
    query: str, arguments: str, first_number: int, size: int, backward: bool, ask_prolific: Asker
) -> None:
    pages = await walk(
        ask_prolific,
        lambda paging: query % (arguments + paging) + FRAGMENT,
        size=size,
        backward=backward,
    )
    matches = [number for number in MATCHES if number >= first_number]
    assert in_order(pages, "postId", backward=backward) == [
        str(stored_post(number)["postId"]) for number in matches
    ]
    assert len(pages) > 1
    for page in pages[:-1]:
        assert page["pageInfo"]["budgetSpent"] == (len(page["nodes"]) < size)
    cursors = [page["pageInfo"]["startCursor" if backward else "endCursor"] for page in pages[:-1]]
    assert all(one != another for one, another in pairwise(cursors))
    assert len(pages) <= STORED // ITEMS_EXAMINED + 1 + len(matches)


async def test_an_empty_page_of_a_spent_budget_leads_on(ask_prolific: Asker) -> None:
    answer = await ask_prolific(OF_CREATOR % f"{THEN} first: 3" + FRAGMENT, ADMIN)
    posts = answer.data["account"]["posts"]
    page = posts["pageInfo"]
    assert posts["nodes"] == []
    assert (page["budgetSpent"], page["hasNextPage"], page["startCursor"]) == (True, True, None)
    assert page["endCursor"]
    assert answer.calls["social.cloudstro-social-posts Query"] == ITEMS_EXAMINED // 100
