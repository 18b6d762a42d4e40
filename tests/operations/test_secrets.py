"""No leaf shows what secret columns hold. The operations' own answers are swept where they run."""

from __future__ import annotations

from hashlib import sha256

from gateway.demo.data import CANARIES, demo_rows, prep
from loaders.sealing import decode
from tests.operations.asking import ADMIN, Asker
from tests.operations.leaves import IDS, NODE, every_leaf


def leaked(text: str) -> list[str]:
    """The canaries in a text."""
    return [canary for canary in CANARIES if canary in text]


def test_every_canary_is_stored() -> None:
    assert leaked(repr(demo_rows())) == list(CANARIES)


async def test_no_leaf_shows_one_to_an_admin(ask: Asker) -> None:
    query = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {every_leaf(NODE, aliased=True)} }}"
    answer = await ask(query, ADMIN, ids=IDS)
    assert all(answer.data["nodes"])
    assert answer.calls
    assert leaked(answer.content.decode()) == []


async def test_the_trace_of_a_read_by_a_secret_shows_a_digest(ask: Asker) -> None:
    secret = prep.rows()["ielts-genai-prep-sessions"][0]["session_id"]
    query = "query ($id: String!) { learnerSession(sessionId: $id) { userEmail } }"
    answer = await ask(query, ADMIN, id=secret)
    (call,) = answer.body["extensions"]["trace"]
    digest = sha256(str(secret).encode()).hexdigest()[:12]
    assert call["keys"] == [{"session_id": f"sha256:{digest}"}]


async def test_no_id_shows_an_e_mail(ask: Asker) -> None:
    """Those of rows whose keys hold one are sealed."""
    query = """
    {
      account(by: { learnerEmail: "ada@example.com" }) {
        ... on LearnerAccount {
          id
          entitlements { nodes { id } }
          assessments { nodes { id } }
        }
      }
    }
    """
    account = (await ask.data(query))["account"]
    listed = [*account["entitlements"]["nodes"], *account["assessments"]["nodes"]]
    assert len(listed) > 20
    for id_ in [account["id"], *(node["id"] for node in listed)]:
        version, sealed = id_[0], id_[1:]
        assert version == "2"
        assert b"ada@" not in decode(sealed)
