"""The rows of stream: accounts, their subscriptions and profiles, films, and who watched what."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from gateway.demo.data.epoch import ago, iso
from gateway.demo.data.generations import FIRST, Generation
from gateway.demo.data.making import (
    Row,
    Tables,
    before,
    item,
    maybe,
    opaque_id,
    some,
    stamp,
    step_back,
)
from gateway.demo.data.people import (
    ADA,
    BEN,
    CHLOE,
    JOHN,
    MIXED_CASE,
    WHALE,
    ZOE,
    Person,
    strangers,
)
from gateway.demo.data.titles import (
    GENRES,
    SHARED_FILMS,
    SHARED_SHOWS,
    STREAM_FILMS,
    Work,
    invented,
    released_later,
)

EXAMPLE_PROFILE: Row = {
    "accountId": "123e4567-e89b-12d3-a456-426614174000",
    "profileId": "98765432-abcd-efgh-ijkl-123456789012",
    "name": "John",
    "avatar": "avatar2",
    "isKidsProfile": False,
    "createdAt": "2025-06-23T14:15:22Z",
    "updatedAt": "2025-06-23T14:15:22Z",
}
"""The document's example, as it is written there."""

CANARIES = ("canary-payment-", "canary-pin-", "canary-session-")
"""What the secret columns of this product can be told by."""

GONE_PROFILE = opaque_id("stream", "profile", "gone")
"""A profile that a watch event names and that is no more."""

GONE_MOVIE = opaque_id("stream", "movie", "gone")
"""A movie that a watchlist row names and that is no more."""

_NAMED = (ADA, BEN, CHLOE, ZOE, MIXED_CASE, JOHN)
_FILM_COUNT, _LATER_FILMS = 300, 30
_PROFILES = {
    ADA: ("Ada", "Mia", "映画の夜", "Mamá y Papá", "Guests 🍿"),
    WHALE: ("Moby", "Calf", "Pod"),
}
# How much each of their profiles does; the whale's do as much again in every generation.
_VIEWINGS = {ADA: (230, 25, 12, 8, 0), WHALE: (160, 30, 10)}
_WATCHLISTS = {ADA: (60, 6, 3, 1, 0), WHALE: (12, 8, 4)}
_WHALE_USAGE = 60


class _Profile(NamedTuple):
    account: str
    id: str
    name: str
    kids: bool


class _Film(NamedTuple):
    id: str
    work: Work
    minutes: int | None


def rows(generation: Generation = FIRST) -> Tables:
    """Every stored table of stream with its rows, the same at each call."""
    first = generation.is_first
    people = [*_NAMED, *strangers("stream", 50)] if first else generation.newcomers("stream")
    active = generation.active(people)
    profiles = list(_profiles(generation, active))
    made = profiles if active is people else profiles[len(_PROFILES[WHALE]) :]
    films = list(_films(generation))
    known = films if first else [*_films(FIRST), *films]
    return {
        "AccountTable": list(_accounts(generation, people)),
        "SubscriptionTable": list(_subscriptions(generation, people)),
        "UserUsageTable": list(_usage(generation, active)),
        "ProfileTable": list(_profile_rows(generation, made)),
        "ProfileSettingsTable": list(_settings(generation, made)),
        "ProfileAITable": list(_ai_preferences(generation, made)),
        "MovieTable": list(_movies(generation, films)),
        "WatchlistTable": list(_watchlist(generation, active, profiles, known)),
        "WatchHistoryTable": list(_history(generation, active, profiles, known)),
    }


def account_id(person: Person) -> str:
    """The stream account of a person."""
    if person is JOHN:
        return str(EXAMPLE_PROFILE["accountId"])
    return opaque_id("stream", "account", person.email)


def profile_id(person: Person, number: int) -> str:
    """A profile of a person, counted from 0: Ada's 0 is her main one, her 1 is a kids profile."""
    if person is JOHN and number == 0:
        return str(EXAMPLE_PROFILE["profileId"])
    return opaque_id("stream", "profile", person.email, number)


def movie_id(number: int) -> str:
    """A movie, counted from 1."""
    return f"movie-{number:04}"


