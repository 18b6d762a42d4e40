"""The rows of stream: accounts, their subscriptions and profiles, films, and who watched what."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from gateway.demo.data.epoch import ago, iso
from gateway.demo.data.making import Row, Tables, faker, item, maybe, opaque_id, some, stamp
from gateway.demo.data.people import ADA, BEN, CHLOE, JOHN, MIXED_CASE, ZOE, Person, strangers
from gateway.demo.data.titles import (
    GENRES,
    SHARED_FILMS,
    SHARED_SHOWS,
    STREAM_FILMS,
    Work,
    invented,
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
_FILM_COUNT = 300
_ADA_PROFILES = ("Ada", "Mia", "映画の夜", "Mamá y Papá", "Guests 🍿")
_ADA_VIEWINGS = (230, 25, 12, 8, 0)
_ADA_WATCHLIST = (60, 6, 3, 1, 0)


class _Profile(NamedTuple):
    account: str
    id: str
    name: str
    kids: bool


class _Film(NamedTuple):
    id: str
    work: Work
    minutes: int | None


def rows() -> Tables:
    """Every stored table of stream with its rows, the same at each call."""
    people = [*_NAMED, *strangers("stream", 50)]
    profiles = list(_profiles(people))
    films = list(_films())
    return {
        "AccountTable": list(_accounts(people)),
        "SubscriptionTable": list(_subscriptions(people)),
        "UserUsageTable": list(_usage(people)),
        "ProfileTable": list(_profile_rows(profiles)),
        "ProfileSettingsTable": list(_settings(profiles)),
        "ProfileAITable": list(_ai_preferences(profiles)),
        "MovieTable": list(_movies(films)),
        "WatchlistTable": list(_watchlist(people, profiles, films)),
        "WatchHistoryTable": list(_history(people, profiles, films)),
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


def _profiles(people: Sequence[Person]) -> Iterator[_Profile]:
    rng, fake = Random("stream profiles"), faker("en_US", "stream profiles")
    for person in people:
        others = [fake.first_name() for _ in range(rng.randrange(4))]
        names = _ADA_PROFILES if person is ADA else (person.first_name, *others)
        for number, name in enumerate(names):
            kids = number > 0 and (number == 1 if person is ADA else rng.randrange(3) == 0)
            yield _Profile(account_id(person), profile_id(person, number), name, kids)


def _films() -> Iterator[_Film]:
    rng = Random("stream films")
    known = [*SHARED_FILMS, *SHARED_SHOWS, *STREAM_FILMS]
    works = known + invented("stream films", _FILM_COUNT - len(known))
    for number, work in enumerate(works, start=1):
        yield _Film(movie_id(number), work, maybe(rng, rng.randint(62, 190), absent_one_in=8))


def _accounts(people: Sequence[Person]) -> Iterator[Row]:
    rng = Random("stream accounts")
    for person in people:
        named = person in _NAMED
        yield item(
            accountId=account_id(person),
            email=person.email.lower(),
            firstName=person.first_name if named else maybe(rng, person.first_name),
            lastName=person.last_name if named else maybe(rng, person.last_name),
            createdAt=stamp(rng, _before(rng, 300, 2000)),
            updatedAt=maybe(rng, stamp(rng, _before(rng, 0, 100))),
        )


def _subscriptions(people: Sequence[Person]) -> Iterator[Row]:
    rng = Random("stream subscriptions")
    statuses = ("active", "active", "trialing", "past_due", "paused", "cancelled", "expired")
    for person in people:
        services = ("stream", *rng.sample(("shop", "music", "games"), rng.randrange(3)))
        for service in services:
            start = _before(rng, 60, 300)
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
                updatedAt=maybe(rng, stamp(rng, _before(rng, 0, 20))),
            )


def _payment(rng: Random, subscription_id: str) -> Row:
    return {
        "token": f"canary-payment-{subscription_id}",
        "amount": Decimal("9.99"),
        "expires": {"month": rng.randint(1, 12), "year": 2027},
        "holder": None,
    }


def _usage(people: Sequence[Person]) -> Iterator[Row]:
    rng = Random("stream usage")
    activities = ("login", "browse", "search", "play", "pause", "rate", "purchase")
    for person in people:
        for number in range(90 if person is ADA else rng.randint(1, 7)):
            activity = rng.choice(activities)
            session = opaque_id("stream", "session", person.email, number // 5)
            yield item(
                accountId=account_id(person),
                timestamp=stamp(rng, _step_back(rng, number, hours=5)),
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


def _profile_rows(profiles: Sequence[_Profile]) -> Iterator[Row]:
    rng = Random("stream profile rows")
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
            createdAt=stamp(rng, _before(rng, 100, 300)),
            updatedAt=maybe(rng, stamp(rng, _before(rng, 0, 90)), absent_one_in=2),
        )


def _settings(profiles: Sequence[_Profile]) -> Iterator[Row]:
    rng, fake = Random("stream settings"), faker("en_US", "stream settings")
    for profile in profiles:
        if profile.account != account_id(ADA) and rng.randrange(6) == 0:
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
            createdAt=stamp(rng, _before(rng, 90, 100)),
            updatedAt=maybe(rng, stamp(rng, _before(rng, 0, 90))),
        )


def _parental_controls(rng: Random) -> Row:
    return {
        "enabled": True,
        "dailyMinutes": rng.choice((45, 60, 90)),
        "bedtime": {"from": "20:00", "until": "07:00"},
        "days": ["monday", "friday"],
        "exceptions": None,
    }


def _ai_preferences(profiles: Sequence[_Profile]) -> Iterator[Row]:
    rng, fake = Random("stream ai"), faker("en_US", "stream ai")
    styles = ("balanced", "adventurous", "familiar", "critics")
    levels = ("none", "mild", "moderate", "full")
    for profile in profiles:
        if profile.account != account_id(ADA) and rng.randrange(4) == 0:
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
            createdAt=stamp(rng, _before(rng, 90, 100)),
            updatedAt=maybe(rng, stamp(rng, _before(rng, 0, 90))),
        )


def _movies(films: Sequence[_Film]) -> Iterator[Row]:
    rng, fake = Random("stream movies"), faker("en_US", "stream movies")
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
    people: Sequence[Person], profiles: Sequence[_Profile], films: Sequence[_Film]
) -> Iterator[Row]:
    rng = Random("stream watchlist")
    # One row an account and movie: the profiles of an account share its movies out among them.
    movies = [film.id for film in films]
    for person in people:
        adders = _shares(rng, person, profiles, _ADA_WATCHLIST, at_most=4)
        added = rng.sample(movies, len(adders))
        if person is BEN:
            adders, added = [profile_id(BEN, 0), *adders], [GONE_MOVIE, *added]
        for adder, movie in zip(adders, added, strict=True):
            yield item(
                accountId=account_id(person),
                movieId=movie,
                profileId=adder,
                dateAdded=stamp(rng, _before(rng, 0, 90)),
                addedFrom=maybe(rng, rng.choice(("browse", "recommendation", "search"))),
            )


def _history(
    people: Sequence[Person], profiles: Sequence[_Profile], films: Sequence[_Film]
) -> Iterator[Row]:
    rng = Random("stream history")
    for person in people:
        viewers = _shares(rng, person, profiles, _ADA_VIEWINGS, at_most=6)
        if person is BEN:
            viewers.append(GONE_PROFILE)
        for number, viewer in enumerate(viewers):
            # Twice at random: some movies are far more popular than others.
            film = films[rng.randrange(1 + rng.randrange(len(films)))]
            watched_at = stamp(rng, _step_back(rng, number, hours=7))
            yield _viewing(rng, account_id(person), viewer, film, watched_at)
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
    of_ada: Sequence[int],
    *,
    at_most: int,
) -> list[str]:
    """The profiles of a person, each as often as it did something, in any order."""
    own = [profile.id for profile in profiles if profile.account == account_id(person)]
    counts = of_ada if person is ADA else [rng.randint(0, at_most) for _ in own]
    shares = [profile for profile, count in zip(own, counts, strict=True) for _ in range(count)]
    rng.shuffle(shares)
    return shares


def _before(rng: Random, least_days: int, most_days: int) -> datetime:
    return ago(days=rng.randrange(least_days, most_days), seconds=rng.randint(1, 86_399))


def _step_back(rng: Random, number: int, *, hours: int) -> datetime:
    """The instant of a series' member, newest first and no two the same."""
    return ago(hours=number * hours, seconds=rng.randint(1, hours * 3600 - 1))
