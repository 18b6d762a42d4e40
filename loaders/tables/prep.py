"""IELTS AI Prep's DynamoDB: learners, assessments, questions, entitlements and support.

It keeps no subject: a learner's key is an e-mail. Times are ISO text, but numbers (epoch seconds)
where the document says so: `expires_at` of sessions and tokens, `timestamp`, and `created_at` of
reports and tickets.
"""

from __future__ import annotations

from loaders.masks import Mask
from loaders.tables.dynamodb import (
    DynamoTable,
    anything,
    attribute,
    columns,
    decimal,
    email,
    epoch,
    flag,
    floating,
    index,
    moment,
    one_of,
    text,
    texts,
)
from loaders.tables.facts import Read, Through, Visibility
from loaders.tables.kinds import FLOAT, choice, list_of, shape

PRODUCT = "prep"

ACCOUNT_STATUSES = choice("active", "suspended", "deleted")
ASSESSMENT_TYPES = choice(
    "speaking_academic", "speaking_general", "writing_academic", "writing_general"
)
ASSESSMENT_STATUSES = choice("in_progress", "completed", "abandoned")
DIFFICULTIES = choice("easy", "medium", "hard")
SKILLS = choice("speaking", "writing")
PRODUCTS = choice("writing", "speaking", "full_mock_test")
PLATFORMS = choice("ios", "android")
ENTITLEMENT_STATUSES = choice("active", "expired", "refunded")
CONTENT_TYPES = choice("audio", "text")
MODERATION_ACTIONS = choice("warn", "block", "none")
MODERATION_CATEGORIES = choice("profanity", "hate_speech", "violence", "sexual_content", "spam")
REPORT_TYPES = choice("inappropriate_ai", "bug", "inaccurate_score")
REPORT_STATUSES = choice("new", "investigating", "resolved", "dismissed")
TICKET_CATEGORIES = choice("purchase", "qr_code", "audio", "refund", "technical")
PRIORITIES = choice("urgent", "high", "normal", "low")
TICKET_STATUSES = choice("new", "in_progress", "resolved", "escalated")
ACTION_TYPES = choice("diagnose", "fix_proposed", "fix_applied")
ACTION_STATUSES = choice("pending_review", "approved", "rejected", "applied")

_SCORES = shape(
    speaking=shape(
        fluency_coherence=FLOAT,
        lexical_resource=FLOAT,
        grammatical_range=FLOAT,
        pronunciation=FLOAT,
    ),
    writing=shape(
        task_achievement=FLOAT,
        coherence_cohesion=FLOAT,
        lexical_resource=FLOAT,
        grammatical_range=FLOAT,
    ),
)

_NEVER = Visibility.NEVER
_STAFF = Visibility.STAFF
_MASKED = Visibility.MASKED

users = DynamoTable(
    product=PRODUCT,
    name="ielts-genai-prep-users",
    setting="PREP_DYNAMODB_USERS_TABLE",
    key=("email",),
    columns=columns(
        email("email"),
        text("password_hash", required=False, visibility=_NEVER),
        text("username", required=False, personal=True),
        moment("created_at", required=False),
        flag("email_verified", required=False),
        text("verification_token", required=False, visibility=_NEVER),
        moment("last_login", required=False),
        one_of("account_status", ACCOUNT_STATUSES, required=False),
    ),
    indexes=(),
    read=Read.OWNER,
    owner="email",
    email="email",
    active=("account_status", "active"),
    max_item_bytes=2_000,
)

sessions = DynamoTable(
    product=PRODUCT,
    name="ielts-genai-prep-sessions",
    setting="PREP_DYNAMODB_SESSIONS_TABLE",
    key=("session_id",),
    columns=columns(
        text("session_id", visibility=_NEVER),
        email("user_email", references=users),
        moment("created_at", required=False),
        epoch("expires_at", required=False),
        text("ip_address", required=False, visibility=_MASKED, personal=True, mask=Mask.NETWORK),
        text("user_agent", required=False, visibility=_MASKED, personal=True, mask=Mask.CLIENT),
        flag("qr_authenticated", required=False),
    ),
    indexes=(index("user_email-created_at-index", "user_email", "created_at"),),
    read=Read.OWNER,
    owner="user_email",
    max_item_bytes=2_000,
    ttl="expires_at",
)