def _profiles(generation: Generation, people: Sequence[Person]) -> Iterator[_Profile]:
    rng, fake = generation.chance("stream profiles"), generation.words("stream profiles")
    for person in people:
        others = [fake.first_name() for _ in range(rng.randrange(4))]
        names = _PROFILES.get(person, (person.first_name, *others))
        for number, name in enumerate(names):
            kids = number > 0 and (number == 1 if person is ADA else rng.randrange(3) == 0)
            yield _Profile(account_id(person), profile_id(person, number), name, kids)


def _films(generation: Generation) -> Iterator[_Film]:
    rng = generation.chance("stream films")
    known = [*SHARED_FILMS, *SHARED_SHOWS, *STREAM_FILMS]
    invention = generation.chance("stream films")
    if generation.is_first:
        works = known + invented(invention, _FILM_COUNT - len(known))
    else:
        works = released_later(invention, _LATER_FILMS)
    for number, work in generation.numbered(works):
        yield _Film(movie_id(number), work, maybe(rng, rng.randint(62, 190), absent_one_in=8))


def _accounts(generation: Generation, people: Sequence[Person]) -> Iterator[Row]:
    rng = generation.chance("stream accounts")
    for person in people:
        named = person in _NAMED
        yield item(
            accountId=account_id(person),
            email=person.email.lower(),
            firstName=person.first_name if named else maybe(rng, person.first_name),
            lastName=person.last_name if named else maybe(rng, person.last_name),
            createdAt=stamp(rng, before(rng, 300, 2000)),
            updatedAt=maybe(rng, stamp(rng, before(rng, 0, 100))),
        )


def _subscriptions(generation: Generation, people: Sequence[Person]) -> Iterator[Row]:
    rng = generation.chance("stream subscriptions")
    statuses = ("active", "active", "trialing", "past_due", "paused", "cancelled", "expired")
    for person in people:
        services = ("stream", *rng.sample(("shop", "music", "games"), rng.randrange(3)))
        for service in services:
            start = before(rng, 60, 300)
            status = "active" if person in _NAMED else rng.choice(statuses)
            ended = status in ("cancelled", "expired")
            subscription_id = opaque_id("stream", "subscription", person.email, service)
            yield item(
                accountId=account_id(person),
                subscriptionId=subscription_id,
                serviceType=service,
                plan=rng.choice(("free", "basic", "standard", "premium", "family")),
                status=status,
                startDate=stamp(rng, start),
                endDate=stamp(rng, start + timedelta(days=30)) if ended else None,
                paymentDetails=maybe(rng, _payment(rng, subscription_id)),
                trialEndDate=stamp(rng, ago(days=-9)) if status == "trialing" else None,
                createdAt=stamp(rng, start),
                updatedAt=maybe(rng, stamp(rng, before(rng, 0, 20))),
            )


def _payment(rng: Random, subscription_id: str) -> Row:
    return {
        "token": f"canary-payment-{subscription_id}",
        "amount": Decimal("9.99"),
        "expires": {"month": rng.randint(1, 12), "year": 2027},
        "holder": None,
    }


