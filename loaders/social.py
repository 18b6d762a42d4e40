"""Ways to creators' social accounts, posts, engagement and insights."""

from __future__ import annotations

from loaders.access import one, page
from loaders.tables import social

social_account = one(social.accounts, by=("userId", "platformAccountId"))
accounts_of_creator = page(
    social.accounts, by="userId", order="platformAccountId", filters="accountStatus"
)
accounts_by_platform = page(social.accounts, by="platform", order="accountStatus")

social_post = one(social.posts, by=("userId", "postId"))
posts_of_creator = page(
    social.posts, by="userId", order="postId", filters=("createdAtISO", "authorId")
)
posts_by_platform = page(social.posts, by="platform", order="-createdAtISO")

engagement_snapshot = one(social.engagement, by=("userId", "engagementId"))
engagement_of_creator = page(
    social.engagement, by="userId", order="engagementId", filters=("platform", "timestampISO")
)

insight = one(social.insights, by=("userId", "insightId"))
insights_of_creator = page(
    social.insights,
    by="userId",
    order="insightId",
    filters=("insightType", "isActive", "validUntilISO", "confidenceScore"),
)
insights_by_type = page(social.insights, by="insightType", order="-confidenceScore")

NODES = {
    "SocialAccount": social_account,
    "SocialPost": social_post,
    "EngagementSnapshot": engagement_snapshot,
    "Insight": insight,
}
"""Types with a global id, and the way to their rows by key."""
