"""The demo's issuer: its key is kept to itself, and its tokens are taken by the demo."""

from __future__ import annotations

import stat
import time
from pathlib import Path

import pytest

from gateway.authentication.tokens import BadToken, Reason, Verifier
from gateway.cli import main
from gateway.demo.examples import callers
from gateway.demo.processes import EngineError
from gateway.demo.tokens import CALLERS, LIFETIME, DemoIssuer

MINUTE = 60


@pytest.fixture
def issuer(tmp_path: Path) -> DemoIssuer:
    return DemoIssuer.kept_in(tmp_path)


@pytest.mark.parametrize("name", CALLERS)
async def test_a_token_speaks_of_its_caller(issuer: DemoIssuer, name: str) -> None:
    found = await Verifier([issuer.issuer]).verify(issuer.token_of(name))
    assert found.viewer.email == CALLERS[name].email
    assert found.viewer.roles == {*CALLERS[name].roles}
    assert found.viewer.subject
    assert found.viewer.subject.product is None
    assert abs(found.until - time.time() - LIFETIME) < 2 * MINUTE


def modes(directory: Path) -> list[int]:
    return [stat.S_IMODE(file.stat().st_mode) for file in directory.iterdir()]


async def test_the_key_outlives_a_restart_and_is_the_owners_alone(
    issuer: DemoIssuer, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert modes(tmp_path) == [0o600]
    again = Verifier([DemoIssuer.kept_in(tmp_path).issuer])
    assert await again.verify(issuer.token_of("ada"))
    assert (await again.verify(DemoIssuer.found_in(tmp_path).token_of("ben"))).viewer.email
    another = DemoIssuer.kept_in(tmp_path_factory.mktemp("another"))
    with pytest.raises(BadToken) as caught:
        await again.verify(another.token_of("ada"))
    assert caught.value.reason is Reason.SIGNATURE


def test_nobody_else_has_a_token(issuer: DemoIssuer) -> None:
    with pytest.raises(EngineError, match=r"^eve is nobody of the demo: there are ada, ben, "):
        issuer.token_of("eve")


def test_graphiql_lets_choose_everybody_and_nobody(issuer: DemoIssuer) -> None:
    *somebody, nobody = callers(issuer)
    assert [caller.name for caller in somebody] == [*CALLERS]
    assert all((caller.authorization or "").startswith("Bearer ey") for caller in somebody)
    assert nobody.authorization is None
    groups = {caller.name: caller.group for caller in somebody}
    assert (groups["ada"], groups["support"]) == ("People", "Staff")
    assert groups["service:stream"] == "Services"


async def test_the_command_prints_a_token(
    issuer: DemoIssuer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["token", "--as", "support", "--directory", str(tmp_path)])
    (token,) = capsys.readouterr().out.splitlines()
    assert (await Verifier([issuer.issuer]).verify(token)).viewer.roles == {"support"}


def test_the_command_lists_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    main(["token", "--list"])
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"{name}: {caller.about}" for name, caller in CALLERS.items()]
    assert len({*lines}) == len(CALLERS)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--as", "ada"], "token-key cannot be read: No such file or directory. `gateway demo` "),
        (["--as", "eve"], "token-key cannot be read"),
        ([], "one of the arguments --as --list is required"),
        (["--as", "ada", "--list"], "not allowed with argument"),
    ],
)
def test_the_command_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["token", "--directory", str(tmp_path), *arguments])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
