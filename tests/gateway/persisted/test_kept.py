"""Texts kept in memory, within bounds."""

from __future__ import annotations

from gateway.persisted.kept import Kept


def found(kept: Kept, keys: str) -> str:
    """Which of these keys have a text."""
    return "".join(key for key in keys if kept.get(key) is not None)


def test_those_used_last_are_kept() -> None:
    kept = Kept(2, 100)
    kept.put("a", "1")
    kept.put("b", "2")
    assert kept.get("a") == "1"
    kept.put("c", "3")
    assert found(kept, "abc") == "ac"


def test_their_bytes_are_bounded() -> None:
    kept = Kept(10, 8)
    kept.put("a", "1234")
    kept.put("b", "éé")
    assert found(kept, "ab") == "ab"
    kept.put("c", "1")
    assert found(kept, "abc") == "bc"
    kept.put("d", "larger than the bound")
    assert found(kept, "abcd") == ""
    kept.put("e", "12345678")
    assert found(kept, "e") == "e"


def test_a_text_that_is_put_twice_counts_once() -> None:
    kept = Kept(10, 8)
    kept.put("a", "1234")
    kept.put("a", "1234")
    kept.put("b", "1234")
    assert found(kept, "ab") == "ab"


def test_none_need_be_kept() -> None:
    kept = Kept(0, 100)
    kept.put("a", "1")
    assert kept.get("a") is None
