"""Assessments, the questions they are made of and the rubrics they are scored by."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import strawberry

from loaders.tables import prep
from resolvers import assessments as resolve
from schema.accounts import LearnerAccount
from schema.describe import enum_type, input_type
from schema.node import Node
from schema.rows import column, resolved_by, row_of, shape
from schema.scalars import JSON


@enum_type
class AssessmentType(Enum):
    """What an assessment tests, and for which kind of IELTS."""

    SPEAKING_ACADEMIC = "speaking_academic"
    """Speaking, Academic."""
    SPEAKING_GENERAL = "speaking_general"
    """Speaking, General Training."""
    WRITING_ACADEMIC = "writing_academic"
    """Writing, Academic."""
    WRITING_GENERAL = "writing_general"
    """Writing, General Training."""


@enum_type
class AssessmentStatus(Enum):
    """How far an assessment is."""

    IN_PROGRESS = "in_progress"
    """The learner is at it."""
    COMPLETED = "completed"
    """It was finished."""
    ABANDONED = "abandoned"
    """The learner gave it up."""


@enum_type
class Difficulty(Enum):
    """How hard a question is."""

    EASY = "easy"
    """Easy."""
    MEDIUM = "medium"
    """Neither easy nor hard."""
    HARD = "hard"
    """Hard."""


@enum_type
class Skill(Enum):
    """A skill that IELTS tests."""

    SPEAKING = "speaking"
    """Speaking."""
    WRITING = "writing"
    """Writing."""


@shape
class SpeakingScores:
    """The scores for speaking, each a band from 0 to 9."""

    fluency_coherence: float | None
    """Fluency and coherence."""
    lexical_resource: float | None
    """Vocabulary."""
    grammatical_range: float | None
    """Grammatical range and accuracy."""
    pronunciation: float | None
    """Pronunciation."""


@shape
class WritingScores:
    """The scores for writing, each a band from 0 to 9."""

    task_achievement: float | None
    """How well the task was done."""
    coherence_cohesion: float | None
    """Coherence and cohesion."""
    lexical_resource: float | None
    """Vocabulary."""
    grammatical_range: float | None
    """Grammatical range and accuracy."""


@shape
class AssessmentScores:
    """The scores of an assessment by skill."""

    speaking: SpeakingScores | None
    """Speaking; null where it was not tested."""
    writing: WritingScores | None
    """Writing; null where it was not tested."""


@row_of(prep.assessments)
class Assessment(Node):
    """A learner's speaking or writing test."""

    assessment_id: strawberry.ID
    """The id of the assessment."""
    user_id: str | None
    """The e-mail of the learner."""
    assessment_type: AssessmentType | None
    """What is tested."""
    created_at: datetime | None
    """When it began."""
    completed_at: datetime | None
    """When it was completed."""
    band_score: float | None
    """The overall band, from 0 to 9."""
    scores: AssessmentScores | None
    """The scores by skill and criterion."""
    ai_feedback: str | None
    """What the AI says about it."""
    improvement_plan: str | None
    """What the AI suggests to the learner."""
    duration_minutes: float | None
    """How long it took, in minutes."""
    status: AssessmentStatus | None
    """How far it is."""
    account: LearnerAccount | None = resolved_by(resolve.learner)
    """The learner."""


@row_of(prep.questions)
class Question(Node):
    """A question of the question bank, for anyone with an account at IELTS AI Prep."""

    question_id: strawberry.ID
    """The id of the question."""
    assessment_type: str
    """The part of the test that it is for, such as `speaking_part2`."""
    difficulty: Difficulty | None
    """How hard it is."""
    topic: str | None
    """What it is about, such as `work`."""
    text: str | None = column("question_text")
    """The question."""
    sample_answer: str | None
    """An answer for reference, for staff."""
    keywords: list[str] | None
    """Words that are expected in an answer, for staff."""
    estimated_minutes: float | None = column("estimated_time")
    """How long an answer should take, in minutes."""


@shape
class BandDescriptor:
    """What a band stands for."""

    band: int
    """The band, from 0 to 9."""
    descriptor: str
    """What an answer of this band is like."""


@row_of(prep.rubrics)
class Rubric(Node):
    """A criterion that answers are scored by, for anyone with an account at IELTS AI Prep."""

    rubric_id: strawberry.ID
    """The id of the rubric."""
    skill_type: Skill | None
    """The skill."""
    criterion: str | None
    """The criterion, such as `fluency_coherence`."""
    band_descriptors: list[BandDescriptor] | None = resolved_by(resolve.band_descriptors)
    """What each band stands for, from the lowest."""
    evaluation_prompts: JSON | None
    """What the AI is told for scoring, for staff."""


@input_type(one_of=True)
class AssessmentBy:
    """Names one assessment; give exactly one member."""

    id: strawberry.ID | None = strawberry.UNSET
    """The global id of an assessment."""
    assessment_id: strawberry.ID | None = strawberry.UNSET
    """The id of an assessment."""


@input_type()
class QuestionKey:
    """The key of a question."""

    question_id: strawberry.ID
    """The id of the question."""
    assessment_type: str
    """The part of the test that it is for, such as `speaking_part2`."""


@input_type(one_of=True)
class QuestionBy:
    """Names one question; give exactly one member."""

    id: strawberry.ID | None = strawberry.UNSET
    """The global id of a question."""
    question_id: strawberry.ID | None = strawberry.UNSET
    """The id of a question; the first one where several parts of the test share it."""
    key: QuestionKey | None = strawberry.UNSET
    """Id and part of the test, which is a cheaper read."""


@input_type(one_of=True)
class RubricBy:
    """Names one rubric; give exactly one member."""

    id: strawberry.ID | None = strawberry.UNSET
    """The global id of a rubric."""
    rubric_id: strawberry.ID | None = strawberry.UNSET
    """The id of a rubric."""
