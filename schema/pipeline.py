"""A video pipeline: inputs, their processing, and the artifacts that came out of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry

from loaders.tables import studio
from resolvers import accounts as resolve_accounts
from resolvers import pipeline as resolve
from schema.accounts import StudioAccount
from schema.describe import input_type, interface, object_type
from schema.node import Node
from schema.paging import (
    ASCENDING,
    OLDEST_FIRST,
    Connection,
    CountedConnection,
    TimeRange,
    pages_by,
)
from schema.rows import column, optional, required, resolved_by, row_of
from schema.scalars import JSON, BigInt


@interface
class Artifact(Node):
    """Something that the pipeline made."""

    url: str | None
    """Where the file is; null until it was made."""
    quality_score: Decimal | None
    """How good it is, from 0.00 to 1.00."""
    created_at: datetime
    """When it was made."""
    input_record: InputRecord | None
    """The input that it was made from."""


@row_of(studio.input_records)
class InputRecord(Node):
    """A text that was given to be made into a video."""

    database_id: int = column("id")
    """The number of the input at CinBoard AI."""
    raw_input: str | None
    """The text as it was given."""
    input_length: int
    """The length of the text, in characters."""
    detected_language: str | None
    """The code of the language that was detected."""
    language_confidence: str | None
    """How sure the detection is, as text."""
    translation_result: JSON | None
    """What the translation gave."""
    status: str | None
    """The status, such as `pending`, `processing`, `completed` or `failed`."""
    current_phase: str | None
    """The phase that the processing is in."""
    validation_result: JSON | None
    """What the validation gave."""
    content_policy_check: JSON | None
    """What the check against the content policy gave."""
    ip_address: str | None
    """The address that it was sent from, masked to its network, such as `203.0.113.0/24`."""
    user_agent: str | None
    """The browser that it was sent with, masked to its family, such as `Firefox`."""
    created_at: datetime
    """When it was given."""
    updated_at: datetime
    """When it last changed."""
    processed_at: datetime | None
    """When its processing ended."""
    account: StudioAccount | None = resolved_by(resolve_accounts.studio_account)
    """The account that gave it."""
    processing_statuses: CountedConnection[ProcessingStatus] | None = pages_by(
        resolve.statuses,
        phase=optional(str, "Only statuses of this phase, such as `translation`."),
        status=optional(str, "Only phases that stand like this, such as `failed`."),
        order_by=OLDEST_FIRST,
    )
    """How the processing went, phase by phase."""
    artifacts: Connection[Artifact] | None = pages_by(
        resolve.artifacts,
        between=optional(TimeRange, "Only artifacts made in this range."),
        order_by=OLDEST_FIRST,
    )
    """Everything that was made, of all seven kinds, by time."""
    scene: Scene | None = resolved_by(
        resolve.scene_of_input, scene_id=required(int, "The number of the scene.")
    )
    """What was made for one scene."""
    scenes: list[Scene | None] | None = resolved_by(resolve.scenes)
    """The scenes that there are keyframes or clips for, in their order."""
    characters: CountedConnection[Character] | None = pages_by(
        resolve.characters, order_by=OLDEST_FIRST
    )
    """The characters."""
    keyframes: CountedConnection[Keyframe] | None = pages_by(
        resolve.keyframes,
        scene_id=optional(int, "Only keyframes of this scene."),
        order_by=ASCENDING,
    )
    """The keyframes, by scene and sequence."""
    video_clips: CountedConnection[VideoClip] | None = pages_by(
        resolve.video_clips,
        scene_id=optional(int, "Only clips of this scene."),
        order_by=ASCENDING,
    )
    """The clips, by scene."""
    voiceovers: CountedConnection[Voiceover] | None = pages_by(
        resolve.voiceovers,
        language=optional(str, "Only voiceovers in this language."),
        order_by=OLDEST_FIRST,
    )
    """The voiceovers."""
    final_videos: CountedConnection[FinalVideo] | None = pages_by(
        resolve.final_videos, order_by=OLDEST_FIRST
    )
    """The final videos."""


@row_of(studio.processing_statuses)
class ProcessingStatus(Node):
    """How one phase of the processing went."""

    database_id: int = column("id")
    """The number of the status at CinBoard AI."""
    phase: str
    """The phase, such as `keyframe_generation`."""
    status: str
    """The status, such as `pending`, `processing`, `completed` or `failed`."""
    progress_percentage: int | None
    """How far the phase came, in percent."""
    phase_data: JSON | None
    """What the phase tells of itself."""
    error_message: str | None
    """What went wrong."""
    error_details: JSON | None
    """What went wrong in detail, for staff."""
    created_at: datetime
    """When the status was made."""
    started_at: datetime
    """When the phase began."""
    completed_at: datetime | None
    """When the phase ended."""
    duration_seconds: int | None
    """How long it took, in seconds."""
    input_record: InputRecord | None = resolved_by(resolve.input_of_artifact)
    """The input that is processed."""


@object_type
class Scene:
    """What was made for one scene of an input. A scene's number means nothing elsewhere."""

    scene_id: int
    """The number of the scene."""
    input_record: InputRecord | None = resolved_by(resolve.input_of_scene)
    """The input that the scene belongs to."""
    keyframes: CountedConnection[Keyframe] | None = pages_by(resolve.keyframes_of_scene)
    """The scene's keyframes, in their sequence."""
    video_clips: CountedConnection[VideoClip] | None = pages_by(resolve.clips_of_scene)
    """The scene's clips, in the order in which they were made."""
    character_images: Connection[CharacterImage] | None = pages_by(resolve.images_of_scene)
    """The images of characters that were made for the scene, by time."""


