"""One call to DynamoDB: signed and sent by aioboto3, retried here, its body left to orjson."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aioboto3
import orjson
from aiobotocore.config import AioConfig
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    HTTPClientError,
    ReadTimeoutError,
)
from botocore.exceptions import ConnectionError as BotoConnectionError

from loaders.errors import DeadlineExceeded, GatewayError, Internal, SourceUnavailable

_METHODS = {"BatchGetItem": "batch_get_item", "Query": "query"}
"""The reads there are, and botocore's names for them."""
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
_UNREACHABLE = (
    BotoConnectionError,
    ConnectionClosedError,
    ConnectTimeoutError,
    HTTPClientError,
    ReadTimeoutError,
)
_NO_INDEX = "does not have the specified index"
"""DynamoDB has no code for it: any other fault of a call is a ValidationException too."""

_ATTEMPTS_TO_REACH = 3
_FIRST_PAUSE = 0.025
_LONGEST_PAUSE = 1.0


@dataclass(frozen=True)
class DynamoAddress:
    """Where a product's DynamoDB is. Without credentials, AWS's own chain finds them."""

    region: str
    endpoint_url: str | None = None
    access_key: str | None = None
    secret_key: str | None = None
    connections: int = 50


class DynamoClient:
    """Calls of one DynamoDB endpoint, without botocore's retries: its pauses know no deadline."""

    def __init__(self, client: Any, product: str) -> None:
        self._client = client
        self._product = product
        for operation in _METHODS:
            client.meta.events.register(f"before-parse.dynamodb.{operation}", _keep_raw_body)

    async def read(self, operation: str, body: dict[str, Any], deadline: float) -> dict[str, Any]:
        """The parsed JSON of one read.

        Throttled calls are repeated until the deadline, in the event loop's time.
        """
        method = getattr(self._client, _METHODS[operation])
        attempt = 0
        try:
            async with until(deadline, self._product):
                while True:
                    attempt += 1
                    try:
                        answer = await method(**body)
                        parsed: dict[str, Any] = orjson.loads(answer["raw"])
                        return parsed
                    except ClientError as error:
                        if not is_busy(error):
                            raise self._refusal(error) from error
                    except _UNREACHABLE:
                        if attempt >= _ATTEMPTS_TO_REACH:
                            raise
                    await pause(attempt)
        except BotoCoreError as error:
            raise SourceUnavailable(
                f"{self._product}: DynamoDB cannot be reached", product=self._product
            ) from error

    def _refusal(self, error: ClientError) -> GatewayError:
        code, message = error_code(error), error.response["Error"].get("Message", "")
        if code == "ResourceNotFoundException" or _NO_INDEX in message:
            return SourceUnavailable(
                f"{self._product}: a table or an index is missing; `gateway create` makes it",
                product=self._product,
            )
        if code in ("AccessDeniedException", "UnrecognizedClientException"):
            return SourceUnavailable(
                f"{self._product}: DynamoDB refused the gateway's credentials",
                product=self._product,
            )
        return Internal(f"{self._product}: DynamoDB refused a call", product=self._product)


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


def _keep_raw_body(
    response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any
) -> None:
    """Spare botocore's walk over the response's shapes, the larger part of a call's cost."""
    if response_dict["status_code"] < 300:
        customized_response_dict["raw"], response_dict["body"] = response_dict["body"], b"{}"


@asynccontextmanager
async def open_client(address: DynamoAddress, **options: Any) -> AsyncIterator[Any]:
    """aioboto3's client for an address; making one costs 50 ms, so a process makes one."""
    config = AioConfig(
        retries={"total_max_attempts": 1},
        connect_timeout=2,
        read_timeout=30,
        max_pool_connections=address.connections,
        connector_args={"keepalive_timeout": 50},
        user_agent="quintet/1",
        **options,
    )
    session = aioboto3.Session(
        aws_access_key_id=address.access_key,
        aws_secret_access_key=address.secret_key,
        region_name=address.region,
    )
    async with session.client(
        "dynamodb", endpoint_url=address.endpoint_url, config=config
    ) as client:
        yield client
