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
    ("email", "asked", "own"),
    [
        (None, "ada@example.com", False),
        ("ada@example.com", "ada@example.com", True),
        ("Ada@Example.com", "aDA@example.com", True),
        ("ada@example.com", "ben@example.com", False),
        ("\u212aay@example.com", "kay@example.com", False),
    ],
)
def test_an_e_mail_is_ones_own_whatever_the_case_of_its_ascii_letters(
    email: str | None, asked: str, own: bool
) -> None:
    assert Viewer(email).has(asked) is own


def test_nobody_has_no_e_mail_and_no_role() -> None:
    assert (ANONYMOUS.email, ANONYMOUS.roles, ANONYMOUS.is_staff) == (None, frozenset(), False)
