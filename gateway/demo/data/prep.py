"""The rows of prep: learners and how they came in, assessments, purchases, safety and support."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from gateway.demo.data.clients import ip_address, user_agent
from gateway.demo.data.epoch import EPOCH, ago, unix
from gateway.demo.data.generations import FIRST, Generation
from gateway.demo.data.making import (
    Row,
    Tables,
    before,
    item,
    maybe,
    opaque_id,
    share,
    stamp,
)
from gateway.demo.data.people import (
    ADA,
    IDA,
    LENA,
    MIXED_CASE,
    NOUR,
    OMAR,
    WHALE,
    ZOE,
    Person,
    strangers,
)

EXAMPLE_QUESTION: Row = {
    "question_id": "sp2-001",
    "assessment_type": "speaking_part2",
    "question_text": "Describe a person who has influenced you...",
    "topic": "people",
    "difficulty": "medium",
    "estimated_time": 2,
}
"""The document's example of a question, and the type that its key needs."""

EXAMPLE_RUBRIC: Row = {
    "rubric_id": "speaking-fluency",
    "criterion": "fluency_coherence",
    "band_descriptors": {
        "7": "Speaks at length without noticeable effort...",
        "6": "Willing to speak at length, some hesitation...",
        "5": "Produces simple speech fluently...",
    },
}
"""The document's example of a rubric, as it is written there."""

EXAMPLE_SCORES: Row = {
    "speaking": {
        "fluency_coherence": Decimal("7.5"),
        "lexical_resource": Decimal("6.5"),
        "grammatical_range": Decimal("7.0"),
        "pronunciation": Decimal("6.0"),
    },
    "writing": {
        "task_achievement": Decimal("7.0"),
        "coherence_cohesion": Decimal("7.5"),
        "lexical_resource": Decimal("6.5"),
        "grammatical_range": Decimal("7.0"),
    },
}
"""The document's example of scores, as it is written there: those of `EXAMPLE_ASSESSMENT`."""

EXAMPLE_ASSESSMENT = opaque_id("prep", "assessment", 1)
"""Ada's completed assessment that has the document's scores."""

LONG_LOG = "log-0001"
"""A safety log of several moments under one id."""

GONE_LEARNER = "gone@example.com"
"""An e-mail that rows name and that no account has any more."""

GONE_ASSESSMENT = opaque_id("prep", "assessment", "gone")
"""An assessment that safety logs and reports name and that is no more."""

GONE_TICKET = "ticket-9999"
"""A ticket that a DevOps action names and that is no more."""

GONE_ACTION = "action-9999"
"""A DevOps action that a ticket names and that is no more."""

CANARIES = (
    "canary-learner-password-",
    "canary-verification-",
    "canary-learner-session-",
    "canary-qr-",
    "canary-receipt-",
)
"""What the secret columns of this product can be told by."""

_NAMED = (ADA, ZOE, MIXED_CASE, IDA, NOUR, OMAR, LENA)
_LATER_QUESTIONS = 2
_STATUSES = {OMAR: "suspended", LENA: "deleted"}
_TOPICS = ("people", "work", "education", "technology", "travel", "環境")
_SERVICES = ("lambda", "dynamodb", "gemini", "s3", "cloudfront")
_CRITERIA = {
    "speaking": ("fluency_coherence", "lexical_resource", "grammatical_range", "pronunciation"),
    "writing": (
        "task_achievement",
        "coherence_cohesion",
        "lexical_resource",
        "grammatical_range",
    ),
}


class _Assessment(NamedTuple):
    id: str
    learner: str


class _Ticket(NamedTuple):
    number: int
    learner: str | None
    created: datetime
    status: str
    category: str

    @property
    def id(self) -> str:
        return f"ticket-{self.number:04}"


class _Action(NamedTuple):
    id: str
    ticket: str | None
    moment: datetime
    action_type: str


