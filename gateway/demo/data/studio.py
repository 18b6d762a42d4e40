"""The rows of studio: what people put in, how far the pipeline came with it, and what it made."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from gateway.demo.data.clients import ip_address, user_agent
from gateway.demo.data.epoch import ago
from gateway.demo.data.generations import FIRST, STRIDE, Generation
from gateway.demo.data.making import Row, Tables, before, maybe, opaque_id, share
from gateway.demo.data.people import ADA, BEN, IDA, IRIS, LENA, OMAR, WHALE, Person, strangers

PHASES = (
    "input_validation",
    "language_detection",
    "translation",
    "character_generation",
    "keyframe_generation",
    "clip_generation",
    "voiceover",
    "composition",
)
"""The phases of the pipeline, in their order."""

STATUSES = ("pending", "processing", "completed", "failed")
"""How an input record, or one phase of it, can stand."""

STRANGER = 7
"""A user that no other product knows; another product's user 7 is somebody else."""

RICH_RECORD = 1
"""Ada's input record that has twelve scenes and every kind of artifact."""

RICH_CLIP = 1
"""The clip of its first scene. Its arrays name what is gone, one row twice, and a stranger's."""

RICH_VIDEO = 1
"""The video made of its clips, and of one that is gone."""

GONE_ID = 999_001
"""An id that arrays of keyframes, characters and clips name and that no row has."""

SHARED_KEY = "mira-the-cartographer"
"""A consistency key that characters of several users have."""

ADA_KEY = "old-tomas-1"
"""A consistency key that characters of Ada alone have, in several of her records."""

CANARIES = ("canary-studio-password-", "canary-studio-session-")
"""What the secret columns of this product can be told by."""

_NAMED = (ADA, BEN, IDA, IRIS, LENA, OMAR)
_WHALE_ID = STRIDE + 1
"""The whale comes in at the head of the second generation."""

_RECORD_COUNTS = {ADA: 80, BEN: 12, OMAR: 0, WHALE: 12}
_RICH_SCENES = 12
_FRAMES = 3
_SITE = "https://media.studio.example.com"

_CAST = (
    ("Mira", "mira-the-cartographer", "A cartographer in a yellow raincoat"),
    ("Old Tomás", "old-tomas", "A lighthouse keeper with a beard of salt"),
    ("影丸", "kagemaru", "A cat that is only a shadow"),
    ("Żaba", "zaba", "A frog in the tailcoat of a conductor"),
    ("Unit 7", "unit-7", "A small robot, rusty at the knees"),
    ("Amélie", "amelie", "A clockmaker's daughter who stops time"),
    ("The Baker 🥐", "the-baker", "A bear that runs a café in the mountains"),
    ("نور", "nour", "A girl with a jar of stars"),
)
"""Name, consistency key and description. Every second key is kept to one user."""

_IDEAS = (
    ("en", "A cartographer finds a city that is on no map."),
    ("en", "Two axolotls 🦎 start a band."),
    ("ja", "海の底で歌う猫の話。"),
    ("fr", "Une horloge qui n'avance que la nuit…"),
    ("de", "Ein Bär eröffnet ein Café im Gebirge."),
    ("pl", "Żaba, która chciała zostać dyrygentką."),
    ("ar", "طفلة تجمع النجوم في جرة."),
)
"""What people put in, after its language."""


_User = tuple[int, Person]
"""The id of a user, and who it is."""


class _Record(NamedTuple):
    id: int
    user_id: int
    created: datetime
    status: str
    phase: int
    scenes: int

    def has_passed(self, phase: str) -> bool:
        return self.status == "completed" or PHASES.index(phase) < self.phase

    def start_of(self, phase: str) -> datetime:
        return self.created + timedelta(minutes=1 + 5 * PHASES.index(phase))


class _Character(NamedTuple):
    id: int
    record: _Record
    role: int


class _Keyframe(NamedTuple):
    id: int
    record: _Record
    scene: int
    sequence: int


class _Clip(NamedTuple):
    id: int
    record: _Record
    scene: int


class _Voiceover(NamedTuple):
    id: int
    record: _Record
    language: str


