"""The SQL of a read: one statement for any number of keys, compiled once."""

import pytest

from loaders.access import many, one, page
from loaders.stores import statements
from loaders.stores.interface import Range, Window
from loaders.stores.statements import Manner, Shape, Statement
from loaders.tables import family

POLICIES = page(
    family.kid_profiles_titles, by="kid_profile_id", order="-created_at", filters="policy"
).route
DEVICE = one(family.devices, by="device_id").route
BY_EMAIL = many(family.users, by="email", at_most=5, folded=True).route
ALL_TITLES = page(family.titles).route


def sql(statement: Statement) -> str:
    return " ".join(statement.sql.split())


def test_one_row_a_key_is_a_join_with_the_keys() -> None:
    found = statements.find(DEVICE, ("id", "friendly_name"), Manner(guarded=False))
    assert sql(found) == (
        "SELECT anon_1._place, devices.id, devices.friendly_name"
        " FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(key0, _place)"
        " JOIN devices ON devices.device_id = anon_1.key0"
        " ORDER BY anon_1._place, devices.id"
    )
    assert found.parameters == ("key0",)


def test_one_key_alone_needs_no_array() -> None:
    found = statements.find(DEVICE, ("id",), Manner(guarded=False, alone=True))
    assert sql(found) == (
        "SELECT keys._place, devices.id"
        " FROM (SELECT $1::VARCHAR AS key0, 1 AS _place) AS keys"
        " JOIN devices ON devices.device_id = keys.key0"
        " ORDER BY keys._place, devices.id"
    )
    assert found.parameters == ("key0",)


def test_a_guarded_read_tests_the_owner_in_the_same_statement() -> None:
    found = statements.find(DEVICE, ("id",), Manner(guarded=True))
    assert "WHERE devices.family_id = any($2::INTEGER[])" in sql(found)
    assert found.parameters == ("key0", "owners")


def test_a_secured_read_says_first_who_asks() -> None:
    found = statements.find(DEVICE, ("id",), Manner(guarded=True, secured=True))
    assert sql(found) == (
        "SELECT answer._place, answer.id"
        " FROM (SELECT set_config('app.viewer', $1::VARCHAR, true) AS said LIMIT ALL OFFSET 0)"
        " AS viewer JOIN LATERAL (SELECT anon_1._place AS _place, devices.id AS id"
        " FROM unnest($2::TEXT[]) WITH ORDINALITY AS anon_1(key0, _place)"
        " JOIN devices ON devices.device_id = anon_1.key0"
        " WHERE devices.family_id = any($3::INTEGER[]) AND viewer.said IS NOT NULL"
        " ORDER BY anon_1._place, devices.id LIMIT ALL OFFSET 0) AS answer ON true"
    )
    assert found.parameters == ("viewer", "key0", "owners")


def test_a_secured_read_finds_folded_text_by_a_function() -> None:
    found = statements.listing(BY_EMAIL, ("id",), Shape(), Manner(guarded=False, secured=True))
    assert (
        "FROM users, quintet_ix_users_lower_email(anon_1.key0) AS anon_2(key)"
        " WHERE users.id = anon_2.key"
    ) in sql(found)


