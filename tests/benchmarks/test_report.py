"""The report of a benchmark: what is said of calls and times that differ."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.report import Figures, Sample, report

GET, QUERY = "stream.AccountTable BatchGetItem", "stream.ProfileTable Query"


def samples(*milliseconds: float, rows: int = 1, **calls: int) -> Sequence[Sample]:
    names = {"get": GET, "query": QUERY}
    counted = {names[name]: count for name, count in calls.items()}
    return [Sample(each / 1000, counted, rows) for each in milliseconds]


def test_a_call_that_differs_is_told_with_its_numbers() -> None:
    figures = Figures("a", samples(1, get=1), samples(1, get=1, query=2, rows=9))
    assert figures.other_calls == [f"{QUERY}: 0, 2"]
    assert f"| a | {QUERY}: 0, 2 | 1, 9 |" in report((1, 100), [figures])


def test_reads_that_met_in_one_call_now_and_then_are_no_difference() -> None:
    met, apart = samples(1, get=1), samples(1, get=2)
    assert Figures("a", [*apart, *met], [*apart, *apart]).other_calls == []
    assert Figures("a", apart, met).other_calls == [f"{GET}: 2, 1"]


def test_the_ratio_is_that_of_the_fastest() -> None:
    assert Figures("a", samples(2, 1, 900), samples(3, 2, 4)).ratio == 2


def test_the_slowest_come_first_and_all_that_are_slower_are_listed() -> None:
    slow = [Figures(f"slow{times}", samples(1), samples(times)) for times in range(4, 24)]
    told = report((1, 100), [Figures("quick", samples(2), samples(1)), *slow])
    assert "21 requests: 0 make other store calls, 20 are more than 3 times slower." in told
    listed = [line.split()[1] for line in told.splitlines() if line.startswith("| slow")]
    assert listed == [figures.name for figures in reversed(slow)]
    assert "quick" not in told
    assert "| worst | 23.00 |" in told
