"""The documents that the settings name."""

from __future__ import annotations

from gateway.loopback import on_loopback
from gateway.persisted.lookup import PersistedDocuments
from gateway.persisted.stores import DirectoryStore, RedisStore, Store
from gateway.settings import ServerSettings, SettingsError


def store_of(settings: ServerSettings) -> Store | None:
    """The store of documents, if there is one; SettingsError for one that cannot be used.

    It is connected to when it is first asked, so it need not be up.
    """
    directory, url = settings.gateway_documents_directory, settings.gateway_documents_url
    if url is None:
        return None if directory is None else DirectoryStore(directory)
    if directory is not None:
        raise SettingsError(
            "GATEWAY_DOCUMENTS_DIRECTORY and GATEWAY_DOCUMENTS_URL are both set: one of them holds "
            "the documents"
        )
    try:
        store = RedisStore(url)
        plaintext = url.startswith("redis:") and not on_loopback(url)
    except ValueError as wrong:
        raise SettingsError(f"GATEWAY_DOCUMENTS_URL: {wrong}") from None
    if plaintext and not settings.gateway_plaintext_stores:
        raise SettingsError(
            "the store of documents would be reached without TLS: use rediss:, or set "
            "GATEWAY_PLAINTEXT_STORES=1"
        )
    return store


def needed_store_of(settings: ServerSettings) -> Store:
    """The store of documents; SettingsError where there is none."""
    store = store_of(settings)
    if store is None:
        raise SettingsError(
            "GATEWAY_DOCUMENTS_DIRECTORY or GATEWAY_DOCUMENTS_URL is needed: where documents are "
            "stored"
        )
    return store


def documents_of(settings: ServerSettings) -> PersistedDocuments:
    """Which documents the gateway runs; SettingsError where that cannot be."""
    only = settings.gateway_documents == "only"
    return PersistedDocuments(
        needed_store_of(settings) if only else store_of(settings),
        settings.gateway_documents_kept,
        only=only,
        automatic=settings.gateway_automatic_documents,
    )
