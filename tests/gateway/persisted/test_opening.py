"""Which store of documents the settings name."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.persisted.opening import needed_store_of, store_of
from gateway.persisted.stores import DirectoryStore, RedisStore
from gateway.settings import ServerSettings, SettingsError


def test_a_directory_or_redis_or_none(tmp_path: Path) -> None:
    assert store_of(ServerSettings()) is None
    in_directory = ServerSettings(gateway_documents_directory=tmp_path)
    assert isinstance(store_of(in_directory), DirectoryStore)
    in_redis = ServerSettings(gateway_documents_url="redis://localhost:6379/1")
    assert isinstance(store_of(in_redis), RedisStore)


def test_there_is_one_store(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="are both set"):
        store_of(
            ServerSettings(
                gateway_documents_directory=tmp_path, gateway_documents_url="redis://localhost"
            )
        )
    with pytest.raises(SettingsError, match="is needed"):
        needed_store_of(ServerSettings())


@pytest.mark.parametrize("rest", ["127.0.0.1:port", "[::1", "127.0.0.1?max_connections=few"])
def test_a_url_that_is_none_is_named_without_its_secret(rest: str) -> None:
    with pytest.raises(SettingsError, match=r"^GATEWAY_DOCUMENTS_URL: ") as caught:
        store_of(ServerSettings(gateway_documents_url=f"redis://:secret@{rest}"))
    assert "secret" not in str(caught.value)


def test_plaintext_stays_on_this_machine_unless_allowed() -> None:
    elsewhere = "redis://:secret@redis.example.com"
    with pytest.raises(SettingsError, match="without TLS") as caught:
        store_of(ServerSettings(gateway_documents_url=elsewhere))
    assert "secret" not in str(caught.value)
    allowed = ServerSettings(gateway_documents_url=elsewhere, gateway_plaintext_stores=True)
    assert "secret" not in repr(allowed)
    assert isinstance(store_of(allowed), RedisStore)
    encrypted = ServerSettings(gateway_documents_url="rediss://redis.example.com")
    assert isinstance(store_of(encrypted), RedisStore)
