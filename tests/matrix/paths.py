"""Every path of the schema, a few steps long, as queries that select every field on their way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from typing import Any, Literal

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
)

from loaders.tables.facts import PlainRow
from resolvers.ids import write
from resolvers.node import NODES
from schema.build import graphql_schema
from tests.matrix import seeds
from tests.matrix.seeds import GENRE, KIND, OLGA, PLATFORM, SCENE, SERVICE, STATUS, TITLE, Owner
from tests.matrix.words import BY_TYPE, Row
from tests.operations.asking import SEAL

STEPS = 3
"""From the root: an entry, a link of what it leads to, and a link of that."""

Kind = Literal["leaf", "link", "list", "connection"]


@dataclass(frozen=True)
class Pick:
    """A field that is selected: the name it is answered under, and what is selected below it."""

    key: str
    on: str
    name: str
    kind: Kind
    arguments: str = ""
    below: Selection | None = None

    def __str__(self) -> str:
        if self.kind == "connection" and self.below is not None:
            first = self.arguments.replace("(", "(first: 1, ") or "(first: 1)"
            total = "totalCount" if _is_counted(self.on, self.name) else ""
            told = f"pageInfo {{ {' '.join(fields_of('PageInfo'))} }} {total}"
            return (
                f"{self.key}: {self.name}{self.arguments} "
                f"{{ nodes {self.below} edges {{ cursor }} {told} }} "
                f"{self.key}{FIRST}: {self.name}{first} "
                f"{{ edges {{ cursor node {self.below.leaves} }} {told} }}"
            )
        return f"{self.key}: {self.name}{self.arguments} {self.below or ''}"


FIRST = "_first"
"""After the name of a connection: a page of it that holds one entry alone."""


@dataclass(frozen=True)
class Selection:
    """What is selected of an object: of each type that it may have, and how far on from there."""

    parts: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        return f"{{ __typename {' '.join(f'...{name}_{steps}' for name, steps in self.parts)} }}"

    def of(self, type_name: str) -> Iterator[Pick]:
        """What is selected of an object of this type."""
        applying = {type_name, *(interface.name for interface in _object(type_name).interfaces)}
        for name, steps in self.parts:
            if name in applying:
                yield from picks(name, steps)

    @property
    def leaves(self) -> Selection:
        """The same without what leads on."""
        return Selection(tuple((name, 0) for name, _ in self.parts))


def _object(name: str) -> GraphQLObjectType:
    type_ = graphql_schema.type_map[name]
    assert isinstance(type_, GraphQLObjectType)
    return type_


def _is_counted(on: str, name: str) -> bool:
    return "totalCount" in _connection(fields_of(on)[name]).fields


def fields_of(type_name: str) -> Mapping[str, GraphQLField]:
    """The fields of an object type or an interface."""
    type_ = graphql_schema.type_map[type_name]
    assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
    fields: Mapping[str, GraphQLField] = type_.fields
    return fields


def _connection(field: GraphQLField) -> GraphQLObjectType:
    return _object(get_named_type(field.type).name)


def kind_of(field: GraphQLField) -> Kind:
    """Whether a field leads on, and how; a stored map counts as a leaf."""
    named = get_named_type(field.type)
    if named.name.endswith("Connection"):
        return "connection"
    if not _leads_on(named):
        return "leaf"
    type_ = field.type.of_type if is_non_null_type(field.type) else field.type
    return "list" if is_list_type(type_) else "link"


def _leads_on(type_: GraphQLNamedType) -> bool:
    return (
        type_.name in BY_TYPE
        or type_.name in ("Person", "Scene")
        or isinstance(type_, GraphQLInterfaceType)
    )


def target_of(field: GraphQLField) -> GraphQLNamedType:
    """The type of the objects that a field leads to, those of its pages."""
    named: GraphQLNamedType = get_named_type(field.type)
    if kind_of(field) == "connection":
        named = get_named_type(fields_of(named.name)["nodes"].type)
    return named


def select(type_: GraphQLNamedType, steps: int, only: Sequence[str] = ()) -> Selection:
    """Every field of an object, and what so many steps on from it lead to.

    Of the types behind an interface `only` these, or all of them. What the interface's own links
    lead to, the types' own lead on from.
    """
    if not isinstance(type_, GraphQLInterfaceType):
        return Selection(((type_.name, steps),))
    types = [name for name in possible(type_) if not only or name in only]
    return Selection(((type_.name, min(steps, 1)), *((name, steps) for name in types)))


@cache
def picks(on: str, steps: int) -> Sequence[Pick]:
    """What is selected of a type, and what so many steps on from it lead to."""
    return list(_picks(on, steps))


def _picks(on: str, steps: int) -> Iterator[Pick]:
    for name, field in fields_of(on).items():
        kind, target = kind_of(field), get_named_type(field.type)
        key = f"{on}_{name}"
        given = _given(on, name, field)
        if kind == "leaf":
            below = None if is_leaf_type(target) else select(target, 0)
            yield Pick(key, on, name, kind, given, below)
        elif steps:
            yield Pick(key, on, name, kind, given, select(target_of(field), steps - 1))


def _given(on: str, name: str, field: GraphQLField) -> str:
    required = [argument for argument, one in field.args.items() if is_required_argument(one)]
    if not required:
        return ""
    return f"({_ARGUMENTS[f'{on}.{name}']})"


@dataclass(frozen=True)
class Entry:
    """A way in from the root, and what is selected from there on."""

    title: str
    pick: Pick

    @property
    def query(self) -> str:
        return "\n".join([f"{{ {self.pick} }}", *map(_fragment, _parts(self.pick))])


def _parts(pick: Pick) -> Iterable[tuple[str, int]]:
    """All that is selected below a field, each part of it once."""
    found: dict[tuple[str, int], None] = {}
    waiting = [pick]
    while waiting:
        pick = waiting.pop()
        below = [pick.below] if pick.below is not None else []
        if pick.kind == "connection":
            below += [one.leaves for one in below]
        for part in (part for selection in below for part in selection.parts):
            if part not in found:
                found[part] = None
                waiting += picks(*part)
    return found


def _fragment(part: tuple[str, int]) -> str:
    name, steps = part
    return f"fragment {name}_{steps} on {name} {{ {' '.join(map(str, picks(*part)))} }}"


def text(value: Any) -> str:
    """A value as a literal of GraphQL."""
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{name}: {text(part)}' for name, part in value.items())} }}"
    return json.dumps(value)


def global_id(type_name: str, row: Row) -> str:
    """The id of a stored row."""

    class Stored(PlainRow):
        table = NODES[type_name].table

    return write(type_name, Stored(row), SEAL)


def row_of(type_name: str, owner: Owner) -> Row:
    """The first row of a type that somebody has."""
    return seeds.first(BY_TYPE[type_name].place, owner)


def id_of(type_name: str, owner: Owner) -> str:
    """The id of the first row of a type that somebody has."""
    return global_id(type_name, row_of(type_name, owner))


KEYS: Mapping[str, Callable[[Owner], Any]] = {
    "AccountBy.streamAccountId": lambda who: who.keys["stream"],
    "AccountBy.streamEmail": lambda who: who.email,
    "AccountBy.familyAccountId": lambda who: who.keys["family"],
    "AccountBy.familyEmail": lambda who: who.email,
    "AccountBy.studioAccountId": lambda who: who.keys["studio"],
    "AccountBy.studioEmail": lambda who: who.email,
    "AccountBy.creatorUserId": lambda who: who.keys["social"],
    "AccountBy.creatorEmail": lambda who: who.email,
    "AccountBy.learnerEmail": lambda who: who.email,
    "ProfileBy.streamProfileId": lambda who: row_of("StreamProfile", who)["profileId"],
    "ProfileBy.streamProfileKey": lambda who: {
        "accountId": who.keys["stream"],
        "profileId": row_of("StreamProfile", who)["profileId"],
    },
    "ProfileBy.kidProfileId": lambda who: who.id(),
    "DeviceBy.deviceId": lambda who: row_of("Device", who)["device_id"],
    "TitleBy.movieId": lambda who: row_of("Movie", who)["movieId"],
    "TitleBy.tmdbTitleId": lambda who: row_of("TmdbTitle", who)["id"],
    "TitleBy.tmdbId": lambda who: row_of("TmdbTitle", who)["tmdb_id"],
    "EpisodeBy.episodeId": lambda who: row_of("Episode", who)["id"],
    "EpisodeBy.tmdbEpisodeId": lambda who: row_of("Episode", who)["tmdb_episode_id"],
    "EpisodeBy.number": lambda who: {"titleId": 2, "seasonNumber": 1, "episodeNumber": 1},
    "ContentTagBy.tag": lambda who: row_of("ContentTag", who)["tag"],
    "InputRecordBy.inputRecordId": lambda who: who.id(),
    "SocialAccountBy.key": lambda who: _key_of("SocialAccount", who, "platformAccountId"),
    "SocialPostBy.key": lambda who: _key_of("SocialPost", who, "postId"),
    "InsightBy.key": lambda who: _key_of("Insight", who, "insightId"),
    "AssessmentBy.assessmentId": lambda who: row_of("Assessment", who)["assessment_id"],
    "QuestionBy.questionId": lambda who: row_of("Question", who)["question_id"],
    "QuestionBy.key": lambda who: {"questionId": "question-0", "assessmentType": KIND},
    "RubricBy.rubricId": lambda who: row_of("Rubric", who)["rubric_id"],
    "SupportTicketBy.ticketId": lambda who: row_of("SupportTicket", who)["ticket_id"],
    "DevopsActionBy.actionId": lambda who: row_of("DevopsAction", who)["action_id"],
    "SafetyLogBy.logId": lambda who: row_of("SafetyLog", who)["log_id"],
    "AssessmentReportBy.reportId": lambda who: row_of("AssessmentReport", who)["report_id"],
}
"""The members of each argument `by` but its `id`: the key of somebody's row."""


