"""Support tickets, what was done about them, and what was moderated or reported."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import strawberry

from loaders.tables import prep
from resolvers import accounts as resolve_accounts
from resolvers import support as resolve
from schema.accounts import LearnerAccount
from schema.assessments import Assessment
from schema.describe import enum_type, input_type
from schema.node import Node
from schema.paging import NEWEST_FIRST, Connection, TimeRange, pages_by
from schema.rows import optional, resolved_by, row_of


@enum_type
class TicketCategory(Enum):
    """What a ticket is about."""

    PURCHASE = "purchase"
    """A purchase."""
    QR_CODE = "qr_code"
    """Signing in by QR code."""
    AUDIO = "audio"
    """Sound or microphone."""
    REFUND = "refund"
    """Money back."""
    TECHNICAL = "technical"
    """Another technical problem."""


@enum_type
class TicketPriority(Enum):
    """How urgent a ticket is."""

    URGENT = "urgent"
    """It comes before all others."""
    HIGH = "high"
    """It comes before most others."""
    NORMAL = "normal"
    """It comes in its turn."""
    LOW = "low"
    """It can wait."""


@enum_type
class TicketStatus(Enum):
    """How far a ticket is."""

    NEW = "new"
    """Nobody has looked at it yet."""
    IN_PROGRESS = "in_progress"
    """It is being worked on."""
    RESOLVED = "resolved"
    """It is done."""
    ESCALATED = "escalated"
    """It was passed on to a human."""


@enum_type
class DevopsActionType(Enum):
    """What a devops action is."""

    DIAGNOSE = "diagnose"
    """The problem was looked into."""
    FIX_PROPOSED = "fix_proposed"
    """A fix was proposed."""
    FIX_APPLIED = "fix_applied"
    """A fix was applied."""


@enum_type
class DevopsActionStatus(Enum):
    """What became of a devops action."""

    PENDING_REVIEW = "pending_review"
    """A human has to look at it."""
    APPROVED = "approved"
    """It may be applied."""
    REJECTED = "rejected"
    """It must not be applied."""
    APPLIED = "applied"
    """It was applied."""


@enum_type
class ModeratedContentType(Enum):
    """What was moderated."""

    AUDIO = "audio"
    """Something spoken."""
    TEXT = "text"
    """Something written."""


@enum_type
class ModerationAction(Enum):
    """What moderation did."""

    WARN = "warn"
    """It warned the learner."""
    BLOCK = "block"
    """It blocked the content."""
    NONE = "none"
    """It let the content pass."""


@enum_type
class ModerationCategory(Enum):
    """What was found in moderated content."""

    PROFANITY = "profanity"
    """Swearing."""
    HATE_SPEECH = "hate_speech"
    """Hatred of a group of people."""
    VIOLENCE = "violence"
    """Violence."""
    SEXUAL_CONTENT = "sexual_content"
    """Sexual content."""
    SPAM = "spam"
    """Unwanted advertising."""


@enum_type
class AssessmentReportType(Enum):
    """What is wrong with an assessment."""

    INAPPROPRIATE_AI = "inappropriate_ai"
    """The AI said something that it should not have."""
    BUG = "bug"
    """Something did not work."""
    INACCURATE_SCORE = "inaccurate_score"
    """The score is wrong."""


@enum_type
class AssessmentReportStatus(Enum):
    """What became of a report."""

    NEW = "new"
    """Nobody has looked at it yet."""
    INVESTIGATING = "investigating"
    """It is being looked into."""
    RESOLVED = "resolved"
    """It was acted on."""
    DISMISSED = "dismissed"
    """It was put aside."""


@row_of(prep.tickets)
class SupportTicket(Node):
    """A learner's question to support."""

    ticket_id: strawberry.ID
    """The id of the ticket."""
    created_at: datetime
    """When it was opened."""
    user_email: str | None
    """The e-mail of the learner."""
    subject: str | None
    """The subject."""
    message: str | None
    """The question in the learner's words."""
    category: TicketCategory | None
    """What it is about."""
    priority: TicketPriority | None
    """How urgent it is."""
    status: TicketStatus | None
    """How far it is."""
    ai_response: str | None
    """The AI's answer."""
    ai_confidence: float | None
    """How sure the AI is, from 0 to 1, for staff."""
    escalated_at: datetime | None
    """When it was passed on to a human."""
    resolved_at: datetime | None
    """When it was resolved."""
    devops_action_id: str | None
    """The id of the devops action that it led to, for staff."""
    account: LearnerAccount | None = resolved_by(resolve_accounts.learner_by_user_email)
    """The learner; null where there is no such account."""
    devops_action: DevopsAction | None = resolved_by(resolve.action_of_ticket)
    """The devops action that it led to, for staff."""
    devops_actions: Connection[DevopsAction] | None = pages_by(
        resolve.actions_of_ticket,
        between=optional(TimeRange, "Only actions of this range."),
        order_by=NEWEST_FIRST,
    )
    """All devops actions that name this ticket, for staff."""


