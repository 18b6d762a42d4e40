"""What leads to profiles, and what a profile leads to."""

from __future__ import annotations

from typing import Any

from loaders import profiles as load
from loaders import titles as load_titles
from loaders.reach import follows
from loaders.request import Asking
from loaders.tables import stream
from loaders.tables.facts import Row
from resolvers.arguments import column_value
from resolvers.links import by_one_of, needs, to_each, to_one, to_page

BLOCKED_EPISODES_SHOWN = 100

PROFILES = {name: load.NODES[name] for name in ("StreamProfile", "KidProfile")}

profile = by_one_of(
    PROFILES,
    stream_profile_id=load.stream_profile_by_id,
    stream_profile_key=load.stream_profile,
    kid_profile_id=load.kid_profile,
)
device = by_one_of({"Device": load.device}, device_id=load.device_by_device_id)
pairing_codes = to_page(load.pairing_codes_by_expiry, ranges={"expires": "expires_at"})

stream_profiles_of_account = to_page(load.stream_profiles_of_account, via="accountId")
watchlist_of_account = to_page(load.watchlist_of_account, via="accountId")
watchlist_item_of_account = to_one(load.watchlist_item, via="accountId", given="movie_id")
history_of_account = to_page(
    load.history_of_account, via="accountId", ranges={"between": "watchedAt"}, completed="completed"
)

settings = to_one(load.profile_settings, via="profileId")
ai_preferences = to_one(load.profile_ai, via="profileId")
watchlist_of_profile = to_page(load.watchlist_of_profile, via="profileId")
history_of_profile = to_page(
    load.history_of_profile, via="profileId", ranges={"between": "watchedAt"}, completed="completed"
)
stream_profile_by_id = to_one(load.stream_profile_by_id, via="profileId")
stream_profile = to_one(load.stream_profile, via=("accountId", "profileId"))
history_of_movie = to_page(load.history_of_movie, via="movieId", ranges={"between": "watchedAt"})

kid_profiles_of_family = to_page(load.kid_profiles_of_family, via="id")
devices_of_family = to_page(load.devices_of_family, via="id")
pairing_codes_of_family = to_page(load.pairing_codes_of_family, via="id", used="used")
selection_of_family = to_one(load.streaming_selection_of_family, via="id")

kid_profile = to_one(load.kid_profile, via="kid_profile_id")
policies_of_kid_profile = to_page(load.policies_of_kid_profile, via="id", policy="policy")
policy_of_title = to_one(load.policy_of_title, via="id", given="title_id")
devices_of_kid_profile = to_page(load.devices_of_kid_profile, via="id")
policies_of_title = to_page(load.policies_of_title, via="id")
blocked_episodes = to_each(
    load_titles.episode, via="blocked_episodes", at_most=BLOCKED_EPISODES_SHOWN
)

_PROFILE_ID = stream.profiles.columns["profileId"]
_MOVIE_ID = stream.movies.columns["movieId"]
_ADDED_BY = stream.watchlist.columns["profileId"]


@follows(load.stream_profile_by_id, load.watchlist_item)
@needs("movieId")
async def movie_in_watchlist(movie: Row, info: Asking, profile_id: str) -> bool | None:
    """Whether a profile has this movie on its watchlist; null where there is no such profile."""
    found = await load.stream_profile_by_id.load(
        info, column_value(_PROFILE_ID, profile_id, "profileId")
    )
    return None if found is None else await _on_watchlist(info, found, movie["movieId"])


@follows(load.watchlist_item)
@needs("accountId", "profileId")
async def profile_has_in_watchlist(profile_: Row, info: Asking, movie_id: str) -> bool:
    """Whether this profile has a movie on its watchlist."""
    return await _on_watchlist(info, profile_, column_value(_MOVIE_ID, movie_id, "movieId"))


async def _on_watchlist(info: Asking, profile_: Row, movie_id: Any) -> bool:
    """By the account's key, which can be asked for in batches; the row names the profile."""
    item = await load.watchlist_item.load(info, profile_["accountId"], movie_id)
    return item is not None and _ADDED_BY.read(item) == profile_["profileId"]
