"""The rows of family: parents and kids, titles with their episodes, policies and devices."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple

from gateway.demo.data.epoch import ago, naive
from gateway.demo.data.generations import FIRST, STRIDE, Generation
from gateway.demo.data.making import Row, Tables, before, maybe, opaque_id, some
from gateway.demo.data.people import (
    ADA,
    BEN,
    DMITRI,
    ERIN,
    MIXED_CASE,
    WHALE,
    ZOE,
    Person,
    strangers,
)
from gateway.demo.data.titles import (
    SHARED_FILMS,
    SHARED_SHOWS,
    Work,
    invented,
    released_later,
)

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
_WHALE_ID = STRIDE + 1
"""The whale comes in at the head of the second generation; so do its kid profiles."""

_SHOW_COUNT, _FILM_COUNT = 30, 90
_LATER_SHOWS, _LATER_FILMS = 3, 9
_WHALE_DEVICES, _WHALE_REPORTS = 10, 60
_CODES = len(PAIRING_CODES)
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


_Parent = tuple[int, Person]
"""The id of a family, and who it is."""


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


def rows(generation: Generation = FIRST) -> Tables:
    """Every stored table of family with its rows, parents before children."""
    first = generation.is_first
    people = [*_NAMED, *strangers("family", 50)] if first else generation.newcomers("family")
    parents = list(generation.numbered(people))
    kids = list(_kids(generation, parents))
    titles = list(_titles(generation))
    episodes = list(_episodes(generation, titles))
    known = (titles, episodes) if first else _catalogue_and(titles, episodes)
    return {
        "users": list(_users(generation, parents)),
        "kid_profiles": list(_kid_profiles(generation, kids)),
        "titles": list(_title_rows(generation, titles)),
        "episodes": list(_episode_rows(generation, episodes)),
        "kid_profiles_titles": list(_policies(generation, kids, *known)),
        "devices": list(_devices(generation, kids)),
        "pairing_codes": list(_pairing_codes(generation, parents)),
        "streaming_service_selection": list(_selections(generation, parents)),
        "content_tags": list(_content_tags(generation)) if first else [],
        "episode_links": list(_episode_links(generation, episodes)),
        "content_reports": list(_reports(generation, parents, known[0])),
    }


def user_id(person: Person) -> int:
    """The family account of one of the named persons."""
    return 1 + _NAMED.index(person)


def pairing_codes(generation: Generation) -> Sequence[str]:
    """The codes of a generation. None is another's, and they are in no order."""
    if generation.is_first:
        return PAIRING_CODES
    numbers = range((generation.number - 2) * _CODES, (generation.number - 1) * _CODES)
    # The factor has none in common with the range, so no two numbers meet.
    return [f"{500_000 + 7_919 * number % 500_000}" for number in numbers]


def _catalogue_and(
    titles: Sequence[_Title], episodes: Sequence[_Episode]
) -> tuple[Sequence[_Title], Sequence[_Episode]]:
    """The demo's catalogue, and what a later generation adds to it."""
    old = list(_titles(FIRST))
    return [*old, *titles], [*_episodes(FIRST, old), *episodes]


def _kids(generation: Generation, parents: Sequence[_Parent]) -> Iterator[_Kid]:
    counts = {ADA: 12, BEN: 3, ERIN: 0, ZOE: 2, WHALE: 3}
    families = [
        family_id
        for family_id, parent in parents
        for _ in range(counts.get(parent, 1 + family_id % 4))
    ]
    return (_Kid(number, family_id) for number, family_id in generation.numbered(families))


def _titles(generation: Generation) -> Iterator[_Title]:
    shows, films = _works(generation)
    works = [("tv", show) for show in shows] + [("movie", film) for film in films]
    for number, (media_type, work) in generation.numbered(works):
        yield _Title(number, media_type, work)


def _works(generation: Generation) -> tuple[list[Work], list[Work]]:
    """Shows and films. The last seasons of shows, too, have been on the air by the epoch."""
    for_shows, for_films = generation.chance("family shows"), generation.chance("family films")
    if not generation.is_first:
        shows = released_later(for_shows, _LATER_SHOWS, since=1960, until=2022)
        return shows, released_later(for_films, _LATER_FILMS)
    shows = invented(for_shows, _SHOW_COUNT - len(SHARED_SHOWS), since=1960, until=2022)
    films = invented(for_films, _FILM_COUNT - len(SHARED_FILMS))
    return [*SHARED_SHOWS, *shows], [*SHARED_FILMS, *films]


def _episodes(generation: Generation, titles: Sequence[_Title]) -> Iterator[_Episode]:
    last_id = generation.before
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


def _users(generation: Generation, parents: Sequence[_Parent]) -> Iterator[Row]:
    rng = generation.chance("family users")
    for number, parent in parents:
        role = "admin" if parent is ERIN else "parent"
        yield {
            "id": number,
            "email": parent.email,
            "password_hash": maybe(rng, f"canary-password-{number}", absent_one_in=8),
            "role": role if parent in _NAMED else maybe(rng, role, absent_one_in=20),
            "created_at": _before(rng, 300, 1500),
        }


