"""The time that rows are judged by."""

from datetime import UTC, datetime, timedelta

from loaders.clock import Clock

MOMENT = datetime(2025, 9, 20, 12, tzinfo=UTC)


def test_real_time_is_the_default() -> None:
    before = datetime.now(UTC)
    assert before <= Clock().now() <= datetime.now(UTC)


def test_a_clock_that_starts_elsewhere_goes_on_from_there() -> None:
    clock = Clock.starting_at(MOMENT)
    first, second = clock.now(), clock.now()
    assert MOMENT <= first <= second < MOMENT + timedelta(minutes=1)
