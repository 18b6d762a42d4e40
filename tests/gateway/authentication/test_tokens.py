"""Tokens, signed by keys made here: who they speak of, and why they are refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any, NamedTuple

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.authentication.tokens import LEEWAY, LONGEST, BadToken, Reason, Verified, Verifier
from loaders.viewer import Subject, Viewer
from tests.signing import (
    AUDIENCE,
    EMAIL,
    NAME,
    SUBJECT,
    Signer,
    claims_with,
    jwk_of,
    seconds,
)

SIGNERS = {algorithm: Signer(algorithm) for algorithm in ("RS256", "ES256", "EdDSA")}
SIGNER = SIGNERS["EdDSA"]
SLACK = 20
"""Seconds from either end of the leeway, so that a slow machine does not matter."""


async def verified(token: str, **facts: Any) -> Verified:
    """Who a token speaks of to a gateway that takes the tokens of SIGNER."""
    return await Verifier([SIGNER.issuer(**facts)]).verify(token)


async def viewer(token: str, **facts: Any) -> Viewer:
    return (await verified(token, **facts)).viewer


async def refused(token: str, **facts: Any) -> Reason:
    with pytest.raises(BadToken) as caught:
        await verified(token, **facts)
    assert str(caught.value) == caught.value.reason.value
    return caught.value.reason


def encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(part)).rstrip(b"=").decode()


def unsigned(header: Any, claims: Any, signature: str = "") -> str:
    return f"{encoded(header)}.{encoded(claims)}.{signature}"


@pytest.mark.parametrize("signer", SIGNERS.values(), ids=SIGNERS.keys())
async def test_a_token_speaks_of_a_viewer(signer: Signer) -> None:
    expires = seconds(300)
    found = await Verifier([signer.issuer(product="stream")]).verify(signer.token(exp=expires))
    assert found.viewer == Viewer(EMAIL, frozenset(), Subject("stream", SUBJECT))
    assert found.until == expires + LEEWAY


@pytest.mark.parametrize("signer", SIGNERS.values(), ids=SIGNERS.keys())
async def test_another_key_of_the_same_id_signs_in_vain(signer: Signer) -> None:
    another = Signer(signer.algorithm)
    with pytest.raises(BadToken) as caught:
        await Verifier([signer.issuer()]).verify(another.token())
    assert caught.value.reason is Reason.SIGNATURE
    assert caught.value.issuer == NAME


async def test_several_issuers_are_told_apart() -> None:
    issuers = [
        signer.issuer(issuer=f"{NAME}/{name}", product=product, audience=[name])
        for (name, signer), product in zip(SIGNERS.items(), ("stream", "family", None), strict=True)
    ]
    verifier = Verifier(issuers)
    for (name, signer), issuer in zip(SIGNERS.items(), issuers, strict=True):
        found = await verifier.verify(signer.token(iss=issuer.issuer, aud=name))
        assert found.viewer.subject == Subject(issuer.product, SUBJECT)
    with pytest.raises(BadToken) as caught:  # the name of one, the signature of another
        await verifier.verify(SIGNERS["ES256"].token(iss=issuers[0].issuer, aud="RS256"))
    assert caught.value.reason is Reason.ALGORITHM


@pytest.mark.parametrize("signer", SIGNERS.values(), ids=SIGNERS.keys())
async def test_a_public_key_is_no_secret_to_sign_by(signer: Signer) -> None:
    """The algorithm is not the token's to choose."""
    public = signer.key.public_key()
    forms = [public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)]
    forms += [public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)]
    forms += [orjson.dumps(signer.jwk), b""]
    for algorithm in ("HS256", "hs256"):
        text = unsigned({"alg": algorithm, "kid": signer.id}, claims_with()).rstrip(".")
        for form in forms:
            signature = hmac.digest(form, text.encode(), hashlib.sha256)
            token = f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
            with pytest.raises(BadToken) as caught:
                await Verifier([signer.issuer()]).verify(token)
            assert caught.value.reason is Reason.ALGORITHM


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", None, 1, ["EdDSA"], "ES384"])
async def test_another_algorithm_is_refused(algorithm: Any) -> None:
    _, _, signature = SIGNER.token().split(".")
    for signed in ("", signature):
        header = {"alg": algorithm, "kid": SIGNER.id}
        assert await refused(unsigned(header, claims_with(), signed)) is Reason.ALGORITHM


