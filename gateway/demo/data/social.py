"""The rows of social: creators, their accounts at the networks, posts, engagement and insights."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from gateway.demo.data.epoch import EPOCH, ago, unix
from gateway.demo.data.generations import FIRST, Generation
from gateway.demo.data.making import (
    Row,
    Tables,
    before,
    item,
    maybe,
    opaque_id,
    share,
    some,
    stamp,
    step_back,
)
from gateway.demo.data.people import ADA, BEN, IRIS, JOHN_DOE, OMAR, WHALE, ZOE, Person, strangers

EXAMPLE_CREATOR: Row = {
    "userId": "user_12345",
    "recordType": "USER_PROFILE",
    "email": "user@example.com",
    "username": "johndoe",
    "fullName": "John Doe",
    "avatar": "https://...",
    "subscription": "premium",
    "socialAccountsConnected": ["twitter", "instagram"],
    "aiPreferences": {
        "contentStyle": "professional",
        "postingFrequency": "daily",
        "preferredTimes": ["09:00", "15:00", "19:00"],
    },
    "createdAt": "2025-09-20T10:00:00Z",
    "updatedAt": "2025-09-20T10:00:00Z",
    "isActive": True,
    "lastLoginAt": "2025-09-20T10:00:00Z",
    "accountType": "USER_ACCOUNT",
    "status": "active",
}
"""The document's example of a creator. This one and the next four are as they are written there."""

EXAMPLE_ACCOUNT: Row = {
    "userId": "user_12345",
    "platformAccountId": "twitter#987654321",
    "id": "user_12345#twitter#987654321",
    "platform": "twitter",
    "accountId": "987654321",
    "accountName": "John Doe",
    "accountHandle": "@johndoe",
    "profilePicture": "https://...",
    "followerCount": 1500,
    "followingCount": 300,
    "accessToken": "encrypted_token",
    "refreshToken": "encrypted_refresh_token",
    "tokenExpiresAt": "2025-12-20T10:00:00Z",
    "isActive": True,
    "connectedAt": "2025-09-20T10:00:00Z",
    "lastSyncAt": "2025-09-20T10:00:00Z",
    "syncStatus": "active",
    "permissions": ["read", "write"],
    "platformSpecificData": {"twitterUserId": "987654321", "verifiedAccount": True},
    "createdAt": "2025-09-20T10:00:00Z",
    "updatedAt": "2025-09-20T10:00:00Z",
    "accountStatus": "active",
    "accountType": "social_media",
}
"""The creator's account at a network."""

EXAMPLE_POST: Row = {
    "userId": "user_12345",
    "postId": "twitter#1234567890",
    "id": "1234567890",
    "platform": "twitter",
    "content": "Great day for social media analytics! #AI #SocialMedia",
    "authorId": "987654321",
    "authorName": "John Doe",
    "authorHandle": "@johndoe",
    "url": "https://twitter.com/johndoe/status/1234567890",
    "engagement": {"likes": 150, "shares": 25, "comments": 12, "views": 5000},
    "engagementRate": Decimal("3.74"),
    "media": [
        {
            "type": "image",
            "url": "https://...",
            "thumbnailUrl": "https://...",
            "altText": "Screenshot of analytics",
        }
    ],
    "hashtags": ["AI", "SocialMedia"],
    "mentions": ["@cloudstro"],
    "sentiment": "positive",
    "aiAnalysis": {
        "topics": ["technology", "analytics"],
        "engagementPrediction": "high",
        "recommendedActions": ["repost", "engage"],
    },
    "createdAt": "2025-09-20T10:00:00Z",
    "fetchedAt": "2025-09-20T10:30:00Z",
    "isOwn": True,
    "createdAtISO": "2025-09-20T10:00:00Z",
    "postType": "social_media_post",
    "hasMedia": True,
    "engagementScore": 187,
}
"""A post of that account."""

EXAMPLE_ENGAGEMENT: Row = {
    "userId": "user_12345",
    "engagementId": "1234567890#2025-09-20T10:00:00Z",
    "postId": "1234567890",
    "platform": "twitter",
    "likes": 150,
    "shares": 25,
    "comments": 12,
    "views": 5000,
    "clickThroughRate": Decimal("2.5"),
    "reachRate": Decimal("15.3"),
    "timestamp": "2025-09-20T10:00:00Z",
    "hourOfDay": 10,
    "dayOfWeek": "Friday",
    "contentType": "image_post",
    "hasHashtags": True,
    "hashtagCount": 2,
    "characterCount": 65,
    "engagementVelocity": {"first30min": 45, "firstHour": 78, "first24hours": 187},
    "timestampISO": "2025-09-20T10:00:00Z",
    "engagementType": "social_media_engagement",
}
"""The post's engagement, of a Saturday that the document calls a Friday."""

