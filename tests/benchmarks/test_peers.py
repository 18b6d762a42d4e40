"""The benchmark beside others: when answers are the same, and what is told of the rounds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from graphql import parse, validate

from benchmarks.peers.answers import difference
from benchmarks.peers.load import Load
from benchmarks.peers.measuring import Measured, Omitted, Pace, Round
from benchmarks.peers.peers import OURS, PEERS
from benchmarks.peers.picture import picture
from benchmarks.peers.report import as_markdown, figures, losses
from benchmarks.peers.shapes import SHAPES, Shape
from schema.build import graphql_schema

SHAPE, PEER = SHAPES[0], PEERS[0]


def rounds(*requests: int, cpu: float) -> list[Round]:
    return [Round(Load(number - 10, 1, p50=1, p99=2), cpu, unanswered=10) for number in requests]


def measured() -> list[Measured | Omitted]:
    return [
        Measured(SHAPE, OURS, 1, rounds(200, 300, 100, cpu=0.1)),
        Measured(SHAPE, PEER, 3, rounds(100, 100, 100, cpu=0.1)),
    ]


@pytest.mark.parametrize(
    ("ours", "theirs", "told"),
    [
        ({"a": [1, None]}, {"a": [1.0, None]}, ""),
        ({"a": [1, 2]}, {"a": [1]}, ".a: 2 and 1 entries"),
        ({"a": {"b": "x"}}, {"a": {"b": "y"}}, ".a.b: 'x' and 'y'"),
        ({"a": 1}, {"b": 1}, ": ['a'] and ['b']"),
        ("2025-09-20T10:00:00Z", "2025-09-20T10:00:00.000+00:00", ""),
        ("2025-09-20T10:00:00Z", "2025-09-20T10:00:01Z", ": '2025-09-20T10:00:00Z' and "),
        ({"mediaType": "TV"}, {"mediaType": "tv"}, ""),
        ({"name": "TV"}, {"name": "tv"}, ".name: 'TV' and 'tv'"),
    ],
)
def test_answers_are_the_same_value_by_value(ours: object, theirs: object, told: str) -> None:
    assert difference(ours, theirs).startswith(told)
    assert bool(difference(ours, theirs)) == bool(told)


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if not shape.in_memory])
def test_shapes_are_valid(shape: Shape) -> None:
    assert validate(graphql_schema, parse(shape.query)) == []


def test_a_ratio_is_the_median_of_the_rounds_own() -> None:
    (figure,) = figures(measured())
    assert (figure.cpu_ratio_from, figure.cpu_ratio, figure.cpu_ratio_to) == (1, 2, 3)
    assert (figure.rps_ratio, figure.calls, figure.peer_calls) == (2.111, 1, 3)


def test_a_loss_is_listed_where_it_is_more_than_a_little() -> None:
    (now,) = figures(measured())
    assert losses([now], [replace(now, cpu_ratio=2.1)]) == []
    assert losses([now], [replace(now, cpu_ratio=2.2)]) == ["P1 Mercurius: CPU 2.00, before 2.20"]
    assert losses([now], []) == []


def test_who_answers_otherwise_is_named_and_gets_no_figure() -> None:
    told = [*measured(), Omitted(SHAPE, PEERS[1], "a: 1 and 2")]
    report = as_markdown(told, Pace(1, 3, 16), {"Python": "3"})
    assert "- P1, Strawberry: a: 1 and 2" in report
    assert "| P1 | 2.00 (1.00 to 3.00) |" in report


def test_the_picture_has_a_dot_for_each_figure() -> None:
    drawn = picture(figures(measured()))
    assert "<title>Mercurius P1: 2.00</title>" in drawn
