"""How a DynamoDB table is declared, made and reached."""

import pytest

from loaders.tables.dynamodb import (
    PRIMARY,
    DynamoTable,
    anything,
    columns,
    flag,
    index,
    moment,
    text,
    texts,
    whole,
    year,
)
from loaders.tables.facts import DeclarationError, Index, Read, Through

ORDERS = DynamoTable(
    product="shop",
    name="OrderTable",
    setting="SHOP_ORDERS_TABLE",
    key=("customerId", "orderId"),
    columns=columns(
        text("customerId"),
        text("orderId"),
        whole("total"),
        moment("placedAt"),
        year("year"),
        flag("gift", required=False),
        texts("tags", required=False),
        anything("details", required=False),
    ),
    indexes=(
        index("DayIndex", "year", "placedAt"),
        index("TotalIndex", "total"),
    ),
    read=Read.OWNER,
    owner="customerId",
    max_item_bytes=1_000,
)
CUSTOMERS = DynamoTable(
    product="shop",
    name="CustomerTable",
    setting="SHOP_CUSTOMERS_TABLE",
    key=("customerId",),
    columns=columns(text("customerId"), text("name")),
    indexes=(),
    read=Read.OWNER,
    owner="customerId",
    max_item_bytes=1_000,
)


def test_a_table_is_made_with_its_indexes() -> None:
    assert ORDERS.create_table("live-orders") == {
        "TableName": "live-orders",
        "AttributeDefinitions": [
            {"AttributeName": "customerId", "AttributeType": "S"},
            {"AttributeName": "orderId", "AttributeType": "S"},
            {"AttributeName": "year", "AttributeType": "S"},
            {"AttributeName": "placedAt", "AttributeType": "S"},
            {"AttributeName": "total", "AttributeType": "N"},
        ],
        "KeySchema": [
            {"AttributeName": "customerId", "KeyType": "HASH"},
            {"AttributeName": "orderId", "KeyType": "RANGE"},
        ],
        "BillingMode": "PAY_PER_REQUEST",
        "SSESpecification": {"Enabled": True},
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "DayIndex",
                "KeySchema": [
                    {"AttributeName": "year", "KeyType": "HASH"},
                    {"AttributeName": "placedAt", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            },
            {
                "IndexName": "TotalIndex",
                "KeySchema": [{"AttributeName": "total", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            },
        ],
    }


def test_a_table_without_indexes_is_made_without_any() -> None:
    assert CUSTOMERS.create_table("live-customers") == {
        "TableName": "live-customers",
        "AttributeDefinitions": [{"AttributeName": "customerId", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "customerId", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
        "SSESpecification": {"Enabled": True},
    }


@pytest.mark.parametrize(
    ("by", "name"),
    [
        (("customerId", "orderId"), PRIMARY),
        (("customerId",), PRIMARY),
        (("total",), "TotalIndex"),
    ],
)
def test_one_row_is_found_by_a_key_or_its_partition(by: tuple[str, ...], name: str) -> None:
    assert ORDERS.lookup(by).name == name


@pytest.mark.parametrize("by", [("orderId",), ("orderId", "customerId"), ("gift",)])
def test_one_row_is_not_found_without_the_partition(by: tuple[str, ...]) -> None:
    with pytest.raises(DeclarationError) as refused:
        ORDERS.lookup(by)
    assert str(refused.value) == f"shop.OrderTable has no key or index on {', '.join(by)}"


@pytest.mark.parametrize(
    ("by", "order", "name", "position"),
    [
        (("customerId",), ("orderId",), PRIMARY, ("orderId",)),
        (("year",), ("placedAt",), "DayIndex", ("placedAt", "customerId", "orderId")),
        (("total",), (), "TotalIndex", ("customerId", "orderId")),
    ],
)
def test_rows_are_listed_by_a_partition_in_the_order_of_its_index(
    by: tuple[str, ...], order: tuple[str, ...], name: str, position: tuple[str, ...]
) -> None:
    way = ORDERS.listing(by, order)
    assert way.name == name
    assert ORDERS.position(by, way, order) == position


@pytest.mark.parametrize(
    ("by", "order"),
    [
        (("customerId",), ("placedAt",)),
        (("orderId",), ()),
        (("year", "placedAt"), ()),
        ((), ("orderId",)),
    ],
)
def test_no_other_order_can_be_had(by: tuple[str, ...], order: tuple[str, ...]) -> None:
    with pytest.raises(DeclarationError) as refused:
        ORDERS.listing(by, order)
    assert str(refused.value) == (
        f"shop.OrderTable has no key or index on {', '.join(by)} in the order of {', '.join(order)}"
    )


def test_keys_cannot_be_found_whatever_their_case() -> None:
    with pytest.raises(DeclarationError) as refused:
        ORDERS.listing(("total",), (), folded=True)
    assert str(refused.value) == (
        "shop.OrderTable: DynamoDB keys cannot be found whatever their case"
    )


def test_a_parent_that_cannot_be_read_by_its_owner_is_refused() -> None:
    with pytest.raises(DeclarationError) as refused:
        DynamoTable(
            product="shop",
            name="NoteTable",
            setting="SHOP_NOTES_TABLE",
            key=("customerId",),
            columns=columns(text("customerId")),
            indexes=(),
            read=Read.OWNER,
            owner=Through("customerId", CUSTOMERS),
            max_item_bytes=1_000,
        )
    assert str(refused.value) == "shop.NoteTable: a parent's key must be its owner and its own id"


def test_the_table_s_own_key_is_the_first_way() -> None:
    assert ORDERS.ways[0] == Index(PRIMARY, ("customerId", "orderId"), unique=True)
    assert [way.name for way in ORDERS.ways[1:]] == ["DayIndex", "TotalIndex"]