def rows(generation: Generation = FIRST) -> Tables:
    """Every stored table of studio with its rows, parents before children."""
    first = generation.is_first
    people = [*_NAMED, *strangers("studio", 24)] if first else generation.newcomers("studio")
    users = list(generation.numbered(people))
    active = users if generation.active(people) is people else [(_WHALE_ID, WHALE), *users]
    records = list(_records(generation, active))
    characters = list(_characters(generation, records))
    keyframes = list(_keyframes(generation, records))
    clips = list(_clips(generation, records))
    voiceovers = list(_voiceovers(generation, records))
    return {
        "users": list(_users(generation, users)),
        "input_records": list(_input_records(generation, records)),
        "processing_statuses": list(_processing_statuses(generation, records)),
        "characters": list(_character_rows(generation, characters)),
        "character_images": list(_character_images(generation, characters)),
        "keyframes": list(_keyframe_rows(generation, keyframes)),
        "keyframe_images": list(_keyframe_images(generation, keyframes)),
        "video_clips": list(_clip_rows(generation, clips, keyframes, characters)),
        "voiceovers": list(_voiceover_rows(generation, voiceovers)),
        "final_videos": list(_final_videos(generation, records, clips, voiceovers)),
    }


def user_id(person: Person) -> int:
    """The studio account of one of the named persons."""
    return 1 + _NAMED.index(person)


def _records(generation: Generation, users: Sequence[_User]) -> Iterator[_Record]:
    rng = generation.chance("studio records")
    owners = [
        number
        for number, person in users
        for _ in range(_RECORD_COUNTS.get(person, 1 + number % 3))
    ]
    created = ago(hours=3)
    for number, owner in generation.numbered(owners):
        if number == RICH_RECORD:
            yield _Record(number, owner, created, "completed", len(PHASES) - 1, _RICH_SCENES)
            continue
        # Every tenth was put in at the same instant as the one before it.
        created = before(rng, 1, 200) if number % 10 else created
        status = rng.choices(STATUSES, weights=(1, 3, 6, 3))[0]
        phases = {"pending": 0, "completed": len(PHASES) - 1}
        phase = phases.get(status, number % len(PHASES))
        yield _Record(number, owner, created, status, phase, rng.randint(1, 2))


def _characters(generation: Generation, records: Sequence[_Record]) -> Iterator[_Character]:
    rng = generation.chance("studio cast")
    roles = [
        (record, role)
        for record in records
        if record.has_passed("character_generation")
        for role in rng.sample(range(len(_CAST)), 6 if record.id == RICH_RECORD else 2)
    ]
    return (_Character(number, *role) for number, role in generation.numbered(roles))


def _keyframes(generation: Generation, records: Sequence[_Record]) -> Iterator[_Keyframe]:
    frames = [
        (record, scene, sequence)
        for record in records
        if record.has_passed("keyframe_generation")
        for scene in range(1, record.scenes + 1)
        for sequence in range(_FRAMES)
    ]
    return (_Keyframe(number, *frame) for number, frame in generation.numbered(frames))


def _clips(generation: Generation, records: Sequence[_Record]) -> Iterator[_Clip]:
    scenes = [
        (record, scene)
        for record in records
        if record.has_passed("clip_generation")
        for scene in range(1, record.scenes + 1)
    ]
    return (_Clip(number, *scene) for number, scene in generation.numbered(scenes))


def _voiceovers(generation: Generation, records: Sequence[_Record]) -> Iterator[_Voiceover]:
    rng = generation.chance("studio languages")
    languages = ("en", "ja", "fr", "de", "pt-BR")
    spoken = [
        (record, language)
        for record in records
        if record.has_passed("voiceover")
        for language in (languages if record.id == RICH_RECORD else rng.sample(languages, 1))
    ]
    return (_Voiceover(number, *voice) for number, voice in generation.numbered(spoken))


def _users(generation: Generation, users: Sequence[_User]) -> Iterator[Row]:
    rng = generation.chance("studio users")
    for number, person in users:
        known, created = person in (*_NAMED, WHALE), before(rng, 300, 900)
        yield {
            "id": number,
            "email": person.email.lower(),
            "password_hash": f"canary-studio-password-{number}",
            "first_name": person.first_name,
            "last_name": person.last_name,
            "is_active": person is not IRIS and (known or rng.randrange(10) > 0),
            "is_verified": known or rng.randrange(3) > 0,
            "created_at": created,
            "updated_at": created + timedelta(days=rng.randrange(60)),
        }


