"""A video pipeline: calls, pages over seven kinds, id arrays, triggers, and strangers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from gateway.demo.data import family, studio
from gateway.demo.data.making import Row
from loaders.stores.postgres import PostgresAddress
from loaders.tables.studio import TABLES
from tests.engines import execute
from tests.operations.asking import ADMIN, Asker
from tests.operations.expected import FOLDER, Case

pytestmark = pytest.mark.slow

ROWS = studio.rows()
KINDS = {
    "characters": "Character",
    "character_images": "CharacterImage",
    "keyframes": "Keyframe",
    "keyframe_images": "KeyframeImage",
    "video_clips": "VideoClip",
    "voiceovers": "Voiceover",
    "final_videos": "FinalVideo",
}
"""The tables of artifacts, in the order of rows of one time, and their types."""
PARENTS = {"character_images": "characters", "keyframe_images": "keyframes"}
SIZE = 7
SCORED = [table for table in TABLES if "quality_score" in table.columns]

VIDEO = """
query ($id: ID!) {
  inputRecord(by: { inputRecordId: $id }) {
    finalVideos(first: 1) {
      nodes {
        voiceover { language }
        videoClips {
          keyframes { images { totalCount nodes { url inputRecord { databaseId } } } }
          characters { images { totalCount nodes { url inputRecord { databaseId } } } }
        }
      }
    }
  }
}
"""
SCENES = """
query ($id: ID!) {
  inputRecord(by: { inputRecordId: $id }) {
    scenes {
      inputRecord { status }
      keyframes { totalCount nodes { images { nodes { url } } } }
      videoClips { totalCount nodes { keyframes { databaseId } } }
      characterImages { nodes { character { name } } }
    }
  }
}
"""
INPUTS = """
query ($first: Int) {
  inputRecords(first: $first) {
    nodes {
      artifacts { nodes { __typename url } }
      scenes { sceneId }
      processingStatuses { totalCount nodes { phase } }
    }
  }
}
"""
ARTIFACTS = """
query ($orderBy: TimeOrder!, $first: Int, $after: String, $last: Int, $before: String) {
  inputRecord(by: { inputRecordId: 1 }) {
    artifacts(orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        createdAt
        __typename
        ... on Character { databaseId }
        ... on CharacterImage { databaseId }
        ... on Keyframe { databaseId }
        ... on KeyframeImage { databaseId }
        ... on VideoClip { databaseId }
        ... on Voiceover { databaseId }
        ... on FinalVideo { databaseId }
      }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}
"""
CLIP = """
{
  inputRecord(by: { inputRecordId: 1 }) {
    videoClips(first: 1) {
      nodes { fileSizeBytes generationParams keyframes { databaseId } characters { databaseId } }
    }
  }
}
"""
TOUCHED = """
{
  account(by: { studioAccountId: 1 }) { ... on StudioAccount { updatedAt } }
  inputRecord(by: { inputRecordId: 1 }) { updatedAt characters(first: 1) { nodes { updatedAt } } }
}
"""
NUMBER_SEVEN = """
{
  studio: account(by: { studioAccountId: 7 }) { email }
  family: account(by: { familyAccountId: 7 }) { email }
  viewer { accounts { product } }
}
"""

DIRECTIONS = pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
ORDERS = pytest.mark.parametrize("order", ["OLDEST_FIRST", "NEWEST_FIRST"])

Shown = tuple[str, str, int]
"""The time, the type and the number of an artifact."""


async def test_a_video_of_many_clips_costs_as_many_statements_as_one_of_one_clip(
    ask: Asker,
) -> None:
    many, one = [await ask(VIDEO, id=record) for record in ("1", "8")]
    clips = [
        answer.data["inputRecord"]["finalVideos"]["nodes"][0]["videoClips"]
        for answer in (many, one)
    ]
    assert [len(found) for found in clips] == [12, 1]
    for clip, *_ in clips:
        for parts in (clip["keyframes"], clip["characters"]):
            assert all(part["images"]["nodes"] for part in parts if part)
    assert many.errors == one.errors == []
    assert many.calls == one.calls
    assert set(many.calls.values()) == {1}


async def test_many_scenes_cost_as_many_statements_as_one(ask: Asker) -> None:
    many, one = [await ask(SCENES, id=record) for record in ("1", "8")]
    assert [len(answer.data["inputRecord"]["scenes"]) for answer in (many, one)] == [12, 1]
    assert many.errors == one.errors == []
    assert many.calls == one.calls


async def test_many_inputs_cost_as_many_statements_as_one(ask: Asker) -> None:
    many, one = [await ask(INPUTS, ADMIN, first=first) for first in (50, 1)]
    assert [len(answer.data["inputRecords"]["nodes"]) for answer in (many, one)] == [50, 1]
    assert many.errors == one.errors == []
    assert many.calls == one.calls


def made_of(record: int) -> list[Shown]:
    """The artifacts of an input in their order, worked out from the rows that were loaded."""
    found: list[Any] = [
        (row["created_at"], place, row["id"])
        for place, table in enumerate(KINDS)
        for row in ROWS[table]
        if _input_of(table, row) == record
    ]
    types = list(KINDS.values())
    return [(_text(made), types[place], number) for made, place, number in sorted(found)]


def _input_of(table: str, row: Row) -> object:
    parents = PARENTS.get(table)
    if parents is None:
        return row["input_record_id"]
    column = "character_id" if parents == "characters" else "keyframe_id"
    return next(up["input_record_id"] for up in ROWS[parents] if up["id"] == row[column])


def _text(moment: Any) -> str:
    shown: str = moment.isoformat().replace("+00:00", "Z")
    return shown


async def pages(
    ask: Asker, order: str, *, backward: bool, cursor: str | None = None
) -> list[list[Shown]]:
    """The artifacts of the rich input page by page, in the order of reading."""
    size, follow, go_on, edge = (
        ("last", "before", "hasPreviousPage", "startCursor")
        if backward
        else ("first", "after", "hasNextPage", "endCursor")
    )
    found = []
    while True:
        paging: dict[str, Any] = {size: SIZE, follow: cursor}
        answer = await ask(ARTIFACTS, orderBy=order, **paging)
        assert answer.errors == []
        # One to the input, one to its artifacts of all kinds.
        assert answer.calls == {
            "studio.input_records.input_records_pkey SELECT": 2,
            "studio.users.ix_users_lower_email SELECT": 1,
        }
        page = answer.data["inputRecord"]["artifacts"]
        found.append(_shown(page))
        if not page["pageInfo"][go_on]:
            return found
        cursor = page["pageInfo"][edge]


def _shown(page: Any) -> list[Shown]:
    return [(node["createdAt"], node["__typename"], node["databaseId"]) for node in page["nodes"]]


@ORDERS
@DIRECTIONS
async def test_pages_of_artifacts_are_full_and_give_each_of_all_kinds_once(
    order: str, backward: bool, ask: Asker
) -> None:
    found = await pages(ask, order, backward=backward)
    assert all(len(page) == SIZE for page in found[:-1])
    whole = [node for page in (reversed(found) if backward else found) for node in page]
    expected = made_of(studio.RICH_RECORD)
    assert whole == (expected if order == "OLDEST_FIRST" else expected[::-1])
    assert {kind for _, kind, _ in whole} == set(KINDS.values())


@ORDERS
@DIRECTIONS
async def test_artifacts_that_come_between_pages_are_neither_repeated_nor_skip_others(
    order: str, backward: bool, ask_changed_studio: Asker, writable_studio: PostgresAddress
) -> None:
    size, cursor = ("last", "startCursor") if backward else ("first", "endCursor")
    paging: dict[str, Any] = {size: SIZE}
    data = await ask_changed_studio.data(ARTIFACTS, orderBy=order, **paging)
    page = data["inputRecord"]["artifacts"]
    read = _shown(page)
    first, last = (read[-1], read[0]) if backward else (read[0], read[-1])
    # Of the very times where the page begins and ends, of the first kind and of the last.
    for moment in (first[0], last[0]):
        await execute(
            writable_studio.url,
            "INSERT INTO characters (id, input_record_id, character_id, character_name, "
            "character_description, consistency_key, created_at) VALUES "
            f"((SELECT 900000 + count(*) FROM characters), 1, 'new', 'new', 'new', 'new', "
            f"'{moment}'); "
            "INSERT INTO final_videos (id, input_record_id, video_url, duration_seconds, "
            "created_at) VALUES "
            f"((SELECT 900000 + count(*) FROM final_videos), 1, 'new', 1, '{moment}')",
        )
    after = await pages(
        ask_changed_studio, order, backward=backward, cursor=page["pageInfo"][cursor]
    )
    now = await pages(ask_changed_studio, order, backward=backward)
    shown, whole = [
        [node for page in found for node in (reversed(page) if backward else page)]
        for found in (after, now)
    ]
    assert len(whole) == len(made_of(studio.RICH_RECORD)) + 4
    assert shown == whole[whole.index(last) + 1 :]
    assert not set(read) & set(shown)


async def test_ids_stay_in_their_places_and_values_keep_their_digits(
    ask_changed_studio: Asker, writable_studio: PostgresAddress
) -> None:
    await execute(
        writable_studio.url,
        "UPDATE video_clips SET keyframe_ids = ARRAY[2, 999001, NULL, 2], character_ids = '{}', "
        "file_size_bytes = 9223372036854775807, "
        "generation_params = '{\"seed\": 12345678901234567890.1234567890}' WHERE id = 1",
    )
    answer = await ask_changed_studio(CLIP)
    assert answer.errors == []
    (clip,) = answer.data["inputRecord"]["videoClips"]["nodes"]
    assert clip["keyframes"] == [{"databaseId": 2}, None, None, {"databaseId": 2}]
    assert clip["characters"] == []
    assert clip["fileSizeBytes"] == "9223372036854775807"
    assert b'"generationParams":{"seed": 12345678901234567890.1234567890}' in answer.content


async def test_an_array_of_too_many_ids_is_cut_with_an_error(
    ask_changed_studio: Asker, writable_studio: PostgresAddress
) -> None:
    await execute(
        writable_studio.url,
        "UPDATE video_clips SET keyframe_ids = array_fill(2, ARRAY[101]) WHERE id = 1",
    )
    answer = await ask_changed_studio(CLIP)
    (clip,) = answer.data["inputRecord"]["videoClips"]["nodes"]
    assert clip["keyframes"] == [*[{"databaseId": 2}] * 100, None]
    (error,) = answer.errors
    assert error["path"] == ["inputRecord", "videoClips", "nodes", 0, "keyframes", 100]
    assert error["code"] == "BAD_STORED_VALUE"


async def test_a_quality_score_stays_between_0_and_1(writable_studio: PostgresAddress) -> None:
    refused = pytest.raises(asyncpg.RaiseError, match=r"between 0\.0 and 1\.0")
    for table in SCORED:
        name = table.name
        others = ", ".join(table.columns.keys() - {"id", "quality_score"})
        for score in ("0", "1.00", "0.90", "NULL"):
            await execute(
                writable_studio.url, f"UPDATE {name} SET quality_score = {score} WHERE id = 1"
            )
        for score in ("1.01", "-0.01"):
            for statement in (
                f"UPDATE {name} SET quality_score = {score} WHERE id = 1",
                f"INSERT INTO {name} (id, quality_score, {others}) "
                f"SELECT 900000, {score}, {others} FROM {name} WHERE id = 1",
            ):
                with refused:
                    await execute(writable_studio.url, statement)


def test_every_kind_of_artifact_has_a_quality_score() -> None:
    assert {table.name for table in SCORED} == set(KINDS)


async def test_a_row_that_changes_is_told_of_by_updated_at(
    ask_changed_studio: Asker, writable_studio: PostgresAddress
) -> None:
    before = _times(await ask_changed_studio.data(TOUCHED))
    began = datetime.now(UTC)
    for changed in (
        "users SET is_verified = false WHERE id = 1",
        "input_records SET input_length = 1 WHERE id = 1",
        "characters SET character_name = 'Another' WHERE input_record_id = 1",
    ):
        await execute(writable_studio.url, f"UPDATE {changed}")
    after = _times(await ask_changed_studio.data(TOUCHED))
    assert len(before) == len(after) == 3
    assert all(then < began <= now for then, now in zip(before, after, strict=True))


def _times(data: Any) -> list[datetime]:
    record = data["inputRecord"]
    rows = (data["account"], record, *record["characters"]["nodes"])
    return [datetime.fromisoformat(row["updatedAt"]) for row in rows]


async def test_users_of_one_number_at_two_products_are_strangers(ask: Asker) -> None:
    number = studio.STRANGER
    of_studio, of_family = [
        next(row["email"] for row in rows["users"] if row["id"] == number)
        for rows in (ROWS, family.rows())
    ]
    assert await ask.data(NUMBER_SEVEN, str(of_studio)) == {
        "studio": {"email": of_studio},
        "family": None,
        "viewer": {"accounts": [{"product": "STUDIO"}]},
    }
    assert await ask.data(NUMBER_SEVEN, str(of_family)) == {
        "studio": None,
        "family": {"email": of_family},
        "viewer": {"accounts": [{"product": "FAMILY"}]},
    }


async def test_a_stranger_of_the_same_number_sees_no_inputs(ask: Asker) -> None:
    record = next(row["id"] for row in ROWS["input_records"] if row["user_id"] == studio.STRANGER)
    query = "query ($id: ID!) { inputRecord(by: { inputRecordId: $id }) { databaseId } }"
    other = next(row["email"] for row in family.rows()["users"] if row["id"] == studio.STRANGER)
    assert await ask.data(query, str(other), id=str(record)) == {"inputRecord": None}


def test_what_is_anothers_looks_and_costs_like_what_is_absent() -> None:
    files = (
        *FOLDER.glob("pipeline/*.another.json"),
        *FOLDER.glob("accounts/studio_*.another.json"),
    )
    pairs = [
        (Case.read(file), Case.read(absent))
        for file in files
        if (absent := file.with_name(file.name.replace(".another.", ".absent."))).exists()
    ]
    assert len(pairs) > 5
    for found, missing in pairs:
        assert found.content.get("viewer") == missing.content.get("viewer")
        assert found.content["variables"] != missing.content["variables"]
        assert found.expected == missing.expected