EXAMPLE_INSIGHT: Row = {
    "userId": "user_12345",
    "insightId": "optimal_timing_1632140400_abc123",
    "type": "optimal_timing",
    "platform": "twitter",
    "confidence": Decimal("0.92"),
    "recommendation": "Post at 9 AM, 3 PM, and 7 PM for maximum engagement",
    "reasoning": "Analysis of 150 posts shows highest engagement during these times",
    "data": {
        "optimalTimes": ["09:00", "15:00", "19:00"],
        "timezone": "UTC",
        "expectedEngagementIncrease": "23%",
        "basedOnPosts": 150,
    },
    "generatedAt": "2025-09-20T10:00:00Z",
    "validUntil": "2025-09-27T10:00:00Z",
    "isActive": True,
    "used": False,
    "metadata": {"aiModel": "claude-3-sonnet", "dataPoints": 500, "version": "1.0"},
    "insightType": "optimal_timing",
    "confidenceScore": Decimal("0.92"),
    "generatedAtISO": "2025-09-20T10:00:00Z",
    "validUntilISO": "2025-09-27T10:00:00Z",
    "recordType": "ai_insight",
    "TTL": 1663651200,
}
"""An insight whose TTL was over before it was made: it is stored, and counts as gone."""

_EXAMPLES = {
    "cloudstro-users": [EXAMPLE_CREATOR],
    "cloudstro-social-accounts": [EXAMPLE_ACCOUNT],
    "cloudstro-social-posts": [EXAMPLE_POST],
    "cloudstro-social-engagement": [EXAMPLE_ENGAGEMENT],
    "cloudstro-ai-insights": [EXAMPLE_INSIGHT],
}

PLATFORMS = ("twitter", "facebook", "instagram", "tiktok", "rednote")
"""The networks. Ada has two accounts at the first and one at each of the others."""

_ACCOUNTS = {ADA: (*PLATFORMS, "twitter"), WHALE: PLATFORMS}

TWIN_POST = "1700000000000000001"
"""The id of two of Ada's posts, at twitter and at facebook, with engagement of each.

Another post's id begins like it.
"""

HOT_POST = 3
"""The number of Ada's post that went around: 60 snapshots, and more views than 32 bits hold."""

DISAGREEING_INSIGHT = 2
"""The number of Ada's insight whose confidence is another in its index copy."""

CANARIES = ("canary-access-", "canary-refresh-", "encrypted_token", "encrypted_refresh_token")
"""What the secret columns of this product can be told by; the document's example has its own."""

INSIGHT_TYPES = (
    "optimal_timing",
    "content_strategy",
    "hashtag_strategy",
    "audience_growth",
    "engagement_boost",
)
"""What insights are about."""

_NAMED = (ADA, BEN, ZOE, IRIS, OMAR)
_ADA_POSTS, _ADA_INSIGHTS = 260, 60
_WHALE_POSTS, _WHALE_INSIGHTS = 150, 30
_ADA_SNAPSHOTS = {0: 12, 1: 7, HOT_POST: 60}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_HASHTAGS = ("AI", "SocialMedia", "café", "猫", "axolotl", "BuildInPublic", "日本旅行")
_MENTIONS = ("@cloudstro", "@ada", "@zoë", "@café_müller")
_SITE = "https://media.social.example.com"


class _Account(NamedTuple):
    owner: Person
    platform: str
    id: str

    @property
    def handle(self) -> str:
        return f"@{username(self.owner)}"

    @property
    def name(self) -> str:
        return f"{self.owner.first_name} {self.owner.last_name}"


class _Post(NamedTuple):
    account: _Account
    id: str
    number: int
    created: datetime
    content: str
    hashtags: list[str]
    medium: str | None
    likes: int
    shares: int
    comments: int
    views: int | None


