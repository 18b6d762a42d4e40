"""Where queries begin."""

from __future__ import annotations

import strawberry

from resolvers import accounts as resolve_accounts
from resolvers import assessments as resolve_assessments
from resolvers import node as resolve_node
from resolvers import person as resolve_person
from resolvers import pipeline as resolve_pipeline
from resolvers import profiles as resolve_profiles
from resolvers import social as resolve_social
from resolvers import support as resolve_support
from resolvers import titles as resolve_titles
from schema.accounts import (
    Account,
    AccountBy,
    ActivityStatus,
    FamilyAccount,
    FamilyRole,
    LearnerSession,
    Person,
    QrToken,
    ServiceSubscription,
    UsageEvent,
)
from schema.assessments import (
    Assessment,
    AssessmentBy,
    AssessmentType,
    Question,
    QuestionBy,
    Rubric,
    RubricBy,
)
from schema.describe import object_type
from schema.node import Node
from schema.paging import (
    ASCENDING,
    DESCENDING,
    NEWEST_FIRST,
    OLDEST_FIRST,
    Connection,
    CountedConnection,
    TimeRange,
    YearRange,
    pages_by,
)
from schema.pipeline import (
    Character,
    FinalVideo,
    InputRecord,
    InputRecordBy,
    Keyframe,
    ProcessingStatus,
    VideoClip,
    Voiceover,
)
from schema.profiles import Device, DeviceBy, PairingCode, Profile, ProfileBy
from schema.rows import optional, required, resolved_by
from schema.social import (
    ConfidenceRange,
    Insight,
    InsightBy,
    SocialAccount,
    SocialAccountBy,
    SocialPost,
    SocialPostBy,
)
from schema.support import (
    AssessmentReport,
    AssessmentReportBy,
    DevopsAction,
    DevopsActionBy,
    DevopsActionStatus,
    SafetyLog,
    SafetyLogBy,
    SupportTicket,
    SupportTicketBy,
    TicketPriority,
    TicketStatus,
)
from schema.titles import (
    ContentTag,
    ContentTagBy,
    Episode,
    EpisodeBy,
    MediaType,
    Movie,
    ReportStatus,
    Title,
    TitleBy,
    TitleReport,
    TmdbTitle,
)


