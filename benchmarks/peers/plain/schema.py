"""The types that the shapes need, in Strawberry's usual way: classes, resolvers, DataLoaders."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Coroutine
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, NewType, TypeVar

import orjson
import strawberry
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from benchmarks.peers.plain import models
from benchmarks.peers.plain.stores import Item, Stores

T = TypeVar("T")

BigInt = NewType("BigInt", int)
JSON = NewType("JSON", object)
SIZE = 20


class Context:
    """A request's context: who asks, and the loaders that it has opened."""

    def __init__(self, stores: Stores, email: str | None) -> None:
        self.stores = stores
        self.email = email
        self._loaders: dict[Any, DataLoader[Any, Any]] = {}

    def load(
        self, name: Any, key: Any, batch: Callable[[list[Any]], Coroutine[Any, Any, list[Any]]]
    ) -> Any:
        """What the loader of this name finds for a key."""
        if name not in self._loaders:
            self._loaders[name] = DataLoader(load_fn=batch)
        return self._loaders[name].load(key)

    def row(self, model: type[models.Row], key: int) -> Any:
        """The row of a key."""
        return self.load(model, key, lambda keys: self.stores.each(model, keys))

    async def rows_of(
        self, model: type[models.Row], parent: Any, order: tuple[Any, ...], first: int, key: int
    ) -> Any:
        """The first rows below a parent."""
        return await self.load(
            (model, first),
            key,
            lambda keys: self.stores.first_of_each(model, parent, order, first, keys),
        )

    async def movie(self, key: str) -> Movie | None:
        """The movie of an id."""
        item = await self.load(
            "movies", key, lambda keys: self.stores.items("MovieTable", "movieId", keys)
        )
        return item and Movie.of(item)


Info = strawberry.Info[Context, None]


def plain(value: Any) -> Any:
    """What DynamoDB keeps in a map, with numbers that JSON can be made of."""
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    return float(value) if isinstance(value, Decimal) else value


def moment(text: str) -> datetime:
    """The time that DynamoDB keeps as text."""
    return datetime.fromisoformat(text)


@strawberry.enum
class MediaType(Enum):
    MOVIE = "movie"
    TV = "tv"


@strawberry.enum
class Policy(Enum):
    ALLOW = "allow"
    DENY = "deny"


@strawberry.enum
class Product(Enum):
    STREAM = "stream"
    FAMILY = "family"
    STUDIO = "studio"
    SOCIAL = "social"
    PREP = "prep"


@strawberry.enum
class Sentiment(Enum):
    POSITIVE = "positive"
    NEGATIVE = "negative"
    NEUTRAL = "neutral"


@strawberry.enum
class AssessmentStatus(Enum):
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    ABANDONED = "abandoned"


@strawberry.type
class Connection(Generic[T]):
    nodes: list[T]


@strawberry.interface
class Node:
    @strawberry.field
    def id(self) -> strawberry.ID:
        """Not asked for by any shape."""
        raise NotImplementedError


@strawberry.interface
class Title:
    title: str | None


@strawberry.type
class Movie(Title, Node):
    movie_id: strawberry.ID
    genre: str | None
    release_year: int | None
    director: str | None
    content_rating: str | None
    duration_minutes: int | None
    poster_url: str | None

    @classmethod
    def of(cls, item: Item) -> Movie:
        return cls(
            movie_id=item["movieId"],
            title=item["title"],
            genre=item["genre"],
            release_year=int(item["releaseYear"]),
            director=item.get("director"),
            content_rating=item.get("rating"),
            duration_minutes=item.get("duration"),
            poster_url=item.get("imageUrl"),
        )


@strawberry.type
class EpisodeLink:
    platform: str | None
    url: str | None
    verified: bool
    created_at: datetime

    @classmethod
    def of(cls, row: models.EpisodeLink) -> EpisodeLink:
        return cls(
            platform=row.platform,
            url=row.url,
            verified=row.verified,
            created_at=row.created_at,
        )