def rows(generation: Generation = FIRST) -> Tables:
    """Every stored table of social with its rows, the same at each call."""
    first = generation.is_first
    people = [*_NAMED, *strangers("social", 24)] if first else generation.newcomers("social")
    active = generation.active(people)
    accounts = list(_accounts(generation, active))
    made = accounts if active is people else accounts[len(PLATFORMS) :]
    posts = list(_posts(generation, active, accounts))
    examples = _EXAMPLES if first else {table: [] for table in _EXAMPLES}
    written = {
        "cloudstro-users": _creators(generation, people, accounts),
        "cloudstro-social-accounts": _account_rows(generation, made),
        "cloudstro-social-posts": _post_rows(generation, posts),
        "cloudstro-social-engagement": _engagement(generation, posts),
        "cloudstro-ai-insights": _insights(generation, active),
    }
    return {table: [*deepcopy(examples[table]), *rows] for table, rows in written.items()}


def creator_id(person: Person) -> str:
    """The social account of a person."""
    if person is JOHN_DOE:
        return str(EXAMPLE_CREATOR["userId"])
    return opaque_id("social", "creator", person.email)


def username(person: Person) -> str:
    """The name that a person goes by at social."""
    return person.email.partition("@")[0]


def post_id(person: Person, number: int) -> str:
    """A post of a person at its platform, newest first and counted from 0."""
    if person is ADA and number < 3:
        return (TWIN_POST, TWIN_POST, f"{TWIN_POST}0")[number]
    return opaque_id("social", "post", person.email, number)


def insight_id(person: Person, number: int) -> str:
    """An insight of a person, newest first and counted from 0."""
    kind = INSIGHT_TYPES[number % len(INSIGHT_TYPES)]
    unique = opaque_id("social", "insight", person.email, number)[:6]
    return f"{kind}_{unix(_generated(number))}_{unique}"


def _generated(number: int) -> datetime:
    return ago(hours=5 + 9 * number)


def _accounts(generation: Generation, people: Sequence[Person]) -> Iterator[_Account]:
    rng = generation.chance("social accounts")
    for person in people:
        platforms = _ACCOUNTS.get(person) or some(rng, PLATFORMS, at_most=3)
        for number, platform in enumerate(platforms):
            account_id = opaque_id("social", "account", person.email, number)
            yield _Account(person, platform, account_id)


def _posts(
    generation: Generation, people: Sequence[Person], accounts: Sequence[_Account]
) -> Iterator[_Post]:
    rng, fake = generation.chance("social posts"), generation.words("social posts")
    for person in people:
        own = [account for account in accounts if account.owner is person]
        count = _ADA_POSTS if person is ADA else rng.randint(4, 12)
        for number in generation.series(person, count, of_whale=_WHALE_POSTS):
            hashtags = rng.sample(_HASHTAGS, rng.randrange(4))
            hot = person is ADA and number == HOT_POST
            # Everybody's newest post went out at one instant, so rows of an index tie.
            hours = 1 if person is WHALE else 17
            created = step_back(rng, number, hours=hours) if number else ago(hours=1)
            yield _Post(
                own[number % len(own)],
                post_id(person, number),
                number,
                created,
                " ".join([fake.sentence(), *(f"#{tag}" for tag in hashtags)]),
                hashtags,
                rng.choice((None, "image", "video", "gif")),
                rng.randrange(900) + (200_000_000 if hot else 0),
                rng.randrange(200),
                rng.randrange(90),
                5_000_000_000 if hot else maybe(rng, rng.randrange(2_000, 90_000)),
            )


def _creators(
    generation: Generation, people: Sequence[Person], accounts: Sequence[_Account]
) -> Iterator[Row]:
    rng = generation.chance("social creators")
    for person in people:
        known = person in (*_NAMED, WHALE)
        active = person is not OMAR and (known or rng.randrange(10) > 0)
        platforms = [account.platform for account in accounts if account.owner is person]
        yield item(
            userId=creator_id(person),
            recordType="USER_PROFILE",
            email=person.email.lower(),
            username=username(person),
            fullName=f"{person.first_name} {person.last_name}",
            avatar=maybe(rng, f"{_SITE}/avatars/{username(person)}.png"),
            subscription="premium" if person is ADA else rng.choice(("premium", "basic", "free")),
            socialAccountsConnected=list(dict.fromkeys(platforms)),
            aiPreferences=_ai_preferences(rng),
            createdAt=stamp(rng, before(rng, 300, 900)),
            updatedAt=stamp(rng, before(rng, 0, 90)),
            isActive=active,
            lastLoginAt=stamp(rng, before(rng, 0, 30)),
            accountType="USER_ACCOUNT",
            status="active" if active else "inactive",
        )


