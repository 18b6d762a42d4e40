"""Lines go out in order; who writes them does not wait for who reads them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from select import PIPE_BUF

import pytest

from gateway.observing import lines as module
from gateway.observing.lines import Lines

Pipe = tuple[int, int]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """Where from to read, and where to write."""
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)
    os.close(writing)


def test_lines_go_out_in_order(pipe: Pipe) -> None:
    reading, writing = pipe
    lines = Lines(writing)
    written = [b"%d\n" % number for number in range(100)]
    lines.write(b"first\n")
    lines.start()
    for line in written:
        lines.write(line)
    lines.close()
    lines.write(b"last\n")
    assert os.read(reading, PIPE_BUF) == b"".join([b"first\n", *written, b"last\n"])
    assert lines.lost == 0


def test_what_is_written_at_once_are_whole_lines_that_a_pipe_takes_in_one_piece() -> None:
    lines = Lines(-1)
    long = b"a" * 3000 + b"\n"
    lines._waiting.extend([long, long, b"b\n", b"c" * 5000 + b"\n", b"d\n"])
    assert list(lines._taken()) == [long, long + b"b\n", b"c" * 5000 + b"\n", b"d\n"]


def test_nobody_waits_for_a_reader_who_does_not_read(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT", 10)
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    reading, writing = pipe
    os.set_blocking(writing, False)
    try:
        while True:
            os.write(writing, b"x" * PIPE_BUF)
    except BlockingIOError:
        os.set_blocking(writing, True)
    lines = Lines(writing)
    lines.start()
    writer = lines._thread
    for _ in range(30):
        lines.write(b"a" * 4000 + b"\n")
    assert lines.lost >= 10
    lines.close()
    lines.write(b"a" * 4000 + b"\n")  # as a server does that says goodbye
    os.set_blocking(reading, False)
    assert writer is not None
    while writer.is_alive():  # it goes on once somebody reads
        try:
            os.read(reading, 1 << 20)
        except BlockingIOError:
            writer.join(0.01)


def test_a_reader_who_is_gone_is_no_fault_of_requests() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    lines = Lines(writing)
    lines.write(b"one\ntwo\n")
    os.close(writing)
    assert lines.lost == 2
