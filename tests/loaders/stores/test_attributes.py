"""DynamoDB's JSON: values there and back, and expressions that fear no name."""

from decimal import Decimal
from typing import Any

import pytest

from loaders.stores.attributes import Expressions, to_attribute, to_dict, to_key, to_python


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ({"S": "さくら"}, "さくら"),
        ({"S": ""}, ""),
        ({"N": "-3"}, -3),
        ({"N": "9.90"}, Decimal("9.90")),
        ({"BOOL": False}, False),
        ({"NULL": True}, None),
        ({"L": [{"N": "1"}, {"L": []}]}, [1, []]),
        ({"M": {"a": {"M": {"b": {"NULL": True}}}}}, {"a": {"b": None}}),
    ],
)
def test_a_value_goes_there_and_comes_back(attribute: Any, value: Any) -> None:
    assert to_attribute(value) == attribute
    assert to_python(attribute) == value
    assert type(to_python(attribute)) is type(value)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ({"SS": ["a", "b"]}, ["a", "b"]),
        ({"NS": ["1", "1.5"]}, [1, Decimal("1.5")]),
        ({"B": "AAE="}, "AAE="),
        ({"BS": ["AAE="]}, ["AAE="]),
        ({"N": "1E+2"}, Decimal(100)),
        ({"N": "123456789012345678901234567890"}, 123456789012345678901234567890),
    ],
)
def test_what_others_have_written_is_read(attribute: Any, value: Any) -> None:
    assert to_python(attribute) == value


@pytest.mark.parametrize("value", [1.5, {1, 2}, b"bytes"])
def test_a_value_that_dynamodb_has_no_form_for_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=f"^{type(value).__name__} cannot be an attribute value$"):
        to_attribute(value)


def test_a_tuple_is_a_list() -> None:
    assert to_attribute((1, "a")) == {"L": [{"N": "1"}, {"S": "a"}]}


def test_an_item_s_attributes_are_read_by_their_names() -> None:
    attributes: Any = {
        "a": {"S": "ö"},
        "b": {"N": "1"},
        "c": {"NULL": True},
        "d": {"L": [{"S": "x"}]},
    }
    assert to_dict(attributes) == {"a": "ö", "b": 1, "c": None, "d": ["x"]}


def test_a_key_names_its_columns() -> None:
    assert to_key(("accountId", "at"), ("a", 3)) == {"accountId": {"S": "a"}, "at": {"N": "3"}}


def test_names_and_values_stand_behind_placeholders() -> None:
    expressions = Expressions(("size", "größe"))
    assert expressions.projection == "#n0, #n1"
    assert expressions.equal("größe", 3) == "#n1 = :v0"
    assert expressions.equal("name", "größe") == "#n2 = :v1"
    assert expressions.body() == {
        "ExpressionAttributeNames": {"#n0": "size", "#n1": "größe", "#n2": "name"},
        "ExpressionAttributeValues": {":v0": {"N": "3"}, ":v1": {"S": "größe"}},
    }


def test_a_request_without_values_names_none() -> None:
    expressions = Expressions(("name",))
    assert expressions.body() == {"ExpressionAttributeNames": {"#n0": "name"}}


@pytest.mark.parametrize(
    ("low", "high", "expression", "values"),
    [
        (1, 2, "#n0 BETWEEN :v0 AND :v1", {":v0": {"N": "1"}, ":v1": {"N": "2"}}),
        (1, None, "#n0 >= :v0", {":v0": {"N": "1"}}),
        (None, 2, "#n0 <= :v0", {":v0": {"N": "2"}}),
    ],
)
def test_a_range_may_be_open(low: Any, high: Any, expression: str, values: Any) -> None:
    expressions = Expressions()
    assert expressions.between("at", low, high) == expression
    assert expressions.values == values


def test_other_conditions() -> None:
    expressions = Expressions()
    assert expressions.one_of("owner", ["a", "b"]) == "#n0 IN (:v0, :v1)"
    assert expressions.begins_with("name", "Ki") == "begins_with(#n1, :v2)"
