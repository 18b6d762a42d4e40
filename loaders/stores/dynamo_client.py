"""Reads of DynamoDB: signed, sent and repeated here; botocore finds endpoint and credentials."""

from __future__ import annotations

import asyncio
import os
import random
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, Self
from zlib import crc32

import aioboto3
import orjson
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession, get_session
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from botocore.httpsession import ProxyConfiguration, get_cert_path
from botocore.loaders import Loader, create_loader
from botocore.utils import get_environ_proxies

from loaders.errors import DeadlineExceeded, GatewayError, Internal, SourceUnavailable
from loaders.stores.connections import Use
from loaders.stores.http_client import CONNECT_SECONDS, KEPT_SECONDS, READ_SECONDS, HttpClient
from loaders.stores.signing import Signer

Operation = Literal["BatchGetItem", "Query"]
"""The reads there are."""

_BUSY = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "LimitExceededException",
        "InternalServerError",
        "ServiceUnavailable",
    }
)
_REFUSED_CREDENTIALS = ("AccessDeniedException", "UnrecognizedClientException")
_NO_INDEX = "does not have the specified index"
"""DynamoDB has no code for it: any other fault of a call is a ValidationException too."""
_OTHER_KEY = (
    "The provided key element does not match the schema",
    "Query condition missed key schema element",
    "Condition parameter type does not match schema type",
)
"""What it says where a table or an index was made with another key than is declared."""

_USER_AGENT = "quintet/1"
_ATTEMPTS_TO_REACH = 3
_FIRST_PAUSE = 0.025
_LONGEST_PAUSE = 1.0


@dataclass(frozen=True)
class DynamoAddress:
    """Where a product's DynamoDB is. Without credentials, AWS's own chain finds them."""

    region: str
    endpoint_url: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    connections: int = 50


class DynamoClient:
    """Reads of one endpoint over connections that are kept.

    botocore's own way there and back takes most of a read's time, and its pauses before another
    attempt know no deadline.
    """

    def __init__(
        self,
        product: str,
        endpoint: str,
        region: str,
        credentials: Any,
        http: HttpClient,
    ) -> None:
        self.product = product
        self._signer = Signer(endpoint, region)
        self._credentials = credentials
        self._http = http

    @classmethod
    async def open(cls, product: str, address: DynamoAddress) -> Self:
        """A client that has asked nothing yet."""
        session = _session()
        async with _client(session, address) as client:
            endpoint, region = client.meta.endpoint_url, client.meta.region_name
        credentials = await session.get_credentials()
        http = _http(endpoint, address.connections, session.get_config_variable("ca_bundle"))
        return cls(product, endpoint, region, credentials, http)

    @property
    def use(self) -> Use:
        """How many reads are under way, and the connections for more."""
        return self._http.use

    async def close(self) -> None:
        await self._http.close()

    async def read(
        self, operation: Operation, body: dict[str, Any], deadline: float
    ) -> dict[str, Any]:
        """The parsed JSON of one read.

        Throttled calls are repeated until the deadline, in the event loop's time.
        """
        encoded = orjson.dumps(body)
        async with until(deadline, self.product):
            try:
                return await self._repeated(operation, encoded)
            except ClientError as error:
                raise self._refusal(error) from error
            except (BotoCoreError, OSError) as error:
                raise self._unavailable("DynamoDB cannot be reached") from error

    async def _repeated(self, operation: Operation, body: bytes) -> dict[str, Any]:
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._call(operation, body)
            except ClientError as error:
                if not is_busy(error):
                    raise
            except OSError:
                if attempt >= _ATTEMPTS_TO_REACH:
                    raise
            await pause(attempt)

    async def _call(self, operation: Operation, body: bytes) -> dict[str, Any]:
        if self._credentials is None:
            raise NoCredentialsError
        credentials = await self._credentials.get_frozen_credentials()  # anew where they expire
        headers = self._signer.headers(operation, body, credentials, int(time.time()))
        status, said, answer = await self._http.post(headers, body)
        checksum = said.get(b"x-amz-crc32")
        if checksum is not None and int(checksum) != crc32(answer):
            raise ConnectionError("the answer does not match its checksum")
        if status >= 300:
            raise _client_error(operation, status, answer)
        parsed: dict[str, Any] = orjson.loads(answer)
        return parsed

    def _refusal(self, error: ClientError) -> GatewayError:
        code, message = error_code(error), error.response["Error"]["Message"]
        if code == "ResourceNotFoundException" or _NO_INDEX in message:
            return self._unavailable("a table or an index is missing; `gateway create` makes it")
        if any(said in message for said in _OTHER_KEY):
            return self._unavailable(
                "a table is not as declared; `gateway doctor` tells what mends it"
            )
        if code in _REFUSED_CREDENTIALS:
            return self._unavailable("DynamoDB refused the gateway's credentials")
        return Internal(f"{self.product}: DynamoDB refused a call", product=self.product)

    def _unavailable(self, what: str) -> SourceUnavailable:
        return SourceUnavailable(f"{self.product}: {what}", product=self.product)


