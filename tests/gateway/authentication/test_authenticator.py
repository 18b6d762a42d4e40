"""From headers to a viewer: over HTTP, with what is kept, and with what is said of it."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gateway.authentication import authenticator
from gateway.authentication.authenticator import KEPT_FOR, Authenticator
from gateway.authentication.tokens import BadToken, Reason, Verifier
from gateway.http.messages import Headers
from gateway.stores import Addresses
from loaders.viewer import ANONYMOUS, Viewer
from tests.gateway.authentication.serving import KeyServer, serving
from tests.gateway.serving import Client, application, client_of
from tests.signing import EMAIL, NAME, SUBJECT, Signer, claims_with, seconds

SIGNER = Signer("ES256")
ME = "{ viewer { email } }"


class Watched(Authenticator):
    """Counts what it verifies, by a clock that the test moves."""

    def __init__(self, *issuers: Any) -> None:
        super().__init__(issuers, lambda: self.time)
        self.time = float(seconds(0))
        self.verified = 0

    async def _verified(self, authorization: str) -> Any:
        self.verified += 1
        return await super()._verified(authorization)

    async def of(self, authorization: str) -> Viewer:
        return await self.viewer_of({"authorization": authorization})

    async def refusal(self, authorization: str) -> Reason:
        with pytest.raises(BadToken) as caught:
            await self.of(authorization)
        return caught.value.reason


@pytest.fixture
def watched() -> Watched:
    return Watched(SIGNER.issuer())


async def test_who_brings_nothing_is_nobody(watched: Watched) -> None:
    assert await watched.viewer_of({"content-type": "application/json"}) is ANONYMOUS
    assert watched.verified == 0


async def test_a_token_is_verified_once_in_a_while(watched: Watched) -> None:
    header = f"Bearer {SIGNER.token(exp=seconds(3_600))}"
    first = await watched.of(header)
    assert first.email == EMAIL
    assert await watched.of(header) is first
    watched.time += KEPT_FOR - 1
    assert await watched.of(header) is first
    assert watched.verified == 1
    watched.time += 1
    assert await watched.of(header) == first
    assert watched.verified == 2
    await watched.of(header)
    assert watched.verified == 2


async def test_a_token_is_kept_until_it_expires_at_most(watched: Watched) -> None:
    expires = seconds(30)
    header = f"Bearer {SIGNER.token(exp=expires)}"
    await watched.of(header)
    watched.time = expires + 59
    await watched.of(header)
    assert watched.verified == 1
    watched.time += 1
    await watched.of(header)
    assert watched.verified == 2


async def test_what_is_kept_is_found_by_the_whole_token(watched: Watched) -> None:
    token = SIGNER.token()
    await watched.of(f"Bearer {token}")
    header, claims, signature = token.split(".")
    another = SIGNER.token(sub="another").split(".")[1]
    assert await watched.refusal(f"Bearer {header}.{another}.{signature}") is Reason.SIGNATURE
    changed = "B" if signature[0] == "A" else "A"
    token = f"Bearer {header}.{claims}.{changed}{signature[1:]}"
    assert await watched.refusal(token) is Reason.SIGNATURE
    assert await watched.refusal(f"Basic {token}") is Reason.SCHEME


async def test_what_was_refused_is_not_kept(watched: Watched) -> None:
    for number in (1, 2):
        assert await watched.refusal("Bearer nonsense") is Reason.MALFORMED
        assert watched.verified == number


async def test_no_more_than_so_many_are_kept(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authenticator, "TOKENS_KEPT", 3)
    headers = [f"Bearer {SIGNER.token(sub=str(number))}" for number in range(4)]
    for header in headers:
        await watched.of(header)
    await watched.of(headers[3])
    await watched.of(headers[1])
    assert watched.verified == 4
    await watched.of(headers[0])
    assert watched.verified == 5


@pytest.mark.parametrize(
    "form", ["Bearer {}", "bearer {}", "BEARER {}", "Bearer   {}", "Bearer {} "]
)
async def test_the_schemes_case_and_spaces_do_not_matter(watched: Watched, form: str) -> None:
    assert (await watched.of(form.format(SIGNER.token()))).email == EMAIL


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ("", Reason.SCHEME),
        (" ", Reason.SCHEME),
        ("{}", Reason.SCHEME),
        ("Basic YTpi", Reason.SCHEME),
        ("Digest {}", Reason.SCHEME),
        ("Token {}", Reason.SCHEME),
        ("Bearer:{}", Reason.SCHEME),
        ("Bearer\t{}", Reason.SCHEME),
        ("Bearer", Reason.MALFORMED),
        ("Bearer ", Reason.MALFORMED),
        ("Bearer Bearer {}", Reason.MALFORMED),
        ("Bearer {}, Bearer {}", Reason.MALFORMED),
        ("Bearer {},{}", Reason.MALFORMED),
        ("Bearer \xff", Reason.MALFORMED),
    ],
)
async def test_another_form_of_the_header_is_refused(
    watched: Watched, form: str, reason: Reason
) -> None:
    assert await watched.refusal(form.replace("{}", SIGNER.token())) is reason


@pytest.fixture
async def server() -> AsyncIterator[KeyServer]:
    async with serving(SIGNER) as server:
        yield server


class Gate:
    """One gateway for all these tests, with an authenticator of each test's own."""

    def __init__(self, where: Addresses) -> None:
        self.authenticator = Authenticator([])
        self.app = application(where, viewer_of=self.viewer_of, demo=False)

    async def viewer_of(self, headers: Headers) -> Viewer:
        return await self.authenticator.viewer_of(headers)