async def test_a_token_without_an_algorithm_is_refused() -> None:
    assert await refused(unsigned({"kid": SIGNER.id}, claims_with())) is Reason.ALGORITHM


async def test_an_algorithm_that_the_settings_leave_out_is_refused() -> None:
    both = {"keys": [SIGNER.jwk, SIGNERS["ES256"].jwk | {"kid": "another"}]}
    assert await viewer(SIGNER.token(), jwks=both, algorithms=["EdDSA"])
    token = SIGNERS["ES256"].signed(claims_with(), {"kid": "another"})
    assert await refused(token, jwks=both, algorithms=["EdDSA"]) is Reason.KEY
    assert await viewer(token, jwks=both, algorithms=["EdDSA", "ES256"])


@pytest.mark.parametrize("member", ["jku", "jwk", "x5u", "x5c"])
async def test_a_token_does_not_bring_its_own_key(member: str) -> None:
    another = Signer()
    brought = {
        "jku": "http://127.0.0.1:1/keys",
        "jwk": another.jwk,
        "x5u": "http://127.0.0.1:1/certificate",
        "x5c": ["AAAA"],
    }
    headers = {"kid": SIGNER.id, member: brought[member]}
    assert await refused(another.signed(claims_with(), headers)) is Reason.SIGNATURE
    assert await viewer(SIGNER.signed(claims_with(), headers))


@pytest.mark.parametrize("crit", [["exp"], ["unheard-of"], [], "b64", None])
async def test_what_has_to_be_understood_and_is_not_is_refused(crit: Any) -> None:
    token = SIGNER.signed(claims_with(), {"kid": SIGNER.id, "crit": crit, "unheard-of": 1})
    assert await refused(token) is Reason.MALFORMED


class After(NamedTuple):
    """A moment that is so many seconds from when the token is made."""

    seconds: int


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": None}, Reason.CLAIM),
        ({"exp": After(-300)}, Reason.EXPIRED),
        ({"exp": 0}, Reason.EXPIRED),
        ({"exp": -1}, Reason.EXPIRED),
        ({"exp": "soon"}, Reason.MALFORMED),
        ({"exp": []}, Reason.MALFORMED),
        ({"nbf": After(300)}, Reason.EARLY),
        ({"nbf": "soon"}, Reason.MALFORMED),
        ({"iat": After(300)}, Reason.EARLY),
        ({"iat": "then"}, Reason.MALFORMED),
        ({"aud": None}, Reason.AUDIENCE),
        ({"aud": "another"}, Reason.AUDIENCE),
        ({"aud": AUDIENCE.upper()}, Reason.AUDIENCE),
        ({"aud": f"{AUDIENCE} "}, Reason.AUDIENCE),
        ({"aud": []}, Reason.AUDIENCE),
        ({"aud": ["another"]}, Reason.AUDIENCE),
        ({"aud": [[AUDIENCE]]}, Reason.AUDIENCE),
        ({"aud": {AUDIENCE: 1}}, Reason.AUDIENCE),
        ({"aud": None, "client_id": AUDIENCE}, Reason.AUDIENCE),
        ({"aud": None, "client_id": AUDIENCE, "token_use": "access"}, Reason.AUDIENCE),
        ({"iss": None}, Reason.ISSUER),
        ({"iss": "another"}, Reason.ISSUER),
        ({"iss": f"{NAME}/"}, Reason.ISSUER),
        ({"iss": NAME.upper()}, Reason.ISSUER),
        ({"sub": None}, Reason.CLAIM),
        ({"sub": ""}, Reason.CLAIM),
        ({"sub": "s" * 256}, Reason.MALFORMED),
        ({"sub": "a\0b"}, Reason.MALFORMED),
        ({"sub": "\ud800"}, Reason.MALFORMED),
        ({"jti": "any"}, None),
        ({"sub": "s" * 255}, None),
        ({"aud": ["another", AUDIENCE]}, None),
        ({"exp": After(SLACK - LEEWAY)}, None),
        ({"exp": After(-SLACK - LEEWAY)}, Reason.EXPIRED),
        ({"nbf": After(LEEWAY - SLACK)}, None),
        ({"nbf": After(LEEWAY + SLACK + 300)}, Reason.EARLY),
    ],
)
async def test_what_is_asked_of_claims(claims: dict[str, Any], reason: Reason | None) -> None:
    now = {
        name: seconds(value.seconds) if isinstance(value, After) else value
        for name, value in claims.items()
    }
    token = SIGNER.token(**now)
    if reason is None:
        assert await viewer(token)
    else:
        assert await refused(token) is reason