@object_type
class Query:
    """Where queries begin.

    What does not exist and what you may not see look alike: null, or an empty list. So does what is
    for staff, but for three things that others are refused with the error `FORBIDDEN`: a list over
    many people, a person by e-mail, and what is found by a secret.
    """

    node: Node | None = resolved_by(
        resolve_node.node, id=required(strawberry.ID, "The global id that a field `id` answered.")
    )
    """Anything by its global id; null where it does not exist or is not yours."""
    nodes: list[Node | None] | None = resolved_by(
        resolve_node.nodes,
        ids=required(list[strawberry.ID], f"Global ids, at most {resolve_node.NODES_AT_MOST}."),
    )
    """Things by their global ids, in the order of the ids; null where one does not exist or is not
    yours."""

    viewer: Person | None = resolved_by(resolve_person.viewer)
    """You; null where you are anonymous."""
    person: Person | None = resolved_by(
        resolve_person.person, email=required(str, "The e-mail of the accounts.")
    )
    """Anybody by e-mail, for staff."""
    account: Account | None = resolved_by(
        resolve_accounts.account, by=required(AccountBy, "Which account.")
    )
    """One account of a product."""
    family_accounts: CountedConnection[FamilyAccount] | None = pages_by(
        resolve_accounts.family_accounts,
        role=required(FamilyRole, "The role of the accounts."),
        order_by=ASCENDING,
    )
    """Accounts at Axolotly of one role, for staff."""
    service_subscriptions: Connection[ServiceSubscription] | None = pages_by(
        resolve_accounts.service_subscriptions,
        service_type=required(str, "The service, such as `stream` or `shop`."),
        order_by=ASCENDING,
    )
    """Subscriptions of all accounts to one of the myAI services, for staff."""
    usage_events: Connection[UsageEvent] | None = pages_by(
        resolve_accounts.usage_events,
        service_type=required(str, "The service, such as `stream` or `shop`."),
        between=optional(TimeRange, "Only events of this range."),
        order_by=NEWEST_FIRST,
    )
    """What all accounts did at one of the myAI services, for staff."""

    learner_session: LearnerSession | None = resolved_by(
        resolve_accounts.learner_session,
        session_id=required(str, "The secret id of the session."),
    )
    """One session of a learner by its id, for staff."""
    qr_token: QrToken | None = resolved_by(
        resolve_accounts.qr_token, token=required(str, "The secret token.")
    )
    """One token for logging in by QR code, for staff."""

    profile: Profile | None = resolved_by(
        resolve_profiles.profile, by=required(ProfileBy, "Which profile.")
    )
    """One profile of a product."""
    device: Device | None = resolved_by(
        resolve_profiles.device, by=required(DeviceBy, "Which device.")
    )
    """One device paired with a family."""
    pairing_codes: CountedConnection[PairingCode] | None = pages_by(
        resolve_profiles.pairing_codes,
        expires=optional(TimeRange, "Only codes that expire in this range."),
        order_by=OLDEST_FIRST,
    )
    """The pairing codes of all families by expiry, for staff."""

    title: Title | None = resolved_by(resolve_titles.title, by=required(TitleBy, "Which title."))
    """One title of a product."""
    titles: Connection[Title] | None = pages_by(
        resolve_titles.titles_named, named=required(str, "The exact name.")
    )
    """The titles of one name: those of myAI.stream, then those of Axolotly. A product that does not
    answer is an error at the end; the other's titles stay."""
    movies: Connection[Movie] | None = pages_by(
        resolve_titles.movies,
        genre=required(str, "The primary genre, as stored."),
        release_years=optional(YearRange, "Only movies released in these years."),
        order_by=ASCENDING,
    )
    """The movies of a genre at myAI.stream, by year of release."""
    tmdb_titles: CountedConnection[TmdbTitle] | None = pages_by(
        resolve_titles.tmdb_titles,
        media_type=required(MediaType, "Movies or series."),
        order_by=ASCENDING,
    )
    """The titles of Axolotly, in the order in which they were taken over."""
    episode: Episode | None = resolved_by(
        resolve_titles.episode, by=required(EpisodeBy, "Which episode.")
    )
    """One episode of a series."""
    content_tag: ContentTag | None = resolved_by(
        resolve_titles.content_tag, by=required(ContentTagBy, "Which tag.")
    )
    """One content tag."""
    content_tags: CountedConnection[ContentTag] | None = pages_by(
        resolve_titles.content_tags, order_by=ASCENDING
    )
    """All content tags, by tag."""
    title_reports: CountedConnection[TitleReport] | None = pages_by(
        resolve_titles.title_reports,
        status=required(ReportStatus, "The status of the reports."),
        order_by=NEWEST_FIRST,
    )
    """What all parents reported, by status, for staff."""

    input_record: InputRecord | None = resolved_by(
        resolve_pipeline.input_record, by=required(InputRecordBy, "Which input.")
    )
    """One input of the video pipeline."""
    input_records: CountedConnection[InputRecord] | None = pages_by(
        resolve_pipeline.input_records,
        between=optional(TimeRange, "Only inputs made in this range."),
        order_by=NEWEST_FIRST,
    )
    """The inputs of all accounts by time, for staff."""
    input_records_by_status: CountedConnection[InputRecord] | None = pages_by(
        resolve_pipeline.input_records_by_status,
        status=required(str, "The status, as stored."),
        between=optional(TimeRange, "Only inputs made in this range."),
        order_by=NEWEST_FIRST,
    )
    """The inputs of all accounts of one status, for staff."""
    processing_statuses_by_phase: CountedConnection[ProcessingStatus] | None = pages_by(
        resolve_pipeline.statuses_by_phase,
        phase=required(str, "The phase, as stored."),
        between=optional(TimeRange, "Only statuses made in this range."),
        order_by=NEWEST_FIRST,
    )
    """How one phase went for all inputs, for staff."""
    processing_statuses_by_status: CountedConnection[ProcessingStatus] | None = pages_by(
        resolve_pipeline.statuses_by_status,
        status=required(str, "The status, as stored."),
        between=optional(TimeRange, "Only statuses made in this range."),
        order_by=NEWEST_FIRST,
    )
    """The phases of all inputs that have one status, for staff."""
    characters_by_consistency_key: CountedConnection[Character] | None = pages_by(
        resolve_pipeline.characters_by_consistency,
        consistency_key=required(str, "What keeps a character the same across scenes."),
        order_by=OLDEST_FIRST,
    )
    """The characters of all inputs that share a consistency key, for staff."""
    keyframes_by_scene: CountedConnection[Keyframe] | None = pages_by(
        resolve_pipeline.keyframes_by_scene,
        scene_id=required(int, "The number of the scene."),
        order_by=OLDEST_FIRST,
    )
    """The keyframes of all inputs for scenes of one number, for staff."""
    video_clips_by_scene: CountedConnection[VideoClip] | None = pages_by(
        resolve_pipeline.clips_by_scene,
        scene_id=required(int, "The number of the scene."),
        order_by=OLDEST_FIRST,
    )
    """The clips of all inputs for scenes of one number, for staff."""
    voiceovers_by_language: CountedConnection[Voiceover] | None = pages_by(
        resolve_pipeline.voiceovers_by_language,
        language=required(str, "The code of the language."),
        order_by=NEWEST_FIRST,
    )
    """The voiceovers of all inputs in one language, for staff."""
    delivered_videos: CountedConnection[FinalVideo] | None = pages_by(
        resolve_pipeline.delivered_videos,
        between=optional(TimeRange, "Only videos delivered in this range."),
        order_by=NEWEST_FIRST,
    )
    """The delivered videos of all accounts by delivery, for staff."""

    social_account: SocialAccount | None = resolved_by(
        resolve_social.social_account, by=required(SocialAccountBy, "Which account.")
    )
    """One account of a creator at a social network."""
    social_accounts: Connection[SocialAccount] | None = pages_by(
        resolve_social.social_accounts,
        platform=required(str, "The network, such as `twitter`."),
        status=optional(ActivityStatus, "Only accounts of this status."),
        order_by=ASCENDING,
    )
    """The accounts of all creators at one network, by status, for staff."""
    social_post: SocialPost | None = resolved_by(
        resolve_social.social_post, by=required(SocialPostBy, "Which post.")
    )
    """One post at a social network."""
    social_posts: Connection[SocialPost] | None = pages_by(
        resolve_social.social_posts,
        platform=required(str, "The network, such as `twitter`."),
        between=optional(TimeRange, "Only posts of this range."),
        order_by=NEWEST_FIRST,
    )
    """The posts of all creators at one network, for staff."""
    insight: Insight | None = resolved_by(
        resolve_social.insight, by=required(InsightBy, "Which insight.")
    )
    """One thing that the AI recommends to a creator."""
    insights: Connection[Insight] | None = pages_by(
        resolve_social.insights,
        type=required(str, "The type, such as `optimal_timing`."),
        confidence=optional(ConfidenceRange, "Only insights of this confidence."),
        order_by=DESCENDING,
    )
    """What the AI recommends to all creators, by confidence, for staff."""

    assessment: Assessment | None = resolved_by(
        resolve_assessments.assessment, by=required(AssessmentBy, "Which assessment.")
    )
    """One assessment of a learner."""
    assessments: Connection[Assessment] | None = pages_by(
        resolve_assessments.assessments,
        type=required(AssessmentType, "The type of the assessments."),
        between=optional(TimeRange, "Only assessments begun in this range."),
        order_by=NEWEST_FIRST,
    )
    """The assessments of all learners of one type, for staff."""
    question: Question | None = resolved_by(
        resolve_assessments.question, by=required(QuestionBy, "Which question.")
    )
    """One question of the question bank."""
    questions: list[Question | None] | None = resolved_by(
        resolve_assessments.questions,
        ids=required(
            list[strawberry.ID],
            f"The ids of questions (`questionId`), at most {resolve_assessments.IDS_AT_MOST}.",
        ),
    )
    """Questions of the question bank, in the order of the ids; null where one does not exist."""
    rubric: Rubric | None = resolved_by(
        resolve_assessments.rubric, by=required(RubricBy, "Which rubric.")
    )
    """One criterion that answers are scored by."""
    rubrics: list[Rubric | None] | None = resolved_by(
        resolve_assessments.rubrics,
        ids=required(
            list[strawberry.ID],
            f"The ids of rubrics (`rubricId`), at most {resolve_assessments.IDS_AT_MOST}.",
        ),
    )
    """Criteria that answers are scored by, in the order of the ids; null where one does not
    exist."""

    support_ticket: SupportTicket | None = resolved_by(
        resolve_support.ticket, by=required(SupportTicketBy, "Which ticket.")
    )
    """One question to support."""
    support_tickets_by_status: Connection[SupportTicket] | None = pages_by(
        resolve_support.tickets_by_status,
        status=required(TicketStatus, "The status of the tickets."),
        between=optional(TimeRange, "Only tickets opened in this range."),
        order_by=NEWEST_FIRST,
    )
    """The tickets of all learners of one status, for staff."""
    support_tickets_by_priority: Connection[SupportTicket] | None = pages_by(
        resolve_support.tickets_by_priority,
        priority=required(TicketPriority, "The priority of the tickets."),
        status=optional(TicketStatus, "Only tickets of this status."),
        between=optional(TimeRange, "Only tickets opened in this range."),
        order_by=NEWEST_FIRST,
    )
    """The tickets of all learners of one priority, for staff."""
    devops_action: DevopsAction | None = resolved_by(
        resolve_support.devops_action, by=required(DevopsActionBy, "Which action.")
    )
    """One thing that the devops agent found out or did, for staff."""
    devops_actions_by_status: Connection[DevopsAction] | None = pages_by(
        resolve_support.actions_by_status,
        status=required(DevopsActionStatus, "The status of the actions."),
        between=optional(TimeRange, "Only actions of this range."),
        order_by=NEWEST_FIRST,
    )
    """What the devops agent found out or did, by status, for staff."""
    devops_actions_by_service: Connection[DevopsAction] | None = pages_by(
        resolve_support.actions_by_service,
        service=required(str, "The affected service, such as `lambda`."),
        status=optional(DevopsActionStatus, "Only actions of this status."),
        between=optional(TimeRange, "Only actions of this range."),
        order_by=NEWEST_FIRST,
    )
    """What the devops agent found out or did about one service, for staff."""
    safety_log: SafetyLog | None = resolved_by(
        resolve_support.safety_log, by=required(SafetyLogBy, "Which decision.")
    )
    """One decision of moderation during a speaking test, for staff."""
    safety_logs: Connection[SafetyLog] | None = pages_by(
        resolve_support.safety_logs,
        log_id=required(strawberry.ID, "The id of the log."),
        between=optional(TimeRange, "Only decisions of this range."),
        order_by=NEWEST_FIRST,
    )
    """All decisions of moderation under one id, for staff."""
    assessment_report: AssessmentReport | None = resolved_by(
        resolve_support.assessment_report, by=required(AssessmentReportBy, "Which report.")
    )
    """One thing that a learner reported about an assessment."""