def _client_error(operation: Operation, status: int, answer: bytes) -> ClientError:
    """What botocore makes of an answer that is an error."""
    try:
        said = orjson.loads(answer)
    except orjson.JSONDecodeError:
        said = None  # not DynamoDB's own answer
    if not isinstance(said, dict):
        said = {}
    # Such as com.amazonaws.dynamodb.v20120810#ResourceNotFoundException
    code = str(said.get("__type") or status).rpartition("#")[2].partition(":")[0]
    error = {"Code": code, "Message": str(said.get("message") or said.get("Message") or "")}
    return ClientError({"Error": error, "ResponseMetadata": {"HTTPStatusCode": status}}, operation)


def error_code(error: ClientError) -> str:
    """The name of what a call was refused for."""
    code: str = error.response["Error"].get("Code", "")
    return code


def is_busy(error: ClientError) -> bool:
    """Whether the same call may be answered later."""
    return error_code(error) in _BUSY or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500


@asynccontextmanager
async def until(deadline: float, product: str) -> AsyncIterator[None]:
    """Raise DeadlineExceeded where this takes longer, in the event loop's time."""
    try:
        async with asyncio.timeout_at(deadline):
            yield
    except TimeoutError:
        raise DeadlineExceeded(
            f"{product}: DynamoDB did not answer in time", product=product
        ) from None


async def pause(attempt: int) -> None:
    """Wait before another attempt: longer each time, and never in step with others."""
    longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt)
    await asyncio.sleep(random.uniform(longest / 2, longest))


def _session() -> AioSession:
    """A session of its own, with the descriptions of services that all share: reading them costs
    more than all else."""
    session = get_session()
    session.register_component("data_loader", _descriptions())
    return session


@cache
def _descriptions() -> Loader:
    return create_loader(get_session().get_config_variable("data_path"))


@cache
def _tls(authorities: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authorities)


def _http(endpoint: str, connections: int, ca_bundle: str | None) -> HttpClient:
    """A client as botocore would open it: with its authorities and its way past a proxy."""
    authorities = get_cert_path(ca_bundle or os.environ.get("REQUESTS_CA_BUNDLE") or True)
    return HttpClient(
        endpoint,
        _USER_AGENT,
        connections=connections,
        tls=_tls(authorities),
        proxy=ProxyConfiguration(get_environ_proxies(endpoint)).proxy_url_for(endpoint),
    )


@asynccontextmanager
async def open_client(address: DynamoAddress, **options: Any) -> AsyncIterator[Any]:
    """aioboto3's client for an address, for all that is not a read of the gateway's."""
    async with _client(_session(), address, **options) as client:
        yield client


def _client(found_by: AioSession, address: DynamoAddress, **options: Any) -> Any:
    """aioboto3's client, with the session that finds its settings. Making one costs 50 ms."""
    session = aioboto3.Session(
        aws_access_key_id=address.access_key,
        aws_secret_access_key=address.secret_key,
        region_name=address.region,
        botocore_session=found_by,
    )
    config = AioConfig(
        retries={"total_max_attempts": 1},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        max_pool_connections=address.connections,
        connector_args={"keepalive_timeout": KEPT_SECONDS},
        user_agent=_USER_AGENT,
        **options,
    )
    return session.client("dynamodb", endpoint_url=address.endpoint_url, config=config)
