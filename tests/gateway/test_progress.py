"""What commands say goes to the error stream, a line for each thing, however long."""

from __future__ import annotations

import re

import pytest

from gateway.progress import say, step


def test_a_line_is_not_broken(capsys: pytest.CaptureFixture[str]) -> None:
    text = "a long line " * 20 + "[not markup]"
    say(text)
    shown = capsys.readouterr()
    assert shown.err == f"{text}\n"
    assert shown.out == ""


def test_a_step_is_told_once_it_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    with step("Working"):
        assert capsys.readouterr().err == ""
    assert re.fullmatch(r"Working: \d+\.\d s\n", capsys.readouterr().err)


def test_a_step_that_failed_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError), step("Dividing"):
        _ = 1 // 0
    assert capsys.readouterr().err == ""
