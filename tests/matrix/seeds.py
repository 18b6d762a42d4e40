"""Rows whose values say whose they are: a few of every table for each of several people.

What the inventory shows nobody holds a canary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from gateway.demo.data.epoch import EPOCH, iso, naive, unix
from tests.matrix.words import BY_PLACE, TABLES, Column, Row, Table

DYNAMODB = ("stream", "social", "prep")
TITLE, GENRE, SERVICE, PLATFORM, STATUS, KIND = (
    *("The Title", "genre", "service", "twitter", "pending", "kind"),
)
"""Values that everybody's rows share, so that what ranges over many finds all of them."""
SCENE = 1


@dataclass(frozen=True)
class Owner:
    """Somebody with rows, and the keys of their accounts."""

    name: str
    number: int
    keys: Mapping[str, Any]

    @property
    def email(self) -> str:
        return f"{self.name}@example.com"

    def id(self, n: int = 0) -> int:
        """The number of their n-th row in any table that numbers its rows."""
        return 2 * self.number + n + 1


def _owner(name: str, number: int, family: int, studio: int, stream: str, social: str) -> Owner:
    keys = {"family": family, "studio": studio, "stream": stream, "social": social}
    return Owner(name, number, {**keys, "prep": f"{name}@example.com"})


OLGA = _owner("olga", 0, 1, 2, "key-1", "key-2")
NINA = _owner("nina", 1, 2, 1, "key-2", "key-1")
"""Has the numbers of Olga's accounts, at other products."""
PAUL = _owner("paul", 2, 3, 3, "key-3", "key-3")
OWNERS = (OLGA, NINA, PAUL)
DORA = Owner("dora", 3, {"family": 4})
"""Has an account at family, and one at prep that is suspended and gives no rights."""
NOBODY = Owner("public", 0, {})
"""Owns what is everybody's."""

ROWS_EACH = 2
_ONCE = {
    ("stream", "AccountTable"),
    ("family", "users"),
    ("family", "streaming_service_selection"),
    ("studio", "users"),
    ("social", "cloudstro-users"),
    ("prep", "ielts-genai-prep-users"),
}
"""Tables that have one row for each owner."""


def address(owner: Owner) -> str:
    """Where somebody's requests come from."""
    return f"203.0.113.{owner.number + 1}"


def _profile(owner: Owner, n: int) -> str:
    return f"profile-{owner.name}-{n}"


def _post(owner: Owner, n: int) -> str:
    return f"post-{owner.name}-{n}"


def _at(owner: Owner, n: int) -> datetime:
    """A moment of a row's own."""
    return EPOCH - timedelta(hours=owner.id(n))


_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0 ({})"
_LATER = EPOCH + timedelta(days=1)

Facts = Callable[[Owner, Owner, int], dict[str, Any]]
"""Of an owner, another one and a number: what the row cannot hold by the kinds of its columns.

The second row of somebody hangs on a row of another one's, wherever a row has two parents.
"""