qr_tokens = DynamoTable(
    product=PRODUCT,
    name="ielts-genai-prep-qr-tokens",
    setting="PREP_DYNAMODB_QR_TOKENS_TABLE",
    key=("token",),
    columns=columns(
        text("token", visibility=_NEVER),
        email("user_email", references=users),
        moment("created_at", required=False),
        epoch("expires_at", required=False),
        flag("used", required=False),
        moment("used_at", required=False),
        text("device_id", required=False, personal=True),
    ),
    indexes=(),
    read=Read.STAFF,
    owner="user_email",
    max_item_bytes=1_000,
    ttl="expires_at",
)

assessments = DynamoTable(
    product=PRODUCT,
    name="ielts-genai-prep-assessments",
    setting="PREP_DYNAMODB_ASSESSMENTS_TABLE",
    key=("assessment_id", "user_id"),
    columns=columns(
        text("assessment_id"),
        email("user_id", references=users),
        one_of("assessment_type", ASSESSMENT_TYPES),
        moment("created_at"),
        moment("completed_at", required=False),
        floating("band_score", required=False),
        attribute("scores", _SCORES, required=False),
        text("ai_feedback", required=False),
        text("improvement_plan", required=False),
        floating("duration_minutes", required=False),
        one_of("status", ASSESSMENT_STATUSES, required=False),
    ),
    indexes=(
        index("user_id-created_at-index", "user_id", "created_at"),
        index("assessment_type-created_at-index", "assessment_type", "created_at"),
    ),
    read=Read.OWNER,
    owner="user_id",
    max_item_bytes=32_000,
)

questions = DynamoTable(
    product=PRODUCT,
    name="ielts-assessment-questions",
    setting="PREP_DYNAMODB_QUESTIONS_TABLE",
    key=("question_id", "assessment_type"),
    columns=columns(
        text("question_id"),
        text("assessment_type"),
        one_of("difficulty", DIFFICULTIES, required=False),
        text("topic", required=False),
        text("question_text", required=False),
        text("sample_answer", required=False, visibility=_STAFF),
        texts("keywords", required=False, visibility=_STAFF),
        floating("estimated_time", required=False),
    ),
    indexes=(),
    read=Read.SIGNED_IN,
    max_item_bytes=8_000,
)

rubrics = DynamoTable(
    product=PRODUCT,
    name="ielts-assessment-rubrics",
    setting="PREP_DYNAMODB_RUBRICS_TABLE",
    key=("rubric_id",),
    columns=columns(
        text("rubric_id"),
        one_of("skill_type", SKILLS, required=False),
        text("criterion", required=False),
        anything("band_descriptors", required=False),
        anything("evaluation_prompts", required=False, visibility=_STAFF),
    ),
    indexes=(),
    read=Read.SIGNED_IN,
    max_item_bytes=16_000,
)

entitlements = DynamoTable(
    product=PRODUCT,
    name="ielts-genai-prep-entitlements",
    setting="PREP_DYNAMODB_ENTITLEMENTS_TABLE",
    key=("user_email", "product_id"),
    columns=columns(
        email("user_email", references=users),
        one_of("product_id", PRODUCTS),
        one_of("platform", PLATFORMS, required=False),
        moment("purchase_date", required=False),
        moment("expires_at", required=False),
        text("receipt_data", required=False, visibility=_NEVER),
        text("transaction_id", required=False, visibility=_MASKED, mask=Mask.NUMBER),
        decimal("price_paid", required=False),
        one_of("status", ENTITLEMENT_STATUSES, required=False),
    ),
    indexes=(index("user_email-expires_at-index", "user_email", "expires_at"),),
    read=Read.OWNER,
    owner="user_email",
    max_item_bytes=16_000,
)

