"""Who is asking."""

from hashlib import sha256

import pytest

from loaders.viewer import ANONYMOUS, Subject, Viewer


@pytest.mark.parametrize(
    ("roles", "staff", "all_of", "masked_at"),
    [
        (set(), False, "", ""),
        ({"parent"}, False, "", ""),
        ({"support"}, True, "family stream", "family stream"),
        ({"admin"}, True, "family stream", ""),
        ({"support", "admin"}, True, "family stream", ""),
        ({"service:stream"}, False, "stream", ""),
        ({"service:stream", "support"}, True, "family stream", "family"),
        ({"service:"}, False, "", ""),
    ],
)
def test_roles_give_rights(roles: set[str], *, staff: bool, all_of: str, masked_at: str) -> None:
    viewer = Viewer("ada@example.com", frozenset(roles))
    products = ("family", "stream")
    assert viewer.is_staff is staff
    assert " ".join(filter(viewer.reads_all, products)) == all_of
    assert " ".join(filter(viewer.sees_masked, products)) == masked_at


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
    assert ANONYMOUS.is_anonymous


def test_a_subject_is_known_at_its_own_product_alone() -> None:
    viewer = Viewer(subject=Subject("family", "7"))
    assert not viewer.is_anonymous
    assert (viewer.subject_at("family"), viewer.subject_at("studio")) == ("7", None)
    assert Viewer(subject=Subject(None, "7")).subject_at("family") is None


def test_nobody_is_shown_in_the_clear() -> None:
    names = ("ada@example.com", "ada-sub")
    viewer = Viewer(names[0], frozenset({"support"}), Subject("stream", names[1]))
    digests = [f"sha256:{sha256(name.encode()).hexdigest()[:12]}" for name in names]
    assert repr(viewer) == f"Viewer({digests[0]}, ['support'], Subject(stream, {digests[1]}))"
    assert f"{viewer}" == repr(viewer)
    assert repr(ANONYMOUS) == "Viewer(None, [], None)"
