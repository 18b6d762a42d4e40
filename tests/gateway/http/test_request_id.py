"""`X-Request-Id`: on each answer, in the log and in the audit log."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import orjson
import pytest

from gateway.app import ENDPOINT
from gateway.audit import AuditLog
from gateway.execution.executors import LevelExecutor
from gateway.stores import Addresses
from loaders.viewer import Viewer
from tests.gateway.http.test_endpoint import ME
from tests.gateway.serving import Client, application, client_of
from tests.viewers import always

OUR_OWN = re.compile(r"[0-9a-f]{32}").fullmatch


@pytest.mark.parametrize("given", ["1", "a.B_2-3", "f" * 128])
async def test_the_caller_s_is_taken(client: Client, given: str) -> None:
    for body in (b"{", orjson.dumps({"query": ME})):
        answer = await client.post(body, x_request_id=given)
        assert answer.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "f" * 129, "a b", "a\tb", "1,2", "ä", "<a>", '"', "$(a)"])
async def test_one_that_is_not_well_formed_is_not(client: Client, given: str) -> None:
    answer = await client.ask(ME, headers={"x_request_id": given.encode()})
    assert answer.status_code == 200
    assert OUR_OWN(answer.headers["x-request-id"])


async def test_each_answer_has_one_of_its_own(client: Client) -> None:
    answers: list[httpx.Response] = [
        await client.ask(ME),
        await client.ask(ME),
        await client.post(b"{"),
        await client.http.put(ENDPOINT),
        await client.http.get(ENDPOINT),
    ]
    ids = {answer.headers["x-request-id"] for answer in answers}
    assert len(ids) == len(answers)
    assert all(map(OUR_OWN, ids))


async def test_it_is_what_the_log_tells_under(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LevelExecutor, "execute", None)
    answer = await client.ask(ME, headers={"x_request_id": "some-request"})
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] == "some-request"
    assert "under some-request." in answer.text
    assert "request some-request: the request failed" in caplog.text


@pytest.mark.slow
async def test_it_is_what_the_audit_log_tells(where: Addresses, tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit")
    viewer_of = always(Viewer("sam@example.com", frozenset({"admin"})))
    async with client_of(application(where, viewer_of=viewer_of, audit=log)) as client:
        answer = await client.ask('{ inputRecord(by: { inputRecordId: "1" }) { rawInput } }')
    (file,) = log.directory.iterdir()
    assert orjson.loads(file.read_bytes())["request"] == answer.headers["x-request-id"]
