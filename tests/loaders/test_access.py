"""Ways to rows: which can be declared, what each gives to whom, and in which calls."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.demo.data.epoch import ago, iso
from gateway.demo.data.family import ADA_KID, STRANGER, user_id
from gateway.demo.data.making import Tables
from gateway.demo.data.people import ADA, BEN, DMITRI, MIXED_CASE
from gateway.demo.data.stream import account_id, movie_id, profile_id
from loaders.access import Access, many, one, page
from loaders.errors import BadStoredValue, BadUserInput, Forbidden, Internal, SourceUnavailable
from loaders.pages import Page, Paging
from loaders.stores import queries
from loaders.stores.dynamo import DynamoStore
from loaders.stores.interface import Count, Range, Store
from loaders.tables import family, stream
from loaders.tables.facts import DeclarationError, Read
from loaders.tables.postgresql import declared
from tests.engines import TABLE_NAMES, local
from tests.loaders.asking import Asker, Field

MOVIE = one(stream.movies, by="movieId")
MOVIES_NAMED = many(stream.movies, by="title", at_most=2)
PROFILE = one(stream.profiles, by=("accountId", "profileId"))
PROFILE_BY_ID = one(stream.profiles, by="profileId")
SETTINGS = one(stream.profile_settings, by="profileId")
ACCOUNTS_BY_EMAIL = many(stream.accounts, by="email", at_most=5)
USAGE_OF_SERVICE = page(stream.usage, by="serviceType", order="-timestamp")
HISTORY = page(stream.watch_history, by="accountId", order="-watchedAt", filters="completed")
HISTORY_OF_PROFILE = page(stream.watch_history, by="profileId", order="-watchedAt")

USER = one(family.users, by="id")
USER_BY_EMAIL = one(family.users, by="email")
USERS_BY_EMAIL = many(family.users, by="email", at_most=5, folded=True)
USERS_BY_ROLE = page(family.users, by="role")
TITLE = one(family.titles, by="id")
POLICY = one(family.kid_profiles_titles, by="id")
POLICIES = page(
    family.kid_profiles_titles, by="kid_profile_id", order="-created_at", filters="policy"
)
DEVICES_OF_KID = page(family.devices, by="kid_profile_id", order="paired_at")

ADA_STREAM, BEN_STREAM = account_id(ADA), account_id(BEN)
ADA_FAMILY, BEN_FAMILY = user_id(ADA), user_id(BEN)

Load = Callable[[Field], Awaitable[Any]]


def found(answer: Any) -> int:
    """How many rows an answer has."""
    if isinstance(answer, Page):
        return len(answer.rows)
    if isinstance(answer, Count):
        return answer.count
    if isinstance(answer, list):
        return len(answer)
    return 0 if answer is None else 1


def first(count: int) -> Paging:
    return Paging(first=count)


# What can be declared


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (
            lambda: one(stream.profiles, by="name"),
            "stream.ProfileTable has no key or index on name",
        ),
        (
            lambda: one(family.devices, by="family_id"),
            "family.devices has no key or unique constraint on family_id",
        ),
        (
            lambda: one(family.devices, by="serial"),
            "family.devices has no column 'serial'",
        ),
        (
            lambda: one(family.devices, by="id", brings="serial"),
            "family.devices has no column 'serial'",
        ),
        (
            lambda: many(stream.movies, by="director", at_most=5),
            "stream.MovieTable has no key or index on director in the order of ",
        ),
        (
            lambda: many(stream.accounts, by="email", at_most=5, folded=True),
            "stream.AccountTable: DynamoDB keys cannot be found whatever their case",
        ),
        (
            lambda: many(family.devices, by="device_id", at_most=5, folded=True),
            "family.devices has no index on device_id in the order of id",
        ),
        (
            lambda: page(stream.profiles, by="accountId", order="name"),
            "stream.ProfileTable has no key or index on accountId in the order of name",
        ),
        (
            lambda: page(family.titles, by="rating"),
            "family.titles has no index on rating in the order of id",
        ),
        (
            lambda: page(family.devices, by="family_id", order="-last_active"),
            "family.devices cannot be ordered by last_active: it can be null",
        ),
        (
            lambda: page(family.titles, order="popularity"),
            "family.titles has no column 'popularity'",
        ),
        (
            lambda: page(family.titles, by="media_type", filters=("rating", "stars")),
            "family.titles has no column 'stars'",
        ),
    ],
)
def test_a_way_that_nothing_serves_is_refused(declare: Callable[[], Access], message: str) -> None:
    with pytest.raises(DeclarationError) as refused:
        declare()
    assert str(refused.value) == message


def test_a_way_says_what_it_is() -> None:
    assert str(MOVIE) == "stream.MovieTable by movieId"
    assert str(POLICIES) == "family.kid_profiles_titles by kid_profile_id order -created_at,id"
    assert str(page(family.titles)) == "family.titles by all order id"


async def test_a_filter_must_be_declared(ask: Asker) -> None:
    info = ask(ADA.email)
    with pytest.raises(DeclarationError) as refused:
        await POLICIES.load(
            info, ADA_KID, paging=Paging(), filters=(("policy", "deny"), ("title_id", 1))
        )
    assert str(refused.value) == f"{POLICIES} declares no filter on title_id"
    assert info.calls == []


# Who sees what


EVERY_WAY_TO_ADAS_ROWS: list[Load] = [
    lambda info: PROFILE.load(info, ADA_STREAM, profile_id(ADA, 0)),
    lambda info: PROFILE_BY_ID.load(info, profile_id(ADA, 0)),
    lambda info: SETTINGS.load(info, profile_id(ADA, 0)),
    lambda info: ACCOUNTS_BY_EMAIL.load(info, ADA.email),
    lambda info: HISTORY.load(info, ADA_STREAM, paging=first(1)),
    lambda info: HISTORY.count(info, ADA_STREAM),
    lambda info: HISTORY_OF_PROFILE.load(info, profile_id(ADA, 0), paging=first(1)),
    lambda info: HISTORY_OF_PROFILE.count(info, profile_id(ADA, 0)),
    lambda info: USER.load(info, ADA_FAMILY),
    lambda info: USER_BY_EMAIL.load(info, ADA.email),
    lambda info: USERS_BY_EMAIL.load(info, ADA.email),
    lambda info: POLICY.load(info, 1),
    lambda info: POLICIES.load(info, ADA_KID, paging=first(1)),
    lambda info: POLICIES.count(info, ADA_KID),
    lambda info: DEVICES_OF_KID.load(info, ADA_KID, paging=first(1)),
]
every_way = pytest.mark.parametrize("load", EVERY_WAY_TO_ADAS_ROWS)


@every_way
async def test_the_owner_sees_a_row(ask: Asker, load: Load) -> None:
    assert found(await load(ask(ADA.email))) >= 1


@every_way
@pytest.mark.parametrize("role", ["support", "admin"])
async def test_staff_see_everybody_s_rows(ask: Asker, load: Load, role: str) -> None:
    for email in (None, BEN.email):
        assert found(await load(ask(email, role))) >= 1


@every_way
async def test_nobody_is_asked_for_those_who_did_not_sign_in(ask: Asker, load: Load) -> None:
    info = ask()
    assert found(await load(info)) == 0
    assert info.calls == []


@every_way
@pytest.mark.parametrize("viewer", [BEN.email, "stranger@example.com"])
async def test_others_see_nothing(ask: Asker, load: Load, viewer: str) -> None:
    assert found(await load(ask(viewer, "parent"))) == 0


@pytest.mark.parametrize(
    ("denied", "absent"),
    [
        (
            lambda info: PROFILE.load(info, ADA_STREAM, profile_id(ADA, 0)),
            lambda info: PROFILE.load(info, ADA_STREAM, "absent"),
        ),
        (
            lambda info: PROFILE_BY_ID.load(info, profile_id(ADA, 0)),
            lambda info: PROFILE_BY_ID.load(info, "absent"),
        ),
        (
            lambda info: SETTINGS.load(info, profile_id(ADA, 0)),
            lambda info: SETTINGS.load(info, "absent"),
        ),
        (
            lambda info: ACCOUNTS_BY_EMAIL.load(info, ADA.email),
            lambda info: ACCOUNTS_BY_EMAIL.load(info, "absent@example.com"),
        ),
        (
            lambda info: HISTORY.load(info, ADA_STREAM, paging=first(5)),
            lambda info: HISTORY.load(info, "absent", paging=first(5)),
        ),
        (
            lambda info: USER.load(info, ADA_FAMILY),
            lambda info: USER.load(info, 99_999),
        ),
        (
            lambda info: POLICY.load(info, 1),
            lambda info: POLICY.load(info, 99_999),
        ),
        (
            lambda info: POLICIES.load(info, ADA_KID, paging=first(5)),
            lambda info: POLICIES.load(info, 99_999, paging=first(5)),
        ),
    ],
)
async def test_denied_and_absent_make_the_same_calls(
    ask: Asker, denied: Load, absent: Load
) -> None:
    shapes = []
    for load in (denied, absent):
        info = ask(BEN.email)
        assert found(await load(info)) == 0
        shapes.append(
            sorted(
                (call.operation, call.table, len(call.keys)) for call in info.context.trace.calls
            )
        )
    assert shapes[0] == shapes[1]


SPANNING: list[Load] = [
    lambda info: USAGE_OF_SERVICE.load(info, "shop", paging=first(5)),
    lambda info: USAGE_OF_SERVICE.count(info, "shop"),
    lambda info: USERS_BY_ROLE.load(info, "admin", paging=first(5)),
    lambda info: USERS_BY_ROLE.count(info, "admin"),
    lambda info: many(family.users, by="role", at_most=5).load(info, "admin"),
]
each_spanning_way = pytest.mark.parametrize("load", SPANNING)


@each_spanning_way
@pytest.mark.parametrize("viewer", [None, ADA.email])
async def test_rows_of_many_owners_are_refused_before_any_call(
    ask: Asker, load: Load, viewer: str | None
) -> None:
    info = ask(viewer)
    with pytest.raises(Forbidden) as refused:
        await load(info)
    assert refused.value.extensions == {"code": "FORBIDDEN"}
    assert info.calls == []


@each_spanning_way
async def test_rows_of_many_owners_are_for_staff(ask: Asker, load: Load) -> None:
    info = ask(None, "support")
    assert found(await load(info)) >= 1
    assert len(info.calls) == 1


async def test_an_account_at_another_product_gives_no_rights(ask: Asker) -> None:
    info = ask(DMITRI.email)
    assert await PROFILE_BY_ID.load(info, profile_id(ADA, 0)) is None
    assert info.calls == [("Query", "AccountTable", 0)]
    # The same number is another person's at each product.
    assert await USER.load(ask(ADA.email), STRANGER) is None


async def test_a_person_is_recognised_whatever_the_case_of_the_e_mail(ask: Asker) -> None:
    for email in (MIXED_CASE.email, MIXED_CASE.email.lower(), MIXED_CASE.email.upper()):
        info = ask(email)
        number, account = user_id(MIXED_CASE), account_id(MIXED_CASE)
        assert await USER.load(info, number) is not None
        assert (await HISTORY.load(info, account, paging=first(1))).rows != []


# A public table's twin, for those who have an account at family.
tags = declared(
    sa.Table("content_tags", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True)),
    product="family",
    read=Read.SIGNED_IN,
)
TAG = one(tags, by="id")


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [
        ((), False),
        (("stranger@example.com",), False),
        ((DMITRI.email,), True),
        (("stranger@example.com", "support"), True),
    ],
)
async def test_some_rows_are_for_those_with_an_account(
    ask: Asker, viewer: tuple[str, ...], seen: bool
) -> None:
    assert (await TAG.load(ask(*viewer), 1) is not None) is seen


# Rows and lists


@pytest.mark.parametrize(
    "load",
    [
        lambda info: MOVIE.load(info, None),
        lambda info: PROFILE.load(info, ADA_STREAM, None),
        lambda info: MOVIES_NAMED.load(info, None),
        lambda info: HISTORY.load(info, None, paging=first(5)),
        lambda info: HISTORY.count(info, None),
        lambda info: DEVICES_OF_KID.load(info, None, paging=first(5)),
        lambda info: DEVICES_OF_KID.count(info, None),
    ],
)
async def test_a_null_key_leads_nowhere_and_is_not_asked_for(ask: Asker, load: Load) -> None:
    info = ask(None, "admin")
    assert found(await load(info)) == 0
    assert info.calls == []


async def test_each_of_many_keys_keeps_its_place(ask: Asker) -> None:
    info = ask()
    broken = BadStoredValue("a key that cannot be read", product="stream")
    keys: list[Any] = [(movie_id(3),), ("absent",), broken, (movie_id(1),), (None,), (movie_id(3),)]
    assert await MOVIE.load_each(info, keys) == [
        {"movieId": movie_id(3)},
        None,
        broken,
        {"movieId": movie_id(1)},
        None,
        {"movieId": movie_id(3)},
    ]
    assert [len(call.keys) for call in info.context.trace.calls] == [3]


async def test_few_rows_are_cut_with_an_error_too(ask: Asker) -> None:
    *rows, cut = await MOVIES_NAMED.load(ask(), "A Star Is Born")
    assert len(rows) == 2
    assert isinstance(cut, BadStoredValue)
    assert str(cut) == "stream.MovieTable: more entries are stored, of which the first 2 are shown"
    assert len(await MOVIES_NAMED.load(ask(), "Nosferatu")) == 2
    assert len(await MOVIES_NAMED.load(ask(), "Metropolis")) == 1
    assert await MOVIES_NAMED.load(ask(), "absent") == []


async def test_a_read_selects_what_the_document_reads_and_what_the_loaders_need(
    ask: Asker,
) -> None:
    info = ask(
        ADA.email,
        columns={stream.watch_history: ["movieId"], family.devices: ["friendly_name"]},
    )
    await HISTORY_OF_PROFILE.load(info, profile_id(ADA, 0), paging=first(1))
    await DEVICES_OF_KID.load(info, ADA_KID, paging=first(1))
    await one(family.titles, by="id", brings="title").load(info, 1)
    selected = {call.table: call.attributes for call in info.context.trace.calls}
    assert selected["WatchHistoryTable"] == ("accountId", "watchedAt", "profileId", "movieId")
    assert selected["devices"] == (
        *("id", "family_id", "kid_profile_id", "friendly_name", "paired_at"),
    )
    assert selected["titles"] == ("id", "title")


# Calls


async def test_siblings_share_a_call(ask: Asker) -> None:
    info = ask()

    async def movie(number: int) -> Any:
        return await MOVIE.load(info, movie_id(number))

    together = [movie(1), MOVIE.load(info, movie_id(2)), movie(3)]
    rows = await asyncio.gather(*together, MOVIE.load_each(info, [(movie_id(4),)]))
    assert [found(row) for row in rows] == [1, 1, 1, 1]
    assert info.calls == [("BatchGetItem", "MovieTable", 4)]


async def test_pages_of_one_shape_share_a_statement(ask: Asker, family_rows: Tables) -> None:
    info = ask(None, "admin")
    kids = [row["id"] for row in family_rows["kid_profiles"]]
    pages = await asyncio.gather(*(POLICIES.load(info, kid, paging=first(2)) for kid in kids))
    assert len(pages) == len(kids)
    assert [(operation, table) for operation, table, _ in info.calls] == [
        ("SELECT", "kid_profiles_titles")
    ]


async def test_counts_share_a_statement(ask: Asker, family_rows: Tables) -> None:
    info = ask(None, "admin")
    kids = [row["id"] for row in family_rows["kid_profiles"]]
    pages = await asyncio.gather(*(POLICIES.load(info, kid, paging=first(1)) for kid in kids))
    counts = await asyncio.gather(*(page.total(info) for page in pages))
    assert sum(count.count for count in counts) == len(family_rows["kid_profiles_titles"])
    assert [operation for operation, _, _ in info.calls] == ["SELECT", "COUNT"]


async def test_a_total_is_of_the_filtered_list_and_not_of_the_page(ask: Asker) -> None:
    info = ask(ADA.email)
    denied = (("policy", "deny"),)
    paging = first(2)
    part = await POLICIES.load(info, ADA_KID, paging=paging, filters=denied)
    following = await POLICIES.load(
        info, ADA_KID, paging=Paging(first=2, after=part.end_cursor), filters=denied
    )
    assert await part.total(info) == await following.total(info)
    whole = await POLICIES.count(info, ADA_KID)
    assert whole == Count(60, exact=True)
    assert 4 < (await part.total(info)).count < 60


async def test_an_owner_is_looked_up_once_for_all_ways(ask: Asker) -> None:
    info = ask(ADA.email)
    await asyncio.gather(
        PROFILE_BY_ID.load(info, profile_id(ADA, 0)),
        SETTINGS.load(info, profile_id(ADA, 0)),
        HISTORY.load(info, ADA_STREAM, paging=first(1)),
    )
    await PROFILE.load(info, ADA_STREAM, profile_id(ADA, 0))
    assert [table for _, table, _ in info.calls].count("AccountTable") == 1


async def test_a_profile_that_was_read_is_not_asked_for_again(ask: Asker) -> None:
    info = ask(ADA.email)
    theirs = [(profile_id(ADA, 0),), (profile_id(ADA, 1),), (profile_id(BEN, 0),)]
    await PROFILE_BY_ID.load_each(info, theirs)
    before = len(info.calls)
    assert await SETTINGS.load(info, profile_id(ADA, 0)) is not None
    assert [table for _, table, _ in info.calls[before:]] == ["ProfileSettingsTable"]
    mine, anothers = await SETTINGS.load_each(info, theirs[1:])
    assert mine is not None
    assert anothers is None


async def test_an_outage_costs_its_own_rows_alone(ask: Asker, stores: Mapping[str, Store]) -> None:
    # A port of our own machine that nobody listens on.
    gone = await DynamoStore.open(
        stream.PRODUCT, local("http://127.0.0.1:9"), TABLE_NAMES["stream"]
    )
    info = ask(stores={**stores, stream.PRODUCT: gone})
    movies, title = await asyncio.gather(
        MOVIE.load_each(info, [(movie_id(1),), (movie_id(2),)]), TITLE.load(info, 1)
    )
    assert [type(movie) for movie in movies] == [SourceUnavailable] * 2
    assert title is not None
    await gone.close()


# Pages


async def walk(
    load: Callable[[Paging], Awaitable[Page]], size: int, *, backward: bool
) -> list[Page]:
    """The pages of a list, by their cursors."""
    pages = [await load(Paging(last=size) if backward else Paging(first=size))]
    while pages[-1].has_previous_page if backward else pages[-1].has_next_page:
        cursor = pages[-1].start_cursor if backward else pages[-1].end_cursor
        paging = Paging(last=size, before=cursor) if backward else Paging(first=size, after=cursor)
        pages.append(await load(paging))
    return pages


WALKED: list[Any] = [
    pytest.param(
        lambda info: lambda paging: HISTORY.load(info, ADA_STREAM, paging=paging), 277, id="dynamo"
    ),
    pytest.param(
        lambda info: lambda paging: POLICIES.load(info, ADA_KID, paging=paging), 60, id="postgres"
    ),
]


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize(("opened", "count"), WALKED)
async def test_cursors_lead_through_a_list_once(
    ask: Asker, opened: Any, count: int, backward: bool
) -> None:
    pages = await walk(opened(ask(ADA.email)), 23, backward=backward)
    in_order = reversed(pages) if backward else pages
    rows = [row for part in in_order for row in part.rows]
    assert len(rows) == count
    everything = [part.cursor(row) for part in pages for row in part.rows]
    assert len(set(everything)) == count
    newest_first = [tuple(row[name] for name in pages[0].route.position) for row in rows]
    assert newest_first == sorted(newest_first, reverse=True)
    for part in pages[1:]:
        assert (part.has_next_page if backward else part.has_previous_page) is True
    assert (pages[0].has_next_page if backward else pages[0].has_previous_page) is False


async def test_the_direction_may_be_turned(ask: Asker) -> None:
    info = ask(ADA.email)
    newest = await POLICIES.load(info, ADA_KID, paging=first(60))
    oldest = await POLICIES.load(info, ADA_KID, paging=first(60), descending=False)
    assert [row["id"] for row in oldest.rows] == [row["id"] for row in newest.rows][::-1]


async def test_a_range_narrows_a_page(ask: Asker) -> None:
    twice = ago(days=99)
    page_ = await HISTORY.load(
        ask(ADA.email),
        ADA_STREAM,
        paging=first(5),
        ranges=(Range("watchedAt", twice, twice + timedelta(seconds=1)),),
    )
    assert [row["watchedAt"] for row in page_.rows] == [iso(twice), iso(twice, millis=True)]
    assert not page_.has_next_page


async def test_a_page_whose_budget_was_spent_can_be_gone_on_from(
    ask: Asker, stream_rows: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "FILTERED_PAGE", 10)
    monkeypatch.setattr(queries, "ITEMS_EXAMINED", 20)
    info = ask(ADA.email)

    async def load(paging: Paging) -> Page:
        completed = (("completed", True),)
        return await HISTORY.load(info, ADA_STREAM, paging=paging, filters=completed)

    for backward in (False, True):
        pages = await walk(load, 3, backward=backward)
        assert any(part.budget_spent and not part.rows for part in pages)
        seen = {row["watchedAt"] for part in pages for row in part.rows}
        assert seen == {
            row["watchedAt"]
            for row in stream_rows["WatchHistoryTable"]
            if row["accountId"] == ADA_STREAM and row.get("completed") is True
        }


async def test_bad_paging_costs_no_call(ask: Asker) -> None:
    info = ask(ADA.email)
    with pytest.raises(BadUserInput):
        await HISTORY.load(info, ADA_STREAM, paging=Paging(first=101))
    other = (await POLICIES.load(ask(ADA.email), ADA_KID, paging=first(1))).end_cursor
    with pytest.raises(BadUserInput, match="after is no cursor of this list"):
        await HISTORY.load(info, ADA_STREAM, paging=Paging(after=other))
    assert info.calls == []


class Careless:
    """A store that forgets whose rows alone it was asked for."""

    has_policies = False

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, route: Any, keys: Any, terms: Any) -> Any:
        return await self._store.find(route, keys, replace(terms, owners=None))

    async def listing(self, route: Any, keys: Any, window: Any, terms: Any) -> Any:
        return await self._store.listing(route, keys, window, replace(terms, owners=None))


@pytest.mark.parametrize(
    "load",
    [
        lambda info: PROFILE.load(info, ADA_STREAM, profile_id(ADA, 0)),
        lambda info: HISTORY.load(info, ADA_STREAM, paging=first(1)),
    ],
)
async def test_a_row_of_somebody_else_goes_no_further(
    ask: Asker, stores: Mapping[str, Store], load: Load
) -> None:
    careless: Any = Careless(stores["stream"])
    with pytest.raises(Internal, match=r"^a row of stream\.\w+ came back that its rule keeps out$"):
        await load(ask(BEN.email, stores={**stores, "stream": careless}))