@strawberry.type
class Episode:
    database_id: int
    tmdb_episode_id: int
    season_number: int
    episode_number: int
    name: str | None
    overview: str | None
    air_date: date | None
    tags: list[str] | None

    @classmethod
    def of(cls, row: models.Episode) -> Episode:
        return cls(
            database_id=row.id,
            tmdb_episode_id=row.tmdb_episode_id,
            season_number=row.season_number,
            episode_number=row.episode_number,
            name=row.name,
            overview=row.overview,
            air_date=row.air_date,
            tags=row.tags,
        )

    @strawberry.field
    async def links(self, info: Info, first: int = SIZE) -> Connection[EpisodeLink]:
        link = models.EpisodeLink
        order = (link.created_at, link.id)
        rows = await info.context.rows_of(link, link.episode_id, order, first, self.database_id)
        return Connection(nodes=[EpisodeLink.of(row) for row in rows])


@strawberry.type
class TmdbTitle(Title):
    database_id: int
    tmdb_id: int
    media_type: MediaType | None
    overview: str | None
    release_date: date | None
    tmdb_rating: str | None
    tags: list[str] | None

    @classmethod
    def of(cls, row: models.Title) -> TmdbTitle:
        return cls(
            database_id=row.id,
            tmdb_id=row.tmdb_id,
            title=row.title,
            media_type=None if row.media_type is None else MediaType(row.media_type),
            overview=row.overview,
            release_date=row.release_date,
            tmdb_rating=row.rating,
            tags=row.tags,
        )

    @strawberry.field
    async def episodes(self, info: Info, first: int = SIZE) -> Connection[Episode]:
        episode = models.Episode
        order = (episode.season_number, episode.episode_number, episode.id)
        rows = await info.context.rows_of(episode, episode.title_id, order, first, self.database_id)
        return Connection(nodes=[Episode.of(row) for row in rows])


@strawberry.type
class Image:
    database_id: int
    image_url: str
    image_type: str | None
    generation_params: JSON | None
    quality_score: Decimal | None
    file_size_bytes: BigInt | None

    @classmethod
    def of(cls, row: models.Image) -> Image:
        return cls(
            database_id=row.id,
            image_url=row.image_url,
            image_type=row.image_type,
            generation_params=row.generation_params,
            quality_score=row.quality_score,
            file_size_bytes=row.file_size_bytes,  # type: ignore[arg-type]
        )


@strawberry.type
class Character:
    database_id: int
    name: str
    image_url: str | None
    quality_score: Decimal | None
    created_at: datetime

    @classmethod
    def of(cls, row: models.Character) -> Character:
        return cls(
            database_id=row.id,
            name=row.character_name,
            image_url=row.image_url,
            quality_score=row.quality_score,
            created_at=row.created_at,
        )

    @strawberry.field
    async def images(self, info: Info, first: int = SIZE) -> Connection[Image]:
        image = models.CharacterImage
        order = (image.created_at, image.id)
        rows = await info.context.rows_of(image, image.character_id, order, first, self.database_id)
        return Connection(nodes=[Image.of(row) for row in rows])


@strawberry.type
class Keyframe:
    database_id: int
    scene_id: int
    sequence: int
    description: str
    timing_seconds: int
    quality_score: Decimal | None

    @classmethod
    def of(cls, row: models.Keyframe) -> Keyframe:
        return cls(
            database_id=row.id,
            scene_id=row.scene_id,
            sequence=row.sequence,
            description=row.keyframe_description,
            timing_seconds=row.timing_seconds,
            quality_score=row.quality_score,
        )

    @strawberry.field
    async def images(self, info: Info, first: int = SIZE) -> Connection[Image]:
        image = models.KeyframeImage
        order = (image.created_at, image.id)
        rows = await info.context.rows_of(image, image.keyframe_id, order, first, self.database_id)
        return Connection(nodes=[Image.of(row) for row in rows])


