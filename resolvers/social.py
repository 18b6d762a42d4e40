"""What leads to creators' accounts at networks, posts, engagement and insights, and onward."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from loaders import social as load
from loaders.access import Paged
from loaders.pages import Page, Paging
from loaders.reach import follows
from loaders.request import Asking
from loaders.stores.interface import Filter, Range
from loaders.tables import social
from loaders.tables.facts import Row
from resolvers.arguments import column_range, column_value
from resolvers.links import by_one_of, needs, to_page

social_account = by_one_of({"SocialAccount": load.social_account}, key=load.social_account)
social_post = by_one_of({"SocialPost": load.social_post}, key=load.social_post)
social_posts = to_page(load.posts_by_platform, given="platform", ranges={"between": "createdAtISO"})
insight = by_one_of({"Insight": load.insight}, key=load.insight)
insights = to_page(load.insights_by_type, given="type", ranges={"confidence": "confidenceScore"})

engagement_of_creator = to_page(
    load.engagement_of_creator,
    via="userId",
    ranges={"between": "timestampISO"},
    platform="platform",
)

_ACCOUNT = social.accounts.columns
_POST = social.posts.columns
_SNAPSHOT = social.engagement.columns
_INSIGHT = social.insights.columns


@follows(load.accounts_by_platform)
async def social_accounts(
    _: None, info: Asking, platform: str, status: Any = None, **paging: Any
) -> Page:
    """All creators' accounts at a platform; the status is what they are sorted by."""
    return await _page(
        load.accounts_by_platform,
        info,
        column_value(_ACCOUNT["platform"], platform, "platform"),
        ranges=[Range("accountStatus", status.value, status.value) if status else None],
        **paging,
    )


@follows(load.social_account)
@needs("userId")
async def social_account_of_creator(
    account: Row, info: Asking, platform: str, account_id: str
) -> Row | None:
    """The account that a creator has at a platform under this id."""
    key = column_value(_ACCOUNT["platformAccountId"], f"{platform}#{account_id}", "accountId")
    return await load.social_account.load(info, account["userId"], key)


@follows(load.accounts_of_creator, narrowed="status")
@needs("userId")
async def social_accounts_of_creator(
    account: Row, info: Asking, platform: str | None = None, status: Any = None, **paging: Any
) -> Page:
    """A creator's accounts; those at one platform by the beginning of their keys."""
    return await _page(
        load.accounts_of_creator,
        info,
        account["userId"],
        prefix=_of_platform(platform),
        filters=[("accountStatus", status.value)] if status else [],
        **paging,
    )


@follows(load.posts_of_creator, narrowed="between")
@needs("userId")
async def posts_of_creator(
    account: Row, info: Asking, platform: str | None = None, between: Any = None, **paging: Any
) -> Page:
    """A creator's posts; those at one platform by the beginning of their keys."""
    return await _page(
        load.posts_of_creator,
        info,
        account["userId"],
        prefix=_of_platform(platform),
        ranges=[column_range("createdAtISO", between, "between")],
        **paging,
    )


@follows(load.posts_of_creator, narrowed=True)
@needs("userId", "platform", "accountId")
async def posts_of_social_account(
    account: Row, info: Asking, between: Any = None, **paging: Any
) -> Page:
    """The posts that this account wrote, of those that the creator has at its platform."""
    return await _page(
        load.posts_of_creator,
        info,
        account["userId"],
        prefix=f"{_ACCOUNT['platform'].read(account)}#",
        filters=[("authorId", _ACCOUNT["accountId"].read(account))],
        ranges=[column_range("createdAtISO", between, "between")],
        **paging,
    )


@follows(load.social_account)
@needs("userId", "platform", "authorId")
async def social_account_of_post(post: Row, info: Asking) -> Row | None:
    """The creator's account that wrote a post; None where somebody else did."""
    key = f"{_POST['platform'].read(post)}#{_POST['authorId'].read(post)}"
    return await load.social_account.load(info, post["userId"], key)


@follows(load.engagement_of_creator, narrowed=True)
@needs("userId", "id", "platform")
async def engagement_of_post(post: Row, info: Asking, between: Any = None, **paging: Any) -> Page:
    """The measurements of a post; another platform may have a post of the same id."""
    return await _page(
        load.engagement_of_creator,
        info,
        post["userId"],
        prefix=f"{_POST['id'].read(post)}#",
        filters=[("platform", _POST["platform"].read(post))],
        ranges=[column_range("timestampISO", between, "between")],
        **paging,
    )


@follows(load.social_post)
@needs("userId", "platform", "postId")
async def post_of_engagement(snapshot: Row, info: Asking) -> Row | None:
    """The post that was measured: its key has the platform in front."""
    key = f"{_SNAPSHOT['platform'].read(snapshot)}#{_SNAPSHOT['postId'].read(snapshot)}"
    return await load.social_post.load(info, snapshot["userId"], key)


@follows(load.insights_of_creator, narrowed=True)
@needs("userId")
async def insights_of_creator(
    account: Row,
    info: Asking,
    active_only: bool,
    type: str | None = None,
    confidence: Any = None,
    **paging: Any,
) -> Page:
    """A creator's insights; active are those that are marked so and still valid."""
    filters: list[Filter] = []
    ranges = [column_range("confidenceScore", confidence, "confidence")]
    if type is not None:
        filters.append(("insightType", column_value(_INSIGHT["insightType"], type, "type")))
    if active_only:
        filters.append(("isActive", True))
        ranges.append(Range("validUntilISO", info.context.now, None))
    return await _page(
        load.insights_of_creator, info, account["userId"], filters=filters, ranges=ranges, **paging
    )


def _of_platform(platform: str | None) -> str | None:
    """What the keys of rows of one platform begin with."""
    if platform is None:
        return None
    named = column_value(_POST["platform"], platform, "platform")
    return str(column_value(_POST["postId"], f"{named}#", "platform"))


async def _page(
    access: Paged,
    info: Asking,
    key: Any,
    *,
    order_by: Any,
    prefix: str | None = None,
    filters: Sequence[Filter] = (),
    ranges: Sequence[Range | None] = (),
    **paging: Any,
) -> Page:
    return await access.load(
        info,
        key,
        paging=Paging(**paging),
        descending=order_by.value == "descending",
        filters=tuple(filters),
        ranges=tuple(range_ for range_ in ranges if range_ is not None),
        prefix=prefix,
    )
