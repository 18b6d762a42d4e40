"""Ways to tickets, devops actions, safety logs and assessment reports."""

from __future__ import annotations

from loaders.access import one, page
from loaders.tables import prep

ticket = one(prep.tickets, by=("ticket_id", "created_at"))
ticket_by_id = one(prep.tickets, by="ticket_id")
tickets_of_learner = page(prep.tickets, by="user_email", order="-created_at", filters="status")
tickets_by_status = page(prep.tickets, by="status", order="-created_at")
tickets_by_priority = page(prep.tickets, by="priority", order="-created_at", filters="status")

devops_action = one(prep.devops_actions, by=("action_id", "timestamp"))
devops_action_by_id = one(prep.devops_actions, by="action_id")
actions_of_ticket = page(prep.devops_actions, by="ticket_id", order="-timestamp")
actions_by_status = page(prep.devops_actions, by="status", order="-timestamp")
actions_by_service = page(
    prep.devops_actions, by="affected_service", order="-timestamp", filters="status"
)

safety_log = one(prep.safety_logs, by=("log_id", "timestamp"))
safety_log_by_id = one(prep.safety_logs, by="log_id")
safety_logs_of_id = page(prep.safety_logs, by="log_id", order="-timestamp")

assessment_report = one(prep.content_reports, by=("report_id", "created_at"))
assessment_report_by_id = one(prep.content_reports, by="report_id")

NODES = {
    "SupportTicket": ticket,
    "DevopsAction": devops_action,
    "SafetyLog": safety_log,
    "AssessmentReport": assessment_report,
}
"""Types with a global id, and the way to their rows by key."""
