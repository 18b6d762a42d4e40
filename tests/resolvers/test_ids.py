"""Global ids: what they hold, and that no other text is taken for one."""

from __future__ import annotations

import base64
from decimal import Decimal

import orjson
import pytest

from loaders.access import One, one
from loaders.errors import BadUserInput
from loaders.sealing import Seal, encode
from loaders.tables import family, prep, stream
from loaders.tables.dynamodb import DynamoTable, columns, text
from loaders.tables.facts import Read
from resolvers import ids
from resolvers.node import NODES

SEAL = Seal("a secret of the tests")

people = DynamoTable(
    product="stream",
    name="People",
    setting="PEOPLE",
    key=("email",),
    columns=columns(text("email", personal=True)),
    indexes=(),
    read=Read.OWNER,
    owner="email",
    max_item_bytes=100,
)
"""A table whose key is somebody's e-mail."""
PEOPLE = {"Person": one(people, by="email")}


def test_an_id_is_version_type_and_key() -> None:
    event = stream.watch_history.row({"accountId": "a", "watchedAt": "2025-09-20T12:00:00Z"})
    text_ = ids.write("WatchEvent", event, SEAL)
    content = base64.urlsafe_b64decode(text_ + "=" * (-len(text_) % 4))
    assert content == b'1["WatchEvent","a","2025-09-20T12:00:00Z"]'


def test_an_id_leads_back_to_its_row() -> None:
    text_ = ids.write("Movie", stream.movies.row({"movieId": "七人の侍"}), SEAL)
    assert ids.read(text_, NODES, SEAL, "id") == (NODES["Movie"], ("七人の侍",))


def test_a_key_with_a_fraction_keeps_its_digits() -> None:
    row = prep.tickets.row({"ticket_id": "t", "created_at": Decimal("1758369600.123456")})
    text_ = ids.write("SupportTicket", row, SEAL)
    key = ("t", Decimal("1758369600.123456"))
    assert ids.read(text_, NODES, SEAL, "id") == (NODES["SupportTicket"], key)


@pytest.mark.parametrize("number", ["NaN", "1e999", "1.", "1758369600", "٣.٣", "1." + "0" * 19])
def test_a_text_that_write_gives_no_number_is_none(number: str) -> None:
    with pytest.raises(BadUserInput, match="is no id of this gateway"):
        ids.read(_forged("SupportTicket", "t", number), NODES, SEAL, "id")


def test_an_id_that_would_show_an_e_mail_is_sealed() -> None:
    row = people.row({"email": "ada@example.com"})
    text_ = ids.write("Person", row, SEAL)
    assert text_ == ids.write("Person", row, SEAL)
    assert text_.startswith("2")
    assert "ada" not in base64.urlsafe_b64decode(text_[1:] + "===").decode("latin-1")
    assert ids.read(text_, PEOPLE, SEAL, "id") == (PEOPLE["Person"], ("ada@example.com",))


@pytest.mark.parametrize("change", [lambda text: text[:-1], lambda text: text[1:], str.swapcase])
def test_a_sealed_id_cannot_be_changed(change: object) -> None:
    text_ = ids.write("Person", people.row({"email": "ada@example.com"}), SEAL)
    with pytest.raises(BadUserInput, match="is no id of this gateway"):
        ids.read(change(text_), PEOPLE, SEAL, "id")  # type: ignore[operator]


def test_another_gateways_seal_is_not_opened() -> None:
    text_ = ids.write("Person", people.row({"email": "ada@example.com"}), SEAL)
    with pytest.raises(BadUserInput):
        ids.read(text_, PEOPLE, Seal("another secret"), "id")


def test_an_id_of_another_type_says_which_types_are_taken() -> None:
    text_ = ids.write("Movie", stream.movies.row({"movieId": "movie-0001"}), SEAL)
    profiles = {name: NODES[name] for name in ("StreamProfile", "KidProfile")}
    with pytest.raises(BadUserInput) as refused:
        ids.read(text_, profiles, SEAL, "by.id")
    message = "by.id is an id of the type Movie; it takes StreamProfile or KidProfile"
    assert str(refused.value) == message
    assert refused.value.argument == "by.id"


@pytest.mark.parametrize(("type_name", "access"), NODES.items(), ids=list(NODES))
def test_a_key_is_taken_in_the_types_that_write_gives_it(type_name: str, access: One) -> None:
    """A store refuses a key of another type, and a whole batch of keys with it."""
    written = {"S": "text", "N": 1}
    types = [access.table.columns[name].kind.attribute_type for name in access.table.key]
    good = [written[type_] for type_ in types]
    assert ids.read(_forged(type_name, *good), NODES, SEAL, "id") == (access, tuple(good))
    for wrong in (None, True, 1.0, ["text"], {"text": 1}, "text" if types[-1] == "N" else 1):
        with pytest.raises(BadUserInput, match="is no id of this gateway"):
            ids.read(_forged(type_name, *good[:-1], wrong), NODES, SEAL, "id")


def _forged(*parts: object) -> str:
    return encode(b"1" + orjson.dumps(parts))


def test_every_node_is_read_by_its_whole_key() -> None:
    """Or an id could not be written that leads back."""
    assert {name for name, access in NODES.items() if access.route.by != access.table.key} == set()
    assert family.users in {access.table for access in NODES.values()}