safety_logs = DynamoTable(
    product=PRODUCT,
    name="ielts-ai-safety-logs",
    setting="PREP_DYNAMODB_SAFETY_LOGS_TABLE",
    key=("log_id", "timestamp"),
    columns=columns(
        text("log_id"),
        epoch("timestamp"),
        text("assessment_id", required=False, references=assessments),
        email("user_email", required=False, references=users),
        one_of("content_type", CONTENT_TYPES, required=False),
        one_of("moderation_action", MODERATION_ACTIONS, required=False),
        floating("confidence", required=False),
        attribute("categories", list_of(MODERATION_CATEGORIES), required=False),
        text("user_response", required=False, personal=True),
        text("ai_response", required=False),
    ),
    indexes=(),
    read=Read.STAFF,
    owner="user_email",
    max_item_bytes=16_000,
)

content_reports = DynamoTable(
    product=PRODUCT,
    name="ielts-content-reports",
    setting="PREP_DYNAMODB_CONTENT_REPORTS_TABLE",
    key=("report_id", "created_at"),
    columns=columns(
        text("report_id"),
        epoch("created_at"),
        email("reporter_email", required=False, references=users),
        text("assessment_id", required=False, references=assessments),
        one_of("report_type", REPORT_TYPES, required=False),
        text("description", required=False, personal=True),
        one_of("status", REPORT_STATUSES, required=False),
        text("admin_notes", required=False, visibility=_STAFF),
    ),
    indexes=(),
    read=Read.OWNER,
    owner="reporter_email",
    max_item_bytes=8_000,
)

tickets = DynamoTable(
    product=PRODUCT,
    name="ielts-support-tickets",
    setting="PREP_DYNAMODB_SUPPORT_TICKETS_TABLE",
    key=("ticket_id", "created_at"),
    columns=columns(
        text("ticket_id"),
        epoch("created_at"),
        email("user_email", required=False, references=users),
        text("subject", required=False, personal=True),
        text("message", required=False, personal=True),
        one_of("category", TICKET_CATEGORIES, required=False),
        one_of("priority", PRIORITIES, required=False),
        one_of("status", TICKET_STATUSES, required=False),
        text("ai_response", required=False),
        floating("ai_confidence", required=False, visibility=_STAFF),
        moment("escalated_at", required=False),
        moment("resolved_at", required=False),
        text("devops_action_id", required=False, visibility=_STAFF),
    ),
    indexes=(
        index("status-created_at-index", "status", "created_at"),
        index("priority-created_at-index", "priority", "created_at"),
        index("user_email-created_at-index", "user_email", "created_at"),
    ),
    read=Read.OWNER,
    owner="user_email",
    max_item_bytes=32_000,
)

devops_actions = DynamoTable(
    product=PRODUCT,
    name="ielts-devops-actions",
    setting="PREP_DYNAMODB_DEVOPS_ACTIONS_TABLE",
    key=("action_id", "timestamp"),
    columns=columns(
        text("action_id"),
        epoch("timestamp"),
        one_of("action_type", ACTION_TYPES, required=False),
        text("ticket_id", required=False, references=tickets),
        text("issue_description", required=False),
        text("affected_service", required=False),
        text("ai_analysis", required=False),
        text("proposed_fix", required=False),
        text("code_diff", required=False),
        one_of("status", ACTION_STATUSES, required=False),
        text("reviewed_by", required=False),
        text("pr_url", required=False),
    ),
    indexes=(
        index("status-timestamp-index", "status", "timestamp"),
        index("affected_service-timestamp-index", "affected_service", "timestamp"),
        index("ticket_id-timestamp-index", "ticket_id", "timestamp"),
    ),
    read=Read.STAFF,
    owner=Through("ticket_id", tickets),
    max_item_bytes=64_000,
)

TABLES: tuple[DynamoTable, ...] = (
    users,
    sessions,
    qr_tokens,
    assessments,
    questions,
    rubrics,
    entitlements,
    safety_logs,
    content_reports,
    tickets,
    devops_actions,
)
