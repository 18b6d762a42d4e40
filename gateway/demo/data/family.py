"""The rows of family: parents and kids, titles with their episodes, policies and devices."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple

from gateway.demo.data.epoch import ago, naive
from gateway.demo.data.making import Row, Tables, faker, maybe, opaque_id, some
from gateway.demo.data.people import (
    ADA,
    BEN,
    DMITRI,
    ERIN,
    MIXED_CASE,
    ZOE,
    Person,
    strangers,
)
from gateway.demo.data.titles import SHARED_FILMS, SHARED_SHOWS, Work, invented

ADA_KID = 1
"""Ada's kid profile that has 60 policies."""

KIDLESS_DEVICE = 2
"""Ada's device whose kid profile is no more."""

LONG_SHOW = 1
"""The title that has 120 episodes."""

STRANGER = 7
"""A parent that no other product knows; another product's user 7 is somebody else."""

DANGLING_EPISODES = (999_001, 999_002)
"""Ids that policies block and that no episode has."""

PAIRING_CODES = tuple(f"{417_000 + 613 * number:06}" for number in range(1, 41))
"""Every pairing code: six digits each, so they can only be known by heart."""

PIN_HASH = "$2b$12$" + "canary.pin.hash.".ljust(53, "u")
"""A hash of no PIN, in the form that the table's check asks for."""

CANARIES = ("canary-password-", "canary.pin.hash.", *PAIRING_CODES)
"""What the secret columns of this product can be told by."""

_NAMED = (ADA, BEN, DMITRI, ERIN, ZOE, MIXED_CASE)
_SHOW_COUNT, _FILM_COUNT = 30, 90
_SEASONS, _LONG_SEASONS = (9, 10, 8), (20,) * 6
_POLICIES_OF_ADA_KID = 60

_GENRE_IDS = {
    "Action": 28,
    "Animation": 16,
    "Comedy": 35,
    "Documentary": 99,
    "Drama": 18,
    "Family": 10751,
    "Horror": 27,
    "Science Fiction": 878,
}
_PROVIDERS = (
    (8, "Netflix"),
    (9, "Amazon Prime Video"),
    (15, "Hulu"),
    (337, "Disney Plus"),
)
_SERVICES = ("netflix", "hulu", "disney_plus", "prime_video")
_TAGS = {
    "violence": "intensity",
    "fantasy_violence": "intensity",
    "gore": "intensity",
    "war": "intensity",
    "scary": "fear",
    "jump_scares": "fear",
    "darkness": "fear",
    "clowns": "fear",
    "strong_language": "language",
    "name_calling": "language",
    "romance": "theme",
    "bullying": "theme",
    "divorce": "theme",
    "loss_of_a_parent": "theme",
    "loss_of_a_pet": "theme",
    "friendship": "theme",
    "school": "theme",
    "nature": "theme",
    "alcohol": "substances",
    "smoking": "substances",
    "flashing_lights": "sensory",
    "loud_noises": "sensory",
    "product_placement": "other",
    "日本語": "other",
}
"""Content tags and the category of each."""


class _Kid(NamedTuple):
    id: int
    family_id: int


class _Title(NamedTuple):
    id: int
    media_type: str
    work: Work


class _Episode(NamedTuple):
    id: int
    title_id: int
    season: int
    number: int
    aired: date


def rows() -> Tables:
    """Every stored table of family with its rows, parents before children."""
    parents = [*_NAMED, *strangers("family", 50)]
    kids = list(_kids(parents))
    titles = list(_titles())
    episodes = list(_episodes(titles))
    return {
        "users": list(_users(parents)),
        "kid_profiles": list(_kid_profiles(kids)),
        "titles": list(_title_rows(titles)),
        "episodes": list(_episode_rows(episodes)),
        "kid_profiles_titles": list(_policies(kids, titles, episodes)),
        "devices": list(_devices(kids)),
        "pairing_codes": list(_pairing_codes(parents)),
        "streaming_service_selection": list(_selections(parents)),
        "content_tags": list(_content_tags()),
        "episode_links": list(_episode_links(episodes)),
        "content_reports": list(_reports(parents, titles)),
    }


