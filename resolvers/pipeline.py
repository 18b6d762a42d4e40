"""What leads to a pipeline's inputs and artifacts, and what those lead to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loaders import pipeline as load
from loaders.pages import Page, Paging
from loaders.reach import follows
from loaders.request import Asking
from loaders.tables.facts import Row
from resolvers.arguments import column_value
from resolvers.feeds import Feed
from resolvers.links import by_one_of, needs, to_each, to_one, to_page

IDS_SHOWN = 100
"""How many entries of an id array are followed."""


@dataclass(frozen=True)
class Scene:
    """What was made for one scene of an input; its number means nothing elsewhere."""

    input_record_id: int
    scene_id: int


input_record = by_one_of({"InputRecord": load.input_record}, input_record_id=load.input_record)
input_records = to_page(load.inputs_by_time, ranges={"between": "created_at"})
input_records_by_status = to_page(
    load.inputs_by_status, given="status", ranges={"between": "created_at"}
)
statuses_by_phase = to_page(load.statuses_by_phase, given="phase", ranges={"between": "created_at"})
statuses_by_status = to_page(
    load.statuses_by_status, given="status", ranges={"between": "created_at"}
)
characters_by_consistency = to_page(load.characters_by_consistency, given="consistency_key")
keyframes_by_scene = to_page(load.keyframes_by_scene, given="scene_id")
clips_by_scene = to_page(load.clips_by_scene, given="scene_id")
voiceovers_by_language = to_page(load.voiceovers_by_language, given="language")
delivered_videos = to_page(load.videos_by_delivery, ranges={"between": "delivered_at"})

inputs_of_account = to_page(
    load.inputs_of_user, via="id", ranges={"between": "created_at"}, status="status"
)

statuses = to_page(load.statuses_of_input, via="id", phase="phase", status="status")
artifacts = to_page(load.artifacts_of_input, via="id", ranges={"between": "created_at"})
characters = to_page(load.characters_of_input, via="id")
keyframes = to_page(load.keyframes_of_input, via="id", scene_id="scene_id")
video_clips = to_page(load.clips_of_input, via="id", scene_id="scene_id")
voiceovers = to_page(load.voiceovers_of_input, via="id", language="language")
final_videos = to_page(load.videos_of_input, via="id")

input_of_artifact = to_one(load.input_record, via="input_record_id")
images_of_character = to_page(load.images_of_character, via="id", scene_id="scene_id")
clips_of_character = to_page(load.clips_of_character, via="id")
character = to_one(load.character, via="character_id")
images_of_keyframe = to_page(load.images_of_keyframe, via="id")
clips_of_keyframe = to_page(load.clips_of_keyframe, via="id")
keyframe = to_one(load.keyframe, via="keyframe_id")
keyframes_of_clip = to_each(load.keyframe, via="keyframe_ids", at_most=IDS_SHOWN)
characters_of_clip = to_each(load.character, via="character_ids", at_most=IDS_SHOWN)
videos_of_clip = to_page(load.videos_of_clip, via="id")
videos_of_voiceover = to_page(load.videos_of_voiceover, via="id")
clips_of_video = to_each(load.video_clip, via="video_clip_ids", at_most=IDS_SHOWN)
voiceover = to_one(load.voiceover, via="voiceover_id")


async def _the_input(info: Asking, input_record_id: str) -> Sequence[int]:
    column = load.input_record.table.columns["id"]
    key = column_value(column, input_record_id, "inputRecordId")
    return [] if await load.input_record.load(info, key) is None else [key]


async def _own_accounts(info: Asking) -> Sequence[int]:
    return sorted(await info.context.owners(load.inputs_of_user.table.product))


processing_status_feed = Feed(
    _the_input, load.statuses_of_input, load.processing_status, load.progress_of_input
)
input_record_feed = Feed(
    _own_accounts, load.inputs_of_user, load.input_record, load.progress_of_user
)


@follows(load.character, load.input_record)
@needs("character_id")
async def input_of_character_image(image: Row, info: Asking) -> Row | None:
    """An image's input, through its character."""
    parent = await load.character.load(info, image["character_id"])
    return parent and await load.input_record.load(info, parent["input_record_id"])


@follows(load.keyframe, load.input_record)
@needs("keyframe_id")
async def input_of_keyframe_image(image: Row, info: Asking) -> Row | None:
    """An image's input, through its keyframe."""
    parent = await load.keyframe.load(info, image["keyframe_id"])
    return parent and await load.input_record.load(info, parent["input_record_id"])


@needs("id")
def scene_of_input(record: Row, info: Asking, scene_id: int) -> Scene:
    """One scene of an input; without anything in it where there is no such scene."""
    return Scene(record["id"], scene_id)


@needs("input_record_id", "scene_id")
def scene_of_artifact(artifact_: Row, info: Asking) -> Scene:
    """The scene that something was made for."""
    return Scene(artifact_["input_record_id"], artifact_["scene_id"])


@follows(load.character)
@needs("character_id", "scene_id")
async def scene_of_image(image: Row, info: Asking) -> Scene | None:
    """The scene that an image was made for, if it was for one."""
    parent = await load.character.load(info, image["character_id"])
    if parent is None or image["scene_id"] is None:
        return None
    return Scene(parent["input_record_id"], image["scene_id"])


@follows(load.input_record)
async def input_of_scene(scene: Scene, info: Asking) -> Row | None:
    """The input that a scene belongs to."""
    return await load.input_record.load(info, scene.input_record_id)


@follows(load.keyframes_of_scene)
async def keyframes_of_scene(scene: Scene, info: Asking, **paging: Any) -> Page:
    """The keyframes of a scene in their order."""
    return await _of_scene(load.keyframes_of_scene, scene, info, **paging)


@follows(load.clips_of_scene)
async def clips_of_scene(scene: Scene, info: Asking, **paging: Any) -> Page:
    """The clips of a scene."""
    return await _of_scene(load.clips_of_scene, scene, info, **paging)


@follows(load.character_images_of_scene)
async def images_of_scene(scene: Scene, info: Asking, **paging: Any) -> Page:
    """The character images of a scene."""
    return await _of_scene(load.character_images_of_scene, scene, info, **paging)


async def _of_scene(access: Any, scene: Scene, info: Asking, **paging: Any) -> Page:
    page: Page = await access.load(
        info, scene.input_record_id, scene.scene_id, paging=Paging(**paging)
    )
    return page


@follows(load.scenes_of_input)
@needs("id")
async def scenes(record: Row, info: Asking) -> Sequence[Any]:
    """The scenes that an input has keyframes or clips for, in their order."""
    found = await load.scenes_of_input.load(info, record["id"])
    return [
        number if isinstance(number, Exception) else Scene(record["id"], number) for number in found
    ]
