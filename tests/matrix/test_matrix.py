"""Nobody is shown a row or a value that the inventory keeps from them, on any path; nor is anybody
denied what it gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import chain, islice
from operator import getitem
from typing import Any

import pytest

from gateway.execution.run import Gateway
from loaders.tables.catalogue import POSTGRES
from tests.matrix.asking import Admin, as_admin_asks, ask
from tests.matrix.oracle import Oracle, Path, differences
from tests.matrix.paths import Entry, Selection, entries, fields_of
from tests.matrix.people import OWNER, VIEWERS
from tests.matrix.seeds import CANARIES
from tests.matrix.words import BY_TYPE
from tests.operations.asking import Answer
from tests.rules import rules_off

pytestmark = pytest.mark.slow
ENTRIES = list(entries())
OF_POSTGRES = frozenset(chain.from_iterable(POSTGRES.values()))
TOLD = 10
"""How many differences a failure tells."""


EMPTY = {"FamilyAccount.displayName"}
"""Fields that are null whatever is stored."""


def filled(selection: Selection, seen: Any) -> Iterator[str]:
    """The fields that an admin's object has something in, and those of all below it."""
    for pick in selection.of(seen["__typename"]) if seen else ():
        value = seen[pick.key]
        if pick.kind == "connection":
            value = value["nodes"]
        if value not in (None, []):
            yield f"{seen['__typename']}.{pick.name}"
        if pick.kind != "leaf" and pick.below is not None:
            for one in value if isinstance(value, list) else [value]:
                yield from filled(pick.below, one)


def unrefused(answer: Answer, refused: Iterable[Path]) -> Any:
    """An answer's data, where at these places nothing is found for want of a refusal."""
    data = answer.data
    for *above, key in refused:
        place = reduce(getitem, above, data)
        for found in (place[key] or {}).values():
            assert found in ([], 0, None) or found["startCursor"] is None
        place[key] = None
    return data


async def test_every_field_has_something_to_show(gateway: Gateway) -> None:
    """Else nobody could be seen to be denied it."""
    admin = Admin(gateway)
    found: set[str] = set()
    for entry in ENTRIES:
        seen = (await admin.sees(as_admin_asks(entry, OWNER)))["root"]
        if entry.pick.kind == "connection":
            seen = seen["nodes"]
        assert seen, entry.title
        assert entry.pick.below is not None
        for one in seen if isinstance(seen, list) else [seen]:
            found.update(filled(entry.pick.below, one))
    fields = {
        f"{type_name}.{name}"
        for type_name in {*BY_TYPE, "Person", "Scene"}
        for name in fields_of(type_name)
    }
    assert fields - found == EMPTY


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.title for entry in ENTRIES])
async def test_everybody_sees_what_the_inventory_says(
    gateway: Gateway, gateway_by_rules_alone: Gateway, entry: Entry
) -> None:
    """One request for each viewer, of every field on every path that begins with this entry; the
    same where Postgres judges nobody, and where it judges alone of its rows."""
    admin = Admin(gateway)
    for name, asking in VIEWERS.items():
        answer = await ask(gateway, entry.query, asking.viewer)
        oracle = Oracle(asking.who, anonymous=asking.viewer.is_anonymous)
        expected = oracle.data(entry.pick, await admin.sees(as_admin_asks(entry, asking)))
        assert list(islice(differences(answer.data, expected), TOLD)) == [], name
        found = {tuple(error["path"]): error["code"] for error in answer.errors}
        assert found == oracle.errors, name
        alone = await ask(gateway_by_rules_alone, entry.query, asking.viewer)
        assert list(islice(differences(alone.data, answer.data), TOLD)) == [], name
        assert alone.errors == answer.errors, name
        with rules_off(OF_POSTGRES):
            walled = unrefused(await ask(gateway, entry.query, asking.viewer), found)
        assert list(islice(differences(walled, answer.data), TOLD)) == [], name
        text = answer.content.decode()
        assert [canary for canary in CANARIES if canary in text] == [], name
