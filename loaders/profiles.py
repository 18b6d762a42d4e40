"""Ways to profiles and what hangs on them: settings, watchlists, history, policies, devices."""

from __future__ import annotations

from loaders.access import one, page
from loaders.tables import family, stream

stream_profile = one(stream.profiles, by=("accountId", "profileId"))
stream_profile_by_id = one(stream.profiles, by="profileId")
stream_profiles_of_account = page(stream.profiles, by="accountId", order="profileId")
profile_settings = one(stream.profile_settings, by="profileId")
profile_ai = one(stream.profile_ai, by="profileId")

watchlist_item = one(stream.watchlist, by=("accountId", "movieId"), brings="profileId")
watchlist_of_account = page(stream.watchlist, by="accountId", order="movieId")
watchlist_of_profile = page(stream.watchlist, by="profileId", order="movieId")

watch_event = one(stream.watch_history, by=("accountId", "watchedAt"))
history_of_account = page(
    stream.watch_history, by="accountId", order="-watchedAt", filters="completed"
)
history_of_profile = page(
    stream.watch_history, by="profileId", order="-watchedAt", filters="completed"
)
history_of_movie = page(stream.watch_history, by="movieId", order="-watchedAt")

kid_profile = one(family.kid_profiles, by="id")
kid_profiles_of_family = page(family.kid_profiles, by="family_id", order="created_at")

title_policy = one(family.kid_profiles_titles, by="id")
policy_of_title = one(family.kid_profiles_titles, by=("kid_profile_id", "title_id"))
policies_of_kid_profile = page(
    family.kid_profiles_titles, by="kid_profile_id", order="-created_at", filters="policy"
)
policies_of_title = page(family.kid_profiles_titles, by="title_id", order="-created_at")

device = one(family.devices, by="id")
device_by_device_id = one(family.devices, by="device_id")
devices_of_family = page(family.devices, by="family_id", order="paired_at")
devices_of_kid_profile = page(family.devices, by="kid_profile_id", order="paired_at")

pairing_code = one(family.pairing_codes, by="id")
pairing_codes_of_family = page(
    family.pairing_codes, by="family_id", order="-expires_at", filters="used"
)
pairing_codes_by_expiry = page(family.pairing_codes, order="expires_at")

streaming_selection = one(family.streaming_service_selection, by="id")
streaming_selection_of_family = one(family.streaming_service_selection, by="family_id")

NODES = {
    "StreamProfile": stream_profile,
    "KidProfile": kid_profile,
    "ProfileSettings": profile_settings,
    "ProfileAi": profile_ai,
    "WatchlistItem": watchlist_item,
    "WatchEvent": watch_event,
    "TitlePolicy": title_policy,
    "Device": device,
    "PairingCode": pairing_code,
    "StreamingServiceSelection": streaming_selection,
}
"""Types with a global id, and the way to their rows by key."""
