"""Signatures: AWS's published one, and botocore's of any request."""

import random
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from botocore.credentials import ReadOnlyCredentials

from loaders.stores.signing import Signer, sign, text_to_sign
from tests.signatures import authorization

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
LEAP_DAY = int(datetime(2024, 2, 29, tzinfo=UTC).timestamp())


def test_aws_s_own_example_is_signed_as_published() -> None:
    request = (
        "GET\n/\nAction=ListUsers&Version=2010-05-08\n"
        "content-type:application/x-www-form-urlencoded; charset=utf-8\n"
        "host:iam.amazonaws.com\nx-amz-date:20150830T123600Z\n\n"
        "content-type;host;x-amz-date\n"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    text = text_to_sign("20150830T123600Z", "20150830/us-east-1/iam/aws4_request", SECRET)
    signature = sign(text, sha256(request.encode()))
    assert signature == "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"


@pytest.mark.parametrize("token", [None, "", "a/session+token=="])
@pytest.mark.parametrize(
    "endpoint",
    [
        "https://dynamodb.eu-west-2.amazonaws.com",
        "https://dynamodb.eu-west-2.amazonaws.com/",
        "http://127.0.0.1:8000",
        "http://[::1]:8000",
        "https://proxy.example.com/to//a b/../dynamodb%20/",
    ],
)
def test_any_request_is_signed_as_botocore_signs_it(endpoint: str, token: str | None) -> None:
    chance = random.Random(f"{endpoint} {token}")
    for number in range(100):
        region = chance.choice(["eu-west-2", "us-gov-west-1"])
        credentials = ReadOnlyCredentials(f"AKID{number % 7}", f"{SECRET}{number % 3}", token)
        body = "".join(chance.choices('{"a": ü🎬}', k=chance.randrange(300))).encode()
        now = LEAP_DAY + chance.randrange(-100, 100)
        operation = chance.choice(["Query", "BatchGetItem"])
        lines = Signer(endpoint, region).headers(operation, body, credentials, now)
        headers = dict(line.split(": ", 1) for line in lines.splitlines())
        said = headers.pop("authorization")
        assert said == authorization(endpoint, headers, body, credentials, region)
        assert headers["x-amz-date"] == f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}"
        assert headers["x-amz-target"] == f"DynamoDB_20120810.{operation}"
        assert headers.get("x-amz-security-token", "") == (token or "")