def test_a_window_is_the_top_of_each_key() -> None:
    shape = Shape(
        reading_down=True, continued=True, filters=("policy",), ranges=(("created_at", True, True),)
    )
    listing = statements.listing(POLICIES, ("id", "created_at"), shape, Manner(guarded=True))
    row = "kid_profiles_titles"
    assert sql(listing) == (
        "SELECT anon_1._place, rows.id, rows.created_at"
        " FROM unnest($1::INTEGER[]) WITH ORDINALITY AS anon_1(key0, _place)"
        f" JOIN LATERAL (SELECT {row}.id AS id, {row}.created_at AS created_at"
        f" FROM {row}, kid_profiles AS owner0"
        f" WHERE {row}.kid_profile_id = anon_1.key0"
        f" AND {row}.policy = $2::VARCHAR"
        f" AND {row}.created_at >= $3::TIMESTAMP WITHOUT TIME ZONE"
        f" AND {row}.created_at <= $4::TIMESTAMP WITHOUT TIME ZONE"
        f" AND ({row}.created_at, {row}.id)"
        " < ($5::TIMESTAMP WITHOUT TIME ZONE, $6::INTEGER)"
        f" AND {row}.kid_profile_id = owner0.id AND owner0.family_id = any($7::INTEGER[])"
        f" ORDER BY {row}.created_at DESC, {row}.id DESC LIMIT $8::INTEGER) AS rows ON true"
        " ORDER BY anon_1._place, rows.created_at DESC, rows.id DESC"
    )
    assert listing.parameters == (
        *(
            "key0",
            "filter_policy",
            "low_created_at",
            "high_created_at",
            "after0",
            "after1",
            "owners",
            "size",
        ),
    )


def test_counting_returns_a_number_a_key() -> None:
    counted = statements.count(POLICIES, Shape(filters=("policy",)), Manner(guarded=False))
    assert sql(counted) == (
        "SELECT anon_1._place, rows.count"
        " FROM unnest($1::INTEGER[]) WITH ORDINALITY AS anon_1(key0, _place)"
        " JOIN LATERAL (SELECT count(*) AS count FROM kid_profiles_titles"
        " WHERE kid_profiles_titles.kid_profile_id = anon_1.key0"
        " AND kid_profiles_titles.policy = $2::VARCHAR) AS rows ON true"
        " ORDER BY anon_1._place"
    )
    assert counted.parameters == ("key0", "filter_policy")


def test_a_folded_index_folds_both_sides() -> None:
    listing = statements.listing(BY_EMAIL, ("id",), Shape(), Manner(guarded=False))
    assert "WHERE lower(users.email) = lower(anon_1.key0)" in sql(listing)


def test_a_listing_of_everything_needs_no_key() -> None:
    listing = statements.listing(ALL_TITLES, ("id",), Shape(), Manner(guarded=False))
    assert "FROM (SELECT 1 AS _place) AS keys" in sql(listing)
    assert listing.parameters == ("size",)


def test_reading_upwards_goes_on_above_a_position() -> None:
    listing = statements.listing(ALL_TITLES, ("id",), Shape(continued=True), Manner(guarded=False))
    assert "(titles.id) > ($1::INTEGER)" in sql(listing)
    assert sql(listing).endswith("ORDER BY keys._place, rows.id ASC")


def test_a_statement_is_compiled_once() -> None:
    first = statements.find(DEVICE, ("id",), Manner(guarded=False))
    assert statements.find(DEVICE, ("id",), Manner(guarded=False)) is first
    assert statements.find(DEVICE, ("id", "device_id"), Manner(guarded=False)) is not first


@pytest.mark.parametrize(
    ("window", "shape"),
    [
        (Window(5), Shape()),
        (Window(9, descending=True), Shape(reading_down=True)),
        (Window(5, descending=True, backward=True), Shape()),
        (Window(5, backward=True), Shape(reading_down=True)),
        (Window(5, after=(1,)), Shape(continued=True)),
        (
            Window(5, ranges=(Range("created_at", 1, None),)),
            Shape(ranges=(("created_at", True, False),)),
        ),
        (
            Window(5, ranges=(Range("created_at", None, 1),)),
            Shape(ranges=(("created_at", False, True),)),
        ),
        (Window(5, filters=(("policy", "deny"),)), Shape(filters=("policy",))),
    ],
)
def test_only_what_changes_the_sql_makes_another_statement(window: Window, shape: Shape) -> None:
    assert Shape.of(window) == shape


def test_arguments_stand_in_the_order_of_the_parameters() -> None:
    assert Statement("…", ("size", "key0")).arguments({"key0": [1], "size": 3, "low": 0}) == [
        3,
        [1],
    ]
