"""GATEWAY_ISSUERS: what it takes, and what it says of what is wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.authentication.issuers import ROLES
from gateway.settings import SettingsError, read_serve_settings
from loaders.accounts import IDENTITIES
from tests.signing import Signer, jwk_of

PAGE = (Path(__file__).parents[3] / "docs" / "authentication.md").read_text()
EXAMPLES = [orjson.loads(text) for text in re.findall(r"^```json\n(.*?)^```", PAGE, re.M | re.S)]
SIGNER = Signer()
LEAST = {"issuer": "us", "audience": ["me"], "jwks": "https://issuer.example.com/keys"}


@pytest.fixture
def read(environment: pytest.MonkeyPatch) -> Any:
    """Reads issuers from the environment."""
    needed = {"GATEWAY_ID_KEY": "k" * 32}
    needed |= {f"{name}_DATABASE_URL": "postgresql://127.0.0.1/a" for name in ("FAMILY", "STUDIO")}
    for name, value in needed.items():
        environment.setenv(name, value)

    def issuers(given: Any) -> Any:
        text = given if isinstance(given, str) else orjson.dumps(given).decode()
        environment.setenv("GATEWAY_ISSUERS", text)
        return read_serve_settings().gateway_issuers

    return issuers


def test_there_are_two_examples() -> None:
    assert [len(issuers) for issuers in EXAMPLES] == [1, 2]


@pytest.mark.parametrize("example", EXAMPLES, ids=["cognito", "firebase"])
def test_the_pages_examples_are_taken(read: Any, example: list[dict[str, Any]]) -> None:
    for issuer, given in zip(read(example), example, strict=True):
        told = issuer.model_dump(exclude_unset=True)
        assert {name: told[name] for name in given if name != "claims"} == {
            name: value for name, value in given.items() if name != "claims"
        }


def test_what_is_left_out_has_its_usual_value(read: Any) -> None:
    (issuer,) = read([LEAST])
    assert issuer.algorithms == ["RS256"]
    assert issuer.claims.model_dump() == {
        "subject": "sub",
        "email": "email",
        "email_verified": "email_verified",
        "roles": "roles",
    }
    assert (issuer.product, issuer.roles, issuer.cognito) == (None, {}, False)
    assert read("[]") == []


def test_cognito_has_a_word_of_its_own_for_roles(read: Any) -> None:
    (issuer,) = read([LEAST | {"cognito": True, "claims": {"email": "mail"}}])
    assert (issuer.claims.roles, issuer.claims.email) == ("cognito:groups", "mail")
    (issuer,) = read([LEAST | {"cognito": True, "claims": {"roles": "custom:roles"}}])
    assert issuer.claims.roles == "custom:roles"


def test_keys_may_be_a_file_or_stand_there(read: Any, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text("{}")
    for jwks in (str(file), "http://127.0.0.1:8080/keys", {"keys": [SIGNER.jwk]}):
        (issuer,) = read([LEAST | {"jwks": jwks, "algorithms": ["EdDSA"]}])
        assert issuer.jwks == jwks
        assert str(jwks) not in repr(issuer)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "GATEWAY_ISSUERS: Field required"),
        ("issuer", "GATEWAY_ISSUERS: Invalid JSON: "),
        ("{}", "GATEWAY_ISSUERS: Input should be a valid list"),
        (["us"], "GATEWAY_ISSUERS.0: Input should be a valid dictionary"),
        ([LEAST, {}], "GATEWAY_ISSUERS.1.issuer: Field required"),
        ([{**LEAST, "issuer": ""}], "GATEWAY_ISSUERS.0.issuer: String should have at least 1"),
        ([LEAST, LEAST], "GATEWAY_ISSUERS: Value error, us is named more than once"),
        ([LEAST | {"audience": []}], "GATEWAY_ISSUERS.0.audience: List should have at least 1"),
        ([LEAST | {"audience": "me"}], "GATEWAY_ISSUERS.0.audience: Input should be a valid list"),
        ([LEAST | {"product": "tv"}], "GATEWAY_ISSUERS.0.product: Value error, the products are "),
        ([LEAST | {"algorithms": ["HS256"]}], "GATEWAY_ISSUERS.0.algorithms.0: Input should be "),
        ([LEAST | {"algorithms": ["none"]}], "GATEWAY_ISSUERS.0.algorithms.0: Input should be "),
        ([LEAST | {"roles": {"a": "root"}}], "GATEWAY_ISSUERS.0.roles.a: Value error, the roles "),
        ([LEAST | {"claims": {"mail": "a"}}], "GATEWAY_ISSUERS.0.claims.mail: Extra inputs are "),
        ([LEAST | {"cognito": True, "claims": 1}], "GATEWAY_ISSUERS.0.claims: Input should be "),
        ([LEAST | {"url": "a"}], "GATEWAY_ISSUERS.0.url: Extra inputs are not permitted"),
        (
            [LEAST | {"jwks": "http://issuer.example.com/keys"}],
            "GATEWAY_ISSUERS.0.jwks: Value error, keys off this machine are read by https alone",
        ),
        (
            [LEAST | {"jwks": "http://127.0.0.1.example.com/keys"}],
            "GATEWAY_ISSUERS.0.jwks: Value error, keys off this machine are read by https alone",
        ),
        (
            [LEAST | {"jwks": "absent.json"}],
            "GATEWAY_ISSUERS.0.jwks: Value error, neither a URL nor a file that is there",
        ),
        (
            [LEAST | {"jwks": {"keys": [SIGNER.jwk]}}],
            "GATEWAY_ISSUERS.0: Value error, jwks has no public key for RS256",
        ),
        (
            [LEAST | {"jwks": {"keys": [jwk_of("EdDSA", SIGNER.key)]}, "algorithms": ["EdDSA"]}],
            "GATEWAY_ISSUERS.0: Value error, jwks has no public key for EdDSA",
        ),
    ],
    ids=range(21),
)
def test_what_is_wrong_is_named(read: Any, given: Any, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(given)
    assert any(line.startswith(said) for line in str(caught.value).splitlines())


def test_every_product_has_a_role_for_its_services() -> None:
    assert {*ROLES} == {"support", "admin", *(f"service:{product}" for product in IDENTITIES)}