def _usage(generation: Generation, people: Sequence[Person]) -> Iterator[Row]:
    rng = generation.chance("stream usage")
    activities = ("login", "browse", "search", "play", "pause", "rate", "purchase")
    for person in people:
        count = 90 if person is ADA else rng.randint(1, 7)
        for number in generation.series(person, count, of_whale=_WHALE_USAGE):
            activity = rng.choice(activities)
            session = opaque_id("stream", "session", person.email, number // 5)
            at = step_back(rng, number, hours=1 if person is WHALE else 5)
            yield item(
                accountId=account_id(person),
                timestamp=stamp(rng, at),
                serviceType=rng.choice(("stream", "stream", "shop", "music", "games")),
                activityType=activity,
                details=maybe(rng, _usage_details(rng, activity)),
                deviceInfo=maybe(rng, _device_info(rng)),
                sessionId=maybe(rng, f"canary-session-{session}"),
            )


def _usage_details(rng: Random, activity: str) -> Row:
    if activity == "search":
        return {"query": rng.choice(("Amélie", "七人の侍", "🦎", "king kong")), "results": 3}
    if activity in ("play", "pause"):
        position = {"seconds": rng.randrange(7200), "share": Decimal("0.25")}
        return {"movieId": movie_id(rng.randint(1, 40)), "position": position, "next": None}
    if activity == "rate":
        return {"stars": Decimal(rng.randint(2, 10)) / 2, "tags": ["slow", "beautiful"]}
    return {"path": f"/{activity}", "filters": [], "first": rng.randrange(2) == 0}


def _device_info(rng: Random) -> Row:
    return {
        "kind": rng.choice(("tv", "phone", "tablet", "browser")),
        "screen": {"width": 1920, "height": 1080, "scale": Decimal("1.5")},
        "hdr": rng.randrange(2) == 0,
        "codecs": ["av1", "hevc"],
        "carrier": None,
    }


def _profile_rows(generation: Generation, profiles: Sequence[_Profile]) -> Iterator[Row]:
    rng = generation.chance("stream profile rows")
    for profile in profiles:
        if profile.id == EXAMPLE_PROFILE["profileId"]:
            yield dict(EXAMPLE_PROFILE)
            continue
        yield item(
            accountId=profile.account,
            profileId=profile.id,
            name=profile.name,
            avatar=maybe(rng, f"avatar{rng.randint(1, 12)}"),
            isKidsProfile=True if profile.kids else maybe(rng, False),
            createdAt=stamp(rng, before(rng, 100, 300)),
            updatedAt=maybe(rng, stamp(rng, before(rng, 0, 90)), absent_one_in=2),
        )


def _settings(generation: Generation, profiles: Sequence[_Profile]) -> Iterator[Row]:
    rng, fake = generation.chance("stream settings"), generation.words("stream settings")
    ada = account_id(ADA)
    for profile in profiles:
        if profile.account != ada and rng.randrange(6) == 0:
            continue  # some profiles have no settings yet
        protected = profile.kids or maybe(rng, False)
        yield item(
            profileId=profile.id,
            parentalControls=_parental_controls(rng) if profile.kids else None,
            contentSettings=maybe(rng, {"autoplay": True, "previews": False, "quality": "auto"}),
            languageSettings=maybe(rng, {"audio": "fr", "subtitles": ["ja", "pt-BR"]}),
            pinProtected=protected,
            pinCode=f"canary-pin-{profile.id}" if protected else None,
            maxContentRating=maybe(rng, "PG" if profile.kids else "R"),
            blockedGenres=maybe(rng, rng.sample(GENRES, rng.randrange(3))),
            blockedCreators=maybe(rng, [fake.name(), "Žofie Černá"]),
            createdAt=stamp(rng, before(rng, 90, 100)),
            updatedAt=maybe(rng, stamp(rng, before(rng, 0, 90))),
        )


def _parental_controls(rng: Random) -> Row:
    return {
        "enabled": True,
        "dailyMinutes": rng.choice((45, 60, 90)),
        "bedtime": {"from": "20:00", "until": "07:00"},
        "days": ["monday", "friday"],
        "exceptions": None,
    }


def _ai_preferences(generation: Generation, profiles: Sequence[_Profile]) -> Iterator[Row]:
    rng, fake = generation.chance("stream ai"), generation.words("stream ai")
    styles = ("balanced", "adventurous", "familiar", "critics")
    levels = ("none", "mild", "moderate", "full")
    ada = account_id(ADA)
    for profile in profiles:
        if profile.account != ada and rng.randrange(4) == 0:
            continue  # some profiles never opened their AI preferences
        favorites, disliked = some(rng, GENRES, at_most=3), some(rng, GENRES, at_most=2)
        yield item(
            profileId=profile.id,
            aiInstructions=maybe(rng, f"{fake.sentence()} Rien de trop long, s'il te plaît 🙏"),
            recommendationStyle=maybe(rng, rng.choice(styles)),
            favoriteGenres=maybe(rng, favorites),
            dislikedGenres=maybe(rng, [genre for genre in disliked if genre not in favorites]),
            contentFilters=maybe(rng, {"maxMinutes": 120, "languages": ["fr"], "gore": False}),
            explicitContentLevel="none" if profile.kids else maybe(rng, rng.choice(levels)),
            createdAt=stamp(rng, before(rng, 90, 100)),
            updatedAt=maybe(rng, stamp(rng, before(rng, 0, 90))),
        )


def _movies(generation: Generation, films: Sequence[_Film]) -> Iterator[Row]:
    rng, fake = generation.chance("stream movies"), generation.words("stream movies")
    actors = [fake.name() for _ in range(60)] + ["三船 敏郎", "Zoë Kravčuk", "Søren Ålund"]
    site = "https://media.stream.example.com"
    for film in films:
        yield item(
            movieId=film.id,
            title=film.work.name,
            genre=film.work.genre,
            releaseYear=f"{film.work.year:04}",
            director=maybe(rng, rng.choice(actors)),
            cast=maybe(rng, some(rng, actors, at_most=6)),
            rating=maybe(rng, rng.choice(("G", "PG", "PG-13", "R"))),
            duration=film.minutes,
            description=maybe(rng, fake.sentence(nb_words=12)),
            imageUrl=maybe(rng, f"{site}/{film.id}/poster.jpg"),
            trailerUrl=maybe(rng, f"{site}/{film.id}/trailer.mp4"),
            streamUrl=maybe(rng, f"{site}/{film.id}/master.m3u8"),
        )


def _watchlist(
    generation: Generation,
    people: Sequence[Person],
    profiles: Sequence[_Profile],
    films: Sequence[_Film],
) -> Iterator[Row]:
    rng = generation.chance("stream watchlist")
    # One row an account and movie: the profiles of an account share its movies out among them.
    movies = [film.id for film in films]
    for person in people:
        adders = _shares(rng, person, profiles, _WATCHLISTS, at_most=4)
        # The whale adds films that are new in its generation: the others may be on its list.
        added = movies[-len(adders) :] if person is WHALE else rng.sample(movies, len(adders))
        if person is BEN:
            adders, added = [profile_id(BEN, 0), *adders], [GONE_MOVIE, *added]
        for adder, movie in zip(adders, added, strict=True):
            yield item(
                accountId=account_id(person),
                movieId=movie,
                profileId=adder,
                dateAdded=stamp(rng, before(rng, 0, 90)),
                addedFrom=maybe(rng, rng.choice(("browse", "recommendation", "search"))),
            )


def _history(
    generation: Generation,
    people: Sequence[Person],
    profiles: Sequence[_Profile],
    films: Sequence[_Film],
) -> Iterator[Row]:
    rng = generation.chance("stream history")
    for person in people:
        viewers = _shares(rng, person, profiles, _VIEWINGS, at_most=6)
        if person is BEN:
            viewers.append(GONE_PROFILE)
        numbers = generation.series(person, len(viewers), of_whale=len(viewers))
        account = account_id(person)
        for number, viewer in zip(numbers, viewers, strict=True):
            # Twice at random: some movies are far more popular than others.
            film = films[rng.randrange(1 + rng.randrange(len(films)))]
            at = step_back(rng, number, hours=1 if person is WHALE else 7)
            yield _viewing(rng, account, viewer, film, stamp(rng, at))
    if generation.is_first:
        yield from _twins(rng, films)


def _twins(rng: Random, films: Sequence[_Film]) -> Iterator[Row]:
    # One instant in both of its forms: two keys, of which `…00.000Z` sorts before `…00Z`.
    for number, millis in enumerate((False, True)):
        watched_at = iso(ago(days=99), millis=millis)
        yield _viewing(rng, account_id(ADA), profile_id(ADA, 4), films[number], watched_at)


def _viewing(rng: Random, account: str, profile: str, film: _Film, watched_at: str) -> Row:
    percent = rng.randint(1, 100)
    return item(
        accountId=account,
        watchedAt=watched_at,
        profileId=profile,
        movieId=film.id,
        progressSeconds=film.minutes and film.minutes * 60 * percent // 100,
        completed=maybe(rng, percent >= 95),
        deviceType=maybe(rng, rng.choice(("tv", "phone", "tablet", "browser"))),
    )


def _shares(
    rng: Random,
    person: Person,
    profiles: Sequence[_Profile],
    counted: Mapping[Person, Sequence[int]],
    *,
    at_most: int,
) -> list[str]:
    """The profiles of a person, each as often as it did something, in any order."""
    account = account_id(person)
    own = [profile.id for profile in profiles if profile.account == account]
    counts = counted.get(person) or [rng.randint(0, at_most) for _ in own]
    shares = [profile for profile, count in zip(own, counts, strict=True) for _ in range(count)]
    rng.shuffle(shares)
    return shares