def rows(generation: Generation = FIRST) -> Tables:
    """Every stored table of prep with its rows, the same at each call."""
    first = generation.is_first
    people = [*_NAMED, *strangers("prep", 28)] if first else generation.newcomers("prep")
    learners = [learner_email(person) for person in people]
    active = [learner_email(person) for person in generation.active(people)]
    assessments = list(_assessments(generation, active))
    tickets = list(_tickets(generation, active))
    actions = list(_actions(generation, tickets))
    return {
        "ielts-genai-prep-users": list(_users(generation, people)),
        "ielts-genai-prep-sessions": list(_sessions(generation, learners)),
        "ielts-genai-prep-qr-tokens": list(_qr_tokens(generation, learners)),
        "ielts-genai-prep-assessments": list(_assessment_rows(generation, assessments)),
        "ielts-assessment-questions": list(_questions(generation)),
        "ielts-assessment-rubrics": list(_rubrics(generation)) if first else [],
        "ielts-genai-prep-entitlements": list(_entitlements(generation, learners)),
        "ielts-ai-safety-logs": list(_safety_logs(generation, assessments)),
        "ielts-content-reports": list(_reports(generation, assessments)),
        "ielts-support-tickets": list(_ticket_rows(generation, tickets, actions)),
        "ielts-devops-actions": list(_action_rows(generation, actions)),
    }


def learner_email(person: Person) -> str:
    """The key of a person's account at prep, which finds it in no other case."""
    return person.email if person is IDA else person.email.lower()


def _shares(rng: Random, learners: Sequence[str], *, of_ada: int, at_most: int) -> list[str]:
    """Learners, each as often as it has rows: everybody has some, Ada enough for pages.

    The whale has as many as Ada, in every generation.
    """
    busy = (ADA.email, WHALE.email)
    return [
        learner
        for learner in learners
        for _ in range(of_ada if learner in busy else rng.randint(1, at_most))
    ]


def _assessments(generation: Generation, learners: Sequence[str]) -> Iterator[_Assessment]:
    owners = [
        *_shares(generation.chance("prep assessments"), learners, of_ada=70, at_most=6),
        GONE_LEARNER,
    ]
    for number, learner in generation.numbered(owners):
        yield _Assessment(opaque_id("prep", "assessment", number), learner)


def _tickets(generation: Generation, learners: Sequence[str]) -> Iterator[_Ticket]:
    rng = generation.chance("prep tickets")
    statuses = ("new", "in_progress", "resolved", "escalated")
    categories = ("purchase", "qr_code", "audio", "refund", "technical")
    writers = [*_shares(rng, learners, of_ada=60, at_most=5), *[None] * 6, GONE_LEARNER]
    created = EPOCH
    for number, learner in generation.numbered(writers):
        # Every tenth came in the same second as the one before it.
        created = before(rng, 1, 120) if number % 10 else created
        yield _Ticket(number, learner, created, statuses[number % 4], categories[number % 5])


def _actions(generation: Generation, tickets: Sequence[_Ticket]) -> Iterator[_Action]:
    """What was done about technical tickets: a first action, often a second and a third."""
    rng = generation.chance("prep actions")
    types = ("diagnose", "fix_proposed", "fix_applied")
    done: list[tuple[str | None, datetime, str]] = [
        (ticket.id, ticket.created + timedelta(hours=1 + 5 * number), action_type)
        for ticket in tickets
        if ticket.category in ("technical", "audio")
        for number, action_type in enumerate(types[: rng.randint(1, len(types))])
    ]
    done += [(None, before(rng, 1, 90), "diagnose") for _ in range(4)]
    done += [(GONE_TICKET, before(rng, 1, 90), "diagnose")]
    for number, action in generation.numbered(done):
        yield _Action(f"action-{number:04}", *action)


def _users(generation: Generation, people: Sequence[Person]) -> Iterator[Row]:
    rng = generation.chance("prep users")
    for number, person in generation.numbered(people):
        known, status = person in (*_NAMED, WHALE), _STATUSES.get(person, "active")
        password = f"canary-learner-password-{number}".ljust(256, "u")
        yield item(
            email=learner_email(person),
            password_hash=maybe(rng, password, absent_one_in=8),
            username=maybe(rng, f"{person.first_name} {person.last_name}"),
            created_at=maybe(rng, stamp(rng, before(rng, 100, 700)), absent_one_in=8),
            email_verified=maybe(rng, rng.randrange(4) > 0),
            verification_token=maybe(rng, f"canary-verification-{number}", absent_one_in=2),
            last_login=maybe(rng, stamp(rng, before(rng, 0, 60))),
            account_status=status if known else maybe(rng, status, absent_one_in=9),
        )


