"""Who may see a column of a row that they see."""

from inspect import isawaitable
from typing import Any

import pytest

from gateway.demo.data.people import ADA, BEN
from gateway.demo.data.stream import account_id
from loaders.tables.dynamodb import DynamoTable, columns, text
from loaders.tables.facts import Read, Visibility
from loaders.visibility import reader, show
from tests.loaders.asking import Asker

NOTES = DynamoTable(
    product="stream",
    name="NoteTable",
    setting="STREAM_NOTES_TABLE",
    key=("accountId",),
    columns=columns(
        text("accountId"),
        text("plain"),
        text("personal", personal=True),
        text("signedIn", visibility=Visibility.SIGNED_IN),
        text("staff", visibility=Visibility.STAFF),
        text("masked", visibility=Visibility.MASKED),
        text("internal", visibility=Visibility.INTERNAL),
        text("never", visibility=Visibility.NEVER),
    ),
    indexes=(),
    read=Read.OWNER,
    owner="accountId",
    max_item_bytes=1_000,
)
ADAS = NOTES.row({name: f"{name} text" for name in NOTES.columns} | {"accountId": account_id(ADA)})


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [
        ((), ("plain text", "personal text", None, None)),
        (("stranger@example.com",), ("plain text", "personal text", None, None)),
        ((BEN.email,), ("plain text", "personal text", "signedIn text", None)),
        ((BEN.email, "support"), ("plain text", "p•••", "signedIn text", "staff text")),
        ((ADA.email, "support"), ("plain text", "personal text", "signedIn text", "staff text")),
        ((None, "service:stream"), ("plain text", "personal text", "signedIn text", "staff text")),
        ((None, "service:family"), ("plain text", "personal text", None, None)),
        ((BEN.email, "admin"), ("plain text", "personal text", "signedIn text", "staff text")),
    ],
)
async def test_a_column_is_shown_to_those_who_may_see_it(
    ask: Asker, viewer: tuple[Any, ...], seen: tuple[str | None, ...]
) -> None:
    info = ask(*viewer)
    names = ("plain", "personal", "signedIn", "staff")
    shown = []
    for name in names:
        value = reader(NOTES, NOTES.columns[name])(ADAS, info)
        shown.append(await value if isawaitable(value) else value)
        assert shown[-1] == await show(ADAS, info, name)
    assert tuple(shown) == seen
    assert await show(ADAS, info, "masked") == "m•••"


@pytest.mark.parametrize(
    ("name", "why"),
    [("internal", "nobody: an index helper or a constant"), ("never", "nobody: a secret")],
)
def test_what_nobody_sees_has_no_field(name: str, why: str) -> None:
    with pytest.raises(TypeError) as refused:
        reader(NOTES, NOTES.columns[name])
    assert str(refused.value) == f"stream.NoteTable.{name} has no field: it is {why}"