@strawberry.type
class VideoClip:
    database_id: int
    scene_id: int
    clip_id: str
    video_url: str
    duration_seconds: int
    file_size_bytes: BigInt | None
    quality_score: Decimal | None

    @classmethod
    def of(cls, row: models.VideoClip) -> VideoClip:
        return cls(
            database_id=row.id,
            scene_id=row.scene_id,
            clip_id=row.clip_id,
            video_url=row.video_url,
            duration_seconds=row.duration_seconds,
            file_size_bytes=row.file_size_bytes,  # type: ignore[arg-type]
            quality_score=row.quality_score,
        )


@strawberry.type
class Voiceover:
    database_id: int
    audio_url: str
    language: str
    duration_seconds: int
    voice_settings: JSON

    @classmethod
    def of(cls, row: models.Voiceover) -> Voiceover:
        return cls(
            database_id=row.id,
            audio_url=row.audio_url,
            language=row.language,
            duration_seconds=row.duration_seconds,
            voice_settings=row.voice_settings,
        )


@strawberry.type
class FinalVideo:
    database_id: int
    video_url: str
    duration_seconds: int
    thumbnail_urls: list[str] | None
    delivered_at: datetime | None

    @classmethod
    def of(cls, row: models.FinalVideo) -> FinalVideo:
        return cls(
            database_id=row.id,
            video_url=row.video_url,
            duration_seconds=row.duration_seconds,
            thumbnail_urls=row.thumbnail_urls,
            delivered_at=row.delivered_at,
        )


@strawberry.type
class InputRecord:
    database_id: int
    status: str | None
    detected_language: str | None
    input_length: int
    created_at: datetime

    @classmethod
    def of(cls, row: models.InputRecord) -> InputRecord:
        return cls(
            database_id=row.id,
            status=row.status,
            detected_language=row.detected_language,
            input_length=row.input_length,
            created_at=row.created_at,
        )

    @strawberry.field
    async def characters(self, info: Info, first: int = SIZE) -> Connection[Character]:
        made = models.Character
        rows = await self._made(info, made, (made.created_at, made.id), first)
        return Connection(nodes=[Character.of(row) for row in rows])

    @strawberry.field
    async def keyframes(self, info: Info, first: int = SIZE) -> Connection[Keyframe]:
        made = models.Keyframe
        rows = await self._made(info, made, (made.scene_id, made.sequence, made.id), first)
        return Connection(nodes=[Keyframe.of(row) for row in rows])

    @strawberry.field
    async def video_clips(self, info: Info, first: int = SIZE) -> Connection[VideoClip]:
        made = models.VideoClip
        rows = await self._made(info, made, (made.scene_id, made.id), first)
        return Connection(nodes=[VideoClip.of(row) for row in rows])

    @strawberry.field
    async def voiceovers(self, info: Info, first: int = SIZE) -> Connection[Voiceover]:
        made = models.Voiceover
        rows = await self._made(info, made, (made.created_at, made.id), first)
        return Connection(nodes=[Voiceover.of(row) for row in rows])

    @strawberry.field
    async def final_videos(self, info: Info, first: int = SIZE) -> Connection[FinalVideo]:
        made = models.FinalVideo
        rows = await self._made(info, made, (made.created_at, made.id), first)
        return Connection(nodes=[FinalVideo.of(row) for row in rows])

    async def _made(self, info: Info, made: Any, order: tuple[Any, ...], first: int) -> Any:
        return await info.context.rows_of(
            made, made.input_record_id, order, first, self.database_id
        )


@strawberry.interface
class Account:
    product: Product
    email: str | None


@strawberry.type
class ProfileSettings:
    max_content_rating: str | None
    pin_protected: bool | None
    blocked_genres: list[str] | None
    parental_controls: JSON | None

    @classmethod
    def of(cls, item: Item) -> ProfileSettings:
        return cls(
            max_content_rating=item.get("maxContentRating"),
            pin_protected=item.get("pinProtected"),
            blocked_genres=item.get("blockedGenres"),
            parental_controls=plain(item.get("parentalControls")),
        )


