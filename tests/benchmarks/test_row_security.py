"""The table of what row level security costs."""

import sys

import pytest

from benchmarks.row_security import READINGS, VARIANTS, main


@pytest.mark.slow
def test_every_read_is_measured_by_every_variant(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["row_security", "--rounds", "1"])
    main()
    head, rule, *lines = capsys.readouterr().out.splitlines()
    assert [cell.strip() for cell in head.strip("|").split("|")] == [
        "read",
        *(variant.name for variant in VARIANTS),
    ]
    assert rule.count("---") == len(VARIANTS) + 1
    assert [line.split("|")[1].strip() for line in lines] == [one.what for one in READINGS]