@pytest.mark.parametrize("issuer", [[NAME], {}, {NAME: 1}, 1, None])
async def test_an_issuer_is_a_text(issuer: Any) -> None:
    assert await refused(unsigned({"alg": "EdDSA"}, {"iss": issuer})) is Reason.ISSUER


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "nonsense",
        SIGNER.token() + ".more",
        SIGNER.token().replace(".", ".!", 1),
        SIGNER.token() + "=",
        SIGNER.token()[:-1],
        f"{SIGNER.token()} {SIGNER.token()}",
        f"{SIGNER.token()}, Bearer {SIGNER.token()}",
        SIGNER.token() + "\xe9",
        unsigned([], claims_with()),
        unsigned("text", claims_with()),
        unsigned({"alg": "EdDSA", "kid": 1}, claims_with()),
        unsigned({"alg": "EdDSA", "kid": ["a"]}, claims_with()),
        unsigned({"alg": "EdDSA"}, []),
        unsigned({"alg": "EdDSA"}, None),
        f"{encoded({'alg': 'EdDSA'})}.{base64.urlsafe_b64encode(b'[' * 5_000).decode()}.",
        f"{base64.urlsafe_b64encode(b'[' * 5_000).decode()}.{encoded({})}.",
        SIGNER.signed(claims_with(), {"kid": SIGNER.id, "b64": False}),
    ],
    ids=lambda token: "token",
)
async def test_what_is_no_token_is_malformed(token: str) -> None:
    assert await refused(token) is Reason.MALFORMED


async def test_a_changed_part_makes_the_signature_wrong() -> None:
    header, claims, signature = SIGNER.token().split(".")
    more = encoded(claims_with(roles=["admin"]))
    assert await refused(f"{header}.{more}.{signature}") is Reason.SIGNATURE
    shown = encoded({"alg": "EdDSA", "kid": SIGNER.id, "typ": "more"})
    assert await refused(f"{shown}.{claims}.{signature}") is Reason.SIGNATURE
    assert await refused(f"{header}.{claims}.") is Reason.SIGNATURE


async def test_a_token_has_a_longest() -> None:
    fitting = SIGNER.token(pad="")
    padding = (LONGEST - len(fitting)) * 3 // 4 - 3
    assert await viewer(SIGNER.token(pad="p" * padding))
    assert await refused(SIGNER.token(pad="p" * (padding + 8))) is Reason.TOO_LONG


async def test_a_token_without_a_key_id_is_signed_by_a_key_without_one() -> None:
    token = SIGNER.signed(claims_with(), {})
    assert await refused(token) is Reason.KEY
    nameless = {name: value for name, value in SIGNER.jwk.items() if name != "kid"}
    assert await viewer(token, jwks={"keys": [nameless]})


@pytest.mark.parametrize(
    "jwk",
    [
        jwk_of("RS256", rsa.generate_private_key(65_537, 1_024).public_key(), kid="the key"),
        jwk_of("EdDSA", SIGNER.key, kid="the key"),
        SIGNER.jwk | {"use": "enc"},
        SIGNER.jwk | {"alg": "ES256"},
        SIGNER.jwk | {"kty": "EC"},
        SIGNER.jwk | {"crv": "Ed448"},
        SIGNER.jwk | {"x": "AAAA"},
        SIGNER.jwk | {"x": 1},
        SIGNER.jwk | {"kid": 1},
        {name: value for name, value in SIGNER.jwk.items() if name != "x"},
        SIGNERS["ES256"].jwk | {"crv": "P-384"},
        SIGNERS["RS256"].jwk | {"crv": "P-256"},
        {"kty": "RSA", "kid": "the key"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "the key"},
        {"kty": ["OKP"], "crv": "Ed25519"},
        {},
        "text",
        None,
    ],
    ids=lambda jwk: "jwk",
)
async def test_a_key_of_the_wrong_kind_is_left_out(jwk: Any) -> None:
    other = Signer(id_="another")
    facts = {"jwks": {"keys": [jwk, other.jwk]}, "algorithms": ["RS256", "ES256", "EdDSA"]}
    assert await refused(SIGNER.token(), **facts) is Reason.KEY
    assert await viewer(other.token(), **facts)


