"""How a DynamoDB is reached: with which credentials, past which proxy, on whose certificate."""

import asyncio
import ipaddress
import json
import os
import shlex
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.demo.data.stream import movie_id
from loaders.access import one
from loaders.errors import SourceUnavailable
from loaders.stores.dynamo import DynamoStore
from loaders.stores.dynamo_client import DynamoAddress, open_client
from loaders.tables import stream
from tests.engines import TABLE_NAMES, Addresses, HttpWire, Wire, http_wire_to, local
from tests.loaders.asking import Reading

pytestmark = pytest.mark.slow

MOVIE = one(stream.movies, by="movieId").route
SECRETS = {"first": "one secret", "second": "another/secret+"}


@pytest.fixture
async def wire(engines: Addresses) -> AsyncIterator[HttpWire]:
    """A wire to the engine that takes signed requests alone."""
    async with http_wire_to(engines.dynamodb) as wire:
        wire.keys = SECRETS
        yield wire


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine that AWS's own tools find no credentials on."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@asynccontextmanager
async def opened(address: DynamoAddress) -> AsyncIterator[DynamoStore]:
    store = await DynamoStore.open(stream.PRODUCT, address, TABLE_NAMES["stream"])
    try:
        yield store
    finally:
        await store.close()


async def read(store: DynamoStore) -> None:
    """Read a row that there is."""
    rows = await store.find(MOVIE, [(movie_id(1),)], Reading().terms(MOVIE))
    assert rows == [{"movieId": movie_id(1)}]


async def read_by_botocore(address: DynamoAddress) -> None:
    async with open_client(address) as client:
        key = {"movieId": {"S": movie_id(1)}}
        await client.get_item(TableName=TABLE_NAMES["stream"]["MovieTable"], Key=key)


def at(wire: HttpWire, access_key: str | None = None) -> DynamoAddress:
    secret = SECRETS.get(access_key, "no secret") if access_key else None
    return DynamoAddress("us-east-1", wire.endpoint, access_key, secret)


# Credentials


@pytest.mark.parametrize("access_key", SECRETS)
async def test_what_is_signed_is_taken_where_botocore_s_is(wire: HttpWire, access_key: str) -> None:
    await read_by_botocore(at(wire, access_key))
    async with opened(at(wire, access_key)) as store:
        await read(store)
    assert len(wire.requests) == 2


async def test_a_wrong_secret_is_refused_where_botocore_s_is(wire: HttpWire) -> None:
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        await read_by_botocore(replace(at(wire, "first"), secret_key="wrong"))
    async with opened(replace(at(wire, "first"), secret_key="wrong")) as store:
        with pytest.raises(SourceUnavailable, match="refused the gateway's credentials"):
            await read(store)


async def test_without_credentials_nothing_is_asked(wire: HttpWire) -> None:
    async with opened(at(wire)) as store:
        with pytest.raises(SourceUnavailable, match="cannot be reached"):
            await read(store)
    assert not wire.requests


async def test_the_token_of_a_session_is_signed(
    wire: HttpWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "first")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRETS["first"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", "to/ken+==")
    async with opened(at(wire)) as store:
        await read(store)
    assert wire.headers[0]["x-amz-security-token"] == "to/ken+=="
    assert ";x-amz-security-token;" in wire.headers[0]["authorization"]


async def test_credentials_that_expire_are_fetched_anew(wire: HttpWire, tmp_path: Path) -> None:
    # Botocore asks again for those that expire within minutes: here before every call.
    expires = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    facts = {"Version": 1, "Expiration": expires, "SessionToken": "token"}
    answers = [
        json.dumps({**facts, "AccessKeyId": name, "SecretAccessKey": secret})
        for name, secret in SECRETS.items()
    ]
    script = tmp_path / "credentials.py"
    script.write_text(
        f"from pathlib import Path\nasked = Path({str(tmp_path / 'asked')!r})\n"
        f"print({answers!r}[asked.exists()])\nasked.touch()\n"
    )
    command = shlex.join([sys.executable, str(script)])
    (tmp_path / "config").write_text(f"[default]\ncredential_process = {command}\n")
    async with opened(at(wire)) as store:
        await read(store)
        await read(store)
    assert "Credential=second/" in wire.headers[-1]["authorization"]
    assert all("token" in one["x-amz-security-token"] for one in wire.headers)


# The way there


async def test_a_proxy_of_the_environment_is_used(
    wire: HttpWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", wire.endpoint)
    address = replace(at(wire, "first"), endpoint_url="http://dynamodb.example.com")
    async with opened(address) as store:
        await read(store)
    assert wire.headers[0]["host"] == "dynamodb.example.com"


async def test_a_host_that_the_environment_excepts_is_reached_past_its_proxy(
    wire: HttpWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    async with opened(at(wire, "first")) as store:
        await read(store)


@dataclass
class Proxy(Wire):
    """A proxy that leads to one server, whatever is asked, where it does not refuse."""

    answer: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n"
    asked: list[bytes] = field(default_factory=list)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(self.answer)
        await super()._serve(reader, writer)


@asynccontextmanager
async def proxy_to(wire: HttpWire, tls: ssl.SSLContext | None = None) -> AsyncIterator[Proxy]:
    proxy = Proxy(("127.0.0.1", wire.port), tls=tls)
    await proxy.listen()
    try:
        yield proxy
    finally:
        await proxy.refuse()


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_an_endpoint_over_tls_is_reached_through_what_a_proxy_passes_on(
    engines: Addresses, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scheme: str
) -> None:
    tls = certificate_in(tmp_path / "authority.pem")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    async with (
        http_wire_to(engines.dynamodb, tls) as wire,
        proxy_to(wire, tls if scheme == "https" else None) as proxy,
    ):
        monkeypatch.setenv("https_proxy", f"{scheme}://some:one@127.0.0.1:{proxy.port}")
        async with opened(local(wire.endpoint)) as store:
            await read(store)
            assert proxy.asked == [
                f"CONNECT 127.0.0.1:{wire.port} HTTP/1.1\r\nhost: 127.0.0.1:{wire.port}\r\n"
                "proxy-authorization: Basic c29tZTpvbmU=\r\n\r\n".encode()
            ]
            proxy.answer = b"HTTP/1.1 407 Who?\r\nContent-Length: 2\r\n\r\nNo"
            await proxy.drop()
            with pytest.raises(SourceUnavailable, match="cannot be reached"):
                await read(store)


async def test_a_certificate_is_looked_at_behind_a_proxy_too(
    engines: Addresses,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    unknown = certificate_in(tmp_path / "unknown.pem")
    async with http_wire_to(engines.dynamodb, unknown) as wire, proxy_to(wire) as proxy:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        async with opened(local(wire.endpoint)) as store:
            with pytest.raises(SourceUnavailable, match="cannot be reached"):
                await read(store)
    assert not caplog.records


@pytest.mark.parametrize("setting", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", None])
async def test_certificates_are_those_of_botocore_s_authorities(
    engines: Addresses, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str | None
) -> None:
    authority = tmp_path / "authority.pem"
    async with http_wire_to(engines.dynamodb, certificate_in(authority)) as wire:
        if setting is not None:
            monkeypatch.setenv(setting, str(authority))
        async with opened(local(wire.endpoint)) as store:
            if setting is not None:
                await read(store)
            else:
                with pytest.raises(SourceUnavailable, match="cannot be reached"):
                    await read(store)


def certificate_in(file: Path) -> ssl.SSLContext:
    """A server's context with a certificate that signs itself, which the file holds."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "wire")])
    host = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(host, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(certificate.public_bytes(pem) + key.private_bytes(pem, *plain))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context