def _key_of(type_name: str, who: Owner, name: str) -> Mapping[str, Any]:
    row = row_of(type_name, who)
    return {"userId": row["userId"], name: row[name]}


_ARGUMENTS = {
    "Query.familyAccounts": "role: PARENT",
    "Query.serviceSubscriptions": f"serviceType: {text(SERVICE)}",
    "Query.usageEvents": f"serviceType: {text(SERVICE)}",
    "Query.learnerSession": f"sessionId: {text(row_of('LearnerSession', OLGA)['session_id'])}",
    "Query.qrToken": f"token: {text(row_of('QrToken', OLGA)['token'])}",
    "Query.person": f"email: {text(OLGA.email)}",
    "Query.titles": f"named: {text(TITLE)}",
    "Query.movies": f"genre: {text(GENRE)}",
    "Query.tmdbTitles": "mediaType: TV",
    "Query.titleReports": "status: PENDING",
    "Query.inputRecordsByStatus": f"status: {text(STATUS)}",
    "Query.processingStatusesByPhase": f"phase: {text(KIND)}",
    "Query.processingStatusesByStatus": f"status: {text(STATUS)}",
    "Query.charactersByConsistencyKey": f"consistencyKey: {text(KIND)}",
    "Query.keyframesByScene": f"sceneId: {SCENE}",
    "Query.videoClipsByScene": f"sceneId: {SCENE}",
    "Query.voiceoversByLanguage": 'language: "en"',
    "Query.socialAccounts": f"platform: {text(PLATFORM)}",
    "Query.socialPosts": f"platform: {text(PLATFORM)}",
    "Query.insights": f"type: {text(KIND)}",
    "Query.assessments": "type: SPEAKING_ACADEMIC",
    "Query.questions": 'ids: ["question-1", "question-0"]',
    "Query.rubrics": 'ids: ["rubric-1", "rubric-0"]',
    "Query.supportTicketsByStatus": "status: NEW",
    "Query.supportTicketsByPriority": "priority: URGENT",
    "Query.devopsActionsByStatus": "status: PENDING_REVIEW",
    "Query.devopsActionsByService": f"service: {text(SERVICE)}",
    "Query.safetyLogs": 'logId: "log"',
    "StreamAccount.subscription": 'subscriptionId: "subscription-olga-0"',
    "StreamAccount.watchlistItem": 'movieId: "movie-0"',
    "StreamProfile.inWatchlist": 'movieId: "movie-0"',
    "Movie.inWatchlist": f"profileId: {text(KEYS['ProfileBy.streamProfileId'](OLGA))}",
    "KidProfile.policyFor": "titleId: 1",
    "InputRecord.scene": f"sceneId: {SCENE}",
    "CreatorAccount.socialAccount": f'platform: {text(PLATFORM)}, accountId: "account-0"',
    "LearnerAccount.entitlement": "productId: WRITING",
}
"""What is given to each argument that has to be given."""


