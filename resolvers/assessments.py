"""What leads to assessments, questions and rubrics, and what those lead to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any

from loaders import accounts as load_accounts
from loaders import assessments as load
from loaders.access import One
from loaders.errors import BadUserInput
from loaders.reach import follows
from loaders.request import Asking
from loaders.tables import prep
from loaders.tables.facts import Row
from loaders.tables.kinds import TEXT
from resolvers.arguments import column_value
from resolvers.links import by_one_of, needs, to_one, to_page

IDS_AT_MOST = 100
"""How many ids one field takes."""

assessment = by_one_of({"Assessment": load.assessment}, assessment_id=load.assessment_by_id)
assessments = to_page(load.assessments_by_type, given="type", ranges={"between": "created_at"})
question = by_one_of(
    {"Question": load.question}, question_id=load.question_by_id, key=load.question
)
rubric = by_one_of({"Rubric": load.rubric}, rubric_id=load.rubric)

assessments_of_learner = to_page(
    load.assessments_of_learner,
    via="email",
    ranges={"between": "created_at"},
    type="assessment_type",
    status="status",
)
learner = to_one(load_accounts.learner_account, via="user_id")


@follows(load.question_by_id, keys="ids")
async def questions(_: None, info: Asking, ids: Sequence[str]) -> Sequence[Any]:
    """The questions of these ids, in their order."""
    return await _each(load.question_by_id, info, ids)


@follows(load.rubric, keys="ids")
async def rubrics(_: None, info: Asking, ids: Sequence[str]) -> Sequence[Any]:
    """The rubrics of these ids, in their order."""
    return await _each(load.rubric, info, ids)


async def _each(access: One, info: Asking, ids: Sequence[str]) -> Sequence[Any]:
    if len(ids) > IDS_AT_MOST:
        raise BadUserInput(f"ids holds more than {IDS_AT_MOST} ids", argument="ids")
    column = access.table.columns[access.by[0]]
    keys = [(column_value(column, text, f"ids.{place}"),) for place, text in enumerate(ids)]
    return await access.load_each(info, keys)


@needs("band_descriptors")
def band_descriptors(rubric_: Row, info: Asking) -> Sequence[Mapping[str, Any]] | None:
    """What each band stands for, from the lowest band."""
    bands: Sequence[Mapping[str, Any]] | None = _BAND_DESCRIPTORS.read(rubric_)
    return bands


def _by_band(stored: Any) -> Sequence[Mapping[str, Any]]:
    """Entries out of a map of bands to descriptions; ValueError where it is something else."""
    if not isinstance(stored, Mapping):
        raise ValueError("is no map")
    return sorted(
        ({"band": _band(name), "descriptor": TEXT.parse(text)} for name, text in stored.items()),
        key=itemgetter("band"),
    )


def _band(name: str) -> int:
    if not name.isdecimal():
        raise ValueError(f"has a band {name!r}, which is no number")
    return int(name)


_BAND_DESCRIPTORS = replace(prep.rubrics.columns["band_descriptors"], decode=_by_band)
