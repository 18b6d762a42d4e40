"""Ways to assessments, questions and rubrics."""

from __future__ import annotations

from loaders.access import one, page
from loaders.tables import prep

assessment = one(prep.assessments, by=("assessment_id", "user_id"))
assessment_by_id = one(prep.assessments, by="assessment_id")
assessments_of_learner = page(
    prep.assessments, by="user_id", order="-created_at", filters=("assessment_type", "status")
)
assessments_by_type = page(prep.assessments, by="assessment_type", order="-created_at")

question = one(prep.questions, by=("question_id", "assessment_type"))
question_by_id = one(prep.questions, by="question_id")
rubric = one(prep.rubrics, by="rubric_id")

NODES = {
    "Assessment": assessment,
    "Question": question,
    "Rubric": rubric,
}
"""Types with a global id, and the way to their rows by key."""