@strawberry.type
class WatchlistItem:
    date_added: datetime
    added_from: str | None
    movie_id: strawberry.Private[str]

    @classmethod
    def of(cls, item: Item) -> WatchlistItem:
        return cls(
            date_added=moment(item["dateAdded"]),
            added_from=item.get("addedFrom"),
            movie_id=item["movieId"],
        )

    @strawberry.field
    async def movie(self, info: Info) -> Movie | None:
        return await info.context.movie(self.movie_id)


@strawberry.type
class StreamProfile:
    profile_id: strawberry.ID
    name: str | None
    avatar: str | None
    is_kids_profile: bool | None

    @classmethod
    def of(cls, item: Item) -> StreamProfile:
        return cls(
            profile_id=item["profileId"],
            name=item["name"],
            avatar=item.get("avatar"),
            is_kids_profile=item.get("isKidsProfile"),
        )

    @strawberry.field
    async def settings(self, info: Info) -> ProfileSettings | None:
        stores = info.context.stores
        item = await info.context.load(
            "settings",
            self.profile_id,
            lambda keys: stores.items("ProfileSettingsTable", "profileId", keys),
        )
        return item and ProfileSettings.of(item)

    @strawberry.field
    async def watchlist(self, info: Info, first: int = SIZE) -> Connection[WatchlistItem]:
        stores = info.context.stores

        async def batch(keys: list[str]) -> list[list[Item]]:
            return await asyncio.gather(
                *(
                    stores.query("WatchlistTable", "profileId", key, first, "ProfileIndex")
                    for key in keys
                )
            )

        items = await info.context.load(("watchlist", first), self.profile_id, batch)
        return Connection(nodes=[WatchlistItem.of(item) for item in items])


@strawberry.type
class StreamAccount(Account):
    account_id: strawberry.ID
    created_at: datetime

    @classmethod
    async def by_email(cls, stores: Stores, email: str) -> StreamAccount | None:
        items = await stores.query("AccountTable", "email", email, 1, "EmailIndex")
        return next(
            (
                cls(
                    product=Product.STREAM,
                    email=item["email"],
                    account_id=item["accountId"],
                    created_at=moment(item["createdAt"]),
                )
                for item in items
            ),
            None,
        )

    @strawberry.field
    async def profiles(self, info: Info, first: int = SIZE) -> Connection[StreamProfile]:
        items = await info.context.stores.query("ProfileTable", "accountId", self.account_id, first)
        return Connection(nodes=[StreamProfile.of(item) for item in items])


@strawberry.type
class TitlePolicy:
    policy: Policy | None
    created_at: datetime
    title_id: strawberry.Private[int]

    @classmethod
    def of(cls, row: models.Policy) -> TitlePolicy:
        return cls(
            policy=None if row.policy is None else Policy(row.policy),
            created_at=row.created_at,
            title_id=row.title_id,
        )

    @strawberry.field
    async def title(self, info: Info) -> TmdbTitle | None:
        row = await info.context.row(models.Title, self.title_id)
        return row and TmdbTitle.of(row)


@strawberry.type
class KidProfile:
    database_id: int
    name: str | None

    @classmethod
    def of(cls, row: models.KidProfile) -> KidProfile:
        return cls(database_id=row.id, name=row.name)

    @strawberry.field
    async def policies(self, info: Info, first: int = SIZE) -> Connection[TitlePolicy]:
        policy = models.Policy
        order = (policy.created_at.desc(), policy.id.desc())
        rows = await info.context.rows_of(
            policy, policy.kid_profile_id, order, first, self.database_id
        )
        return Connection(nodes=[TitlePolicy.of(row) for row in rows])


