"""Where subscriptions begin."""

from __future__ import annotations

import strawberry

from resolvers import pipeline as resolve_pipeline
from schema.describe import object_type
from schema.pipeline import InputRecord, ProcessingStatus
from schema.rows import required, resolved_by


@object_type
class Subscription:
    """Where subscriptions begin.

    The state as it is comes first, then each change. Of several changes in short order only the
    last may be told, and what you have been told already is not told again. What does not exist and
    what you may not see look alike: null, and the end. The end comes so too when what you follow is
    removed, or is yours no more.
    """

    processing_status: ProcessingStatus | None = resolved_by(
        resolve_pipeline.processing_status_feed,
        input_record_id=required(strawberry.ID, "The number of an input at CinBoard AI."),
    )
    """How the processing of one input goes: first each phase as it stands, the newest at the end,
    then each phase whenever it has changed."""
    input_record_progress: InputRecord | None = resolved_by(resolve_pipeline.input_record_feed)
    """How the processing of your own inputs goes: first your newest 50 as they stand, the newest at
    the end, then each whenever it, or a phase of its processing, has changed."""