def _ai_preferences(rng: Random) -> Row:
    return {
        "contentStyle": rng.choice(("professional", "casual", "playful")),
        "postingFrequency": rng.choice(("daily", "weekly")),
        "preferredTimes": rng.sample(("09:00", "12:30", "15:00", "19:00"), rng.randrange(4)),
    }


def _account_rows(generation: Generation, accounts: Sequence[_Account]) -> Iterator[Row]:
    rng = generation.chance("social account rows")
    for account in accounts:
        owner, connected = creator_id(account.owner), before(rng, 100, 300)
        active = rng.randrange(5) > 0
        key = f"{account.platform}#{account.id}"
        yield item(
            userId=owner,
            platformAccountId=key,
            id=f"{owner}#{key}",
            platform=account.platform,
            accountId=account.id,
            accountName=account.name,
            accountHandle=account.handle,
            profilePicture=maybe(rng, f"{_SITE}/pictures/{account.id}.jpg"),
            followerCount=rng.randrange(5_000_000_000 if account.owner is ADA else 90_000),
            followingCount=rng.randrange(2_000),
            accessToken=f"canary-access-{account.id}",
            refreshToken=maybe(rng, f"canary-refresh-{account.id}"),
            tokenExpiresAt=stamp(rng, ago(days=rng.randrange(-60, 20))),
            isActive=active,
            connectedAt=stamp(rng, connected),
            lastSyncAt=stamp(rng, before(rng, 0, 9)),
            syncStatus=rng.choice(("active", "active", "error", "paused")),
            permissions=rng.choice((["read", "write"], ["read"], [])),
            platformSpecificData=_platform_data(rng, account),
            createdAt=stamp(rng, connected),
            updatedAt=stamp(rng, before(rng, 0, 90)),
            accountStatus="active" if active else "inactive",
            accountType="social_media",
        )


def _platform_data(rng: Random, account: _Account) -> Row:
    if account.platform == "twitter":
        return {"twitterUserId": account.id, "verifiedAccount": rng.randrange(2) == 0}
    if account.platform == "facebook":
        return {"pages": [{"name": f"{account.name} ☕", "likes": rng.randrange(900)}]}
    if account.platform == "tiktok":
        return {"region": "FR", "creatorFund": None, "sharePaid": share(rng)}
    return {}


def _post_rows(generation: Generation, posts: Sequence[_Post]) -> Iterator[Row]:
    rng = generation.chance("social post rows")
    for post in posts:
        account, created = post.account, stamp(rng, post.created)
        own = rng.randrange(6) > 0
        yield item(
            userId=creator_id(account.owner),
            postId=f"{account.platform}#{post.id}",
            id=post.id,
            platform=account.platform,
            content=post.content,
            authorId=account.id if own else opaque_id("social", "author", post.number),
            authorName=account.name if own else "Café Müller",
            authorHandle=account.handle if own else "@café_müller",
            url=maybe(rng, f"https://{account.platform}.example.com/{post.id}"),
            engagement=_engagement_of(post),
            engagementRate=_rate(post),
            media=_media(rng, post),
            hashtags=post.hashtags,
            mentions=rng.sample(_MENTIONS, rng.randrange(3)),
            sentiment=maybe(rng, rng.choice(("positive", "negative", "neutral"))),
            aiAnalysis=maybe(rng, _ai_analysis(rng)),
            createdAt=created,
            fetchedAt=stamp(rng, post.created + timedelta(minutes=rng.randrange(60))),
            isOwn=own,
            createdAtISO=created,
            postType="social_media_post",
            hasMedia=post.medium is not None,
            engagementScore=post.likes + post.shares + post.comments,
        )


def _engagement_of(post: _Post) -> Row:
    return item(likes=post.likes, shares=post.shares, comments=post.comments, views=post.views)


def _rate(post: _Post) -> Decimal:
    """Percent of those who saw the post; where nobody counted them, of a thousand followers."""
    seen = post.views or 1000
    percent = Decimal(100 * (post.likes + post.shares + post.comments)) / seen
    return percent.quantize(Decimal("0.01"))


