"""myAI.stream's DynamoDB: accounts, profiles, movies, watchlists and history.

Its document gives no projections; every index projects all attributes.
"""

from __future__ import annotations

from loaders.tables.dynamodb import (
    DynamoTable,
    anything,
    columns,
    email,
    flag,
    index,
    moment,
    text,
    texts,
    whole,
    year,
)
from loaders.tables.facts import Read, Through, Visibility

PRODUCT = "stream"

accounts = DynamoTable(
    product=PRODUCT,
    name="AccountTable",
    setting="STREAM_DYNAMODB_ACCOUNT_TABLE",
    key=("accountId",),
    columns=columns(
        text("accountId"),
        email("email"),
        text("firstName", required=False, personal=True),
        text("lastName", required=False, personal=True),
        moment("createdAt"),
        moment("updatedAt", required=False),
    ),
    indexes=(index("EmailIndex", "email"),),
    read=Read.OWNER,
    owner="accountId",
    email="email",
    max_item_bytes=1_000,
)

subscriptions = DynamoTable(
    product=PRODUCT,
    name="SubscriptionTable",
    setting="STREAM_DYNAMODB_SUBSCRIPTION_TABLE",
    key=("accountId", "subscriptionId"),
    columns=columns(
        text("accountId", references=accounts),
        text("subscriptionId"),
        text("serviceType"),
        text("plan"),
        text("status"),
        moment("startDate"),
        moment("endDate", required=False),
        anything("paymentDetails", required=False, visibility=Visibility.NEVER),
        moment("trialEndDate", required=False),
        moment("createdAt"),
        moment("updatedAt", required=False),
    ),
    indexes=(index("ServiceTypeIndex", "serviceType", "accountId"),),
    read=Read.OWNER,
    owner="accountId",
    max_item_bytes=4_000,
)

usage = DynamoTable(
    product=PRODUCT,
    name="UserUsageTable",
    setting="STREAM_DYNAMODB_USER_USAGE_TABLE",
    key=("accountId", "timestamp"),
    columns=columns(
        text("accountId", references=accounts),
        moment("timestamp"),
        text("serviceType"),
        text("activityType"),
        anything("details", required=False),
        anything("deviceInfo", required=False, personal=True),
        text("sessionId", required=False, visibility=Visibility.NEVER),
    ),
    indexes=(index("ServiceTypeIndex", "serviceType", "timestamp"),),
    read=Read.OWNER,
    owner="accountId",
    max_item_bytes=4_000,
)

profiles = DynamoTable(
    product=PRODUCT,
    name="ProfileTable",
    setting="STREAM_DYNAMODB_PROFILE_TABLE",
    key=("accountId", "profileId"),
    columns=columns(
        text("accountId", references=accounts),
        text("profileId"),
        text("name", personal=True),
        text("avatar", required=False),
        flag("isKidsProfile", required=False),
        moment("createdAt"),
        moment("updatedAt", required=False),
    ),
    indexes=(index("ProfileIdIndex", "profileId"),),
    read=Read.OWNER,
    owner="accountId",
    max_item_bytes=1_000,
)

profile_settings = DynamoTable(
    product=PRODUCT,
    name="ProfileSettingsTable",
    setting="STREAM_DYNAMODB_PROFILE_SETTINGS_TABLE",
    key=("profileId",),
    columns=columns(
        text("profileId", references=profiles),
        anything("parentalControls", required=False),
        anything("contentSettings", required=False),
        anything("languageSettings", required=False),
        flag("pinProtected", required=False),
        text("pinCode", required=False, visibility=Visibility.NEVER),
        text("maxContentRating", required=False),
        texts("blockedGenres", required=False),
        texts("blockedCreators", required=False),
        moment("createdAt"),
        moment("updatedAt", required=False),
    ),
    indexes=(),
    read=Read.OWNER,
    owner=Through("profileId", profiles),
    max_item_bytes=8_000,
)

profile_ai = DynamoTable(
    product=PRODUCT,
    name="ProfileAITable",
    setting="STREAM_DYNAMODB_PROFILE_AI_TABLE",
    key=("profileId",),
    columns=columns(
        text("profileId", references=profiles),
        text("aiInstructions", required=False, personal=True),
        text("recommendationStyle", required=False),
        texts("favoriteGenres", required=False),
        texts("dislikedGenres", required=False),
        anything("contentFilters", required=False),
        text("explicitContentLevel", required=False),
        moment("createdAt"),
        moment("updatedAt", required=False),
    ),
    indexes=(),
    read=Read.OWNER,
    owner=Through("profileId", profiles),
    max_item_bytes=8_000,
)

movies = DynamoTable(
    product=PRODUCT,
    name="MovieTable",
    setting="STREAM_DYNAMODB_MOVIE_TABLE",
    key=("movieId",),
    columns=columns(
        text("movieId"),
        text("title"),
        text("genre"),
        year("releaseYear"),
        text("director", required=False),
        texts("cast", required=False),
        text("rating", required=False),
        whole("duration", required=False),
        text("description", required=False),
        text("imageUrl", required=False),
        text("trailerUrl", required=False),
        text("streamUrl", required=False, visibility=Visibility.SIGNED_IN),
    ),
    indexes=(index("GenreIndex", "genre", "releaseYear"), index("TitleIndex", "title")),
    read=Read.PUBLIC,
    max_item_bytes=8_000,
)

watchlist = DynamoTable(
    product=PRODUCT,
    name="WatchlistTable",
    setting="STREAM_DYNAMODB_WATCHLIST_TABLE",
    key=("accountId", "movieId"),
    columns=columns(
        text("accountId", references=accounts),
        text("movieId", references=movies),
        text("profileId", references=profiles),
        moment("dateAdded"),
        text("addedFrom", required=False),
    ),
    indexes=(index("ProfileIndex", "profileId", "movieId"),),
    read=Read.OWNER,
    owner="accountId",
    max_item_bytes=1_000,
)

watch_history = DynamoTable(
    product=PRODUCT,
    name="WatchHistoryTable",
    setting="STREAM_DYNAMODB_WATCH_HISTORY_TABLE",
    key=("accountId", "watchedAt"),
    columns=columns(
        text("accountId", references=accounts),
        moment("watchedAt"),
        text("profileId", references=profiles),
        text("movieId", references=movies),
        whole("progressSeconds", required=False),
        flag("completed", required=False),
        text("deviceType", required=False),
    ),
    indexes=(
        index("ProfileIndex", "profileId", "watchedAt"),
        index("MovieIndex", "movieId", "watchedAt"),
    ),
    read=Read.OWNER,
    owner="accountId",
    max_item_bytes=1_000,
)

TABLES: tuple[DynamoTable, ...] = (
    accounts,
    subscriptions,
    usage,
    profiles,
    profile_settings,
    profile_ai,
    movies,
    watchlist,
    watch_history,
)