def user_id(person: Person) -> int:
    """The family account of one of the named persons."""
    return 1 + _NAMED.index(person)


def _kids(parents: Sequence[Person]) -> Iterator[_Kid]:
    counts = {ADA: 12, BEN: 3, ERIN: 0, ZOE: 2}
    families = [
        family_id
        for family_id, parent in enumerate(parents, start=1)
        for _ in range(counts.get(parent, 1 + family_id % 4))
    ]
    return (_Kid(number, family_id) for number, family_id in enumerate(families, start=1))


def _titles() -> Iterator[_Title]:
    # Their last seasons, too, have been on the air by the epoch.
    new_shows = invented("family shows", _SHOW_COUNT - len(SHARED_SHOWS), since=1960, until=2022)
    shows = [*SHARED_SHOWS, *new_shows]
    films = [*SHARED_FILMS, *invented("family films", _FILM_COUNT - len(SHARED_FILMS))]
    works = [("tv", show) for show in shows] + [("movie", film) for film in films]
    for number, (media_type, work) in enumerate(works, start=1):
        yield _Title(number, media_type, work)


def _episodes(titles: Sequence[_Title]) -> Iterator[_Episode]:
    last_id = 0
    for title in titles:
        if title.media_type != "tv":
            continue
        seasons = _LONG_SEASONS if title.id == LONG_SHOW else _SEASONS
        for season, length in enumerate(seasons, start=1):
            for number in range(1, length + 1):
                last_id += 1
                aired = _released(title) + timedelta(days=360 * (season - 1) + 7 * (number - 1))
                yield _Episode(last_id, title.id, season, number, aired)


def _released(title: _Title) -> date:
    return date(title.work.year, 1 + title.id % 8, 1 + title.id % 28)


def _users(parents: Sequence[Person]) -> Iterator[Row]:
    rng = Random("family users")
    for number, parent in enumerate(parents, start=1):
        role = "admin" if parent is ERIN else "parent"
        yield {
            "id": number,
            "email": parent.email,
            "password_hash": maybe(rng, f"canary-password-{number}", absent_one_in=8),
            "role": role if parent in _NAMED else maybe(rng, role, absent_one_in=20),
            "created_at": _before(rng, 300, 1500),
        }


def _kid_profiles(kids: Sequence[_Kid]) -> Iterator[Row]:
    rng, fake = Random("family kids"), faker("en_US", "family kids")
    names = ("Zoé", "さくら", "Łucja", "Nils 🦖", "Ayşe", "José María", "Мила", "Ünal")
    for kid in kids:
        name = rng.choice((fake.first_name(), rng.choice(names)))
        yield {
            "id": kid.id,
            "family_id": kid.family_id,
            "name": name if kid.id == ADA_KID else maybe(rng, name, absent_one_in=25),
            "pin_hash": maybe(rng, PIN_HASH),
            "created_at": _before(rng, 100, 300),
        }


def _title_rows(titles: Sequence[_Title]) -> Iterator[Row]:
    rng, fake = Random("family titles"), faker("en_US", "family titles")
    shared = (*SHARED_SHOWS, *SHARED_FILMS)
    for title in titles:
        name = title.work.name
        yield {
            "id": title.id,
            "tmdb_id": 123_419 + 37 * title.id,
            "title": name if title.work in shared else maybe(rng, name, absent_one_in=40),
            "media_type": title.media_type,
            "overview": maybe(rng, fake.sentence(nb_words=14)),
            "poster_path": maybe(rng, _image(rng, f"poster{title.id}")),
            "backdrop_path": maybe(rng, _image(rng, f"backdrop{title.id}")),
            "release_date": maybe(rng, _released(title), absent_one_in=10),
            "rating": maybe(rng, f"{rng.randint(3, 9)}.{rng.randrange(10)}"),
            "genres": maybe(rng, _genres(title.work.genre), absent_one_in=8),
            "providers": maybe(rng, _providers(rng)),
            "tags": maybe(rng, rng.sample(list(_TAGS), rng.randrange(4))),
            "last_synced": maybe(rng, _before(rng, 0, 30)),
        }


