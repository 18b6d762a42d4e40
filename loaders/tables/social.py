"""CloudStro's DynamoDB: creators, their social accounts, posts, engagement and insights.

Sort keys are made of two parts with `#` between them. What is stored twice, once to be shown and
once for an index (`type`/`insightType`), is shown from the first and found by the second.
"""

from __future__ import annotations

from loaders.tables.dynamodb import (
    DynamoTable,
    anything,
    attribute,
    big_whole,
    columns,
    email,
    epoch,
    flag,
    floating,
    index,
    moment,
    one_of,
    text,
    texts,
    whole,
)
from loaders.tables.facts import Read, Visibility
from loaders.tables.kinds import BIG_INTEGER, INTEGER, TEXT, choice, list_of, shape

PRODUCT = "social"

SUBSCRIPTIONS = choice("premium", "basic", "free")
STATES = choice("active", "inactive")
SYNC_STATES = choice("active", "error", "paused")
SENTIMENTS = choice("positive", "negative", "neutral")

PROFILE_RECORD = "USER_PROFILE"
"""The one value of a creator's sort key."""

_AI_PREFERENCES = shape(contentStyle=TEXT, postingFrequency=TEXT, preferredTimes=list_of(TEXT))
_ENGAGEMENT = shape(likes=BIG_INTEGER, shares=BIG_INTEGER, comments=BIG_INTEGER, views=BIG_INTEGER)
_MEDIA = list_of(shape(type=TEXT, url=TEXT, thumbnailUrl=TEXT, altText=TEXT))
_AI_ANALYSIS = shape(
    topics=list_of(TEXT), engagementPrediction=TEXT, recommendedActions=list_of(TEXT)
)
_VELOCITY = shape(first30min=BIG_INTEGER, firstHour=BIG_INTEGER, first24hours=BIG_INTEGER)
_METADATA = shape(aiModel=TEXT, dataPoints=INTEGER, version=TEXT)

_INTERNAL = Visibility.INTERNAL
_NEVER = Visibility.NEVER

users = DynamoTable(
    product=PRODUCT,
    name="cloudstro-users",
    setting="DYNAMODB_USERS_TABLE",
    key=("userId", "recordType"),
    columns=columns(
        text("userId"),
        text("recordType", visibility=_INTERNAL),
        email("email"),
        text("username", personal=True),
        text("fullName", personal=True),
        text("avatar", required=False),
        one_of("subscription", SUBSCRIPTIONS),
        texts("socialAccountsConnected"),
        attribute("aiPreferences", _AI_PREFERENCES),
        moment("createdAt"),
        moment("updatedAt"),
        flag("isActive"),
        moment("lastLoginAt"),
        text("accountType", visibility=_INTERNAL),
        one_of("status", STATES),
    ),
    indexes=(index("email-index", "email", "userId"),),
    read=Read.OWNER,
    owner="userId",
    email="email",
    active=("isActive", True),
    max_item_bytes=4_000,
)

accounts = DynamoTable(
    product=PRODUCT,
    name="cloudstro-social-accounts",
    setting="DYNAMODB_SOCIAL_ACCOUNTS_TABLE",
    key=("userId", "platformAccountId"),
    columns=columns(
        text("userId", references=users),
        text("platformAccountId"),
        text("id"),
        text("platform"),
        text("accountId"),
        text("accountName"),
        text("accountHandle"),
        text("profilePicture", required=False),
        big_whole("followerCount"),
        big_whole("followingCount"),
        text("accessToken", visibility=_NEVER),
        text("refreshToken", required=False, visibility=_NEVER),
        moment("tokenExpiresAt"),
        flag("isActive"),
        moment("connectedAt"),
        moment("lastSyncAt"),
        one_of("syncStatus", SYNC_STATES),
        texts("permissions"),
        anything("platformSpecificData"),
        moment("createdAt"),
        moment("updatedAt"),
        one_of("accountStatus", STATES),
        text("accountType", visibility=_INTERNAL),
    ),
    indexes=(index("platform-accountStatus-index", "platform", "accountStatus"),),
    read=Read.OWNER,
    owner="userId",
    max_item_bytes=16_000,
    copies=(
        ("platformAccountId", "platform", "accountId"),
        ("id", "userId", "platformAccountId"),
    ),
)

