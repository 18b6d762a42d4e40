"""What ranges over many owners is refused before any store is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.execution.run import Gateway
from tests.matrix.asking import ask
from tests.matrix.oracle import STAFF_ENTRIES, ranges
from tests.matrix.paths import FIRST, Entry, Pick, entries, id_of, picks, text
from tests.matrix.people import NOBODY, OWNER, VIEWERS, Asking
from tests.matrix.seeds import OLGA
from tests.matrix.words import BY_TYPE
from tests.operations.asking import Answer

pytestmark = pytest.mark.slow


def is_ranging(pick: Pick) -> bool:
    if f"{pick.on}.{pick.name}" in STAFF_ENTRIES:
        return True
    below = () if pick.below is None else pick.below.parts
    return pick.kind == "connection" and any(ranges(pick.on, name) for name, _ in below)


def shallow(pick: Pick) -> Pick:
    """The field with the leaves alone of what it leads to."""
    assert pick.below is not None
    return replace(pick, below=pick.below.leaves)


ROOTS = [replace(entry, pick=shallow(entry.pick)) for entry in entries() if is_ranging(entry.pick)]
BELOW = [
    Entry(f"{name}.{pick.name}", shallow(pick))
    for name, table in BY_TYPE.items()
    if not table.is_guarded
    for pick in picks(name, 1)
    if is_ranging(pick)
]


def refused(answer: Answer, entry: Entry, *above: str) -> bool:
    """Whether an entry is, at its own path and at no other."""
    keys = {entry.pick.key}
    if entry.pick.kind == "connection":
        keys.add(entry.pick.key + FIRST)
    errors = {(tuple(error["path"]), error["code"]) for error in answer.errors}
    return errors == {((*above, key), "FORBIDDEN") for key in keys}


def test_each_of_them_is_known() -> None:
    """A new one has to be written down here."""
    assert {entry.title for entry in ROOTS} == {
        *("familyAccounts", "serviceSubscriptions", "usageEvents", "pairingCodes"),
        *("titleReports", "inputRecords", "inputRecordsByStatus", "processingStatusesByPhase"),
        *("processingStatusesByStatus", "charactersByConsistencyKey", "keyframesByScene"),
        *("videoClipsByScene", "voiceoversByLanguage", "deliveredVideos", "socialAccounts"),
        *("socialPosts", "insights", "assessments", "supportTicketsByStatus", "safetyLogs"),
        *("supportTicketsByPriority", "devopsActionsByStatus", "devopsActionsByService"),
        *("person", "learnerSession", "qrToken"),
    }
    assert {entry.title for entry in BELOW} == {
        *("Movie.watchHistory", "Movie.watchCount", "TmdbTitle.policies", "TmdbTitle.reports"),
    }


@pytest.mark.parametrize("asking", [NOBODY, OWNER], ids=["anonymous", "owner"])
@pytest.mark.parametrize("entry", ROOTS, ids=[entry.title for entry in ROOTS])
async def test_an_entry_is_refused_before_any_store_is_asked(
    gateway: Gateway, entry: Entry, asking: Asking
) -> None:
    answer = await ask(gateway, entry.query, asking.viewer)
    assert refused(answer, entry)
    assert set(answer.data.values()) == {None}
    assert answer.calls == {}


@pytest.mark.parametrize("asking", [NOBODY, OWNER], ids=["anonymous", "owner"])
@pytest.mark.parametrize("entry", BELOW, ids=[entry.title for entry in BELOW])
async def test_a_field_of_everybodys_row_is_refused_before_more_is_asked(
    gateway: Gateway, entry: Entry, asking: Asking
) -> None:
    """The one call is the row's own."""
    node = Pick("node", "Query", "node", "link", f"(id: {text(id_of(entry.pick.on, OLGA))})")
    fragment = entry.query.partition("\n")
    fields = fragment[0].removeprefix("{").removesuffix("}")
    query = f"{{ {node.key}: node{node.arguments} {{ ... on {entry.pick.on} {{ {fields} }} }} }}"
    answer = await ask(gateway, "\n".join([query, fragment[2]]), asking.viewer)
    assert refused(answer, entry, "node")
    assert sum(answer.calls.values()) == 1


async def test_staff_is_not_refused(gateway: Gateway) -> None:
    for entry in ROOTS:
        for name in ("support", "admin"):
            answer = await ask(gateway, entry.query, VIEWERS[name].viewer)
            assert answer.errors == [], entry.title