@row_of(studio.characters)
class Character(Artifact):
    """A character in the video."""

    database_id: int = column("id")
    """The number of the character at CinBoard AI."""
    character_id: str
    """The character's own id."""
    name: str = column("character_name")
    """The name."""
    description: str = column("character_description")
    """What the character looks like."""
    consistency_key: str
    """What keeps the character the same across scenes."""
    url: str | None = column("image_url")
    """Where the image is; null until it was made."""
    image_url: str | None
    """Where the image is; null until it was made."""
    generation_params: JSON | None
    """What it was made with."""
    quality_score: Decimal | None
    """How good it is, from 0.00 to 1.00."""
    created_at: datetime
    """When it was made."""
    updated_at: datetime
    """When it last changed."""
    input_record: InputRecord | None = resolved_by(resolve.input_of_artifact)
    """The input that it was made from."""
    images: CountedConnection[CharacterImage] | None = pages_by(
        resolve.images_of_character,
        scene_id=optional(int, "Only images for this scene."),
        order_by=OLDEST_FIRST,
    )
    """Further images of the character."""
    used_in_clips: CountedConnection[VideoClip] | None = pages_by(resolve.clips_of_character)
    """The clips that the character is in."""


@row_of(studio.character_images)
class CharacterImage(Artifact):
    """An image of a character."""

    database_id: int = column("id")
    """The number of the image at CinBoard AI."""
    scene_id: int | None
    """The number of the scene that it was made for."""
    url: str | None = column("image_url")
    """Where the image is."""
    image_url: str | None
    """Where the image is."""
    image_type: str | None
    """What it is, such as `character`, `variation` or `reference`."""
    generation_params: JSON | None
    """What it was made with."""
    quality_score: Decimal | None
    """How good it is, from 0.00 to 1.00."""
    file_size_bytes: BigInt | None
    """The size of the file, in bytes."""
    created_at: datetime
    """When it was made."""
    input_record: InputRecord | None = resolved_by(resolve.input_of_character_image)
    """The input that it was made from."""
    character: Character | None = resolved_by(resolve.character)
    """The character."""
    scene: Scene | None = resolved_by(resolve.scene_of_image)
    """The scene that it was made for."""


@row_of(studio.keyframes)
class Keyframe(Artifact):
    """A still that a clip is made of."""

    database_id: int = column("id")
    """The number of the keyframe at CinBoard AI."""
    scene_id: int | None
    """The number of the scene."""
    keyframe_id: str
    """The keyframe's own id."""
    sequence: int
    """The place within the scene, from 0."""
    description: str = column("keyframe_description")
    """What it shows."""
    url: str | None = column("image_url")
    """Where the image is; null until it was made."""
    image_url: str | None
    """Where the image is; null until it was made."""
    timing_seconds: int
    """When it is shown within the scene, in seconds."""
    generation_params: JSON | None
    """What it was made with."""
    quality_score: Decimal | None
    """How good it is, from 0.00 to 1.00."""
    created_at: datetime
    """When it was made."""
    input_record: InputRecord | None = resolved_by(resolve.input_of_artifact)
    """The input that it was made from."""
    scene: Scene | None = resolved_by(resolve.scene_of_artifact)
    """The scene."""
    images: CountedConnection[KeyframeImage] | None = pages_by(
        resolve.images_of_keyframe, order_by=OLDEST_FIRST
    )
    """Further images of the keyframe."""
    used_in_clips: CountedConnection[VideoClip] | None = pages_by(resolve.clips_of_keyframe)
    """The clips that were made of it."""