posts = DynamoTable(
    product=PRODUCT,
    name="cloudstro-social-posts",
    setting="DYNAMODB_SOCIAL_POSTS_TABLE",
    key=("userId", "postId"),
    columns=columns(
        text("userId", references=users),
        text("postId"),
        text("id"),
        text("platform"),
        text("content"),
        text("authorId"),
        text("authorName"),
        text("authorHandle"),
        text("url", required=False),
        attribute("engagement", _ENGAGEMENT),
        floating("engagementRate"),
        attribute("media", _MEDIA, required=False),
        texts("hashtags"),
        texts("mentions"),
        one_of("sentiment", SENTIMENTS, required=False),
        attribute("aiAnalysis", _AI_ANALYSIS, required=False),
        moment("createdAt"),
        moment("fetchedAt"),
        flag("isOwn"),
        moment("createdAtISO", visibility=_INTERNAL),
        text("postType", visibility=_INTERNAL),
        flag("hasMedia"),
        floating("engagementScore"),
    ),
    indexes=(index("platform-createdAtISO-index", "platform", "createdAtISO"),),
    read=Read.OWNER,
    owner="userId",
    max_item_bytes=32_000,
    copies=(("postId", "platform", "id"), ("createdAtISO", "createdAt")),
)

engagement = DynamoTable(
    product=PRODUCT,
    name="cloudstro-social-engagement",
    setting="DYNAMODB_SOCIAL_ENGAGEMENT_TABLE",
    key=("userId", "engagementId"),
    columns=columns(
        text("userId", references=users),
        text("engagementId"),
        text("postId"),
        text("platform"),
        big_whole("likes"),
        big_whole("shares"),
        big_whole("comments"),
        big_whole("views", required=False),
        floating("clickThroughRate", required=False),
        floating("reachRate", required=False),
        moment("timestamp"),
        whole("hourOfDay"),
        text("dayOfWeek"),
        text("contentType"),
        flag("hasHashtags"),
        whole("hashtagCount"),
        whole("characterCount"),
        attribute("engagementVelocity", _VELOCITY, required=False),
        moment("timestampISO", visibility=_INTERNAL),
        text("engagementType", visibility=_INTERNAL),
    ),
    indexes=(),
    read=Read.OWNER,
    owner="userId",
    max_item_bytes=2_000,
    copies=(("engagementId", "postId", "timestamp"), ("timestampISO", "timestamp")),
)

insights = DynamoTable(
    product=PRODUCT,
    name="cloudstro-ai-insights",
    setting="DYNAMODB_AI_INSIGHTS_TABLE",
    key=("userId", "insightId"),
    columns=columns(
        text("userId", references=users),
        text("insightId"),
        text("type"),
        text("platform", required=False),
        floating("confidence"),
        text("recommendation"),
        text("reasoning"),
        anything("data"),
        moment("generatedAt"),
        moment("validUntil"),
        flag("isActive"),
        flag("used", required=False),
        attribute("metadata", _METADATA),
        text("insightType", visibility=_INTERNAL),
        floating("confidenceScore", visibility=_INTERNAL),
        moment("generatedAtISO", visibility=_INTERNAL),
        moment("validUntilISO", visibility=_INTERNAL),
        text("recordType", visibility=_INTERNAL),
        epoch("TTL", visibility=_INTERNAL),
    ),
    indexes=(index("insightType-confidenceScore-index", "insightType", "confidenceScore"),),
    read=Read.OWNER,
    owner="userId",
    max_item_bytes=16_000,
    ttl="TTL",
    copies=(
        ("insightType", "type"),
        ("confidenceScore", "confidence"),
        ("generatedAtISO", "generatedAt"),
        ("validUntilISO", "validUntil"),
    ),
)

TABLES: tuple[DynamoTable, ...] = (users, accounts, posts, engagement, insights)
