"""Questions to DynamoDB, and commands for those who mend it."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from loaders.stores.dynamo_client import DynamoAddress, is_busy, pause

_ATTEMPTS = 6


@dataclass(frozen=True)
class Aws:
    """A DynamoDB endpoint."""

    client: Any
    address: DynamoAddress

    async def ask(self, method: str, **body: Any) -> dict[str, Any]:
        """The answer to one call; AWS allows few questions about tables in a second."""
        for attempt in range(1, _ATTEMPTS):
            try:
                return await self._call(method, body)
            except ClientError as error:
                if not is_busy(error):
                    raise
                await pause(attempt)
        return await self._call(method, body)

    async def _call(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = await getattr(self.client, method)(**body)
        return answer

    def command(self, operation: str, **body: Any) -> str:
        """The same as a command of AWS's own command line."""
        where = ["--region", self.address.region]
        if self.address.endpoint_url:
            where += ["--endpoint-url", self.address.endpoint_url]
        given = json.dumps(body, ensure_ascii=False)
        return shlex.join(["aws", "dynamodb", operation, *where, "--cli-input-json", given])
