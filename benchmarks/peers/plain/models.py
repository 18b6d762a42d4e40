"""The rows of Postgres that the shapes need, as SQLAlchemy's ORM has them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, BigInteger, DateTime, Integer, Text
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Zoned = DateTime(timezone=True)


class Row:
    """A row with a number for its key."""

    id: Mapped[int] = mapped_column(primary_key=True)


class Family(Row, DeclarativeBase):
    """A table of the family's database."""


class Studio(Row, DeclarativeBase):
    """A table of the studio's database."""


class FamilyUser(Family):
    __tablename__ = "users"

    email: Mapped[str]


class KidProfile(Family):
    __tablename__ = "kid_profiles"

    family_id: Mapped[int]
    name: Mapped[str | None]
    created_at: Mapped[datetime]


class Title(Family):
    __tablename__ = "titles"

    tmdb_id: Mapped[int]
    title: Mapped[str | None]
    media_type: Mapped[str | None]
    overview: Mapped[str | None]
    release_date: Mapped[date | None]
    rating: Mapped[str | None]
    tags: Mapped[list[str] | None] = mapped_column(JSON)


class Episode(Family):
    __tablename__ = "episodes"

    tmdb_episode_id: Mapped[int]
    title_id: Mapped[int]
    season_number: Mapped[int]
    episode_number: Mapped[int]
    name: Mapped[str | None]
    overview: Mapped[str | None]
    air_date: Mapped[date | None]
    tags: Mapped[list[str] | None] = mapped_column(JSON)


class EpisodeLink(Family):
    __tablename__ = "episode_links"

    episode_id: Mapped[int]
    platform: Mapped[str | None]
    url: Mapped[str | None]
    verified: Mapped[bool]
    created_at: Mapped[datetime]


class Policy(Family):
    __tablename__ = "kid_profiles_titles"

    kid_profile_id: Mapped[int]
    title_id: Mapped[int]
    policy: Mapped[str | None]
    created_at: Mapped[datetime]


class StudioUser(Studio):
    __tablename__ = "users"

    email: Mapped[str]


class InputRecord(Studio):
    __tablename__ = "input_records"

    user_id: Mapped[int]
    status: Mapped[str | None]
    detected_language: Mapped[str | None]
    input_length: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(Zoned)


class Made(Studio):
    """Something that was made of an input."""

    __abstract__ = True

    quality_score: Mapped[Decimal | None]
    created_at: Mapped[datetime] = mapped_column(Zoned)


class Character(Made):
    __tablename__ = "characters"

    input_record_id: Mapped[int]
    character_name: Mapped[str]
    image_url: Mapped[str | None]


class Image(Made):
    """An image of something."""

    __abstract__ = True

    image_url: Mapped[str]
    image_type: Mapped[str | None]
    generation_params: Mapped[Any] = mapped_column(JSONB)
    file_size_bytes: Mapped[int | None] = mapped_column(BigInteger)


class CharacterImage(Image):
    __tablename__ = "character_images"

    character_id: Mapped[int]


class Keyframe(Made):
    __tablename__ = "keyframes"

    input_record_id: Mapped[int]
    scene_id: Mapped[int]
    sequence: Mapped[int]
    keyframe_description: Mapped[str]
    timing_seconds: Mapped[int]


class KeyframeImage(Image):
    __tablename__ = "keyframe_images"

    keyframe_id: Mapped[int]


class VideoClip(Made):
    __tablename__ = "video_clips"

    input_record_id: Mapped[int]
    scene_id: Mapped[int]
    clip_id: Mapped[str]
    video_url: Mapped[str]
    duration_seconds: Mapped[int]
    file_size_bytes: Mapped[int | None] = mapped_column(BigInteger)


class Voiceover(Made):
    __tablename__ = "voiceovers"

    input_record_id: Mapped[int]
    audio_url: Mapped[str]
    language: Mapped[str]
    duration_seconds: Mapped[int]
    voice_settings: Mapped[Any] = mapped_column(JSONB)


class FinalVideo(Made):
    __tablename__ = "final_videos"

    input_record_id: Mapped[int]
    video_url: Mapped[str]
    duration_seconds: Mapped[int]
    thumbnail_urls: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    delivered_at: Mapped[datetime | None] = mapped_column(Zoned)


NUMBERS = ARRAY(Integer)