def _kid_profiles(generation: Generation, kids: Sequence[_Kid]) -> Iterator[Row]:
    rng, fake = generation.chance("family kids"), generation.words("family kids")
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


def _title_rows(generation: Generation, titles: Sequence[_Title]) -> Iterator[Row]:
    rng, fake = generation.chance("family titles"), generation.words("family titles")
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


def _episode_rows(generation: Generation, episodes: Sequence[_Episode]) -> Iterator[Row]:
    rng, fake = generation.chance("family episodes"), generation.words("family episodes")
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
    generation: Generation,
    kids: Sequence[_Kid],
    titles: Sequence[_Title],
    episodes: Sequence[_Episode],
) -> Iterator[Row]:
    rng = generation.chance("family policies")
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
    if generation.number > 2:
        # The whale's first kid has a policy for whatever is new.
        whale_kid = _Kid(_WHALE_ID, _WHALE_ID)
        chosen += [(whale_kid, title) for title in titles[-_LATER_SHOWS - _LATER_FILMS :]]
    of_title = defaultdict(list)
    for episode in episodes:
        of_title[episode.title_id].append(episode.id)
    for number, (kid, title) in generation.numbered(chosen):
        yield {
            "id": number,
            "kid_profile_id": kid.id,
            "title_id": title.id,
            "policy": rng.choice(("allow", "allow", "deny")),
            "blocked_episodes": _blocked(rng, number, of_title[title.id]),
            "created_at": _before(rng, 0, 90),
        }


def _blocked(rng: Random, number: int, own: Sequence[int]) -> list[int] | None:
    """Ids of episodes, in no order: the array's order is the parent's."""
    if number == 1:
        return [7, DANGLING_EPISODES[0], 3, 120, DANGLING_EPISODES[1]]
    if not own:
        return None
    return maybe(rng, rng.sample(own, rng.randrange(4)))


def _devices(generation: Generation, kids: Sequence[_Kid]) -> Iterator[Row]:
    rng = generation.chance("family devices")
    names = ("Living room", "Tablette de Léa", "おばあちゃんの家", "Kitchen 🍳", "Old phone")
    users = [kid for kid in kids if kid.family_id == user_id(ADA) or rng.randrange(3)]
    if not generation.is_first:
        users += [_Kid(_WHALE_ID, _WHALE_ID)] * _WHALE_DEVICES
    for number, kid in generation.numbered(users):
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


def _pairing_codes(generation: Generation, parents: Sequence[_Parent]) -> Iterator[Row]:
    rng = generation.chance("family pairing codes")
    # Ada has six codes. Every fourth code is still good at the epoch, for it is minutes old.
    of_ada = [user_id(ADA)] * 6 if generation.is_first else []
    others = rng.choices([family_id for family_id, _ in parents], k=_CODES - len(of_ada))
    coded = zip(pairing_codes(generation), [*of_ada, *others], strict=True)
    for number, (code, family_id) in generation.numbered(coded):
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


def _selections(generation: Generation, parents: Sequence[_Parent]) -> Iterator[Row]:
    rng = generation.chance("family selections")
    choosers = [
        family_id for family_id, parent in parents if parent in (ADA, BEN) or rng.randrange(5)
    ]
    for number, family_id in generation.numbered(choosers):
        yield {
            "id": number,
            "family_id": family_id,
            "selected_services": maybe(rng, some(rng, _SERVICES, at_most=4), absent_one_in=10),
            "updated_at": _before(rng, 0, 200),
        }


def _content_tags(generation: Generation) -> Iterator[Row]:
    rng, fake = generation.chance("family content tags"), generation.words("family content tags")
    for number, (tag, category) in enumerate(_TAGS.items(), start=1):
        yield {
            "id": number,
            "tag": tag,
            "category": None if category == "other" else category,
            "description": maybe(rng, fake.sentence()),
        }


def _episode_links(generation: Generation, episodes: Sequence[_Episode]) -> Iterator[Row]:
    rng = generation.chance("family episode links")
    linked = [
        (episode, platform)
        for episode in episodes
        if episode.id == 1 or rng.randrange(3) == 0
        for platform in (_SERVICES if episode.id == 1 else some(rng, _SERVICES, at_most=2))
    ]
    for number, (episode, platform) in generation.numbered(linked):
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


def _reports(
    generation: Generation, parents: Sequence[_Parent], titles: Sequence[_Title]
) -> Iterator[Row]:
    rng, fake = generation.chance("family reports"), generation.words("family reports")
    issues = ("wrong_rating", "missing_episode", "broken_link", "wrong_tags", "too_scary")
    statuses = ("pending", "resolved", "dismissed")
    busy = [user_id(ADA)] * 9 if generation.is_first else [_WHALE_ID] * _WHALE_REPORTS
    family_ids = [*busy, *(rng.choice(parents)[0] for _ in range(51))]
    for number, family_id in generation.numbered(family_ids):
        status = statuses[number % 3] if number - generation.before < len(family_ids) else None
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
    return naive(before(rng, least_days, most_days))
