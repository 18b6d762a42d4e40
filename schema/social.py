"""Creators' accounts at social networks, their posts, engagement and insights."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import strawberry

from loaders.tables import social
from resolvers import accounts as resolve_accounts
from resolvers import social as resolve
from schema.accounts import ActivityStatus, CreatorAccount
from schema.describe import enum_type, input_type
from schema.node import Node
from schema.paging import ASCENDING, NEWEST_FIRST, Connection, TimeRange, pages_by
from schema.rows import column, member, optional, resolved_by, row_of, shape
from schema.scalars import JSON, BigInt


@enum_type
class SyncStatus(Enum):
    """How taking over data from a network goes."""

    ACTIVE = "active"
    """It runs."""
    ERROR = "error"
    """It failed the last time."""
    PAUSED = "paused"
    """It is paused."""


@enum_type
class Sentiment(Enum):
    """The mood of a post, as the AI sees it."""

    POSITIVE = "positive"
    """Good."""
    NEGATIVE = "negative"
    """Bad."""
    NEUTRAL = "neutral"
    """Neither good nor bad."""


@row_of(social.accounts)
class SocialAccount(Node):
    """A creator's account at a social network."""

    user_id: strawberry.ID
    """The id of the creator."""
    platform_account_id: strawberry.ID
    """Network and id there, such as `twitter#987654321`; unique for the creator."""
    stored_id: str | None = column("id")
    """The id that CloudStro gave it."""
    platform: str | None
    """The network, such as `twitter`."""
    account_id: str | None
    """The id of the account at the network."""
    account_name: str | None
    """The name to show."""
    account_handle: str | None
    """The handle, such as `@johndoe`."""
    profile_picture: str | None
    """The URL of the picture."""
    follower_count: BigInt | None
    """How many follow it."""
    following_count: BigInt | None
    """How many it follows."""
    token_expires_at: datetime | None
    """When CloudStro's access ends. The tokens themselves are never shown."""
    is_active: bool | None
    """Whether it is in use."""
    connected_at: datetime | None
    """When it was connected."""
    last_sync_at: datetime | None
    """When data was last taken over from it."""
    sync_status: SyncStatus | None
    """How taking over data goes."""
    permissions: list[str] | None
    """What CloudStro may do with it, such as `read`."""
    platform_specific_data: JSON | None
    """What the network alone knows of."""
    created_at: datetime | None
    """When the record was made."""
    updated_at: datetime | None
    """When the record last changed."""
    account_status: ActivityStatus | None
    """Active or inactive."""
    account: CreatorAccount | None = resolved_by(resolve_accounts.creator)
    """The creator."""
    posts: Connection[SocialPost] | None = pages_by(
        resolve.posts_of_social_account,
        between=optional(TimeRange, "Only posts of this range."),
        order_by=ASCENDING,
    )
    """The posts that it wrote, by id."""


@shape
class PostEngagement:
    """How a post was received when it was last fetched."""

    likes: BigInt | None
    """How many liked it."""
    shares: BigInt | None
    """How many shared it."""
    comments: BigInt | None
    """How many comments it has."""
    views: BigInt | None
    """How often it was seen; null where the network does not tell."""


@shape
class PostMedia:
    """A picture or video of a post."""

    type: str | None
    """What it is: `image`, `video` or `gif`."""
    url: str | None
    """The URL."""
    thumbnail_url: str | None = member("thumbnailUrl")
    """The URL of a small picture of it."""
    alt_text: str | None = member("altText")
    """What can be seen, in words."""


@shape
class PostAnalysis:
    """What the AI found in a post."""

    topics: list[str] | None
    """What it is about."""
    engagement_prediction: str | None = member("engagementPrediction")
    """How it will be received: `high`, `medium` or `low`."""
    recommended_actions: list[str] | None = member("recommendedActions")
    """What to do with it, such as `repost`."""


@row_of(social.posts)
class SocialPost(Node):
    """A post at a social network."""

    user_id: strawberry.ID
    """The id of the creator whose record this is."""
    post_id: strawberry.ID
    """Network and id there, such as `twitter#1234567890`; unique for the creator."""
    platform_post_id: str | None = column("id")
    """The id of the post at the network."""
    platform: str | None
    """The network, such as `twitter`."""
    content: str | None
    """The text."""
    author_id: str | None
    """The author's id at the network."""
    author_name: str | None
    """The author's name."""
    author_handle: str | None
    """The author's handle, such as `@johndoe`."""
    url: str | None
    """The URL of the post."""
    engagement: PostEngagement | None
    """How it was received when it was last fetched."""
    engagement_rate: float | None
    """Its engagement rate, in percent."""
    media: list[PostMedia] | None
    """Its pictures and videos; null where it has none."""
    hashtags: list[str] | None
    """Its hashtags, without the `#`."""
    mentions: list[str] | None
    """The handles that it mentions."""
    sentiment: Sentiment | None
    """Its mood; null where it was not analysed."""
    ai_analysis: PostAnalysis | None
    """What the AI found in it; null where it was not analysed."""
    created_at: datetime | None
    """When it was posted."""
    fetched_at: datetime | None
    """When it was last fetched."""
    is_own: bool | None
    """Whether the creator wrote it."""
    has_media: bool | None
    """Whether it has pictures or videos."""
    engagement_score: float | None
    """A number to compare posts by."""
    account: CreatorAccount | None = resolved_by(resolve_accounts.creator)
    """The creator whose record this is."""
    social_account: SocialAccount | None = resolved_by(resolve.social_account_of_post)
    """The creator's account that wrote it; null where somebody else did."""
    engagement_snapshots: Connection[EngagementSnapshot] | None = pages_by(
        resolve.engagement_of_post,
        between=optional(TimeRange, "Only measurements of this range."),
        order_by=NEWEST_FIRST,
    )
    """How it was received over time."""


