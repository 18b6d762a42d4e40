"""Settings: each is named, described, checked, and listed in docs/settings.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from gateway.settings import (
    ServerSettings,
    ServeSettings,
    SettingsError,
    StoreSettings,
    dynamo_address,
    postgres_address,
    read_serve_settings,
    read_server_settings,
    read_store_settings,
    table_names,
)
from gateway.stores import addresses
from loaders.tables.catalogue import DYNAMODB, POSTGRES

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "settings.md"

NEEDED = {
    "GATEWAY_ID_KEY": "k" * 32,
    "GATEWAY_ISSUERS": "[]",
    **{
        f"{product.upper()}_DATABASE_URL": f"postgresql://127.0.0.1/{product}"
        for product in POSTGRES
    },
}
"""What `gateway serve` does not start without."""


@pytest.fixture
def needed(environment: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment with what is needed and no more."""
    for name, value in NEEDED.items():
        environment.setenv(name, value)
    return environment


def test_every_missing_setting_is_named(environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as caught:
        read_serve_settings()
    lines = str(caught.value).splitlines()
    assert {line.partition(":")[0] for line in lines} == set(NEEDED)
    required = {
        name.upper() for name, field in ServeSettings.model_fields.items() if field.is_required()
    }
    assert required == set(NEEDED)


def test_stores_need_no_more_than_their_addresses(environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as caught:
        read_store_settings()
    urls = [name for name in NEEDED if name.endswith("_DATABASE_URL")]
    assert [line.partition(":")[0] for line in str(caught.value).splitlines()] == urls
    for name in urls:
        environment.setenv(name, NEEDED[name])
    assert read_store_settings().family_database_url == NEEDED["FAMILY_DATABASE_URL"]


@pytest.mark.parametrize("name", NEEDED)
def test_an_empty_setting_is_missing(needed: pytest.MonkeyPatch, name: str) -> None:
    needed.setenv(name, "")
    with pytest.raises(SettingsError, match=f"^{name}: Field required$"):
        read_serve_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("GATEWAY_DEADLINE", "0"),
        ("GATEWAY_BODY_LIMIT", "0"),
        ("GATEWAY_DOCUMENTS_KEPT", "-1"),
        ("GATEWAY_DOCUMENTS", "some"),
        ("GATEWAY_DOCUMENTS_URL", "https://redis.example.com"),
        ("GATEWAY_AUTOMATIC_DOCUMENTS", "perhaps"),
        ("GATEWAY_POSTGRES_CONNECTIONS", "0"),
        ("GATEWAY_REPLICA_LAG", "0"),
        ("GATEWAY_DYNAMODB_CONNECTIONS", "none"),
        ("GATEWAY_PLAINTEXT_STORES", "perhaps"),
        ("GATEWAY_ID_KEY", "short"),
        ("FAMILY_DATABASE_URL", "127.0.0.1"),
        ("FAMILY_DATABASE_URL", "mysql://127.0.0.1/family"),
        ("FAMILY_DATABASE_REPLICA_URL", "replica"),
        ("DYNAMODB_ENDPOINT_URL", "127.0.0.1:8000"),
        ("STREAM_DYNAMODB_ENDPOINT_URL", "ftp://127.0.0.1"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_but_not_shown(
    needed: pytest.MonkeyPatch, name: str, value: str
) -> None:
    needed.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}: ") as caught:
        read_serve_settings()
    assert value not in str(caught.value).partition(":")[2] or value.isdigit()


def test_no_secret_is_shown(needed: pytest.MonkeyPatch) -> None:
    needed.setenv("FAMILY_DATABASE_URL", "postgresql://a:canary-password@127.0.0.1/family")
    needed.setenv("STUDIO_DATABASE_REPLICA_URL", "postgresql://a:canary-password@127.0.0.1/copy")
    needed.setenv("GATEWAY_ID_KEY", "canary" * 6)
    settings = read_serve_settings()
    assert "canary" not in repr(settings)
    assert "canary" not in repr(addresses(settings))


def test_the_demo_names_what_it_cannot_use(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PORT", "http")
    with pytest.raises(SettingsError, match=r"^PORT: "):
        read_server_settings()
    environment.setenv("PORT", "0")
    assert read_server_settings().port == 0


def test_a_database_is_read_from_its_replica_and_written_itself(
    needed: pytest.MonkeyPatch,
) -> None:
    def urls(*, writing: bool) -> tuple[str, str | None]:
        address = postgres_address(read_store_settings(), "family", writing=writing)
        return address.url, address.primary_url

    itself = NEEDED["FAMILY_DATABASE_URL"]
    assert urls(writing=False) == urls(writing=True) == (itself, None)
    needed.setenv("FAMILY_DATABASE_REPLICA_URL", "postgres+asyncpg://127.0.0.1/copy")
    assert urls(writing=False) == ("postgres://127.0.0.1/copy", itself)
    assert urls(writing=True) == (itself, None)


def test_how_far_a_replica_may_be_behind(needed: pytest.MonkeyPatch) -> None:
    assert postgres_address(read_store_settings(), "family").replica_lag == 10
    needed.setenv("GATEWAY_REPLICA_LAG", "2.5")
    assert postgres_address(read_store_settings(), "family").replica_lag == 2.5


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_the_url_of_a_database_may_name_a_driver(needed: pytest.MonkeyPatch, scheme: str) -> None:
    needed.setenv("FAMILY_DATABASE_URL", f"{scheme}+asyncpg://a:+asyncpg:@127.0.0.1/family")
    address = postgres_address(read_store_settings(), "family")
    assert address.url == f"{scheme}://a:+asyncpg:@127.0.0.1/family"


def test_how_much_of_a_database_is_taken(needed: pytest.MonkeyPatch) -> None:
    needed.setenv("GATEWAY_POSTGRES_CONNECTIONS", "3")
    needed.setenv("GATEWAY_DEADLINE", "2.5")
    address = postgres_address(read_serve_settings(), "family")
    assert (address.connections, address.statement_timeout) == (3, 2.5)


def test_a_product_may_have_a_region_and_an_endpoint_of_its_own(
    needed: pytest.MonkeyPatch,
) -> None:
    def address() -> tuple[str, str | None]:
        found = dynamo_address(read_serve_settings(), "stream")
        return found.region, found.endpoint_url

    assert address() == ("us-east-1", None)
    needed.setenv("AWS_REGION", "eu-west-2")
    needed.setenv("DYNAMODB_ENDPOINT_URL", "https://dynamodb.example.com")
    assert address() == ("eu-west-2", "https://dynamodb.example.com")
    needed.setenv("STREAM_AWS_REGION", "eu-north-1")
    needed.setenv("STREAM_DYNAMODB_ENDPOINT_URL", "https://stream.example.com")
    assert address() == ("eu-north-1", "https://stream.example.com")


def test_tables_may_have_other_names(needed: pytest.MonkeyPatch) -> None:
    assert set(table_names(read_serve_settings(), "stream").items()) == {
        (table.name, table.name) for table in DYNAMODB["stream"]
    }
    needed.setenv("STREAM_DYNAMODB_MOVIE_TABLE", "prod-movies")
    assert table_names(read_serve_settings(), "stream")["MovieTable"] == "prod-movies"


def test_every_table_and_database_has_its_settings() -> None:
    names = {name.upper() for name in ServeSettings.model_fields}
    assert {table.setting for tables in DYNAMODB.values() for table in tables} <= names
    assert {f"{product.upper()}_DATABASE_URL" for product in POSTGRES} <= names


def test_every_setting_is_described() -> None:
    for name, field in ServeSettings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


def rows(names: list[str]) -> list[str]:
    """The lines of the page's table for these settings."""
    return [_row(name, ServeSettings.model_fields[name]) for name in names]


def _row(name: str, field: Any) -> str:
    default = "needed" if field.is_required() else "" if field.default is None else field.default
    shown = f"`{default}`" if default not in ("needed", "") else default
    return f"| `{name.upper()}` | {field.description} | {shown} |".replace("  ", " ")


def test_the_page_lists_every_setting() -> None:
    """In three tables: of the demo too, of the stores, of `gateway serve` alone."""
    server, stores, serve = map(
        list, (ServerSettings.model_fields, StoreSettings.model_fields, ServeSettings.model_fields)
    )
    listed = [
        line.replace("  ", " ") for line in PAGE.read_text().splitlines() if line.startswith("| `")
    ]
    assert listed == rows(server) + rows(serve[len(stores) :]) + rows(stores[len(server) :])


def test_the_page_names_what_else_is_read_from_the_environment() -> None:
    code = "".join(path.read_text() for path in (ROOT / "gateway").rglob("*.py"))
    read = set(re.findall(r'environ(?:\.get\(|\[)"(\w+)"', code))
    ours = {"GATEWAY_DYNOXIDE", "GATEWAY_ENGINES", "GATEWAY_ID_KEY"}
    assert read == ours | {"PROMETHEUS_MULTIPROC_DIR"}
    assert read <= set(re.findall(r"`(\w+)`", PAGE.read_text()))
