"""Ways to a video pipeline's inputs, their processing, and what came out of it."""

from __future__ import annotations

from loaders.access import below, distinct, one, page
from loaders.following import Follow
from loaders.tables import studio

input_record = one(studio.input_records, by="id")
inputs_of_user = page(studio.input_records, by="user_id", order="-created_at", filters="status")
inputs_by_status = page(studio.input_records, by="status", order="-created_at")
inputs_by_time = page(studio.input_records, order="-created_at")

processing_status = one(studio.processing_statuses, by="id")
statuses_of_input = page(
    studio.processing_statuses,
    by="input_record_id",
    order="created_at",
    filters=("phase", "status"),
)
progress_of_input = Follow(studio.PROGRESS, by="input_record_id", of="processing_status_id")
progress_of_user = Follow(studio.PROGRESS, by="user_id", of="input_record_id")
statuses_by_phase = page(studio.processing_statuses, by="phase", order="-created_at")
statuses_by_status = page(studio.processing_statuses, by="status", order="-created_at")

character = one(studio.characters, by="id")
characters_of_input = page(studio.characters, by="input_record_id", order="created_at")
characters_by_consistency = page(studio.characters, by="consistency_key", order="created_at")

artifacts_of_input = below(
    studio.input_records,
    studio.characters,
    studio.character_images,
    studio.keyframes,
    studio.keyframe_images,
    studio.video_clips,
    studio.voiceovers,
    studio.final_videos,
    order="created_at",
)
scenes_of_input = distinct(
    studio.input_records, studio.keyframes, studio.video_clips, column="scene_id", at_most=500
)
character_images_of_scene = below(
    studio.input_records, studio.character_images, order="created_at", by="scene_id"
)

character_image = one(studio.character_images, by="id")
images_of_character = page(
    studio.character_images, by="character_id", order="created_at", filters="scene_id"
)

keyframe = one(studio.keyframes, by="id")
keyframes_of_input = page(
    studio.keyframes, by="input_record_id", order=("scene_id", "sequence"), filters="scene_id"
)
keyframes_of_scene = page(studio.keyframes, by=("input_record_id", "scene_id"), order="sequence")
keyframes_by_scene = page(studio.keyframes, by="scene_id", order="created_at")

keyframe_image = one(studio.keyframe_images, by="id")
images_of_keyframe = page(studio.keyframe_images, by="keyframe_id", order="created_at")

video_clip = one(studio.video_clips, by="id")
clips_of_input = page(
    studio.video_clips, by="input_record_id", order="scene_id", filters="scene_id"
)
clips_of_scene = page(studio.video_clips, by=("input_record_id", "scene_id"))
clips_by_scene = page(studio.video_clips, by="scene_id", order="created_at")
clips_of_keyframe = page(studio.video_clips, by="keyframe_ids")
clips_of_character = page(studio.video_clips, by="character_ids")

voiceover = one(studio.voiceovers, by="id")
voiceovers_of_input = page(
    studio.voiceovers, by="input_record_id", order="created_at", filters="language"
)
voiceovers_by_language = page(studio.voiceovers, by="language", order="-created_at")

final_video = one(studio.final_videos, by="id")
videos_of_input = page(studio.final_videos, by="input_record_id", order="created_at")
videos_by_delivery = page(studio.final_videos, order="-delivered_at", present=True)
videos_of_clip = page(studio.final_videos, by="video_clip_ids")
videos_of_voiceover = page(studio.final_videos, by="voiceover_id", order="created_at")

NODES = {
    "InputRecord": input_record,
    "ProcessingStatus": processing_status,
    "Character": character,
    "CharacterImage": character_image,
    "Keyframe": keyframe,
    "KeyframeImage": keyframe_image,
    "VideoClip": video_clip,
    "Voiceover": voiceover,
    "FinalVideo": final_video,
}
"""Types with a global id, and the way to their rows by key."""
