"""What leads to tickets, devops actions, safety logs and reports, and what those lead to."""

from __future__ import annotations

from loaders import accounts as load_accounts
from loaders import assessments as load_assessments
from loaders import support as load
from resolvers.links import by_one_of, to_one, to_page

ticket = by_one_of({"SupportTicket": load.ticket}, ticket_id=load.ticket_by_id)
tickets_by_status = to_page(
    load.tickets_by_status, given="status", ranges={"between": "created_at"}
)
tickets_by_priority = to_page(
    load.tickets_by_priority, given="priority", ranges={"between": "created_at"}, status="status"
)
devops_action = by_one_of({"DevopsAction": load.devops_action}, action_id=load.devops_action_by_id)
actions_by_status = to_page(load.actions_by_status, given="status", ranges={"between": "timestamp"})
actions_by_service = to_page(
    load.actions_by_service, given="service", ranges={"between": "timestamp"}, status="status"
)
safety_log = by_one_of({"SafetyLog": load.safety_log}, log_id=load.safety_log_by_id)
safety_logs = to_page(load.safety_logs_of_id, given="log_id", ranges={"between": "timestamp"})
assessment_report = by_one_of(
    {"AssessmentReport": load.assessment_report}, report_id=load.assessment_report_by_id
)

tickets_of_learner = to_page(
    load.tickets_of_learner, via="email", ranges={"between": "created_at"}, status="status"
)
reporter = to_one(load_accounts.learner_account, via="reporter_email")
assessment = to_one(load_assessments.assessment_by_id, via="assessment_id")
action_of_ticket = to_one(load.devops_action_by_id, via="devops_action_id")
actions_of_ticket = to_page(
    load.actions_of_ticket, via="ticket_id", ranges={"between": "timestamp"}
)
ticket_of_action = to_one(load.ticket_by_id, via="ticket_id")
