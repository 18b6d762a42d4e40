"""Axolotly's Postgres: parents, kid profiles, TMDB titles, policies and devices.

Its document states no NOT NULL: a key, a foreign key and a column with a default is NOT NULL here,
and so are the season and number by which episodes are kept apart and paged. Timestamps are naive
and mean UTC.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from loaders.tables.facts import Read, Through
from loaders.tables.kinds import IDS, INTEGER, TEXT, choice, list_of, shape
from loaders.tables.postgresql import EMAIL, PERSONAL, SECRET, PostgresTable, declared, facts, ours

PRODUCT = "family"

ROLES = choice("parent", "admin")
MEDIA_TYPES = choice("movie", "tv")
POLICIES = choice("allow", "deny")
REPORT_STATUSES = choice("pending", "resolved", "dismissed")

GENRES = list_of(shape(id=INTEGER, name=TEXT))
PROVIDERS = list_of(shape(provider_id=INTEGER, provider_name=TEXT, logo_path=TEXT))
"""TMDB's form of a watch provider; the document says no more than "array of streaming services"."""

metadata = sa.MetaData()


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _parent(name: str, target: str) -> sa.Column[int]:
    """A foreign key to the row without which this one has no meaning."""
    return sa.Column(name, sa.Integer, sa.ForeignKey(target, ondelete="CASCADE"), nullable=False)


def _created(name: str = "created_at") -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime, nullable=False, server_default=sa.func.now())


