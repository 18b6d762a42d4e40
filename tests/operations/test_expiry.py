"""What is past its TTL and still stored is not shown, whichever way leads to it.

DynamoDB removes such items days later. The gateway's own clock decides; it is moved here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from gateway.demo.data import prep, social
from gateway.demo.data.epoch import EPOCH, iso, unix
from gateway.demo.data.making import Row
from gateway.demo.data.people import ADA
from loaders.stores.dynamo_client import DynamoAddress
from loaders.tables import social as social_tables
from resolvers import ids
from tests.engines import Addresses, put
from tests.operations.asking import ADMIN, SEAL, Asker, as_shown, gateway_over

pytestmark = pytest.mark.slow

CREATOR = social.creator_id(ADA)
INSIGHTS = [row for row in social.rows()["cloudstro-ai-insights"] if row["userId"] == CREATOR]
SESSIONS = [
    row for row in prep.rows()["ielts-genai-prep-sessions"] if row["user_email"] == ADA.email
]
QR_TOKENS = prep.rows()["ielts-genai-prep-qr-tokens"]

MOMENTS = [
    EPOCH - timedelta(days=30),
    EPOCH - timedelta(hours=9),
    EPOCH,
    EPOCH + timedelta(minutes=3),
    EPOCH + timedelta(days=10),
    EPOCH + timedelta(days=400),
]


@dataclass(frozen=True)
class Moment:
    """A gateway whose clock stands at a moment."""

    now: datetime
    ask: Asker


@pytest.fixture(scope="module", params=MOMENTS, ids=str)
async def moment(request: pytest.FixtureRequest, engines: Addresses) -> AsyncIterator[Moment]:
    async with gateway_over(engines.stores(), now=request.param) as asker:
        yield Moment(request.param, asker)


def alive(rows: Sequence[Row], ttl: str, now: datetime) -> list[Row]:
    """Those whose time is not over; one without a time never ends."""
    found = []
    for row in rows:
        expires = row.get(ttl)
        assert expires is None or isinstance(expires, int)
        if expires is None or expires > unix(now):
            found.append(row)
    return found


def global_id(insight: Row) -> str:
    return ids.write("Insight", social_tables.insights.row(insight.items()), SEAL)


async def walk(ask: Asker, field: Callable[[str], str]) -> list[Any]:
    """The nodes of all pages of a connection, four at a time."""
    nodes: list[Any] = []
    after = ""
    while True:
        found = await ask.data(f"{{ {field(f'first: 4{after}')} }}", ADMIN)
        while "nodes" not in found:
            (found,) = found.values()
        nodes += found["nodes"]
        if not found["pageInfo"]["hasNextPage"]:
            return nodes
        after = f', after: "{found["pageInfo"]["endCursor"]}"'


def test_the_moments_tell_apart_what_is_stored() -> None:
    for rows, ttl in ((INSIGHTS, "TTL"), (SESSIONS, "expires_at"), (QR_TOKENS, "expires_at")):
        assert 0 < len(alive(rows, ttl, EPOCH)) < len(rows)


OF_CREATOR = f'account(by: {{ creatorUserId: "{CREATOR}" }}) {{ ... on CreatorAccount {{ %s }} }}'
OF_LEARNER = f'account(by: {{ learnerEmail: "{ADA.email}" }}) {{ ... on LearnerAccount {{ %s }} }}'
PAGE = "pageInfo { hasNextPage endCursor }"


async def test_insights_are_listed_while_they_live(moment: Moment) -> None:
    expected = sorted(str(row["insightId"]) for row in alive(INSIGHTS, "TTL", moment.now))
    shown = f"nodes {{ insightId account {{ userId }} }} {PAGE}"

    def of_creator(paging: str) -> str:
        return OF_CREATOR % f"insights({paging}) {{ {shown} }}"

    def of_type(paging: str, kind: str) -> str:
        return f'insights(type: "{kind}", {paging}) {{ {shown} }}'

    mine = await walk(moment.ask, of_creator)
    assert sorted(node["insightId"] for node in mine) == expected
    of_all = [
        node
        for kind in social.INSIGHT_TYPES
        for node in await walk(moment.ask, partial(of_type, kind=kind))
    ]
    found = [node["insightId"] for node in of_all if node["account"]["userId"] == CREATOR]
    assert sorted(found) == expected


async def test_insights_are_found_while_they_live(moment: Moment) -> None:
    living = alive(INSIGHTS, "TTL", moment.now)
    shown = [{"insightId": row["insightId"]} if row in living else None for row in INSIGHTS]
    query = """
    query ($ids: [ID!]!, $id: ID!, $userId: ID!, $insightId: ID!) {
      nodes(ids: $ids) { ... on Insight { insightId } }
      node(id: $id) { ... on Insight { insightId } }
      byId: insight(by: { id: $id }) { insightId }
      byKey: insight(by: { key: { userId: $userId, insightId: $insightId } }) { insightId }
    }
    """
    for row, one in [*zip(INSIGHTS, shown, strict=True)][::7]:
        answer = await moment.ask.data(
            query,
            ids=[global_id(insight) for insight in INSIGHTS],
            id=global_id(row),
            userId=CREATOR,
            insightId=row["insightId"],
        )
        assert answer == {"nodes": shown, "node": one, "byId": one, "byKey": one}


async def test_sessions_are_listed_while_they_live(moment: Moment) -> None:
    living = alive(SESSIONS, "expires_at", moment.now)
    listed = await walk(
        moment.ask,
        lambda paging: OF_LEARNER % f"sessions({paging}) {{ nodes {{ createdAt }} {PAGE} }}",
    )
    started = sorted(as_shown(row["created_at"]) for row in living)
    assert sorted(node["createdAt"] for node in listed) == started


async def test_sessions_are_found_by_their_secrets_while_they_live(moment: Moment) -> None:
    living = alive(SESSIONS, "expires_at", moment.now)
    query = "query ($id: String!) { learnerSession(sessionId: $id) { userEmail } }"
    for row in SESSIONS:
        answer = await moment.ask.data(query, ADMIN, id=row["session_id"])
        found = {"userEmail": ADA.email} if row in living else None
        assert answer == {"learnerSession": found}


async def test_qr_tokens_are_found_while_they_live(moment: Moment) -> None:
    living = alive(QR_TOKENS, "expires_at", moment.now)
    query = "query ($token: String!) { qrToken(token: $token) { userEmail } }"
    for row in QR_TOKENS:
        answer = await moment.ask.data(query, ADMIN, token=row["token"])
        found = {"userEmail": row["user_email"]} if row in living else None
        assert answer == {"qrToken": found}


async def test_what_is_left_behind_costs_few_calls(
    ask_changed_dynamodb: Asker, writable_dynamodb: DynamoAddress
) -> None:
    """However small the page that is asked for."""
    left = [
        {
            "session_id": f"left-behind-{number}",
            "user_email": ADA.email,
            "created_at": iso(EPOCH - timedelta(days=9, seconds=number)),
            "expires_at": unix(EPOCH - timedelta(days=8, seconds=number)),
        }
        for number in range(300)
    ]
    await put(writable_dynamodb, "ielts-genai-prep-sessions", *left)
    answer = await ask_changed_dynamodb(
        f"""
        {{
          account(by: {{ learnerEmail: "{ADA.email}" }}) {{
            ... on LearnerAccount {{
              sessions(orderBy: OLDEST_FIRST, first: 1) {{ nodes {{ createdAt }} }}
            }}
          }}
        }}
        """,
        ADMIN,
    )
    (oldest,) = answer.data["account"]["sessions"]["nodes"]
    assert oldest["createdAt"] == "2025-09-18T12:29:00Z"
    calls = answer.calls["prep.ielts-genai-prep-sessions.user_email-created_at-index Query"]
    assert calls <= 5