_FACTS: Mapping[tuple[str, str], Facts] = {
    ("stream", "AccountTable"): lambda me, you, n: {
        "accountId": me.keys["stream"],
        "email": me.email,
    },
    ("stream", "SubscriptionTable"): lambda me, you, n: {
        "accountId": me.keys["stream"],
        "subscriptionId": f"subscription-{me.name}-{n}",
        "serviceType": SERVICE,
    },
    ("stream", "UserUsageTable"): lambda me, you, n: {
        "accountId": me.keys["stream"],
        "serviceType": SERVICE,
    },
    ("stream", "ProfileTable"): lambda me, you, n: {
        "accountId": me.keys["stream"],
        "profileId": _profile(me, n),
    },
    ("stream", "ProfileSettingsTable"): lambda me, you, n: {"profileId": _profile(me, n)},
    ("stream", "ProfileAITable"): lambda me, you, n: {"profileId": _profile(me, n)},
    ("stream", "MovieTable"): lambda me, you, n: {
        "movieId": f"movie-{n}",
        "title": TITLE,
        "genre": GENRE,
        "releaseYear": f"200{n}",
    },
    ("stream", "WatchlistTable"): lambda me, you, n: {
        "accountId": me.keys["stream"],
        "movieId": f"movie-{n}",
        "profileId": _profile(you if n else me, 0),
    },
    ("stream", "WatchHistoryTable"): lambda me, you, n: {
        "accountId": me.keys["stream"],
        "movieId": "movie-0",
        "profileId": _profile(you if n else me, 0),
    },
    ("family", "users"): lambda me, you, n: {"id": me.keys["family"], "email": me.email},
    ("family", "kid_profiles"): lambda me, you, n: {"family_id": me.keys["family"]},
    ("family", "titles"): lambda me, you, n: {
        "tmdb_id": 100 + n,
        "title": TITLE,
        "rating": "16",
        "media_type": ("movie", "tv")[n],
        "providers": [{"provider_id": 8, "provider_name": "provider", "logo_path": "/logo.png"}],
    },
    ("family", "episodes"): lambda me, you, n: {
        "tmdb_episode_id": 200 + n,
        "title_id": 2,
        "season_number": 1,
        "episode_number": n + 1,
    },
    ("family", "kid_profiles_titles"): lambda me, you, n: {
        "kid_profile_id": me.id(),
        "title_id": n + 1,
        "blocked_episodes": [1, 2],
    },
    ("family", "devices"): lambda me, you, n: {
        "family_id": me.keys["family"],
        "kid_profile_id": (you if n else me).id(),
    },
    ("family", "pairing_codes"): lambda me, you, n: {
        "family_id": me.keys["family"],
        "code": f"zq{me.number}{n}qz",
    },
    ("family", "streaming_service_selection"): lambda me, you, n: {"family_id": me.keys["family"]},
    ("family", "episode_links"): lambda me, you, n: {"episode_id": 1},
    ("family", "content_reports"): lambda me, you, n: {
        "family_id": me.keys["family"],
        "title_id": 1,
    },
    ("studio", "users"): lambda me, you, n: {"id": me.keys["studio"], "email": me.email},
    ("studio", "input_records"): lambda me, you, n: {
        "user_id": me.keys["studio"],
        "detected_language": "en",
        "language_confidence": "high",
        "status": STATUS,
        "ip_address": address(me),
        "user_agent": _AGENT.format(me.name),
    },
    ("studio", "processing_statuses"): lambda me, you, n: {
        "input_record_id": me.id(),
        "phase": KIND,
        "status": STATUS,
    },
    ("studio", "characters"): lambda me, you, n: {
        "input_record_id": me.id(),
        "consistency_key": KIND,
    },
    ("studio", "character_images"): lambda me, you, n: {
        "character_id": me.id(),
        "scene_id": SCENE,
        "image_type": KIND,
    },
    ("studio", "keyframes"): lambda me, you, n: {
        "input_record_id": me.id(),
        "scene_id": SCENE,
        "sequence": n,
    },
    ("studio", "keyframe_images"): lambda me, you, n: {"keyframe_id": me.id(), "image_type": KIND},
    ("studio", "video_clips"): lambda me, you, n: {
        "input_record_id": me.id(),
        "scene_id": SCENE,
        "keyframe_ids": [me.id(), you.id()],
        "character_ids": [you.id(), me.id()],
    },
    ("studio", "voiceovers"): lambda me, you, n: {"input_record_id": me.id(), "language": "en"},
    ("studio", "final_videos"): lambda me, you, n: {
        "input_record_id": me.id(),
        "video_clip_ids": [me.id(), you.id()],
        "voiceover_id": (you if n else me).id(),
    },
    ("social", "cloudstro-users"): lambda me, you, n: {
        "userId": me.keys["social"],
        "recordType": "USER_PROFILE",
        "email": me.email,
    },
    ("social", "cloudstro-social-accounts"): lambda me, you, n: {
        "userId": me.keys["social"],
        "platformAccountId": f"{PLATFORM}#account-{n}",
        "accountId": f"account-{n}",
        "platform": PLATFORM,
    },
    ("social", "cloudstro-social-posts"): lambda me, you, n: {
        "userId": me.keys["social"],
        "postId": f"{PLATFORM}#{_post(me, n)}",
        "id": _post(me, n),
        "authorId": "account-0",
        "platform": PLATFORM,
        "createdAtISO": iso(_at(me, n)),
    },
    ("social", "cloudstro-social-engagement"): lambda me, you, n: {
        "userId": me.keys["social"],
        "engagementId": f"{_post(me, 0)}#{iso(_at(me, n))}",
        "postId": _post(me, 0),
        "platform": PLATFORM,
        "timestampISO": iso(_at(me, n)),
    },
    ("social", "cloudstro-ai-insights"): lambda me, you, n: {
        "userId": me.keys["social"],
        "insightId": f"insight-{me.name}-{n}",
        "type": KIND,
        "insightType": KIND,
        "validUntil": iso(_LATER),
        "validUntilISO": iso(_LATER),
        "TTL": unix(_LATER),
    },
    ("prep", "ielts-genai-prep-users"): lambda me, you, n: {
        "email": me.email,
        "account_status": "suspended" if me is DORA else "active",
    },
    ("prep", "ielts-genai-prep-sessions"): lambda me, you, n: {
        "user_email": me.email,
        "expires_at": unix(_LATER),
        "ip_address": f"2001:db8:{me.number + 1}::{n + 1}",
        "user_agent": _AGENT.format(me.name),
    },
    ("prep", "ielts-genai-prep-qr-tokens"): lambda me, you, n: {
        "user_email": me.email,
        "expires_at": unix(_LATER),
    },
    ("prep", "ielts-genai-prep-assessments"): lambda me, you, n: {
        "assessment_id": f"assessment-{me.name}-{n}",
        "user_id": me.email,
    },
    ("prep", "ielts-assessment-questions"): lambda me, you, n: {
        "question_id": f"question-{n}",
        "assessment_type": KIND,
    },
    ("prep", "ielts-assessment-rubrics"): lambda me, you, n: {
        "rubric_id": f"rubric-{n}",
        "band_descriptors": {"5": "modest"},
    },
    ("prep", "ielts-genai-prep-entitlements"): lambda me, you, n: {
        "user_email": me.email,
        "product_id": ("writing", "speaking")[n],
        "transaction_id": f"transaction-{me.name}-000{me.id(n)}",
        "expires_at": iso(_LATER + timedelta(hours=n)),
    },
    ("prep", "ielts-ai-safety-logs"): lambda me, you, n: {
        "log_id": "log" if n else f"log-{me.name}",
        "user_email": me.email,
        "assessment_id": f"assessment-{(you if n else me).name}-0",
    },
    ("prep", "ielts-content-reports"): lambda me, you, n: {
        "report_id": f"report-{me.name}-{n}",
        "reporter_email": me.email,
        "assessment_id": f"assessment-{(you if n else me).name}-0",
    },
    ("prep", "ielts-support-tickets"): lambda me, you, n: {
        "ticket_id": f"ticket-{me.name}-{n}",
        "user_email": me.email,
        "devops_action_id": f"action-{(you if n else me).name}-0",
    },
    ("prep", "ielts-devops-actions"): lambda me, you, n: {
        "action_id": f"action-{me.name}-{n}",
        "ticket_id": f"ticket-{me.name}-0",
        "affected_service": SERVICE,
    },
}


