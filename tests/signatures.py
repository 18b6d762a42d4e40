"""How botocore signs a request: what AWS accepts."""

from __future__ import annotations

from collections.abc import Mapping

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials


def authorization(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    credentials: ReadOnlyCredentials,
    region: str = "us-east-1",
) -> str:
    """The header that signs a request with these headers."""
    request = AWSRequest("POST", url, headers=dict(headers), data=body)
    request.context["timestamp"] = headers["x-amz-date"]
    signer = SigV4Auth(credentials, "dynamodb", region)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    names = signer.signed_headers(signer.headers_to_sign(request))
    return (
        f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, SignedHeaders={names}, "
        f"Signature={signer.signature(text, request)}"
    )


def is_signed(headers: Mapping[str, str], body: bytes, keys: Mapping[str, str]) -> bool:
    """Whether one of these secret keys, by their access keys, has signed a request."""
    said = headers.get("authorization", "")
    access_key = said.partition("Credential=")[2].partition("/")[0]
    names = said.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    needed = {"host", *(name for name in headers if name.startswith("x-amz-"))}
    if access_key not in keys or not needed <= set(names):
        return False
    signed = {name: headers[name] for name in names}
    credentials = ReadOnlyCredentials(access_key, keys[access_key], None)
    return said == authorization(f"http://{headers['host']}/", signed, body, credentials)