@pytest.fixture(scope="module")
async def gate(where: Addresses) -> AsyncIterator[tuple[Gate, Client]]:
    gate = Gate(where)
    async with client_of(gate.app) as client:
        yield gate, client


@pytest.fixture
def client(gate: tuple[Gate, Client], server: KeyServer) -> Client:
    """A gateway that takes the tokens of a server's keys."""
    gate[0].authenticator = Authenticator([SIGNER.issuer(jwks=server.url)])
    return gate[1]


async def ask(client: Client, authorization: str | None = None) -> httpx.Response:
    headers = {} if authorization is None else {"authorization": authorization}
    return await client.ask(ME, headers=headers)


async def test_a_token_is_answered(client: Client) -> None:
    answer = await ask(client, f"Bearer {SIGNER.token()}")
    assert (answer.status_code, answer.json()) == (200, {"data": {"viewer": {"email": EMAIL}}})
    assert (await ask(client)).json() == {"data": {"viewer": None}}


async def test_a_token_without_a_verified_e_mail_is_somebody(client: Client) -> None:
    answer = await ask(client, f"Bearer {SIGNER.token(email_verified=False)}")
    assert answer.json() == {"data": {"viewer": {"email": None}}}


async def test_a_bad_token_is_401_with_its_reason(client: Client) -> None:
    for header, reason in (
        (f"Bearer {SIGNER.token(exp=seconds(-300))}", Reason.EXPIRED),
        ("Basic YTpi", Reason.SCHEME),
        ("Bearer nonsense", Reason.MALFORMED),
    ):
        answer = await ask(client, header)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/json; charset=utf-8"
        assert answer.headers["www-authenticate"] == (
            f'Bearer error="invalid_token", error_description="{reason}"'
        )
        assert answer.json() == {
            "errors": [{"message": reason.value, "extensions": {"code": "UNAUTHENTICATED"}}]
        }


def test_every_reason_can_stand_in_a_header() -> None:
    for reason in Reason:
        assert re.fullmatch(r"[ !#-\[\]-~]+", reason.value)


async def test_keys_out_of_reach_are_503_and_may_be_tried_again(
    client: Client, server: KeyServer
) -> None:
    server.answer = None  # which is a 500
    for _ in range(5):
        answer = await ask(client, f"Bearer {SIGNER.token()}")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "30"
        (error,) = answer.json()["errors"]
        assert error["extensions"] == {"code": "SOURCE_UNAVAILABLE", "retryable": True}
    assert (await ask(client)).status_code == 200
    assert server.asked == 1