def canary(table: Table, column: Column, owner: Owner, n: int) -> str:
    """What a column holds that nobody sees."""
    text = f"canary.{table.product}.{table.name}.{column.name}.{owner.name}.{n}"
    if column.name == "pin_hash":  # which the database itself checks the form of
        return f"$2b$12${text.replace('_', '').replace('.', '/'):/<53.53}"
    return text


def _value(table: Table, column: Column, owner: Owner, n: int) -> Any:
    """A value of the column's kind that says whose it is, where its kind can."""
    here = table.product in DYNAMODB
    text = f"{table.name}.{column.name} of {owner.name} {n}"
    if column.visibility == "never":
        text = canary(table, column, owner, n)
        return {"secret": text} if column.kind == "map" else text
    return next(
        value(owner, n, text, here)
        for prefix, value in _BY_KIND.items()
        if column.kind.startswith(prefix)
    )


_BY_KIND: Mapping[str, Callable[[Owner, int, str, bool], Any]] = {
    "string": lambda owner, n, text, here: text,
    "id": lambda owner, n, text, here: text,
    "serial": lambda owner, n, text, here: owner.id(n),
    "int[]": lambda owner, n, text, here: [],
    "int": lambda owner, n, text, here: owner.id(n),
    "bigint": lambda owner, n, text, here: owner.id(n),
    "float": lambda owner, n, text, here: Decimal(owner.id(n)),
    "decimal": lambda owner, n, text, here: Decimal(owner.id(n)).scaleb(-2),
    "bool": lambda owner, n, text, here: True,
    "datetime": lambda owner, n, text, here: iso(_at(owner, n)) if here else _at(owner, n),
    "date": lambda owner, n, text, here: _at(owner, n).date(),
    "epoch": lambda owner, n, text, here: unix(_at(owner, n)),
    "enum(": lambda owner, n, text, here: None,
    "fk:": lambda owner, n, text, here: None,
    "list<fk:": lambda owner, n, text, here: [],
    "list<enum(": lambda owner, n, text, here: ["spam"],
    "list<string>": lambda owner, n, text, here: [text],
    "text[]": lambda owner, n, text, here: [text],
    "list<map{id": lambda owner, n, text, here: [{"id": owner.id(n), "name": text}],
    "list<map": lambda owner, n, text, here: [{"type": text, "url": text}],
    "map{contentStyle": lambda owner, n, text, here: {"contentStyle": text},
    "map{likes": lambda owner, n, text, here: {"likes": owner.id(n)},
    "map{topics": lambda owner, n, text, here: {"topics": [text]},
    "map{first30min": lambda owner, n, text, here: {"firstHour": owner.id(n)},
    "map{aiModel": lambda owner, n, text, here: {"aiModel": text},
    "map{speaking": lambda owner, n, text, here: {
        "speaking": {"pronunciation": Decimal(owner.id(n))}
    },
    "map": lambda owner, n, text, here: {"of": text},
    "json": lambda owner, n, text, here: {"of": text},
}


