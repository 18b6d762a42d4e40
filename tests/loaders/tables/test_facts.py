"""What is declared of every table: columns that can be read, and tables that can stand."""

from typing import Any

import pytest

from loaders.errors import BadStoredValue
from loaders.tables.dynamodb import DynamoTable, columns, email, text, whole
from loaders.tables.facts import (
    DeclarationError,
    Index,
    Read,
    StoredTable,
    Through,
    Visibility,
    table_of,
)


def table(**facts: Any) -> DynamoTable:
    """A small table, with other facts than usual."""
    usual: dict[str, Any] = {
        "product": "shop",
        "name": "OrderTable",
        "setting": "SHOP_ORDERS_TABLE",
        "key": ("customerId", "orderId"),
        "columns": columns(
            whole("total", required=False), text("customerId"), text("orderId"), text("note")
        ),
        "indexes": (),
        "read": Read.OWNER,
        "owner": "customerId",
        "max_item_bytes": 1_000,
    }
    return DynamoTable(**{**usual, **facts})


ORDERS = table()
ROW = {"customerId": "c1", "orderId": "o1"}


def test_a_row_names_its_table() -> None:
    assert table_of(ORDERS.row(ROW)) is ORDERS
    assert ORDERS.row.__name__ == "OrderTable"


def test_a_value_is_read() -> None:
    assert ORDERS.columns["total"].read(ORDERS.row({**ROW, "total": 3})) == 3


@pytest.mark.parametrize("stored", [{}, {"total": None}])
def test_an_optional_value_may_be_absent(stored: dict[str, Any]) -> None:
    assert ORDERS.columns["total"].read(ORDERS.row(ROW | stored)) is None


@pytest.mark.parametrize("stored", [{}, {"note": None}])
def test_a_required_value_that_is_absent_is_an_error_that_names_the_row(
    stored: dict[str, Any],
) -> None:
    with pytest.raises(BadStoredValue) as broken:
        ORDERS.columns["note"].read(ORDERS.row(ROW | stored))
    assert str(broken.value) == "note of OrderTable (customerId='c1', orderId='o1') is missing"
    assert broken.value.product == "shop"


def test_an_error_tells_no_secret_and_no_personal_data_of_the_key() -> None:
    broken = table(
        key=("token", "user"),
        columns=columns(
            text("token", visibility=Visibility.NEVER), email("user"), text("customerId")
        ),
    )
    with pytest.raises(BadStoredValue) as told:
        broken.columns["customerId"].read(broken.row(token="s3cret", user="ada@example.com"))
    assert str(told.value) == (
        "customerId of OrderTable (token='sha256:1ec1c26b50d5', user='a•••@example.com') is missing"
    )


def test_a_value_of_another_kind_is_an_error_that_names_the_row() -> None:
    with pytest.raises(BadStoredValue) as broken:
        ORDERS.columns["total"].read(ORDERS.row({**ROW, "total": "three"}))
    assert str(broken.value) == (
        "total of OrderTable (customerId='c1', orderId='o1') is no whole number"
    )


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ({"key": ("customerId", "id")}, "shop.OrderTable has no column 'id'"),
        ({"indexes": (Index("ByDay", ("day",)),)}, "shop.OrderTable has no column 'day'"),
        ({"owner": "userId"}, "shop.OrderTable has no column 'userId'"),
        ({"owner": Through("userId", ORDERS)}, "shop.OrderTable has no column 'userId'"),
        ({"email": "email"}, "shop.OrderTable has no column 'email'"),
        ({"read": None}, "shop.OrderTable does not say who may read it"),
        ({"owner": None}, "shop.OrderTable is read by its owner, but names none"),
    ],
)
def test_a_table_that_cannot_stand_is_refused(facts: dict[str, Any], what: str) -> None:
    with pytest.raises(DeclarationError) as refused:
        table(**facts)
    assert str(refused.value) == what


def test_a_column_is_found_by_its_name() -> None:
    assert ORDERS.column("note").name == "note"
    with pytest.raises(DeclarationError, match=r"^shop\.OrderTable has no column 'nothing'$"):
        ORDERS.column("nothing")


@pytest.mark.parametrize(
    ("declared", "owner", "always"),
    [
        (ORDERS, "customerId", ("customerId", "orderId")),
        (table(key=("orderId",)), "customerId", ("orderId", "customerId")),
        (
            table(key=("customerId",), owner=Through("orderId", ORDERS)),
            "orderId",
            ("customerId", "orderId"),
        ),
        (table(read=Read.PUBLIC, owner=None), None, ("customerId", "orderId")),
    ],
)
def test_every_read_brings_the_key_and_the_start_of_the_owner_path(
    declared: StoredTable, owner: str | None, always: tuple[str, ...]
) -> None:
    assert declared.owner_column == owner
    assert declared.always == always


def test_names_come_in_the_order_of_the_declaration_each_once() -> None:
    assert ORDERS.ordered(["note", "orderId", "total", "note"]) == ("total", "orderId", "note")