def _one_of(column: str, name: str, *values: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IN ({', '.join(map(repr, values))})", name=name)


users = declared(
    sa.Table(
        "users",
        metadata,
        _key(),
        sa.Column("email", sa.String(255), nullable=False, info=EMAIL),
        sa.Column("password_hash", sa.String(255), info=SECRET),
        sa.Column("role", sa.String(50), info=facts(kind=ROLES)),
        _created(),
        sa.Index("idx_users_email", "email", unique=True),
        sa.Index("idx_users_role", "role"),
        ours(
            "ix_users_lower_email",
            sa.text("lower(email)"),
            "id",
            reason="a person is found by e-mail whatever its case",
        ),
        ours("ix_users_role_id", "role", "id", reason="pages of accounts by role"),
    ),
    product=PRODUCT,
    read=Read.OWNER,
    owner="id",
    email="email",
)

kid_profiles = declared(
    sa.Table(
        "kid_profiles",
        metadata,
        _key(),
        _parent("family_id", "users.id"),
        sa.Column("name", sa.String(100), info=PERSONAL),
        sa.Column("pin_hash", sa.String(255), info=SECRET),
        _created(),
        sa.CheckConstraint(r"pin_hash ~ '^\$2[aby]\$[0-9]{2}\$.{53}$'", name="pin_hash_is_bcrypt"),
        sa.Index("idx_kid_profiles_family_id", "family_id"),
        ours(
            "ix_kid_profiles_family_created",
            "family_id",
            "created_at",
            "id",
            reason="pages of a family's profiles in the order they were made",
        ),
    ),
    product=PRODUCT,
    read=Read.OWNER,
    owner="family_id",
)

titles = declared(
    sa.Table(
        "titles",
        metadata,
        _key(),
        sa.Column("tmdb_id", sa.Integer, nullable=False),
        sa.Column("title", sa.String(500)),
        sa.Column("media_type", sa.String(20), info=facts(kind=MEDIA_TYPES)),
        sa.Column("overview", sa.Text),
        sa.Column("poster_path", sa.String(255)),
        sa.Column("backdrop_path", sa.String(255)),
        sa.Column("release_date", sa.Date),
        sa.Column("rating", sa.String(10)),
        sa.Column("genres", sa.JSON, info=facts(kind=GENRES)),
        sa.Column("providers", sa.JSON, info=facts(kind=PROVIDERS)),
        sa.Column("tags", sa.JSON, info=facts(kind=list_of(TEXT))),
        sa.Column("last_synced", sa.DateTime),
        _one_of("media_type", "media_type_is_known", *MEDIA_TYPES.choices),
        sa.Index("idx_titles_tmdb_id", "tmdb_id", unique=True),
        sa.Index("idx_titles_media_type", "media_type"),
        ours("ix_titles_media_type_id", "media_type", "id", reason="pages by media type"),
        ours("ix_titles_title_id", "title", "id", reason="titles by name"),
    ),
    product=PRODUCT,
    read=Read.PUBLIC,
)

episodes = declared(
    sa.Table(
        "episodes",
        metadata,
        _key(),
        sa.Column("tmdb_episode_id", sa.Integer, nullable=False, unique=True),
        _parent("title_id", "titles.id"),
        sa.Column("season_number", sa.Integer, nullable=False),
        sa.Column("episode_number", sa.Integer, nullable=False),
        sa.Column("name", sa.String(500)),
        sa.Column("overview", sa.Text),
        sa.Column("air_date", sa.Date),
        sa.Column("thumbnail_path", sa.String(255)),
        sa.Column("tags", sa.JSON, info=facts(kind=list_of(TEXT))),
        sa.Index("idx_episodes_title_id", "title_id"),
        sa.Index("idx_episodes_season_episode", "title_id", "season_number", "episode_number"),
        ours(
            "ix_episodes_in_order",
            "title_id",
            "season_number",
            "episode_number",
            "id",
            reason="pages of a title's episodes, of all seasons or of one",
        ),
    ),
    product=PRODUCT,
    read=Read.PUBLIC,
)

kid_profiles_titles = declared(
    sa.Table(
        "kid_profiles_titles",
        metadata,
        _key(),
        _parent("kid_profile_id", "kid_profiles.id"),
        _parent("title_id", "titles.id"),
        sa.Column("policy", sa.String(20), info=facts(kind=POLICIES)),
        sa.Column("blocked_episodes", sa.JSON, info=facts(kind=IDS)),
        _created(),
        _one_of("policy", "policy_is_known", *POLICIES.choices),
        sa.Index("idx_kpt_profile_title", "kid_profile_id", "title_id", unique=True),
        ours(
            "ix_kpt_profile_created",
            "kid_profile_id",
            "created_at",
            "id",
            reason="pages of a kid profile's policies",
        ),
        ours(
            "ix_kpt_title_created",
            "title_id",
            "created_at",
            "id",
            reason="the way back from a title to its policies",
        ),
    ),
    product=PRODUCT,
    read=Read.OWNER,
    owner=Through("kid_profile_id", kid_profiles),
)

devices = declared(
    sa.Table(
        "devices",
        metadata,
        _key(),
        sa.Column("device_id", sa.String(255), nullable=False, info=PERSONAL),
        _parent("family_id", "users.id"),
        sa.Column(
            "kid_profile_id", sa.Integer, sa.ForeignKey("kid_profiles.id", ondelete="SET NULL")
        ),
        sa.Column("friendly_name", sa.String(100), info=PERSONAL),
        _created("paired_at"),
        sa.Column("last_active", sa.DateTime),
        sa.Index("idx_devices_device_id", "device_id", unique=True),
        sa.Index("idx_devices_family_id", "family_id"),
        ours(
            "ix_devices_family_paired",
            "family_id",
            "paired_at",
            "id",
            reason="pages of a family's devices",
        ),
        ours(
            "ix_devices_kid_profile_paired",
            "kid_profile_id",
            "paired_at",
            "id",
            reason="the way back from a kid profile to its devices",
        ),
    ),
    product=PRODUCT,
    read=Read.OWNER,
    owner="family_id",
)

pairing_codes = declared(
    sa.Table(
        "pairing_codes",
        metadata,
        _key(),
        sa.Column("code", sa.String(6), nullable=False, info=SECRET),
        _parent("family_id", "users.id"),
        _created(),
        _created("expires_at"),
        sa.Column("used", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Index("idx_pairing_codes_code", "code", unique=True),
        sa.Index("idx_pairing_codes_expires_at", "expires_at"),
        ours(
            "ix_pairing_codes_expires_id",
            "expires_at",
            "id",
            reason="pages of all codes by expiry",
        ),
        ours(
            "ix_pairing_codes_family_expires",
            "family_id",
            "expires_at",
            "id",
            reason="pages of a family's codes",
        ),
    ),
    product=PRODUCT,
    read=Read.OWNER,
    owner="family_id",
)

streaming_service_selection = declared(
    sa.Table(
        "streaming_service_selection",
        metadata,
        _key(),
        _parent("family_id", "users.id"),
        sa.Column("selected_services", sa.JSON, info=facts(kind=list_of(TEXT))),
        _created("updated_at"),
        sa.Index("idx_streaming_family_id", "family_id", unique=True),
    ),
    product=PRODUCT,
    read=Read.OWNER,
    owner="family_id",
)

content_tags = declared(
    sa.Table(
        "content_tags",
        metadata,
        _key(),
        sa.Column("tag", sa.String(100), nullable=False),
        sa.Column("category", sa.String(50)),
        sa.Column("description", sa.Text),
        sa.Index("idx_content_tags_tag", "tag", unique=True),
    ),
    product=PRODUCT,
    read=Read.PUBLIC,
)

episode_links = declared(
    sa.Table(
        "episode_links",
        metadata,
        _key(),
        _parent("episode_id", "episodes.id"),
        sa.Column("platform", sa.String(50)),
        sa.Column("url", sa.Text),
        sa.Column("verified", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("reported_count", sa.Integer, nullable=False, server_default=sa.text("0")),
        _created(),
        sa.Index("idx_episode_links_episode_platform", "episode_id", "platform"),
        ours(
            "ix_episode_links_episode_created",
            "episode_id",
            "created_at",
            "id",
            reason="pages of an episode's links",
        ),
    ),
    product=PRODUCT,
    read=Read.PUBLIC,
)

content_reports = declared(
    sa.Table(
        "content_reports",
        metadata,
        _key(),
        _parent("family_id", "users.id"),
        _parent("title_id", "titles.id"),
        sa.Column("issue_type", sa.String(100)),
        sa.Column("description", sa.Text, info=PERSONAL),
        sa.Column("status", sa.String(50), info=facts(kind=REPORT_STATUSES)),
        _created(),
        sa.Column("resolved_at", sa.DateTime),
        sa.Index("idx_content_reports_status", "status"),
        ours(
            "ix_content_reports_status_created",
            "status",
            "created_at",
            "id",
            reason="pages of reports by status",
        ),
        ours(
            "ix_content_reports_family_created",
            "family_id",
            "created_at",
            "id",
            reason="pages of a family's reports",
        ),
        ours(
            "ix_content_reports_title_created",
            "title_id",
            "created_at",
            "id",
            reason="the way back from a title to its reports",
        ),
    ),
    product=PRODUCT,
    read=Read.OWNER,
    owner="family_id",
)

TABLES: tuple[PostgresTable, ...] = (
    users,
    kid_profiles,
    titles,
    episodes,
    kid_profiles_titles,
    devices,
    pairing_codes,
    streaming_service_selection,
    content_tags,
    episode_links,
    content_reports,
)