def _row(table: Table, owner: Owner, n: int) -> Row:
    other = OWNERS[(owner.number + 1) % len(OWNERS)]
    row = {name: _value(table, column, owner, n) for name, column in table.columns.items()}
    row |= {
        name: column.kind.removeprefix("enum(").partition(",")[0]
        for name, column in table.columns.items()
        if column.kind.startswith("enum(")
    }
    if table.place in _FACTS:
        row |= _FACTS[table.place](owner, other, n)
    if table.product == "family":
        row |= {name: naive(at) for name, at in row.items() if isinstance(at, datetime)}
    return row


def _owners(table: Table) -> Iterator[tuple[Owner, int]]:
    if not table.is_guarded:
        yield from ((NOBODY, n) for n in range(ROWS_EACH))
        return
    for owner in OWNERS:
        yield from ((owner, n) for n in range(1 if table.place in _ONCE else ROWS_EACH))
    if table.place in (("family", "users"), ("prep", "ielts-genai-prep-users")):
        yield DORA, 0


ROWS = {table.place: [_row(table, *of) for of in _owners(table)] for table in TABLES}
"""Every product's rows, by product and table."""
CANARIES = [
    text
    for table in TABLES
    for column in table.columns.values()
    if column.visibility == "never"
    for row in ROWS[table.place]
    for text in [row[column.name]["secret"] if column.kind == "map" else row[column.name]]
]


def first(table: tuple[str, str], owner: Owner) -> Row:
    """The first row that somebody has in a table; anybody's, where it is everybody's."""
    rows = ROWS[table]
    if not BY_PLACE[table].is_guarded:
        return rows[0]
    return rows[owner.number if table in _ONCE else owner.number * ROWS_EACH]
