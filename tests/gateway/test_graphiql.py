"""GraphiQL's page and files, as a browser asks for them."""

import asyncio
import gzip
import hashlib
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from gateway import graphiql
from gateway.graphiql import Caller, Example, Page
from gateway.stores import Addresses
from schema.build import TABLES
from tests.gateway.serving import application, client_of
from tests.npm import installed

FOLDER = Path(graphiql.__file__).parent
STORED = sorted(FOLDER.glob("static/*.gz"))
SOURCES = {".mjs", ".js", ".jsx", ".css", ".json"}
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".txt": "text/plain"}

CALLERS = [
    Caller("ada", "a person", "People", "Bearer token"),
    Caller("anonymous", "none", "Nobody"),
]
PAGE = Page(
    "/graphql",
    [
        Example("Who am I?", "{ viewer { email } }", caller="ada"),
        Example("""</div><script>"'&amp;""", "# ü\n{ __typename }"),
    ],
    lambda: CALLERS,
)
APP = Starlette(routes=PAGE.routes())


def get(path: str, accept_encoding: str = "gzip") -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(APP)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await client.get(path, headers={"Accept-Encoding": accept_encoding})

    return asyncio.run(ask())


class Elements(HTMLParser):
    """Every element of a page: its tag and its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements() -> list[tuple[str, dict[str, str | None]]]:
    return Elements(get("/").text).found


def loads() -> list[str]:
    """The addresses that the page itself loads."""
    found = [attrs.get("src") or attrs.get("href") for _, attrs in elements()]
    return [address for address in found if address is not None]


def base() -> str:
    """The folder of the page's script, where its workers are too."""
    (script,) = (address for address in loads() if address.endswith(".js"))
    return script.rpartition("/")[0]


def test_the_page_is_guarded() -> None:
    answer = get("/")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Vary"] == "Accept"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_the_policy_lets_scripts_come_from_here_alone() -> None:
    policy = get("/").headers["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["worker-src"] == rules["connect-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert "http" not in policy
    assert "*" not in policy


def test_the_page_has_no_inline_script() -> None:
    scripts = [attrs for tag, attrs in elements() if tag == "script"]
    assert [attrs.keys() for attrs in scripts] == [{"src", "defer"}]
    assert not [name for _, attrs in elements() for name in attrs if name.startswith("on")]


def told() -> dict[str, Any]:
    """What the page is told, in an attribute."""
    (root,) = (attrs for _, attrs in elements() if attrs.get("id") == "graphiql")
    found: dict[str, Any] = json.loads(root["data-page"] or "")
    return found


def test_what_the_page_opens_with_travels_in_an_attribute() -> None:
    assert told()["endpoint"] == PAGE.endpoint
    assert [Example(**one) for one in told()["examples"]] == PAGE.examples
    assert [Caller(**one) for one in told()["callers"]] == CALLERS


def test_callers_have_new_tokens_whenever_the_page_is_shown() -> None:
    tokens = iter(["Bearer first", "Bearer second"])
    page = Page(callers=lambda: [Caller("ada", "a person", "People", next(tokens))])
    for token in ("Bearer first", "Bearer second"):
        assert token in bytes(page.response().body).decode()


def test_each_type_that_has_a_table_is_of_one_subject() -> None:
    subjects = told()["subjects"]
    assert [*subjects] == [
        *("accounts", "profiles", "titles", "pipeline", "social", "assessments", "support")
    ]
    types = [name for names in subjects.values() for name in names]
    assert {type_.name for type_ in TABLES} <= {*types}
    assert len({*types}) == len(types)


def test_the_page_is_at_the_endpoint_too() -> None:
    assert get(PAGE.endpoint).content == get("/").content


async def test_a_gateway_without_the_page_answers_browsers_with_json(where: Addresses) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    async with client_of(application(where, page=None)) as client:
        for path, status in (("/", 404), ("/graphiql/0/page.js", 404), ("/graphql", 400)):
            answer = await client.http.get(path, headers=browser)
            assert answer.status_code == status
            assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_all_that_the_page_loads_is_here() -> None:
    for address in loads():
        if not address.startswith("data:image/svg+xml,"):
            assert address.startswith("/graphiql/")
            assert get(address).status_code == 200


def test_styles_load_nothing() -> None:
    styles = get(f"{base()}/page.css").text
    assert "@import" not in styles
    addresses = re.findall(r"url\(\s*[\"']?([^)]{0,40})", styles)
    assert addresses
    assert all(address.startswith("data:") for address in addresses)


def test_each_worker_and_notice_that_a_script_names_is_here() -> None:
    scripts = [get(f"{base()}/{file.stem}").text for file in STORED]
    pattern = r"\b(?:\w+\.worker\.js|[\w.]+\.LEGAL\.txt)\b"
    named = {name for script in scripts for name in re.findall(pattern, script)}
    assert {"editor.worker.js", "graphql.worker.js", "json.worker.js"} <= named
    assert named <= {file.stem for file in STORED}


@pytest.mark.parametrize("file", STORED, ids=lambda file: file.stem)
def test_a_file_goes_out_as_it_is_stored(file: Path) -> None:
    answer = get(f"{base()}/{file.stem}", "br, gzip;q=0.5")
    assert answer.content == gzip.decompress(file.read_bytes())
    assert answer.headers["Content-Length"] == str(file.stat().st_size)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Type"] == f"{MEDIA_TYPES[Path(file.stem).suffix]}; charset=utf-8"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "GZIP ; q=0.000"])
def test_a_client_without_gzip_gets_the_plain_file(accepted: str) -> None:
    answer = get(f"{base()}/page.css", accepted)
    assert "Content-Encoding" not in answer.headers
    assert answer.content == gzip.decompress((FOLDER / "static/page.css.gz").read_bytes())


@pytest.mark.parametrize("path", ["/page.js.gz", "/SOURCES", "/..%2f__init__.py", "/nothing.js"])
def test_nothing_else_is_served(path: str) -> None:
    assert get(base() + path).status_code == 404


def test_another_version_is_not_found() -> None:
    assert get("/graphiql/0123456789abcdef/page.js").status_code == 404


@pytest.mark.parametrize("file", STORED, ids=lambda file: file.stem)
def test_compression_leaves_no_trace_of_when_and_where(file: Path) -> None:
    header = file.read_bytes()[:10]
    assert header[3] == 0, "no file name"
    assert header[4:8] == bytes(4), "no time"
    assert header[9] == 255, "no operating system"


def test_the_files_were_built_from_these_sources() -> None:
    lines = (FOLDER / "static/SOURCES").read_text().splitlines()
    built = {name: digest for digest, name in (line.split() for line in lines)}
    sources = [file for file in (FOLDER / "source").iterdir() if file.suffix in SOURCES]
    assert {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sources} == built


@pytest.mark.slow
def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    packages = installed(FOLDER / "source")
    left_out = shutil.ignore_patterns("node_modules")
    source = shutil.copytree(FOLDER / "source", tmp_path / "source", ignore=left_out)
    (source / "node_modules").symlink_to(packages)
    subprocess.run(["node", "build.mjs"], cwd=source, check=True, capture_output=True)
    built, shipped = (
        {file.name: file.read_bytes() for file in (folder / "static").iterdir()}
        for folder in (tmp_path, FOLDER)
    )
    assert built == shipped


def test_the_lock_says_what_but_not_where_from() -> None:
    lock = json.loads((FOLDER / "source/package-lock.json").read_text())
    packages = [package for path, package in lock["packages"].items() if path]
    assert packages
    assert all("resolved" not in package for package in packages)
    assert all(package["version"] and package["integrity"] for package in packages)