def _sessions(generation: Generation, learners: Sequence[str]) -> Iterator[Row]:
    rng = generation.chance("prep sessions")
    shares = _shares(rng, learners, of_ada=40, at_most=3)
    for number, learner in generation.numbered(shares, start=0):
        # A day is what a session lasts. Those of the days before, TTL has not removed yet.
        created = ago(minutes=rng.randint(1, 3 * 24 * 60))
        yield item(
            session_id=f"canary-learner-session-{opaque_id('prep', 'session', number)}",
            user_email=learner,
            created_at=maybe(rng, stamp(rng, created), absent_one_in=20),
            expires_at=maybe(rng, unix(created + timedelta(days=1)), absent_one_in=20),
            ip_address=maybe(rng, ip_address(rng)),
            user_agent=maybe(rng, user_agent(rng)),
            qr_authenticated=maybe(rng, rng.randrange(3) == 0),
        )


def _qr_tokens(generation: Generation, learners: Sequence[str]) -> Iterator[Row]:
    rng = generation.chance("prep qr tokens")
    shares = _shares(rng, learners, of_ada=8, at_most=2)
    for number, learner in generation.numbered(shares, start=0):
        # Five minutes are what a token lasts; every third is still good.
        created = ago(minutes=rng.randint(1, 4) if number % 3 == 0 else rng.randint(6, 600))
        used = rng.randrange(2) == 0
        yield item(
            token=f"canary-qr-{opaque_id('prep', 'qr token', number)}",
            user_email=learner,
            created_at=maybe(rng, stamp(rng, created), absent_one_in=20),
            expires_at=maybe(rng, unix(created + timedelta(minutes=5)), absent_one_in=6),
            used=used or maybe(rng, False),
            used_at=stamp(rng, created + timedelta(seconds=rng.randrange(60))) if used else None,
            device_id=maybe(rng, opaque_id("prep", "device", learner)),
        )


def _assessment_rows(generation: Generation, assessments: Sequence[_Assessment]) -> Iterator[Row]:
    rng, fake = generation.chance("prep assessment rows"), generation.words("prep assessments")
    types = ("speaking_academic", "speaking_general", "writing_academic", "writing_general")
    for assessment in assessments:
        example = assessment.id == EXAMPLE_ASSESSMENT
        status = rng.choice(("completed", "completed", "in_progress", "abandoned"))
        done = example or status == "completed"
        assessment_type, minutes = rng.choice(types), rng.randint(22, 130)
        started = ago(minutes=rng.randint(140, 200 * 24 * 60))
        scores = maybe(rng, _scores(rng, assessment_type)) if done else None
        yield item(
            assessment_id=assessment.id,
            user_id=assessment.learner,
            assessment_type=assessment_type,
            created_at=stamp(rng, started),
            completed_at=stamp(rng, started + timedelta(minutes=minutes)) if done else None,
            band_score=Decimal(rng.randint(6, 18)) / 2 if done else None,
            scores=deepcopy(EXAMPLE_SCORES) if example else scores,
            ai_feedback=maybe(rng, fake.sentence()) if done else None,
            improvement_plan=maybe(rng, f"Lire à voix haute 📖. {fake.sentence()}"),
            duration_minutes=maybe(rng, minutes + Decimal(rng.randrange(2)) / 2),
            status="completed" if example else maybe(rng, status, absent_one_in=20),
        )


def _scores(rng: Random, assessment_type: str) -> Row:
    """Of the skill that was assessed, and now and then of both."""
    skill = assessment_type.partition("_")[0]
    skills = ("speaking", "writing") if rng.randrange(5) == 0 else (skill,)
    return {
        skill: {criterion: Decimal(rng.randint(6, 18)) / 2 for criterion in _CRITERIA[skill]}
        for skill in skills
    }