def members(argument: str, owner: Owner) -> Iterator[tuple[str, str]]:
    """The ways that an argument `by` gives to somebody's rows: the member, and what it is given."""
    type_ = graphql_schema.type_map[argument]
    assert isinstance(type_, GraphQLInputObjectType)
    for name in type_.fields:
        if name != "id":
            yield name, f"by: {text({name: KEYS[f'{argument}.{name}'](owner)})}"


_TYPES = {
    "stream": {"Account": "StreamAccount", "Profile": "StreamProfile"},
    "family": {"Account": "FamilyAccount"},
    "studio": {"Account": "StudioAccount"},
    "creator": {"Account": "CreatorAccount"},
    "learner": {"Account": "LearnerAccount"},
    "kid": {"Profile": "KidProfile"},
    "movie": {"Title": "Movie"},
    "tmdb": {"Title": "TmdbTitle"},
}
"""What the first word of a member says of the type behind an interface."""


def type_of_member(member: str, target: GraphQLNamedType) -> str:
    """The type of the row that a member of an argument `by` leads to."""
    if isinstance(target, GraphQLInterfaceType):
        return _TYPES["".join(takewhile(str.islower, member))][target.name]
    return target.name


def possible(type_: GraphQLNamedType) -> Sequence[str]:
    """The object types that a type stands for."""
    if isinstance(type_, GraphQLInterfaceType):
        return [one.name for one in graphql_schema.get_implementations(type_).objects]
    return [type_.name]


