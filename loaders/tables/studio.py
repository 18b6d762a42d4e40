"""CinBoard AI's Postgres: a video pipeline's inputs, their processing, and what came out of it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from loaders.masks import Mask
from loaders.tables.facts import Read, Through, Visibility
from loaders.tables.kinds import IDS
from loaders.tables.postgresql import (
    EMAIL,
    PERSONAL,
    SECRET,
    Channel,
    Function,
    PostgresTable,
    Trigger,
    declared,
    facts,
    ours,
)

PRODUCT = "studio"

metadata = sa.MetaData()

_ADDRESS = facts(visibility=Visibility.MASKED, personal=True, mask=Mask.NETWORK)
_CLIENT = facts(visibility=Visibility.MASKED, personal=True, mask=Mask.CLIENT)

_TOUCH = Function(
    "update_updated_at_column",
    "BEGIN NEW.updated_at = CURRENT_TIMESTAMP; RETURN NEW; END;",
)
_VALIDATE_SCORE = Function(
    "validate_quality_score",
    "BEGIN IF NEW.quality_score < 0.0 OR NEW.quality_score > 1.0 THEN "
    "RAISE EXCEPTION 'Quality score must be between 0.0 and 1.0'; END IF; RETURN NEW; END;",
)

PROGRESS = Channel(
    PRODUCT, "input_record_progress", ("input_record_id", "user_id", "processing_status_id")
)
"""Told of each input record and each of its processing statuses that was written."""


def _touched(table: str) -> Trigger:
    """Keeps `updated_at`."""
    return Trigger(f"update_{table}_updated_at", "BEFORE UPDATE", _TOUCH)


def _scored(thing: str, *, reason: str | None = None) -> Trigger:
    """Keeps the quality score between 0 and 1."""
    return Trigger(
        f"validate_{thing}_quality_score", "BEFORE INSERT OR UPDATE", _VALIDATE_SCORE, reason
    )


_TELLS_OF_INPUT = Trigger(
    "tell_input_record_progress",
    "AFTER INSERT OR UPDATE OR DELETE",
    PROGRESS.teller(
        "tell_input_record_progress",
        "COALESCE(NEW.id, OLD.id)",
        "COALESCE(NEW.user_id, OLD.user_id)",
        "NULL",
    ),
    reason="subscriptions to a pipeline's progress",
)
_TELLS_OF_STATUS = Trigger(
    "tell_processing_status_progress",
    "AFTER INSERT OR UPDATE",
    PROGRESS.teller(
        "tell_processing_status_progress",
        "NEW.input_record_id",
        "(SELECT user_id FROM input_records WHERE id = NEW.input_record_id)",
        "NEW.id",
    ),
    reason="subscriptions to a pipeline's progress",
)
_SCORED_LIKE_OTHERS = "the document checks the score of characters, keyframes and clips alone"


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _parent(name: str, target: str) -> sa.Column[int]:
    """A foreign key to the row without which this one has no meaning."""
    return sa.Column(name, sa.Integer, sa.ForeignKey(target, ondelete="CASCADE"), nullable=False)


def _ids(name: str, target: PostgresTable) -> sa.Column[Any]:
    """The ids of several rows, which no foreign key holds to rows that there are."""
    return sa.Column(name, ARRAY(sa.Integer), info=facts(kind=IDS, references=target))


def _text(name: str, length: int | None = None, **facts_: Any) -> sa.Column[str]:
    """Text that is always there."""
    return sa.Column(name, sa.String(length) if length else sa.Text, nullable=False, **facts_)


def _now(name: str) -> sa.Column[Any]:
    """A time that a row is made with. The document lets it be null; pages are ordered by it."""
    return sa.Column(
        name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.current_timestamp()
    )


def _time(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True))


def _score() -> sa.Column[Any]:
    return sa.Column("quality_score", sa.Numeric(3, 2))


users = declared(
    sa.Table(
        "users",
        metadata,
        _key(),
        _text("email", 255, info=EMAIL),
        _text("password_hash", 255, info=SECRET),
        _text("first_name", 100, info=PERSONAL),
        _text("last_name", 100, info=PERSONAL),
        sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("is_verified", sa.Boolean, nullable=False, server_default=sa.false()),
        _now("created_at"),
        _now("updated_at"),
        sa.UniqueConstraint("email"),
        sa.Index("idx_users_email", "email"),
        ours(
            "ix_users_lower_email",
            sa.text("lower(email)"),
            "id",
            reason="a person is found by e-mail whatever its case",
        ),
    ),
    product=PRODUCT,
    read=Read.OWNER,
    owner="id",
    email="email",
    active=("is_active", True),
    triggers=(_touched("users"),),
)

input_records = declared(
    sa.Table(
        "input_records",
        metadata,
        _key(),
        _parent("user_id", "users.id"),
        _text("raw_input", info=PERSONAL),
        sa.Column("input_length", sa.Integer, nullable=False),
        sa.Column("detected_language", sa.String(10)),
        sa.Column("language_confidence", sa.String(20)),
        sa.Column("translation_result", JSONB),
        sa.Column("status", sa.String(50), server_default="pending"),
        sa.Column("current_phase", sa.String(50)),
        sa.Column("validation_result", JSONB),
        sa.Column("content_policy_check", JSONB),
        sa.Column("session_id", sa.String(255), info=SECRET),
        sa.Column("ip_address", sa.String(45), info=_ADDRESS),
        sa.Column("user_agent", sa.Text, info=_CLIENT),
        _now("created_at"),
        _now("updated_at"),
        _time("processed_at"),
        sa.Index("idx_input_records_user_id", "user_id"),
        sa.Index("idx_input_records_status", "status"),
        sa.Index("idx_input_records_created_at", "created_at"),
        ours(
            "ix_input_records_user_created",
            "user_id",
            "created_at",
            "id",
            reason="pages of a user's inputs by time",
        ),
        ours(
            "ix_input_records_status_created",
            "status",
            "created_at",
            "id",
            reason="pages of inputs by status",
        ),
        ours("ix_input_records_created_id", "created_at", "id", reason="pages of inputs by time"),
    ),
    product=PRODUCT,
    read=Read.OWNER,
    owner="user_id",
    triggers=(_touched("input_records"), _TELLS_OF_INPUT),
)

_OF_INPUT = Through("input_record_id", input_records)

processing_statuses = declared(
    sa.Table(
        "processing_statuses",
        metadata,
        _key(),
        _parent("input_record_id", "input_records.id"),
        _text("phase", 50),
        _text("status", 50),
        sa.Column("progress_percentage", sa.Integer, server_default="0"),
        sa.Column("phase_data", JSONB),
        sa.Column("error_message", sa.Text),
        sa.Column("error_details", JSONB, info=facts(visibility=Visibility.STAFF)),
        _now("created_at"),
        _now("started_at"),
        _time("completed_at"),
        sa.Column("duration_seconds", sa.Integer),
        sa.Index("idx_processing_statuses_input_record_id", "input_record_id"),
        sa.Index("idx_processing_statuses_phase", "phase"),
        sa.Index("idx_processing_statuses_status", "status"),
        ours(
            "ix_processing_statuses_input_created",
            "input_record_id",
            "created_at",
            "id",
            reason="pages of an input's statuses by time",
        ),
        ours(
            "ix_processing_statuses_phase_created",
            "phase",
            "created_at",
            "id",
            reason="pages of statuses by phase",
        ),
        ours(
            "ix_processing_statuses_status_created",
            "status",
            "created_at",
            "id",
            reason="pages of statuses by status",
        ),
    ),
    product=PRODUCT,
    read=Read.OWNER,
    owner=_OF_INPUT,
    triggers=(_TELLS_OF_STATUS,),
)

characters = declared(
    sa.Table(
        "characters",
        metadata,
        _key(),
        _parent("input_record_id", "input_records.id"),
        _text("character_id", 100),
        _text("character_name", 100),
        _text("character_description"),
        _text("consistency_key", 100),
        sa.Column("image_url", sa.String(500)),
        sa.Column("generation_params", JSONB),
        _score(),
        _now("created_at"),
        _now("updated_at"),
        sa.Index("idx_characters_input_record_id", "input_record_id"),
        sa.Index("idx_characters_consistency_key", "consistency_key"),
        ours(
            "ix_characters_input_created",
            "input_record_id",
            "created_at",
            "id",
            reason="pages of an input's characters",
        ),
        ours(
            "ix_characters_consistency_created",
            "consistency_key",
            "created_at",
            "id",
            reason="pages of characters by consistency key",
        ),
    ),
    product=PRODUCT,
    read=Read.OWNER,
    owner=_OF_INPUT,
    triggers=(_touched("characters"), _scored("character")),
)

character_images = declared(
    sa.Table(
        "character_images",
        metadata,
        _key(),
        _parent("character_id", "characters.id"),
        sa.Column("scene_id", sa.Integer),
        _text("image_url", 500),
        sa.Column("image_type", sa.String(50), server_default="character"),
        sa.Column("generation_params", JSONB),
        _score(),
        sa.Column("file_size_bytes", sa.BigInteger),
        _now("created_at"),
        sa.Index("idx_character_images_character_id", "character_id"),
        ours(
            "ix_character_images_character_created",
            "character_id",
            "created_at",
            "id",
            reason="pages of a character's images",
        ),
    ),
    product=PRODUCT,
    read=Read.OWNER,
    owner=Through("character_id", characters),
    triggers=(_scored("character_image", reason=_SCORED_LIKE_OTHERS),),
)

keyframes = declared(
    sa.Table(
        "keyframes",
        metadata,
        _key(),
        _parent("input_record_id", "input_records.id"),
        sa.Column("scene_id", sa.Integer, nullable=False),
        _text("keyframe_id", 100),
        sa.Column("sequence", sa.Integer, nullable=False),
        _text("keyframe_description"),
        sa.Column("image_url", sa.String(500)),
        sa.Column("timing_seconds", sa.Integer, nullable=False),
        sa.Column("generation_params", JSONB),
        _score(),
        _now("created_at"),
        sa.Index("idx_keyframes_input_record_id", "input_record_id"),
        sa.Index("idx_keyframes_scene_id", "scene_id"),
        ours(
            "ix_keyframes_in_order",
            "input_record_id",
            "scene_id",
            "sequence",
            "id",
            reason="an input's keyframes in their order, of all scenes or of one",
        ),
        ours(
            "ix_keyframes_scene_created",
            "scene_id",
            "created_at",
            "id",
            reason="pages of keyframes by scene number",
        ),
    ),
    product=PRODUCT,
    read=Read.OWNER,
    owner=_OF_INPUT,
    triggers=(_scored("keyframe"),),
)

keyframe_images = declared(
    sa.Table(
        "keyframe_images",
        metadata,
        _key(),
        _parent("keyframe_id", "keyframes.id"),
        _text("image_url", 500),
        sa.Column("image_type", sa.String(50), server_default="keyframe"),
        sa.Column("generation_params", JSONB),
        _score(),
        sa.Column("file_size_bytes", sa.BigInteger),
        _now("created_at"),
        sa.Index("idx_keyframe_images_keyframe_id", "keyframe_id"),
        ours(
            "ix_keyframe_images_keyframe_created",
            "keyframe_id",
            "created_at",
            "id",
            reason="pages of a keyframe's images",
        ),
    ),
    product=PRODUCT,
    read=Read.OWNER,
    owner=Through("keyframe_id", keyframes),
    triggers=(_scored("keyframe_image", reason=_SCORED_LIKE_OTHERS),),
)

video_clips = declared(
    sa.Table(
        "video_clips",
        metadata,
        _key(),
        _parent("input_record_id", "input_records.id"),
        sa.Column("scene_id", sa.Integer, nullable=False),
        _text("clip_id", 100),
        _text("video_url", 500),
        sa.Column("duration_seconds", sa.Integer, nullable=False),
        sa.Column("file_size_bytes", sa.BigInteger),
        _score(),
        sa.Column("generation_params", JSONB),
        _ids("keyframe_ids", keyframes),
        _ids("character_ids", characters),
        _now("created_at"),
        sa.Index("idx_video_clips_input_record_id", "input_record_id"),
        sa.Index("idx_video_clips_scene_id", "scene_id"),
        ours(
            "ix_video_clips_in_order",
            "input_record_id",
            "scene_id",
            "id",
            reason="an input's clips by scene, of all scenes or of one",
        ),
        ours(
            "ix_video_clips_scene_created",
            "scene_id",
            "created_at",
            "id",
            reason="pages of clips by scene number",
        ),
        ours(
            "ix_video_clips_keyframe_ids",
            "keyframe_ids",
            reason="the way back from a keyframe to the clips made of it",
            postgresql_using="gin",
        ),
        ours(
            "ix_video_clips_character_ids",
            "character_ids",
            reason="the way back from a character to the clips it is in",
            postgresql_using="gin",
        ),
    ),
    product=PRODUCT,
    read=Read.OWNER,
    owner=_OF_INPUT,
    triggers=(_scored("video_clip"),),
)

voiceovers = declared(
    sa.Table(
        "voiceovers",
        metadata,
        _key(),
        _parent("input_record_id", "input_records.id"),
        _text("audio_url", 500),
        sa.Column("duration_seconds", sa.Integer, nullable=False),
        sa.Column("file_size_bytes", sa.BigInteger),
        sa.Column("voice_settings", JSONB, nullable=False),
        _score(),
        _text("language", 10),
        _now("created_at"),
        sa.Index("idx_voiceovers_input_record_id", "input_record_id"),
        sa.Index("idx_voiceovers_language", "language"),
        ours(
            "ix_voiceovers_input_created",
            "input_record_id",
            "created_at",
            "id",
            reason="pages of an input's voiceovers",
        ),
        ours(
            "ix_voiceovers_language_created",
            "language",
            "created_at",
            "id",
            reason="pages of voiceovers by language",
        ),
    ),
    product=PRODUCT,
    read=Read.OWNER,
    owner=_OF_INPUT,
    triggers=(_scored("voiceover", reason=_SCORED_LIKE_OTHERS),),
)

final_videos = declared(
    sa.Table(
        "final_videos",
        metadata,
        _key(),
        _parent("input_record_id", "input_records.id"),
        _text("video_url", 500),
        sa.Column("duration_seconds", sa.Integer, nullable=False),
        sa.Column("file_size_bytes", sa.BigInteger),
        _score(),
        sa.Column("thumbnail_urls", ARRAY(sa.Text)),
        sa.Column("composition_data", JSONB),
        _ids("video_clip_ids", video_clips),
        sa.Column("voiceover_id", sa.Integer, sa.ForeignKey("voiceovers.id")),
        _now("created_at"),
        _time("delivered_at"),
        sa.Index("idx_final_videos_input_record_id", "input_record_id"),
        sa.Index("idx_final_videos_delivered_at", "delivered_at"),
        ours(
            "ix_final_videos_input_created",
            "input_record_id",
            "created_at",
            "id",
            reason="pages of an input's final videos",
        ),
        ours(
            "ix_final_videos_delivered_id",
            "delivered_at",
            "id",
            reason="pages of the delivered videos by delivery",
        ),
        ours(
            "ix_final_videos_voiceover_created",
            "voiceover_id",
            "created_at",
            "id",
            reason="the way back from a voiceover to the videos it is in",
        ),
        ours(
            "ix_final_videos_video_clip_ids",
            "video_clip_ids",
            reason="the way back from a clip to the videos it is in",
            postgresql_using="gin",
        ),
    ),
    product=PRODUCT,
    read=Read.OWNER,
    owner=_OF_INPUT,
    triggers=(_scored("final_video", reason=_SCORED_LIKE_OTHERS),),
)

TABLES: tuple[PostgresTable, ...] = (
    users,
    input_records,
    processing_statuses,
    characters,
    character_images,
    keyframes,
    keyframe_images,
    video_clips,
    voiceovers,
    final_videos,
)