@strawberry.type
class FamilyAccount(Account):
    database_id: int

    @classmethod
    async def by_email(cls, stores: Stores, email: str) -> FamilyAccount | None:
        row = await stores.by_email(models.FamilyUser, email)
        return row and cls(product=Product.FAMILY, email=row.email, database_id=row.id)

    @strawberry.field
    async def kid_profiles(self, info: Info, first: int = SIZE) -> Connection[KidProfile]:
        profile = models.KidProfile
        order = (profile.created_at, profile.id)
        rows = await info.context.rows_of(
            profile, profile.family_id, order, first, self.database_id
        )
        return Connection(nodes=[KidProfile.of(row) for row in rows])


@strawberry.type
class StudioAccount(Account):
    database_id: int

    @classmethod
    async def by_email(cls, stores: Stores, email: str) -> StudioAccount | None:
        row = await stores.by_email(models.StudioUser, email)
        return row and cls(product=Product.STUDIO, email=row.email, database_id=row.id)

    @strawberry.field
    async def input_records(self, info: Info, first: int = SIZE) -> Connection[InputRecord]:
        record = models.InputRecord
        order = (record.created_at.desc(), record.id.desc())
        rows = await info.context.rows_of(record, record.user_id, order, first, self.database_id)
        return Connection(nodes=[InputRecord.of(row) for row in rows])


@strawberry.type
class PostEngagement:
    likes: BigInt | None
    shares: BigInt | None
    comments: BigInt | None
    views: BigInt | None

    @classmethod
    def of(cls, stored: Item) -> PostEngagement:
        return cls(
            likes=stored.get("likes"),
            shares=stored.get("shares"),
            comments=stored.get("comments"),
            views=stored.get("views"),
        )


@strawberry.type
class SocialPost:
    post_id: strawberry.ID
    platform: str
    content: str
    url: str | None
    engagement_rate: float
    hashtags: list[str]
    sentiment: Sentiment | None
    created_at: datetime
    engagement: PostEngagement

    @classmethod
    def of(cls, item: Item) -> SocialPost:
        sentiment = item.get("sentiment")
        return cls(
            post_id=item["postId"],
            platform=item["platform"],
            content=item["content"],
            url=item.get("url"),
            engagement_rate=float(item["engagementRate"]),
            hashtags=item["hashtags"],
            sentiment=None if sentiment is None else Sentiment(sentiment),
            created_at=moment(item["createdAt"]),
            engagement=PostEngagement.of(item["engagement"]),
        )


@strawberry.type
class CreatorAccount(Account):
    user_id: strawberry.ID
    username: str | None

    @classmethod
    async def by_email(cls, stores: Stores, email: str) -> CreatorAccount | None:
        items = await stores.query("cloudstro-users", "email", email, 1, "email-index")
        return next(
            (
                cls(
                    product=Product.SOCIAL,
                    email=item["email"],
                    user_id=item["userId"],
                    username=item["username"],
                )
                for item in items
            ),
            None,
        )

    @strawberry.field
    async def posts(self, info: Info, first: int = SIZE) -> Connection[SocialPost]:
        items = await info.context.stores.query(
            "cloudstro-social-posts", "userId", self.user_id, first
        )
        return Connection(nodes=[SocialPost.of(item) for item in items])


@strawberry.type
class SpeakingScores:
    fluency_coherence: float | None
    lexical_resource: float | None


@strawberry.type
class AssessmentScores:
    speaking: SpeakingScores | None

    @classmethod
    def of(cls, stored: Item) -> AssessmentScores:
        speaking = stored.get("speaking")
        return cls(
            speaking=speaking
            and SpeakingScores(
                fluency_coherence=speaking.get("fluency_coherence"),
                lexical_resource=speaking.get("lexical_resource"),
            )
        )


@strawberry.type
class Assessment:
    assessment_id: strawberry.ID
    band_score: float | None
    status: AssessmentStatus | None
    scores: AssessmentScores | None

    @classmethod
    def of(cls, item: Item) -> Assessment:
        status, scores = item.get("status"), item.get("scores")
        return cls(
            assessment_id=item["assessment_id"],
            band_score=item.get("band_score"),
            status=None if status is None else AssessmentStatus(status),
            scores=None if scores is None else AssessmentScores.of(scores),
        )


