"""`gateway documents`: what it stores, what it refuses, and what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from gateway.cli import main
from gateway.persisted.ids import id_of_text
from gateway.persisted.managing import NotStored, add, remove, stored
from gateway.persisted.stores import DirectoryStore, Store

ME = "query Me {\n  viewer { email }\n}\n"
TWO = "query A { __typename } query B { __typename }"
TOO_DEEP = (
    "{ episode(by: { episodeId: 1 }) { ...F0 } } fragment F500 on Episode { name }"
    + "".join(
        f"fragment F{place} on Episode {{ title {{ episodes {{ nodes {{ ...F{place + 1} }} }} }} }}"
        for place in range(500)
    )
)
APOLLO = {"format": "apollo-persisted-query-manifest", "version": 1}

Write = Callable[[str, str | dict[str, object]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file beside the others, of text or as JSON."""
    folder = tmp_path / "files"
    folder.mkdir()

    def write(name: str, content: str | dict[str, object]) -> Path:
        file = folder / name
        file.write_bytes(content.encode() if isinstance(content, str) else orjson.dumps(content))
        return file

    return write


@pytest.fixture
def directory(tmp_path: Path, environment: pytest.MonkeyPatch) -> Path:
    """The directory that the settings name; it is not there yet."""
    directory = tmp_path / "documents"
    environment.setenv("GATEWAY_DOCUMENTS_DIRECTORY", str(directory))
    return directory


async def test_documents_of_each_kind_of_file_are_stored(store: Store, write: Write) -> None:
    operation = {"id": "abc", "name": "A", "type": "query", "body": TWO}
    files = [
        write("me.graphql", ME),
        write("relay.json", {"def": "{ __typename }"}),
        write("apollo.json", {**APOLLO, "operations": [operation]}),
    ]
    names = {id_of_text(ME): "Me", "def": "", "abc": "A, B"}
    assert await add(store, files) == names
    assert await stored(store) == names
    assert await store.all() == {id_of_text(ME): ME, "def": "{ __typename }", "abc": TWO}
    assert await add(store, files) == names


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.graphql", "{\n  viewer {", "{file}:2:11: Syntax Error: Expected Name, found <EOF>."),
        (
            "a.graphql",
            "{\n  viewer { nothing }\n  mails }",
            "{file}:2:12: Cannot query field 'nothing' on type 'Person'.\n"
            "{file}:3:3: Cannot query field 'mails' on type 'Query'.",
        ),
        pytest.param(
            *("a.graphql", TOO_DEEP, "{file}: Validation aborted."), marks=pytest.mark.slow
        ),
        ("a.json", {"abc": "{ no }"}, "{file}: abc:1:3: Cannot query field 'no' on type 'Query'."),
        ("a.json", {"a/b": ME}, "{file}: a/b: no id of a document: letters, digits and -._~ alone"),
        (
            "a.json",
            {id_of_text(TWO): ME},
            f"{{file}}: {id_of_text(TWO)}: the id is not the SHA-256",
        ),
        ("a.json", {"taken": TWO}, "{file}: taken: another document has the id taken"),
        ("a.json", {"good": TWO}, "{file}: good: another document has the id good"),
        ("a.json", "{", "{file}:1:"),
    ],
)
async def test_nothing_is_stored_beside_what_cannot_be(
    store: Store, write: Write, name: str, content: str | dict[str, object], told: str
) -> None:
    await store.add({"taken": ME})
    good, bad = write("good.json", {"good": ME}), write(name, content)
    with pytest.raises(NotStored) as caught:
        await add(store, [good, bad])
    assert str(caught.value).startswith(told.format(file=bad))
    assert await store.all() == {"taken": ME}


async def test_what_is_not_there_cannot_be_removed(store: Store) -> None:
    await store.add({"a": ME, "b": ME})
    with pytest.raises(NotStored, match=r"^no document has the id c$"):
        await remove(store, ["a", "c"])
    await remove(store, ["a"])
    assert await stored(store) == {"b": "Me"}


def test_the_command_tells_ids_and_names(
    directory: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    me, unnamed = id_of_text(ME), id_of_text("{ __typename }")
    files = [write("me.graphql", ME), write("unnamed.graphql", "{ __typename }")]
    main(["documents", "add", *map(str, files)])
    told = "".join(sorted([f"{me} Me\n", f"{unnamed}\n"]))
    assert capsys.readouterr().out == told
    main(["documents", "list"])
    assert capsys.readouterr().out == told
    main(["documents", "remove", unnamed])
    assert capsys.readouterr().out == ""
    assert asyncio.run(DirectoryStore(directory).all()) == {me: ME}


def test_the_command_ends_with_what_is_wrong(
    directory: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["documents", "add", str(write("a.graphql", "{ no }"))])
    assert ended.value.code == 2
    assert "a.graphql:1:3: Cannot query field 'no'" in capsys.readouterr().err
    assert not directory.exists()


def test_a_store_that_is_down_is_told_of(
    environment: pytest.MonkeyPatch, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("GATEWAY_DOCUMENTS_URL", "redis://127.0.0.1:1")
    with pytest.raises(SystemExit) as ended:
        main(["documents", "list"])
    assert ended.value.code == 2
    assert "the store of documents cannot be asked now" in capsys.readouterr().err