async def test_many_tokens_of_unknown_keys_are_one_read(client: Client, server: KeyServer) -> None:
    strangers = [Signer(id_=f"unknown {number}") for number in range(50)]
    answers = await asyncio.gather(
        *(ask(client, f"Bearer {signer.token()}") for signer in strangers)
    )
    assert {answer.status_code for answer in answers} == {401}
    assert server.asked == 1
    assert (await ask(client, f"Bearer {SIGNER.token()}")).status_code == 200
    assert server.asked == 1


async def test_nobody_waits_for_an_issuer_but_those_who_need_its_keys(
    client: Client, server: KeyServer
) -> None:
    server.open.clear()
    waiting = asyncio.ensure_future(ask(client, f"Bearer {SIGNER.token()}"))
    await server.arrived.wait()
    assert (await ask(client)).status_code == 200
    assert (await ask(client, "Bearer nonsense")).status_code == 401
    assert not waiting.done()
    server.open.set()
    assert (await waiting).status_code == 200


async def test_the_log_has_the_issuer_and_the_reason_alone(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    for token in (SIGNER.token(aud="another"), SIGNER.token(iss="another"), "nonsense"):
        await ask(client, f"Bearer {token}")
    assert [record.getMessage() for record in caplog.records if record.name == "gateway"] == [
        f"refused a token of {NAME}: {Reason.AUDIENCE}",
        f"refused a token of nobody known: {Reason.ISSUER}",
        f"refused a token of nobody known: {Reason.MALFORMED}",
    ]


async def test_nothing_of_a_token_is_said_anywhere(
    client: Client, server: KeyServer, caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    """Neither of one that is taken nor of those that are refused, whatever is wrong."""
    caplog.set_level(logging.DEBUG)
    another = Signer("ES256", id_="canary-of-a-key")
    secrets = {"canary": "canary-of-a-claim", "sub": "canary-of-a-subject"}
    secrets |= {"email": "canary-of-a-person@example.com"}
    tokens = [
        SIGNER.token(**secrets),
        *(
            SIGNER.token(**{**secrets, **wrong})
            for wrong in (
                {"exp": seconds(-300)},
                {"exp": None},
                {"exp": "canary-of-a-time"},
                {"nbf": seconds(300)},
                {"aud": "canary-of-an-audience"},
                {"iss": "canary-of-an-issuer"},
                {"sub": None},
                {"email_verified": False},
            )
        ),
        SIGNER.token(**secrets)[:-6],
        SIGNER.token(**secrets) + ".more",
        another.token(**secrets),
        another.signed(claims_with(**secrets), {"kid": SIGNER.id}),
        another.signed(claims_with(**secrets), {"kid": SIGNER.id, "crit": ["canary-of-a-member"]}),
        SIGNER.token(**secrets, pad="p" * 9_000),
    ]
    answers = [await ask(client, f"Bearer {token}") for token in tokens]
    answers += [await ask(client, f"canary-of-a-scheme {token}") for token in tokens]
    server.answer = None
    verifier = Verifier([SIGNER.issuer(jwks=server.url)])
    said = [repr(verifier)]
    for token in tokens:
        try:
            said.append(repr(await verifier.verify(token)))
        except Exception as error:
            said += [repr(error), repr(error.__cause__), repr(vars(error))]
    statuses = {answer.status_code for answer in answers}
    assert statuses == {200, 401}
    said += [caplog.text, *capfd.readouterr()]
    said += [f"{answer.headers} {answer.text}" for answer in answers if answer.status_code == 401]
    text = "\n".join(said)
    parts = {part for token in tokens for part in token.split(".") if len(part) > 8}
    assert [part for part in parts if part in text] == []
    assert "canary" not in text


async def test_nothing_of_a_viewer_is_shown(watched: Watched) -> None:
    viewer = await watched.of(f"Bearer {SIGNER.token(roles=['admin'])}")
    text = f"{viewer!r} {viewer} {vars(watched)}"
    assert EMAIL not in text
    assert SUBJECT not in text
