"""A client whose requests botocore checks against DynamoDB's own description of them."""

from __future__ import annotations

from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from loaders.stores.dynamo_client import DynamoClient, Operation

_DYNAMODB = ServiceModel(Loader().load_service_model("dynamodb", "service-2"))


class CheckedClient(DynamoClient):
    """Fails for a request that botocore would not send."""

    async def read(
        self, operation: Operation, body: dict[str, Any], deadline: float
    ) -> dict[str, Any]:
        shape = _DYNAMODB.operation_model(operation).input_shape
        faults = ParamValidator().validate(body, shape)
        assert not faults.has_errors(), faults.generate_report()
        return await super().read(operation, body, deadline)