def _image(rng: Random, name: str) -> str:
    """A path at TMDB, or now and then the whole address of an image that lies elsewhere."""
    if rng.randrange(5) == 0:
        return f"https://images.family.example.com/{name}.jpg"
    return f"/{name}.jpg"


def _genres(genre: str) -> list[Row]:
    named = [genre] if genre == "Drama" else [genre, "Drama"]
    return [{"id": _GENRE_IDS[name], "name": name} for name in named]


def _providers(rng: Random) -> list[Row]:
    return [
        {"provider_id": number, "provider_name": name, "logo_path": f"/logo{number}.jpg"}
        for number, name in rng.sample(_PROVIDERS, rng.randrange(len(_PROVIDERS)))
    ]


def _episode_rows(episodes: Sequence[_Episode]) -> Iterator[Row]:
    rng, fake = Random("family episodes"), faker("en_US", "family episodes")
    words = ("L'été", "最終回", "The Egg 🥚", "Überraschung", "A Visit", "Mañana", "Fog")
    for episode in episodes:
        yield {
            "id": episode.id,
            "tmdb_episode_id": 2_000_000 + 11 * episode.id,
            "title_id": episode.title_id,
            "season_number": episode.season,
            "episode_number": episode.number,
            "name": maybe(rng, rng.choice(words), absent_one_in=20),
            "overview": maybe(rng, fake.sentence()),
            "air_date": maybe(rng, episode.aired, absent_one_in=10),
            "thumbnail_path": maybe(rng, _image(rng, f"still{episode.id}")),
            "tags": maybe(rng, rng.sample(list(_TAGS), rng.randrange(3))),
        }


def _policies(
    kids: Sequence[_Kid], titles: Sequence[_Title], episodes: Sequence[_Episode]
) -> Iterator[Row]:
    rng = Random("family policies")
    # The first title is the long show, so the first policy can block episodes of it.
    chosen = [
        (kid, title)
        for kid in kids
        for title in (
            titles[:_POLICIES_OF_ADA_KID]
            if kid.id == ADA_KID
            else some(rng, titles, at_most=5 if kid.family_id == user_id(ADA) else 3)
        )
    ]
    for number, (kid, title) in enumerate(chosen, start=1):
        yield {
            "id": number,
            "kid_profile_id": kid.id,
            "title_id": title.id,
            "policy": rng.choice(("allow", "allow", "deny")),
            "blocked_episodes": _blocked(rng, number, title, episodes),
            "created_at": _before(rng, 0, 90),
        }


def _blocked(
    rng: Random, number: int, title: _Title, episodes: Sequence[_Episode]
) -> list[int] | None:
    """Ids of episodes, in no order: the array's order is the parent's."""
    if number == 1:
        return [7, DANGLING_EPISODES[0], 3, 120, DANGLING_EPISODES[1]]
    own = [episode.id for episode in episodes if episode.title_id == title.id]
    if not own:
        return None
    return maybe(rng, rng.sample(own, rng.randrange(4)))


def _devices(kids: Sequence[_Kid]) -> Iterator[Row]:
    rng = Random("family devices")
    names = ("Living room", "Tablette de Léa", "おばあちゃんの家", "Kitchen 🍳", "Old phone")
    users = [kid for kid in kids if kid.family_id == user_id(ADA) or rng.randrange(3)]
    for number, kid in enumerate(users, start=1):
        paired = _before(rng, 30, 90)
        yield {
            "id": number,
            "device_id": opaque_id("family", "device", number),
            "family_id": kid.family_id,
            "kid_profile_id": None if number == KIDLESS_DEVICE else kid.id,
            "friendly_name": maybe(rng, rng.choice(names)),
            "paired_at": paired,
            "last_active": paired + timedelta(minutes=rng.randrange(30 * 24 * 60)),
        }