@row_of(studio.keyframe_images)
class KeyframeImage(Artifact):
    """An image of a keyframe."""

    database_id: int = column("id")
    """The number of the image at CinBoard AI."""
    url: str | None = column("image_url")
    """Where the image is."""
    image_url: str | None
    """Where the image is."""
    image_type: str | None
    """What it is, such as `keyframe`."""
    generation_params: JSON | None
    """What it was made with."""
    quality_score: Decimal | None
    """How good it is, from 0.00 to 1.00."""
    file_size_bytes: BigInt | None
    """The size of the file, in bytes."""
    created_at: datetime
    """When it was made."""
    input_record: InputRecord | None = resolved_by(resolve.input_of_keyframe_image)
    """The input that it was made from."""
    keyframe: Keyframe | None = resolved_by(resolve.keyframe)
    """The keyframe."""


@row_of(studio.video_clips)
class VideoClip(Artifact):
    """A clip of one scene."""

    database_id: int = column("id")
    """The number of the clip at CinBoard AI."""
    scene_id: int | None
    """The number of the scene."""
    clip_id: str
    """The clip's own id."""
    url: str | None = column("video_url")
    """Where the video is."""
    video_url: str
    """Where the video is."""
    duration_seconds: int
    """How long it is, in seconds."""
    file_size_bytes: BigInt | None
    """The size of the file, in bytes."""
    quality_score: Decimal | None
    """How good it is, from 0.00 to 1.00."""
    generation_params: JSON | None
    """What it was made with."""
    created_at: datetime
    """When it was made."""
    input_record: InputRecord | None = resolved_by(resolve.input_of_artifact)
    """The input that it was made from."""
    scene: Scene | None = resolved_by(resolve.scene_of_artifact)
    """The scene."""
    keyframes: list[Keyframe | None] | None = resolved_by(resolve.keyframes_of_clip)
    """The keyframes that it was made of, in the order in which they are stored; null at the place
    of one that is gone."""
    characters: list[Character | None] | None = resolved_by(resolve.characters_of_clip)
    """The characters in it, in the order in which they are stored; null at the place of one that is
    gone."""
    used_in_videos: CountedConnection[FinalVideo] | None = pages_by(resolve.videos_of_clip)
    """The final videos that it is in."""


@row_of(studio.voiceovers)
class Voiceover(Artifact):
    """A spoken text."""

    database_id: int = column("id")
    """The number of the voiceover at CinBoard AI."""
    url: str | None = column("audio_url")
    """Where the audio is."""
    audio_url: str
    """Where the audio is."""
    duration_seconds: int
    """How long it is, in seconds."""
    file_size_bytes: BigInt | None
    """The size of the file, in bytes."""
    voice_settings: JSON
    """The voice that it was made with."""
    quality_score: Decimal | None
    """How good it is, from 0.00 to 1.00."""
    language: str
    """The code of the language."""
    created_at: datetime
    """When it was made."""
    input_record: InputRecord | None = resolved_by(resolve.input_of_artifact)
    """The input that it was made from."""
    used_in_videos: CountedConnection[FinalVideo] | None = pages_by(resolve.videos_of_voiceover)
    """The final videos that it is in."""


@row_of(studio.final_videos)
class FinalVideo(Artifact):
    """A video as it is delivered."""

    database_id: int = column("id")
    """The number of the video at CinBoard AI."""
    url: str | None = column("video_url")
    """Where the video is."""
    video_url: str
    """Where the video is."""
    duration_seconds: int
    """How long it is, in seconds."""
    file_size_bytes: BigInt | None
    """The size of the file, in bytes."""
    quality_score: Decimal | None
    """How good it is, from 0.00 to 1.00."""
    thumbnail_urls: list[str] | None
    """Where its thumbnails are."""
    composition_data: JSON | None
    """How it was put together."""
    created_at: datetime
    """When it was made."""
    delivered_at: datetime | None
    """When it was delivered; null until then."""
    input_record: InputRecord | None = resolved_by(resolve.input_of_artifact)
    """The input that it was made from."""
    video_clips: list[VideoClip | None] | None = resolved_by(resolve.clips_of_video)
    """The clips that it was put together from, in the order in which they are stored; null at the
    place of one that is gone."""
    voiceover: Voiceover | None = resolved_by(resolve.voiceover)
    """The voiceover."""


@input_type(one_of=True)
class InputRecordBy:
    """Names one input; give exactly one member."""

    id: strawberry.ID | None = strawberry.UNSET
    """The global id of an input."""
    input_record_id: strawberry.ID | None = strawberry.UNSET
    """The number of an input at CinBoard AI."""