@shape
class EngagementVelocity:
    """How fast a post was received."""

    first30min: BigInt | None
    """Engagement in the first 30 minutes."""
    first_hour: BigInt | None = member("firstHour")
    """Engagement in the first hour."""
    first24hours: BigInt | None
    """Engagement in the first 24 hours."""


@row_of(social.engagement)
class EngagementSnapshot(Node):
    """How a post was received, measured at one time."""

    user_id: strawberry.ID
    """The id of the creator."""
    engagement_id: strawberry.ID
    """The post's id at the network and the time, such as `1234567890#2025-09-20T10:00:00Z`."""
    platform_post_id: str | None = column("postId")
    """The id of the post at the network."""
    platform: str | None
    """The network, such as `twitter`."""
    likes: BigInt | None
    """How many liked it."""
    shares: BigInt | None
    """How many shared it."""
    comments: BigInt | None
    """How many comments it had."""
    views: BigInt | None
    """How often it was seen; null where the network does not tell."""
    click_through_rate: float | None
    """How many of those who saw it followed its link, in percent."""
    reach_rate: float | None
    """How many it reached, in percent."""
    timestamp: datetime | None
    """When it was measured."""
    hour_of_day: int | None
    """The hour of the measurement, from 0 to 23."""
    day_of_week: str | None
    """The day of the measurement, such as `Friday`, as stored."""
    content_type: str | None
    """What kind of post it is, such as `image_post`."""
    has_hashtags: bool | None
    """Whether the post has hashtags."""
    hashtag_count: int | None
    """How many hashtags the post has."""
    character_count: int | None
    """How long the post is, in characters."""
    engagement_velocity: EngagementVelocity | None
    """How fast it was received; null where that was not measured."""
    account: CreatorAccount | None = resolved_by(resolve_accounts.creator)
    """The creator."""
    post: SocialPost | None = resolved_by(resolve.post_of_engagement)
    """The post; null where it is gone."""


@shape
class InsightMetadata:
    """How an insight was found."""

    ai_model: str | None = member("aiModel")
    """The AI model."""
    data_points: int | None = member("dataPoints")
    """How much data was analysed."""
    version: str | None
    """The version of the record's form."""


@row_of(social.insights)
class Insight(Node):
    """Something that the AI recommends to a creator."""

    user_id: strawberry.ID
    """The id of the creator."""
    insight_id: strawberry.ID
    """The id of the insight, unique for the creator."""
    type: str | None
    """What it is about, such as `optimal_timing`."""
    platform: str | None
    """The network that it is for; null where it is for all."""
    confidence: float | None
    """How sure the AI is, from 0 to 1."""
    recommendation: str | None
    """What to do."""
    reasoning: str | None
    """Why."""
    data: JSON | None
    """Details, which differ by type."""
    generated_at: datetime | None
    """When it was found."""
    valid_until: datetime | None
    """When it stops being valid."""
    is_active: bool | None
    """Whether it is marked as active."""
    used: bool | None
    """Whether the creator acted on it."""
    metadata: InsightMetadata | None
    """How it was found."""
    account: CreatorAccount | None = resolved_by(resolve_accounts.creator)
    """The creator."""


@input_type()
class ConfidenceRange:
    """A range of confidence, which is from 0 to 1; either end may be left open."""

    from_: float | None = strawberry.field(name="from", default=strawberry.UNSET)
    """The lowest confidence, itself included."""
    to: float | None = strawberry.UNSET
    """The highest confidence, itself included."""


@input_type()
class SocialAccountKey:
    """The key of an account at a network."""

    user_id: strawberry.ID
    """The id of the creator."""
    platform_account_id: strawberry.ID
    """Network and id there, such as `twitter#987654321`."""


@input_type(one_of=True)
class SocialAccountBy:
    """Names one account at a network; give exactly one member."""

    id: strawberry.ID | None = strawberry.UNSET
    """The global id of an account at a network."""
    key: SocialAccountKey | None = strawberry.UNSET
    """The creator, and the account of theirs."""


@input_type()
class SocialPostKey:
    """The key of a post."""

    user_id: strawberry.ID
    """The id of the creator."""
    post_id: strawberry.ID
    """Network and id there, such as `twitter#1234567890`."""


@input_type(one_of=True)
class SocialPostBy:
    """Names one post; give exactly one member."""

    id: strawberry.ID | None = strawberry.UNSET
    """The global id of a post."""
    key: SocialPostKey | None = strawberry.UNSET
    """The creator, and the post of theirs."""


@input_type()
class InsightKey:
    """The key of an insight."""

    user_id: strawberry.ID
    """The id of the creator."""
    insight_id: strawberry.ID
    """The id of the insight."""


@input_type(one_of=True)
class InsightBy:
    """Names one insight; give exactly one member."""

    id: strawberry.ID | None = strawberry.UNSET
    """The global id of an insight."""
    key: InsightKey | None = strawberry.UNSET
    """The creator, and the insight for them."""