@row_of(prep.devops_actions)
class DevopsAction(Node):
    """Something that the devops agent found out or did, for staff."""

    action_id: strawberry.ID
    """The id of the action."""
    timestamp: datetime
    """When it was done."""
    action_type: DevopsActionType | None
    """What it is."""
    ticket_id: str | None
    """The id of the ticket that it is for."""
    issue_description: str | None
    """The problem."""
    affected_service: str | None
    """The service that has the problem, such as `lambda`."""
    ai_analysis: str | None
    """What the agent thinks the cause is."""
    proposed_fix: str | None
    """What the agent would change."""
    code_diff: str | None
    """The change as a git diff."""
    status: DevopsActionStatus | None
    """What became of it."""
    reviewed_by: str | None
    """Who reviewed it."""
    pr_url: str | None
    """The URL of the pull request."""
    ticket: SupportTicket | None = resolved_by(resolve.ticket_of_action)
    """The ticket that it is for; null where it is gone."""


@row_of(prep.safety_logs)
class SafetyLog(Node):
    """A decision of moderation during a speaking test, for staff."""

    log_id: strawberry.ID
    """The id of the log; decisions may share it."""
    timestamp: datetime
    """When it was decided."""
    assessment_id: str | None
    """The id of the assessment."""
    user_email: str | None
    """The e-mail of the learner."""
    content_type: ModeratedContentType | None
    """What was moderated."""
    moderation_action: ModerationAction | None
    """What was done."""
    confidence: float | None
    """How sure the AI is, from 0 to 1."""
    categories: list[ModerationCategory] | None
    """What was found."""
    user_response: str | None
    """What the learner said or wrote."""
    ai_response: str | None
    """What the AI answered."""
    account: LearnerAccount | None = resolved_by(resolve_accounts.learner_by_user_email)
    """The learner; null where there is no such account."""
    assessment: Assessment | None = resolved_by(resolve.assessment)
    """The assessment; null where it is gone."""


@row_of(prep.content_reports)
class AssessmentReport(Node):
    """Something that a learner reported about an assessment."""

    report_id: strawberry.ID
    """The id of the report."""
    created_at: datetime
    """When it was reported."""
    reporter_email: str | None
    """The e-mail of the learner who reported it."""
    assessment_id: str | None
    """The id of the assessment."""
    report_type: AssessmentReportType | None
    """What is wrong."""
    description: str | None
    """The problem in the learner's words."""
    status: AssessmentReportStatus | None
    """What became of it."""
    admin_notes: str | None
    """Notes of those who looked into it, for staff."""
    reporter: LearnerAccount | None = resolved_by(resolve.reporter)
    """The learner who reported it; null where there is no such account."""
    assessment: Assessment | None = resolved_by(resolve.assessment)
    """The assessment; null where it is gone or not yours."""


@input_type(one_of=True)
class SupportTicketBy:
    """Names one ticket; give exactly one member."""

    id: strawberry.ID | None = strawberry.UNSET
    """The global id of a ticket."""
    ticket_id: strawberry.ID | None = strawberry.UNSET
    """The id of a ticket."""


@input_type(one_of=True)
class DevopsActionBy:
    """Names one devops action; give exactly one member."""

    id: strawberry.ID | None = strawberry.UNSET
    """The global id of a devops action."""
    action_id: strawberry.ID | None = strawberry.UNSET
    """The id of a devops action."""


@input_type(one_of=True)
class SafetyLogBy:
    """Names one decision of moderation; give exactly one member."""

    id: strawberry.ID | None = strawberry.UNSET
    """The global id of a decision."""
    log_id: strawberry.ID | None = strawberry.UNSET
    """The id of a log; the earliest decision where several share it."""


@input_type(one_of=True)
class AssessmentReportBy:
    """Names one report about an assessment; give exactly one member."""

    id: strawberry.ID | None = strawberry.UNSET
    """The global id of a report."""
    report_id: strawberry.ID | None = strawberry.UNSET
    """The id of a report."""
