"""Who is asking."""

import pytest

from loaders.viewer import ANONYMOUS, Viewer


@pytest.mark.parametrize(
    ("roles", "staff", "personal"),
    [
        (set(), False, False),
        ({"parent"}, False, False),
        ({"support"}, True, False),
        ({"admin"}, True, True),
        ({"support", "admin"}, True, True),
    ],
)
def test_roles_make_staff(roles: set[str], staff: bool, personal: bool) -> None:
    viewer = Viewer("ada@example.com", frozenset(roles))
    assert viewer.is_staff is staff
    assert viewer.sees_personal_data is personal


@pytest.mark.parametrize(
    ("email", "forms"),
    [
        (None, ()),
        ("ada@example.com", ("ada@example.com",)),
        ("Ada@Example.com", ("Ada@Example.com", "ada@example.com")),
    ],
)
def test_a_person_is_looked_up_as_given_and_in_lower_case(
    email: str | None, forms: tuple[str, ...]
) -> None:
    assert Viewer(email).emails == forms


def test_nobody_has_no_e_mail_and_no_role() -> None:
    assert (ANONYMOUS.email, ANONYMOUS.roles, ANONYMOUS.is_staff) == (None, frozenset(), False)