def _pairing_codes(parents: Sequence[Person]) -> Iterator[Row]:
    rng = Random("family pairing codes")
    # Ada has six codes. Every fourth code is still good at the epoch, for it is minutes old.
    family_ids = [user_id(ADA)] * 6 + rng.choices(
        range(1, len(parents) + 1), k=len(PAIRING_CODES) - 6
    )
    for number, (code, family_id) in enumerate(
        zip(PAIRING_CODES, family_ids, strict=True), start=1
    ):
        minutes = rng.randint(1, 9) if number % 4 == 0 else rng.randint(11, 3000)
        created = naive(ago(minutes=minutes, seconds=rng.randrange(60)))
        yield {
            "id": number,
            "code": code,
            "family_id": family_id,
            "created_at": created,
            "expires_at": created + timedelta(minutes=10),
            "used": rng.randrange(2) == 0,
        }


def _selections(parents: Sequence[Person]) -> Iterator[Row]:
    rng = Random("family selections")
    choosers = [
        family_id
        for family_id, parent in enumerate(parents, start=1)
        if parent in (ADA, BEN) or rng.randrange(5)
    ]
    for number, family_id in enumerate(choosers, start=1):
        yield {
            "id": number,
            "family_id": family_id,
            "selected_services": maybe(rng, some(rng, _SERVICES, at_most=4), absent_one_in=10),
            "updated_at": _before(rng, 0, 200),
        }


def _content_tags() -> Iterator[Row]:
    rng, fake = Random("family content tags"), faker("en_US", "family content tags")
    for number, (tag, category) in enumerate(_TAGS.items(), start=1):
        yield {
            "id": number,
            "tag": tag,
            "category": None if category == "other" else category,
            "description": maybe(rng, fake.sentence()),
        }


def _episode_links(episodes: Sequence[_Episode]) -> Iterator[Row]:
    rng = Random("family episode links")
    linked = [
        (episode, platform)
        for episode in episodes
        if episode.id == 1 or rng.randrange(3) == 0
        for platform in (_SERVICES if episode.id == 1 else some(rng, _SERVICES, at_most=2))
    ]
    for number, (episode, platform) in enumerate(linked, start=1):
        url = f"https://{platform.replace('_', '-')}.example.com/watch/{episode.id}"
        yield {
            "id": number,
            "episode_id": episode.id,
            "platform": platform if episode.id == 1 else maybe(rng, platform, absent_one_in=50),
            "url": maybe(rng, url, absent_one_in=20),
            "verified": rng.randrange(2) == 0,
            "reported_count": rng.randrange(30),
            "created_at": _before(rng, 0, 200),
        }


def _reports(parents: Sequence[Person], titles: Sequence[_Title]) -> Iterator[Row]:
    rng, fake = Random("family reports"), faker("en_US", "family reports")
    issues = ("wrong_rating", "missing_episode", "broken_link", "wrong_tags", "too_scary")
    statuses = ("pending", "resolved", "dismissed")
    family_ids = [user_id(ADA)] * 9 + [rng.randint(1, len(parents)) for _ in range(51)]
    for number, family_id in enumerate(family_ids, start=1):
        status = statuses[number % 3] if number < len(family_ids) else None
        created = _before(rng, 10, 90)
        closed = created + timedelta(hours=rng.randint(1, 200))
        yield {
            "id": number,
            "family_id": family_id,
            "title_id": rng.choice(titles).id,
            "issue_type": maybe(rng, rng.choice(issues), absent_one_in=10),
            "description": maybe(rng, f"{fake.sentence()} Ma fille a eu très peur 😱"),
            "status": status,
            "created_at": created,
            "resolved_at": closed if status in ("resolved", "dismissed") else None,
        }


def _before(rng: Random, least_days: int, most_days: int) -> datetime:
    return naive(ago(days=rng.randrange(least_days, most_days), seconds=rng.randint(1, 86_399)))
