"""What engines are installed from: lock files, and environments made of them."""

import re
import tomllib
from pathlib import Path

import pytest

from gateway.demo.installing import (
    LOCKS,
    engines_directory,
    install_locked,
    installed,
)

PROJECT = Path(__file__).parents[3]
GROUPS = tomllib.loads((PROJECT / "pyproject.toml").read_text())["dependency-groups"]


def test_engines_are_installed_where_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GATEWAY_ENGINES", raising=False)
    assert engines_directory() == PROJECT / ".engines"
    monkeypatch.setenv("GATEWAY_ENGINES", str(tmp_path))
    assert engines_directory() == tmp_path


CLIENTS = PROJECT / "docs" / "clients"
LOCK_FILES = {
    "ariadne-codegen": CLIENTS / "ariadne_codegen" / "requirements.lock",
    "gql": CLIENTS / "gql" / "requirements.lock",
    "plain": PROJECT / "benchmarks" / "peers" / "plain" / "requirements.lock",
    **{path.stem: path for path in LOCKS.iterdir()},
}


def test_each_group_has_a_lock_file() -> None:
    assert set(LOCK_FILES) == set(GROUPS)


@pytest.mark.parametrize("name", GROUPS)
def test_a_lock_file_names_what_the_project_asks_for_with_checksums(name: str) -> None:
    lines = LOCK_FILES[name].read_text().replace("\\\n", "").splitlines()
    locked = [line for line in lines if line and not line.lstrip().startswith("#")]
    assert all(re.fullmatch(r"\S+==\S+( ; .+?)?( +--hash=sha256:\w{64})+", one) for one in locked)
    assert set(GROUPS[name]) <= {line.split()[0] for line in locked}


@pytest.mark.slow
def test_an_environment_is_what_its_lock_file_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    home = tmp_path / "home"
    lock_file = tmp_path / "some.lock"
    lock_file.write_text("")
    assert not installed(lock_file, home)
    assert (install_locked(lock_file, home) / "python").exists()
    assert installed(lock_file, home)
    lock_file.write_text("# a newer one\n")
    assert not installed(lock_file, home)
