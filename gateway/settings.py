"""The settings: environment variables, each with its meaning; `gateway settings` lists them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, Json, ValidationError, create_model
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.authentication.issuers import Issuers
from loaders.stores.dynamo_client import DynamoAddress
from loaders.stores.postgres import PostgresAddress
from loaders.tables.catalogue import DYNAMODB, POSTGRES

Settings = TypeVar("Settings", bound=BaseSettings)

_POSTGRES_URL = r"^postgres(ql)?(\+asyncpg)?://"
_DRIVER = re.compile(r"^(postgres(?:ql)?)\+asyncpg:")
"""How SQLAlchemy's URLs name a driver, which asyncpg's own do not."""
_HTTP_URL = r"^https?://"
_REDIS_URL = r"^rediss?://"
_ORIGINS = r"^(\*|https?://[^/\s,*]+(, *https?://[^/\s,*]+)*)$"


class SettingsError(Exception):
    """Settings that are missing or wrong; the message names each."""


class ServerSettings(BaseSettings):
    """What a gateway needs beside its stores."""

    model_config = SettingsConfigDict(case_sensitive=False, env_ignore_empty=True, extra="ignore")

    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(
        8000, description="The port to listen on; 0 takes one that is free.", ge=0, le=65_535
    )
    gateway_deadline: float = Field(10.0, description="Seconds that a request may take.", gt=0)
    gateway_body_limit: int = Field(
        1_000_000, description="Bytes that the body of a request may have.", gt=0
    )
    gateway_cors_origins: str | None = Field(
        None,
        description="The origins whose pages may read answers, such as "
        "`https://shop.example.com`, parted by commas; `*` for any.",
        pattern=_ORIGINS,
    )
    gateway_documents_kept: int = Field(
        1_000,
        description="Documents that are kept in memory: parsed and validated, and texts by their "
        "ids.",
        ge=0,
    )
    gateway_documents: Literal["any", "only"] = Field(
        "any", description="Which documents are run: `any`, or `only` those that are stored."
    )
    gateway_documents_directory: Path | None = Field(
        None, description="The directory that documents are stored in."
    )
    gateway_documents_url: str | None = Field(
        None,
        description="The Redis or Valkey that documents are stored in instead, as `redis://…` or "
        "`rediss://…`.",
        pattern=_REDIS_URL,
        repr=False,
    )
    gateway_automatic_documents: bool = Field(
        True, description="Keep documents that clients send with their hash, as Apollo's do."
    )
    gateway_operations_per_connection: int = Field(
        50, description="Operations that one WebSocket may have under way.", gt=0
    )
    gateway_operations_per_viewer: int = Field(
        100,
        description="Operations that a viewer may have under way over WebSockets and event "
        "streams, in each process.",
        gt=0,
    )
    gateway_executor: Literal["levels", "reference"] = Field(
        "levels",
        description="Who runs operations: `levels`, or `reference` for graphql-core itself.",
    )
    gateway_plaintext_stores: bool = Field(
        False, description="Allow stores off this machine that are reached without TLS."
    )
    tmdb_image_base_url: str = Field(
        "https://image.tmdb.org/t/p/w500",
        description="What stands before the relative paths of TMDB's images.",
    )


class _Stores(ServerSettings):
    """What holds for the stores of all products."""

    gateway_postgres_connections: int = Field(
        10, description="Connections to each Postgres database at most.", gt=0
    )
    gateway_replica_lag: float = Field(
        10.0,
        description="Seconds that a replica of Postgres may be behind; beyond, its database is "
        "read itself.",
        gt=0,
    )
    gateway_row_security: bool = Field(
        False,
        description="Read Postgres under row level security, which `gateway create "
        "--row-security` sets up.",
    )
    gateway_dynamodb_connections: int = Field(
        50, description="Connections to each DynamoDB endpoint at most.", gt=0
    )
    aws_region: str = Field("us-east-1", description="The region of DynamoDB.")
    dynamodb_endpoint_url: str | None = Field(
        None, description="DynamoDB's URL, where it is not AWS's own.", pattern=_HTTP_URL
    )


def _fields_of_stores() -> dict[str, Any]:
    """A database URL for each product on Postgres; a region, an endpoint and names of tables for
    each on DynamoDB."""
    fields: dict[str, Any] = {}
    for product in POSTGRES:
        fields[f"{product}_database_url"] = (
            str,
            Field(
                description=f"The Postgres database of {product}, as `postgresql://…`.",
                pattern=_POSTGRES_URL,
                repr=False,
            ),
        )
        fields[f"{product}_database_replica_url"] = (
            str | None,
            Field(
                None,
                description=f"A replica of it that {product} is read from.",
                pattern=_POSTGRES_URL,
                repr=False,
            ),
        )
    for product, tables in DYNAMODB.items():
        fields[f"{product}_aws_region"] = (
            str | None,
            Field(None, description=f"The region of {product}'s DynamoDB, if another."),
        )
        fields[f"{product}_dynamodb_endpoint_url"] = (
            str | None,
            Field(
                None,
                description=f"The URL of {product}'s DynamoDB, if another.",
                pattern=_HTTP_URL,
            ),
        )
        for table in tables:
            fields[table.setting.lower()] = (
                str,
                Field(table.name, description=f"The physical name of {table}."),
            )
    return fields


StoreSettings = create_model("StoreSettings", __base__=_Stores, **_fields_of_stores())
"""What a command needs that works on the products' stores."""