def _questions(generation: Generation) -> Iterator[Row]:
    rng, fake = generation.chance("prep questions"), generation.words("prep questions")
    types = {
        "sp1": "speaking_part1",
        "sp2": "speaking_part2",
        "sp3": "speaking_part3",
        "wt1": "writing_task1",
        "wt2": "writing_task2",
    }
    if generation.is_first:
        yield deepcopy(EXAMPLE_QUESTION)
    for prefix, assessment_type in types.items():
        for number in _question_numbers(generation, prefix):
            yield item(
                question_id=f"{prefix}-{number:03}",
                assessment_type=assessment_type,
                difficulty=maybe(rng, rng.choice(("easy", "medium", "hard")), absent_one_in=9),
                topic=maybe(rng, rng.choice(_TOPICS), absent_one_in=9),
                question_text=maybe(rng, f"Describe this: {fake.sentence()}", absent_one_in=20),
                sample_answer=maybe(rng, f"Well… {fake.sentence()}"),
                keywords=maybe(rng, rng.sample(("café", "to influence", "naïve"), 2)),
                estimated_time=maybe(rng, Decimal(rng.randint(2, 80)) / 2),
            )


def _question_numbers(generation: Generation, prefix: str) -> range:
    """A dozen of each kind at first; the second of them is the example's."""
    if generation.is_first:
        return range(2 if prefix == "sp2" else 1, 13)
    return range(generation.before + 1, generation.before + 1 + _LATER_QUESTIONS)


def _rubrics(generation: Generation) -> Iterator[Row]:
    rng, fake = generation.chance("prep rubrics"), generation.words("prep rubrics")
    yield deepcopy(EXAMPLE_RUBRIC)
    judged = [(skill, criterion) for skill, criteria in _CRITERIA.items() for criterion in criteria]
    for skill, criterion in judged[1:]:  # the first is the example's
        least = 4 if criterion == "pronunciation" else 0
        yield item(
            rubric_id=f"{skill}-{criterion.partition('_')[0]}",
            skill_type=skill,
            criterion=criterion,
            band_descriptors={str(band): fake.sentence() for band in range(least, 10)},
            evaluation_prompts=maybe(rng, {"system": fake.sentence(), "examples": []}),
        )
    yield item(rubric_id="writing-draft", skill_type="writing", evaluation_prompts="To be written")


def _entitlements(generation: Generation, learners: Sequence[str]) -> Iterator[Row]:
    rng = generation.chance("prep entitlements")
    products = ("writing", "speaking", "full_mock_test")
    bought = [
        (learner, product)
        for learner in learners
        for product in rng.sample(products, 3 if learner == ADA.email else rng.randint(1, 3))
    ]
    for number, (learner, product) in generation.numbered(bought):
        purchased = before(rng, 1, 60)
        expires = purchased + timedelta(days=30)
        status = "active" if expires > EPOCH else "expired"
        if rng.randrange(6) == 0:
            status = "refunded"
        yield item(
            user_email=learner,
            product_id=product,
            platform=maybe(rng, rng.choice(("ios", "android")), absent_one_in=9),
            purchase_date=maybe(rng, stamp(rng, purchased), absent_one_in=9),
            expires_at=maybe(rng, stamp(rng, expires), absent_one_in=15),
            receipt_data=maybe(rng, f"canary-receipt-{number}"),
            transaction_id=maybe(rng, f"GPA.3300-{number:04}"),
            price_paid=maybe(rng, Decimal(rng.choice(("9.90", "19.90", "36.49")))),
            status=maybe(rng, status, absent_one_in=15),
        )


def _safety_logs(generation: Generation, assessments: Sequence[_Assessment]) -> Iterator[Row]:
    rng, fake = generation.chance("prep safety logs"), generation.words("prep safety logs")
    categories = ("profanity", "hate_speech", "violence", "sexual_content", "spam")
    # The first five of all are of one log; after that every log is of one moment.
    for number, place in generation.numbered(range(120), start=0):
        assessment = rng.choice(assessments)
        action = rng.choice(("none", "none", "warn", "block"))
        flagged = [] if action == "none" else rng.sample(categories, rng.randint(1, 2))
        yield item(
            log_id=LONG_LOG if number < 5 else f"log-{number:04}",
            timestamp=unix(ago(minutes=7 + 500 * place)),
            assessment_id=GONE_ASSESSMENT if number == 9 else maybe(rng, assessment.id),
            user_email=maybe(rng, assessment.learner, absent_one_in=9),
            content_type=maybe(rng, rng.choice(("audio", "text")), absent_one_in=9),
            moderation_action=maybe(rng, action, absent_one_in=9),
            confidence=maybe(rng, share(rng)),
            categories=maybe(rng, flagged, absent_one_in=9),
            user_response=maybe(rng, f"I said: {fake.sentence()}"),
            ai_response=maybe(rng, "Let us talk about something else 🙂"),
        )