def by_id(name: str, field: GraphQLField, owner: Owner) -> Iterator[tuple[str, str]]:
    """The ways that an argument of ids gives to somebody's rows: the type, and what it is given."""
    form = {"node": "id: {}", "nodes": "ids: [{}]"}.get(name, "by: {{ id: {} }}")
    for type_name in possible(target_of(field)):
        yield type_name, form.format(text(id_of(type_name, owner)))


def takes_ids(name: str, field: GraphQLField) -> bool:
    """Whether an entry finds rows by their global ids."""
    return name in ("node", "nodes") or "by" in field.args


def entries() -> Iterator[Entry]:
    """Every way in from the root, by each key that it takes."""
    for name, field in fields_of("Query").items():
        kind, target = kind_of(field), target_of(field)
        if takes_ids(name, field):
            for type_name, given in by_id(name, field, OLGA):
                below = select(target, STEPS - 1, [type_name])
                yield _entry(f"{name} of {type_name}", name, kind, f"({given})", below)
        if "by" in field.args:
            for member, given in members(get_named_type(field.args["by"].type).name, OLGA):
                below = select(target, STEPS - 1, [type_of_member(member, target)])
                yield _entry(f"{name} by {member}", name, kind, f"({given})", below)
        elif not takes_ids(name, field):
            given = _given("Query", name, field)
            yield _entry(name, name, kind, given, select(target, STEPS - 1))


def _entry(title: str, name: str, kind: Kind, given: str, below: Selection) -> Entry:
    return Entry(title, Pick("root", "Query", name, kind, given, below))