ServeSettings = create_model(
    "ServeSettings",
    __base__=StoreSettings,
    gateway_id_key=(
        str,
        Field(
            description="The secret, 32 characters or more, that seals cursors and some ids. "
            "A change makes those that clients hold worthless.",
            min_length=32,
            repr=False,
        ),
    ),
    gateway_issuers=(
        Json[Issuers],
        Field(
            description="Whose tokens are taken: a JSON list, as docs/authentication.md tells; "
            "`[]` for nobody's."
        ),
    ),
    gateway_graphiql=(
        bool,
        Field(
            False,
            description="Show GraphiQL to browsers; it knows the schema where "
            "`GATEWAY_INTROSPECTION` is set too.",
        ),
    ),
    gateway_audit_directory=(
        Path | None,
        Field(
            None,
            description="The directory of the audit log, made where it is missing; needed where "
            "an issuer gives somebody the role of staff.",
        ),
    ),
    gateway_introspection=(
        bool,
        Field(
            False,
            description="Tell everybody the schema: by introspection, at `/schema.graphql`, and by "
            "names that errors suggest.",
        ),
    ),
    gateway_metrics=(
        bool,
        Field(False, description="Show metrics at `/metrics`, to all who can reach it."),
    ),
    gateway_json_log=(
        bool,
        Field(True, description="Log to standard output in JSON, with a line for each request."),
    ),
    gateway_slow_call=(
        float,
        Field(
            1.0,
            description="Seconds from which on a store call has a line of its own in that log.",
            gt=0,
        ),
    ),
)
"""Everything that `gateway serve` reads from its environment."""


def read_serve_settings() -> Any:
    """The settings of a gateway, or a SettingsError that names what is wrong."""
    return _read(ServeSettings)


def read_store_settings() -> Any:
    """The settings of the products' stores, or a SettingsError that names what is wrong."""
    return _read(StoreSettings)


def read_server_settings() -> ServerSettings:
    """The settings that need no store, or a SettingsError that names what is wrong."""
    return _read(ServerSettings)


def _read(settings: type[Settings]) -> Settings:
    try:
        return settings()
    except ValidationError as error:
        problems = error.errors(include_input=False)
        lines = [f"{_place(*problem['loc'])}: {problem['msg']}" for problem in problems]
        raise SettingsError("\n".join(lines)) from None


def _place(name: int | str, *within: int | str) -> str:
    """The variable, and where in it: `GATEWAY_ISSUERS.0.audience`."""
    return ".".join([str(name).upper(), *map(str, within)])


def postgres_address(settings: Any, product: str, *, writing: bool = False) -> PostgresAddress:
    """Where a product's database is: for one who only reads, its replica too, if there is one."""
    primary = _url(settings, f"{product}_database_url")
    replica = "" if writing else _url(settings, f"{product}_database_replica_url")
    return PostgresAddress(
        replica or primary,
        primary_url=primary if replica else None,
        replica_lag=settings.gateway_replica_lag,
        row_security=settings.gateway_row_security,
        connections=settings.gateway_postgres_connections,
        statement_timeout=settings.gateway_deadline,
    )


def _url(settings: Any, name: str) -> str:
    """The URL of a database as asyncpg reads it; empty where there is none."""
    return _DRIVER.sub(r"\1:", getattr(settings, name) or "")


def dynamo_address(settings: Any, product: str) -> DynamoAddress:
    """Where a product's DynamoDB is."""
    return DynamoAddress(
        region=getattr(settings, f"{product}_aws_region") or settings.aws_region,
        endpoint_url=getattr(settings, f"{product}_dynamodb_endpoint_url")
        or settings.dynamodb_endpoint_url,
        connections=settings.gateway_dynamodb_connections,
    )


def table_names(settings: Any, product: str) -> Mapping[str, str]:
    """The physical names of a product's DynamoDB tables."""
    return {table.name: getattr(settings, table.setting.lower()) for table in DYNAMODB[product]}
