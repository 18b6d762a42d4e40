"""How a Postgres table is declared: read off SQLAlchemy's own words."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.execution.writing import to_bytes
from loaders.tables.facts import DeclarationError, Index, Read, Visibility
from loaders.tables.kinds import TEXT, choice, list_of
from loaders.tables.postgresql import PERSONAL, SECRET, declared, facts

metadata = sa.MetaData()

CUSTOMERS = declared(
    sa.Table(
        "customers",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.String(255), nullable=False, info=PERSONAL),
        sa.Column("pin", sa.String(4), info=SECRET),
        sa.Index("ix_customers_email", sa.text("lower(email)"), "id", info={"reason": "sign-in"}),
    ),
    product="shop",
    read=Read.OWNER,
    owner="id",
    email="email",
)
ORDERS = declared(
    sa.Table(
        "orders",
        metadata,
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False, unique=True),
        sa.Column("customer_id", sa.ForeignKey("customers.id"), nullable=False),
        sa.Column("kind", sa.String(20), info=facts(kind=choice("gift", "own"))),
        sa.Column("placed_at", sa.DateTime, nullable=False),
        sa.Column("shipped_at", sa.DateTime),
        sa.Column("due", sa.Date),
        sa.Column("paid", sa.Boolean),
        sa.Column("total", sa.Numeric(10, 2)),
        sa.Column("note", sa.Text),
        sa.Column("tags", sa.JSON, info=facts(kind=list_of(TEXT))),
        sa.Column("details", sa.JSON),
        sa.Index("ix_orders_customer_placed", "customer_id", "placed_at", "id"),
        sa.Index("ix_orders_shipped", "customer_id", "shipped_at", "id"),
        sa.Index("ix_orders_customer_kind", "customer_id", "kind", unique=True),
    ),
    product="shop",
    read=Read.OWNER,
    owner="customer_id",
)


def test_indexes_are_read_off() -> None:
    assert ORDERS.key == ("id",)
    assert ORDERS.indexes == (
        Index("orders_pkey", ("id",), unique=True),
        Index("orders_number_key", ("number",), unique=True),
        Index("ix_orders_customer_kind", ("customer_id", "kind"), unique=True),
        Index("ix_orders_customer_placed", ("customer_id", "placed_at", "id")),
        Index("ix_orders_shipped", ("customer_id", "shipped_at", "id")),
    )


def test_an_index_on_lower_is_a_folded_one() -> None:
    assert CUSTOMERS.indexes[1] == Index(
        "ix_customers_email", ("email", "id"), folded=True, reason="sign-in"
    )


def test_what_sql_cannot_say_is_read_off() -> None:
    assert CUSTOMERS.columns["pin"].visibility is Visibility.NEVER
    assert CUSTOMERS.columns["email"].personal
    assert CUSTOMERS.columns["id"].required
    assert not CUSTOMERS.columns["pin"].required
    assert ORDERS.columns["customer_id"].references is CUSTOMERS
    assert ORDERS.columns["number"].references is None


@pytest.mark.parametrize(
    ("column", "stored", "shown"),
    [
        ("id", 2**40, 2**40),
        ("kind", "gift", "gift"),
        ("placed_at", datetime(2025, 9, 20, 12), datetime(2025, 9, 20, 12, tzinfo=UTC)),
        ("due", date(2025, 9, 20), date(2025, 9, 20)),
        ("paid", False, False),
        ("total", Decimal("9.90"), Decimal("9.90")),
        ("note", "a note", "a note"),
        ("tags", '["a", "b"]', ["a", "b"]),
    ],
)
def test_a_value_is_read_as_its_sql_type_says(column: str, stored: Any, shown: Any) -> None:
    assert ORDERS.columns[column].decode(stored) == shown


@pytest.mark.parametrize(
    ("column", "stored", "what"),
    [
        ("kind", "swap", "is none of gift, own"),
        ("tags", '{"a": 1}', "is no list"),
        ("id", "1", "is no whole number"),
    ],
)
def test_a_value_outside_its_declaration_is_refused(column: str, stored: Any, what: str) -> None:
    with pytest.raises(ValueError, match=f"^{what}$"):
        ORDERS.columns[column].decode(stored)


def test_json_of_open_shape_goes_to_the_answer_unread() -> None:
    shown = ORDERS.columns["details"].decode('{"b":  1.50}')
    assert to_bytes({"details": shown}) == b'{"details":{"b":  1.50}}'


@pytest.mark.parametrize(
    ("by", "name"),
    [
        (("id",), "orders_pkey"),
        (("number",), "orders_number_key"),
        (("kind", "customer_id"), "ix_orders_customer_kind"),
    ],
)
def test_one_row_is_found_by_what_is_unique(by: tuple[str, ...], name: str) -> None:
    assert ORDERS.lookup(by).name == name


@pytest.mark.parametrize("by", [("customer_id",), ("customer_id", "placed_at", "id"), ()])
def test_one_row_is_not_found_by_what_is_not(by: tuple[str, ...]) -> None:
    with pytest.raises(DeclarationError) as refused:
        ORDERS.lookup(by)
    assert str(refused.value) == (f"shop.orders has no key or unique constraint on {', '.join(by)}")


@pytest.mark.parametrize(
    ("by", "order", "name", "position"),
    [
        ((), (), "orders_pkey", ("id",)),
        ((), ("number",), "orders_number_key", ("number",)),
        (("customer_id",), ("placed_at",), "ix_orders_customer_placed", ("placed_at", "id")),
        (("customer_id", "placed_at"), (), "ix_orders_customer_placed", ("id",)),
        (("placed_at", "customer_id"), (), "ix_orders_customer_placed", ("id",)),
    ],
)
def test_rows_are_listed_by_an_index_that_tells_them_apart(
    by: tuple[str, ...], order: tuple[str, ...], name: str, position: tuple[str, ...]
) -> None:
    way = ORDERS.listing(by, order)
    assert way.name == name
    assert ORDERS.position(by, way, order) == position


@pytest.mark.parametrize(
    ("by", "order", "what"),
    [
        (("note",), (), "shop.orders has no index on note in the order of id"),
        ((), ("placed_at",), "shop.orders has no index on nothing in the order of placed_at, id"),
        (("customer_id",), (), "shop.orders has no index on customer_id in the order of id"),
        (
            ("customer_id",),
            ("shipped_at",),
            "shop.orders cannot be ordered by shipped_at: it can be null",
        ),
    ],
)
def test_no_other_order_can_be_had(by: tuple[str, ...], order: tuple[str, ...], what: str) -> None:
    with pytest.raises(DeclarationError) as refused:
        ORDERS.listing(by, order)
    assert str(refused.value) == what


def test_only_a_folded_index_finds_text_whatever_its_case() -> None:
    assert CUSTOMERS.listing(("email",), (), folded=True).name == "ix_customers_email"
    with pytest.raises(DeclarationError, match="has no index on email in the order of id"):
        CUSTOMERS.listing(("email",), ())
    with pytest.raises(DeclarationError, match="has no key or unique constraint on email"):
        CUSTOMERS.lookup(("email",))