COGNITO = {"cognito": True, "product": "stream", "roles": {"helpers": "support"}}


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"token_use": "id"}, EMAIL),
        ({"token_use": "access", "aud": None, "client_id": AUDIENCE, "email": None}, None),
        ({"token_use": "id", "cognito:username": "ada", "event_id": "e"}, EMAIL),
        ({"token_use": "access", "aud": None, "client_id": "another"}, Reason.AUDIENCE),
        ({"token_use": "access"}, Reason.AUDIENCE),
        ({"token_use": "access", "client_id": "another"}, Reason.AUDIENCE),
        ({"token_use": "id", "aud": None, "client_id": AUDIENCE}, Reason.AUDIENCE),
        ({"token_use": "refresh"}, Reason.CLAIM),
        ({"token_use": ["id"]}, Reason.CLAIM),
        ({}, Reason.CLAIM),
    ],
    ids=str,
)
async def test_cognitos_two_kinds_of_tokens(
    claims: dict[str, Any], expected: str | Reason | None
) -> None:
    token = SIGNER.token(**claims, **{"cognito:groups": ["helpers", "others"]})
    if isinstance(expected, Reason):
        assert await refused(token, **COGNITO) is expected
    else:
        whole = Viewer(expected, frozenset({"support"}), Subject("stream", SUBJECT))
        assert await viewer(token, **COGNITO) == whole


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({}, EMAIL),
        ({"email_verified": "true"}, EMAIL),
        ({"email": "Ada@Example.com"}, "Ada@Example.com"),
        ({"email": "zoë@example.com"}, "zoë@example.com"),
        ({"email_verified": False}, None),
        ({"email_verified": "false"}, None),
        ({"email_verified": "True"}, None),
        ({"email_verified": 1}, None),
        ({"email_verified": [True]}, None),
        ({"email_verified": None}, None),
        ({"email": None}, None),
        ({"email": ""}, None),
        ({"email": "ada"}, None),
        ({"email": "ada@example.com@example.org"}, None),
        ({"email": "ada@example.com\nben@example.com"}, None),
        ({"email": "ada\0@example.com"}, None),
        ({"email": "\ud800@example.com"}, None),
        ({"email": ["ada@example.com"]}, None),
        ({"email": "a" * 320 + "@example.com"}, None),
    ],
    ids=str,
)
async def test_an_e_mail_is_taken_where_the_token_says_that_it_is_verified(
    claims: dict[str, Any], email: str | None
) -> None:
    assert (await viewer(SIGNER.token(**claims))).email == email


ROLES = {"helper": "support", "root": "admin", "streamer": "service:stream"}


@pytest.mark.parametrize(
    ("told", "roles"),
    [
        (None, set()),
        ([], set()),
        (["helper"], {"support"}),
        (["helper", "root", "unheard-of"], {"support", "admin"}),
        ("helper", {"support"}),
        ("openid streamer  email", {"service:stream"}),
        # The gateway's own words are nobody's but where the settings say so.
        (["support", "admin", "service:stream"], set()),
        (["Helper", " helper", "helper "], set()),
        ([["helper"], 1, None, {"helper": 1}], set()),
        ({"helper": True}, set()),
        (True, set()),
    ],
)
async def test_roles_are_those_that_the_issuer_may_give(told: Any, roles: set[str]) -> None:
    assert (await viewer(SIGNER.token(roles=told), roles=ROLES)).roles == roles
    assert (await viewer(SIGNER.token(roles=told))).roles == set()


async def test_claims_have_the_names_that_the_settings_give() -> None:
    token = SIGNER.token(uid=7, mail="ben@example.com", checked=True, groups=["root"])
    names = {"subject": "uid", "email": "mail", "email_verified": "checked", "roles": "groups"}
    found = await viewer(token, claims=names, roles=ROLES, product="family")
    assert found == Viewer("ben@example.com", frozenset({"admin"}), Subject("family", "7"))


@pytest.mark.parametrize("subject", [True, 7.0, ["7"], {"a": 7}])
async def test_a_subject_is_a_text_or_a_whole_number(subject: Any) -> None:
    token = SIGNER.token(uid=subject)
    assert await refused(token, claims={"subject": "uid"}) is Reason.CLAIM