def _reports(generation: Generation, assessments: Sequence[_Assessment]) -> Iterator[Row]:
    rng, fake = generation.chance("prep reports"), generation.words("prep reports")
    types = ("inappropriate_ai", "bug", "inaccurate_score")
    statuses = ("new", "investigating", "resolved", "dismissed")
    # Every third assessment, Ada's at the beginning among them, was reported.
    for number, assessment in generation.numbered(assessments[::3]):
        yield item(
            report_id=f"report-{number:04}",
            created_at=unix(before(rng, 0, 90)),
            reporter_email=maybe(rng, assessment.learner, absent_one_in=15),
            assessment_id=GONE_ASSESSMENT if number == 2 else maybe(rng, assessment.id),
            report_type=maybe(rng, rng.choice(types), absent_one_in=15),
            description=maybe(rng, f"{fake.sentence()} C'est dommage 😕"),
            status=maybe(rng, statuses[number % 4], absent_one_in=15),
            admin_notes=maybe(rng, f"Seen by staff. {fake.sentence()}", absent_one_in=2),
        )


def _ticket_rows(
    generation: Generation, tickets: Sequence[_Ticket], actions: Sequence[_Action]
) -> Iterator[Row]:
    rng, fake = generation.chance("prep ticket rows"), generation.words("prep tickets")
    priorities = ("urgent", "high", "normal", "low")
    first_action = {action.ticket: action.id for action in reversed(actions)}
    for ticket in tickets:
        escalated = ticket.status == "escalated" or (
            ticket.status == "resolved" and rng.randrange(3) == 0
        )
        action = GONE_ACTION if ticket.number == 2 else first_action.get(ticket.id)
        yield item(
            ticket_id=ticket.id,
            created_at=unix(ticket.created),
            user_email=ticket.learner,
            subject=maybe(rng, f"[{ticket.category}] {fake.sentence(nb_words=4)}"),
            message=maybe(rng, f"Hello,\n\n{fake.sentence()}\n\nMerci d'avance 🙏"),
            category=maybe(rng, ticket.category, absent_one_in=20),
            priority=maybe(rng, rng.choice(priorities), absent_one_in=20),
            status=maybe(rng, ticket.status, absent_one_in=20),
            ai_response=maybe(rng, f"We are sorry. {fake.sentence()}"),
            ai_confidence=maybe(rng, share(rng)),
            escalated_at=stamp(rng, ticket.created + timedelta(hours=2)) if escalated else None,
            resolved_at=(
                stamp(rng, ticket.created + timedelta(hours=rng.randint(3, 20)))
                if ticket.status == "resolved"
                else None
            ),
            devops_action_id=action,
        )


def _action_rows(generation: Generation, actions: Sequence[_Action]) -> Iterator[Row]:
    rng, fake = generation.chance("prep action rows"), generation.words("prep actions")
    statuses = ("pending_review", "approved", "rejected", "applied")
    reviewers = ("sam@example.com", "Zoë M.")
    for number, action in enumerate(actions):
        status = statuses[number % len(statuses)]
        proposes = action.action_type != "diagnose"
        reviewed = status != "pending_review"
        link = f"https://git.example.com/prep/pulls/{number}"
        yield item(
            action_id=action.id,
            timestamp=unix(action.moment),
            action_type=maybe(rng, action.action_type, absent_one_in=20),
            ticket_id=action.ticket,
            issue_description=maybe(rng, fake.sentence()),
            affected_service=maybe(rng, rng.choice(_SERVICES), absent_one_in=20),
            ai_analysis=maybe(rng, f"Probably a cold start ❄️. {fake.sentence()}"),
            proposed_fix=f"Raise the timeout. {fake.sentence()}" if proposes else None,
            code_diff="-timeout = 3\n+timeout = 10\n" if proposes else None,
            status=maybe(rng, status, absent_one_in=20),
            reviewed_by=rng.choice(reviewers) if reviewed else None,
            pr_url=link if proposes and reviewed else None,
        )