@strawberry.type
class LearnerAccount(Account):
    username: str | None

    @classmethod
    async def by_email(cls, stores: Stores, email: str) -> LearnerAccount | None:
        item = await stores.item("ielts-genai-prep-users", email=email)
        if item is None:
            return None
        return cls(product=Product.PREP, email=item["email"], username=item.get("username"))

    @strawberry.field
    async def assessments(self, info: Info, first: int = SIZE) -> Connection[Assessment]:
        items = await info.context.stores.query(
            *("ielts-genai-prep-assessments", "user_id", self.email or "", first),
            "user_id-created_at-index",
            descending=True,
        )
        return Connection(nodes=[Assessment.of(item) for item in items])


ACCOUNTS = (StreamAccount, FamilyAccount, StudioAccount, CreatorAccount, LearnerAccount)


@strawberry.type
class Person:
    email: str

    @strawberry.field
    async def accounts(self, info: Info) -> list[Account]:
        stores = info.context.stores
        found = await asyncio.gather(*(type_.by_email(stores, self.email) for type_ in ACCOUNTS))
        return [account for account in found if account is not None]


@strawberry.input(one_of=True)
class AccountBy:
    stream_email: str | None = strawberry.UNSET
    creator_email: str | None = strawberry.UNSET


@strawberry.input(one_of=True)
class TitleBy:
    movie_id: strawberry.ID | None = strawberry.UNSET


@strawberry.input(one_of=True)
class EpisodeBy:
    episode_id: strawberry.ID | None = strawberry.UNSET


@strawberry.input(one_of=True)
class InputRecordBy:
    input_record_id: strawberry.ID | None = strawberry.UNSET


@strawberry.type
class Query:
    @strawberry.field
    def viewer(self, info: Info) -> Person | None:
        email = info.context.email
        return None if email is None else Person(email=email)

    @strawberry.field
    async def account(self, info: Info, by: AccountBy) -> Account | None:
        stores = info.context.stores
        if by.stream_email:
            return await StreamAccount.by_email(stores, by.stream_email)
        return await CreatorAccount.by_email(stores, by.creator_email or "")

    @strawberry.field
    async def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
        return await asyncio.gather(*(info.context.movie(key_of(id_)) for id_ in ids))

    @strawberry.field
    async def title(self, info: Info, by: TitleBy) -> Title | None:
        return await info.context.movie(by.movie_id or "")

    @strawberry.field
    async def episode(self, info: Info, by: EpisodeBy) -> Episode | None:
        row = await info.context.row(models.Episode, int(by.episode_id or 0))
        return row and Episode.of(row)

    @strawberry.field
    async def tmdb_titles(
        self, info: Info, media_type: MediaType, first: int = SIZE
    ) -> Connection[TmdbTitle]:
        title = models.Title
        rows = await info.context.stores.first(title, first, title.id, media_type=media_type.value)
        return Connection(nodes=[TmdbTitle.of(row) for row in rows])

    @strawberry.field
    async def input_record(self, info: Info, by: InputRecordBy) -> InputRecord | None:
        row = await info.context.row(models.InputRecord, int(by.input_record_id or 0))
        return row and InputRecord.of(row)


def key_of(id_: str) -> str:
    """The key in an id: a version, then the type and the key as JSON."""
    padded = id_ + "=" * (-len(id_) % 4)
    key: str = orjson.loads(base64.urlsafe_b64decode(padded)[1:])[1]
    return key


schema = strawberry.Schema(
    Query,
    types=[Movie, *ACCOUNTS],
    extensions=[ParserCache, ValidationCache],
    config=StrawberryConfig(
        scalar_map={
            BigInt: strawberry.scalar(name="BigInt", serialize=str),
            JSON: strawberry.scalar(name="JSON", serialize=lambda value: value),
        }
    ),
)