def _input_records(generation: Generation, records: Sequence[_Record]) -> Iterator[Row]:
    rng, fake = generation.chance("studio input records"), generation.words("studio input records")
    for record in records:
        language, idea = rng.choice(_IDEAS)
        raw_input = f"{idea} {fake.sentence()}"
        detected = record.has_passed("language_detection")
        translated = record.has_passed("translation") and language != "en"
        valid = record.has_passed("input_validation")
        session = opaque_id("studio", "session", record.user_id, record.id // 4)
        queued = record.status == "pending" and rng.randrange(2) == 0
        last = record.start_of(PHASES[record.phase]) + timedelta(minutes=4)
        yield {
            "id": record.id,
            "user_id": record.user_id,
            "raw_input": raw_input,
            "input_length": len(raw_input),
            "detected_language": language if detected else None,
            "language_confidence": f"0.{rng.randint(70, 99)}" if detected else None,
            "translation_result": _translation(language) if translated else None,
            "status": maybe(rng, record.status, absent_one_in=40),
            "current_phase": None if queued else PHASES[record.phase],
            "validation_result": {"valid": True, "warnings": []} if valid else None,
            "content_policy_check": maybe(rng, _policy_check(rng)) if valid else None,
            "session_id": maybe(rng, f"canary-studio-session-{session}"),
            "ip_address": maybe(rng, ip_address(rng)),
            "user_agent": maybe(rng, user_agent(rng)),
            "created_at": record.created,
            "updated_at": last,
            "processed_at": last if record.status in ("completed", "failed") else None,
        }


def _translation(language: str) -> Row:
    return {
        "source": language,
        "target": "en",
        "text": "Of a cat that sings at the bottom of the sea.",
        "alternatives": [{"text": "The cat under the sea 🌊", "score": 0.71}],
        "reviewer": None,
    }


def _policy_check(rng: Random) -> Row:
    scores = {"violence": rng.randrange(40) / 100, "hate": rng.randrange(10) / 100}
    return {"passed": True, "scores": scores, "flags": rng.choice(([], ["brand_name"]))}


def _processing_statuses(generation: Generation, records: Sequence[_Record]) -> Iterator[Row]:
    rng = generation.chance("studio processing statuses")
    steps = [(record, phase, status) for record in records for phase, status in _steps(record)]
    for number, (record, phase, status) in generation.numbered(steps):
        started = record.start_of(phase)
        seconds = rng.randint(5, 280)
        ended = status in ("completed", "failed")
        failed = status == "failed"
        yield {
            "id": number,
            "input_record_id": record.id,
            "phase": phase,
            "status": status,
            "progress_percentage": maybe(rng, _progress(rng, status), absent_one_in=50),
            "phase_data": maybe(rng, {"model": f"{phase}-v2", "items": rng.randrange(9)}),
            "error_message": f"{phase} gave up: the model did not answer" if failed else None,
            "error_details": maybe(rng, _error_details(rng)) if failed else None,
            "created_at": started,
            "started_at": started + timedelta(seconds=rng.randrange(4)),
            "completed_at": started + timedelta(seconds=seconds) if ended else None,
            "duration_seconds": maybe(rng, seconds, absent_one_in=10) if ended else None,
        }


def _steps(record: _Record) -> Iterator[tuple[str, str]]:
    """The phases that a record came to, and how each stands; the next one waits for its turn."""
    for number, phase in enumerate(PHASES):
        if number < record.phase:
            yield phase, "completed"
        elif number == record.phase:
            yield phase, record.status
        elif number == record.phase + 1 and record.status == "processing":
            yield phase, "pending"


def _progress(rng: Random, status: str) -> int:
    if status == "pending":
        return 0
    return 100 if status == "completed" else rng.randint(1, 99)


def _error_details(rng: Random) -> Row:
    return {
        "code": rng.choice(("MODEL_TIMEOUT", "POLICY_REFUSAL", "OUT_OF_MEMORY")),
        "attempts": [{"worker": f"gpu-{rng.randint(1, 8)}", "seconds": 60}],
        "retryable": rng.randrange(2) == 0,
    }


def _character_rows(generation: Generation, characters: Sequence[_Character]) -> Iterator[Row]:
    rng = generation.chance("studio characters")
    for character in characters:
        name, key, description = _CAST[character.role]
        record = character.record
        created = _made(rng, record, "character_generation")
        yield {
            "id": character.id,
            "input_record_id": record.id,
            "character_id": f"char_{record.id}_{character.role}",
            "character_name": name,
            "character_description": description,
            "consistency_key": f"{key}-{record.user_id}" if character.role % 2 else key,
            "image_url": maybe(rng, f"{_SITE}/{record.id}/characters/{character.id}.png"),
            "generation_params": maybe(rng, _params(rng)),
            "quality_score": maybe(rng, share(rng)),
            "created_at": created,
            "updated_at": created + timedelta(seconds=rng.randrange(60)),
        }


def _character_images(generation: Generation, characters: Sequence[_Character]) -> Iterator[Row]:
    rng = generation.chance("studio character images")
    types = ("character", "variation", "reference")
    shots = [
        (character, types[take % len(types)])
        for character in characters
        for take in range(5 if character.record.id == RICH_RECORD else 1 + character.id % 2)
    ]
    for number, (character, image_type) in generation.numbered(shots):
        record = character.record
        scene = rng.randint(1, record.scenes)
        yield {
            "id": number,
            "character_id": character.id,
            "scene_id": None if image_type == "reference" else maybe(rng, scene),
            "image_url": f"{_SITE}/{record.id}/characters/{character.id}/{number}.png",
            "image_type": maybe(rng, image_type, absent_one_in=50),
            "generation_params": maybe(rng, _params(rng)),
            "quality_score": maybe(rng, share(rng)),
            "file_size_bytes": maybe(rng, rng.randrange(200_000, 9_000_000)),
            "created_at": _made(rng, record, "character_generation"),
        }


def _keyframe_rows(generation: Generation, keyframes: Sequence[_Keyframe]) -> Iterator[Row]:
    rng, fake = generation.chance("studio keyframes"), generation.words("studio keyframes")
    views = ("Wide shot", "Close-up", "Plongée", "俯瞰")
    for keyframe in keyframes:
        record, scene, sequence = keyframe.record, keyframe.scene, keyframe.sequence
        yield {
            "id": keyframe.id,
            "input_record_id": record.id,
            "scene_id": scene,
            "keyframe_id": f"kf_{record.id}_{scene}_{sequence}",
            "sequence": sequence,
            "keyframe_description": f"{rng.choice(views)}: {fake.sentence()}",
            "image_url": maybe(rng, f"{_SITE}/{record.id}/keyframes/{keyframe.id}.png"),
            "timing_seconds": 3 * sequence,
            "generation_params": maybe(rng, _params(rng)),
            "quality_score": maybe(rng, share(rng)),
            "created_at": _made(rng, record, "keyframe_generation"),
        }


def _keyframe_images(generation: Generation, keyframes: Sequence[_Keyframe]) -> Iterator[Row]:
    rng = generation.chance("studio keyframe images")
    shots = [
        (keyframe, image_type)
        for keyframe in keyframes
        for image_type in ("keyframe", "upscaled")
        if image_type == "keyframe" or keyframe.id % 6 == 0
    ]
    for number, (keyframe, image_type) in generation.numbered(shots):
        yield {
            "id": number,
            "keyframe_id": keyframe.id,
            "image_url": f"{_SITE}/{keyframe.record.id}/keyframes/{keyframe.id}/{number}.png",
            "image_type": maybe(rng, image_type, absent_one_in=50),
            "generation_params": maybe(rng, _params(rng)),
            "quality_score": maybe(rng, share(rng)),
            "file_size_bytes": maybe(rng, rng.randrange(200_000, 9_000_000)),
            "created_at": _made(rng, keyframe.record, "keyframe_generation"),
        }


def _clip_rows(
    generation: Generation,
    clips: Sequence[_Clip],
    keyframes: Sequence[_Keyframe],
    characters: Sequence[_Character],
) -> Iterator[Row]:
    rng = generation.chance("studio clips")
    in_scene, in_record = defaultdict(list), defaultdict(list)
    for frame in keyframes:
        in_scene[frame.record.id, frame.scene].append(frame.id)
    for character in characters:
        in_record[character.record.id].append(character.id)
    for clip in clips:
        record, scene = clip.record, clip.scene
        frames, cast = in_scene[record.id, scene], in_record[record.id]
        shown, seen = maybe(rng, _some_of(rng, frames)), maybe(rng, _some_of(rng, cast))
        if clip.id == RICH_CLIP:
            shown = [frames[2], GONE_ID, frames[0], keyframes[-1].id, frames[2]]
            seen = [cast[1], cast[0], GONE_ID]
        yield {
            "id": clip.id,
            "input_record_id": record.id,
            "scene_id": scene,
            "clip_id": f"clip_{record.id}_{scene}",
            "video_url": f"{_SITE}/{record.id}/clips/{scene}.mp4",
            "duration_seconds": rng.randint(4, 12),
            "file_size_bytes": maybe(rng, rng.randrange(5_000_000, 90_000_000)),
            "quality_score": maybe(rng, share(rng)),
            "generation_params": maybe(rng, _params(rng)),
            "keyframe_ids": shown,
            "character_ids": seen,
            "created_at": _made(rng, record, "clip_generation"),
        }


def _some_of(rng: Random, ids: Sequence[int]) -> list[int]:
    """Some of the ids, or none, in the order of their use: not that of their numbers."""
    return rng.sample(ids, rng.randint(0, len(ids)))


def _voiceover_rows(generation: Generation, voiceovers: Sequence[_Voiceover]) -> Iterator[Row]:
    rng = generation.chance("studio voiceovers")
    voices = ("Aurora", "Björn", "さくら", "Old radio")
    for voiceover in voiceovers:
        record = voiceover.record
        settings = {"voice": rng.choice(voices), "speed": rng.randint(8, 12) / 10, "pauses": []}
        yield {
            "id": voiceover.id,
            "input_record_id": record.id,
            "audio_url": f"{_SITE}/{record.id}/voiceovers/{voiceover.language}.mp3",
            "duration_seconds": 8 * record.scenes,
            "file_size_bytes": maybe(rng, rng.randrange(100_000, 4_000_000)),
            "voice_settings": settings,
            "quality_score": maybe(rng, share(rng)),
            "language": voiceover.language,
            "created_at": _made(rng, record, "voiceover"),
        }


def _final_videos(
    generation: Generation,
    records: Sequence[_Record],
    clips: Sequence[_Clip],
    voiceovers: Sequence[_Voiceover],
) -> Iterator[Row]:
    rng = generation.chance("studio final videos")
    cuts = [
        record
        for record in records
        if record.has_passed("composition")
        for _ in range(4 if record.id == RICH_RECORD else 1)
    ]
    in_record, spoken_in = defaultdict(list), defaultdict(list)
    for clip in clips:
        in_record[clip.record.id].append(clip.id)
    for voiceover in voiceovers:
        spoken_in[voiceover.record.id].append(voiceover.id)
    for number, record in generation.numbered(cuts):
        own, spoken = in_record[record.id], spoken_in[record.id]
        used = [*reversed(own), GONE_ID] if number == RICH_VIDEO else maybe(rng, own)
        created = _made(rng, record, "composition")
        delivered = created + timedelta(minutes=rng.randint(1, 90))
        yield {
            "id": number,
            "input_record_id": record.id,
            "video_url": f"{_SITE}/{record.id}/final/{number}.mp4",
            "duration_seconds": 8 * record.scenes,
            "file_size_bytes": maybe(rng, rng.randrange(90_000_000, 6_000_000_000)),
            "quality_score": maybe(rng, share(rng)),
            "thumbnail_urls": maybe(rng, _thumbnails(rng, record, number)),
            "composition_data": maybe(rng, {"tracks": 2, "transitions": ["cut", "fade"]}),
            "video_clip_ids": used,
            "voiceover_id": spoken[0] if number == RICH_VIDEO else maybe(rng, rng.choice(spoken)),
            "created_at": created,
            "delivered_at": delivered if number == RICH_VIDEO else maybe(rng, delivered),
        }


def _thumbnails(rng: Random, record: _Record, video: int) -> list[str]:
    site = f"{_SITE}/{record.id}/final/{video}"
    return [f"{site}/thumbnail{number}.jpg" for number in range(rng.randrange(4))]


def _params(rng: Random) -> Row:
    return {
        "model": rng.choice(("vista-3", "vista-3-fast")),
        "seed": rng.randrange(10_000),
        "guidance": rng.randint(10, 90) / 10,
        "size": [1280, 720],
        "negative_prompt": None,
    }


def _made(rng: Random, record: _Record, phase: str) -> datetime:
    """When something came out of a phase. Much comes out at the same instant."""
    return record.start_of(phase) + timedelta(seconds=20 * rng.randrange(12))