def _media(rng: Random, post: _Post) -> list[Row] | None:
    if post.medium is None:
        return maybe(rng, [])
    return [
        item(
            type=post.medium,
            url=f"{_SITE}/{post.id}/{number}",
            thumbnailUrl=maybe(rng, f"{_SITE}/{post.id}/{number}/small.jpg"),
            altText=maybe(rng, "Un chat sur un toit 🐈"),
        )
        for number in range(rng.randint(1, 3))
    ]


def _ai_analysis(rng: Random) -> Row:
    return {
        "topics": some(rng, ("technology", "analytics", "travel", "料理"), at_most=3),
        "engagementPrediction": rng.choice(("high", "medium", "low")),
        "recommendedActions": rng.sample(("repost", "engage", "boost"), rng.randrange(3)),
    }


def _engagement(generation: Generation, posts: Sequence[_Post]) -> Iterator[Row]:
    rng = generation.chance("social engagement")
    for post in posts:
        counts = _ADA_SNAPSHOTS if post.account.owner is ADA else {}
        count = counts.get(post.number, rng.randrange(3))
        lifetime = min(EPOCH - post.created, timedelta(days=9))
        for number in range(1, count + 1):
            moment = post.created + lifetime * number // (count + 1)
            yield _snapshot(rng, post, moment, Decimal(number) / count)


def _snapshot(rng: Random, post: _Post, moment: datetime, grown: Decimal) -> Row:
    """What was counted of a post when that share of its engagement had come."""
    timestamp = stamp(rng, moment)
    kinds = {None: "text_post", "video": "video_post"}
    views = None if post.views is None else int(post.views * grown)
    return item(
        userId=creator_id(post.account.owner),
        engagementId=f"{post.id}#{timestamp}",
        postId=post.id,
        platform=post.account.platform,
        likes=int(post.likes * grown),
        shares=int(post.shares * grown),
        comments=int(post.comments * grown),
        views=views,
        clickThroughRate=maybe(rng, Decimal(rng.randrange(90)) / 10),
        reachRate=maybe(rng, 100 * share(rng)),
        timestamp=timestamp,
        hourOfDay=moment.hour,
        dayOfWeek=_DAYS[moment.weekday()],
        contentType=kinds.get(post.medium, "image_post"),
        hasHashtags=bool(post.hashtags),
        hashtagCount=len(post.hashtags),
        characterCount=len(post.content),
        engagementVelocity=maybe(rng, _velocity(post)),
        timestampISO=timestamp,
        engagementType="social_media_engagement",
    )


def _velocity(post: _Post) -> Row:
    total = post.likes + post.shares + post.comments
    return {"first30min": total // 4, "firstHour": total // 3, "first24hours": total}


def _insights(generation: Generation, people: Sequence[Person]) -> Iterator[Row]:
    rng, fake = generation.chance("social insights"), generation.words("social insights")
    for person in people:
        count = _ADA_INSIGHTS if person is ADA else rng.randint(1, 5)
        for number in generation.series(person, count, of_whale=_WHALE_INSIGHTS):
            odd = person is ADA and number == DISAGREEING_INSIGHT
            confidence = Decimal("0.85") if odd else share(rng)
            kind = INSIGHT_TYPES[number % len(INSIGHT_TYPES)]
            valid_until = _generated(number) + timedelta(days=rng.choice((7, 14, 60)))
            generated, valid = stamp(rng, _generated(number)), stamp(rng, valid_until)
            yield item(
                userId=creator_id(person),
                insightId=insight_id(person, number),
                type=kind,
                platform=maybe(rng, rng.choice(PLATFORMS)),
                confidence=confidence,
                recommendation=f"{fake.sentence()} ☕",
                reasoning=fake.sentence(),
                data=_insight_data(rng),
                generatedAt=generated,
                validUntil=valid,
                isActive=odd or rng.randrange(5) > 0,
                used=maybe(rng, rng.randrange(2) == 0),
                metadata={"aiModel": "claude-3-sonnet", "dataPoints": 500, "version": "1.0"},
                insightType=kind,
                confidenceScore=Decimal("0.35") if odd else confidence,
                generatedAtISO=generated,
                validUntilISO=valid,
                recordType="ai_insight",
                TTL=unix(valid_until),
            )


def _insight_data(rng: Random) -> Row:
    return {
        "basedOnPosts": rng.randrange(300),
        "expectedIncrease": share(rng),
        "optimalTimes": rng.sample(("09:00", "15:00", "19:00"), rng.randrange(3)),
        "audience": {"timezone": "Europe/Paris", "new": rng.randrange(2) == 0, "age": None},
    }
