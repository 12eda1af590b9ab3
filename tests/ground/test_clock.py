"""One clock, in UTC, that refuses moments which do not say their zone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from contest import clock

NOON = datetime(2026, 4, 30, 12, tzinfo=UTC)


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC


def test_a_frozen_clock_stands_still_and_goes_on_afterwards() -> None:
    with clock.frozen(NOON):
        held = [clock.now(), clock.now()]

    assert held == [NOON, NOON]
    assert clock.now() > NOON


def test_a_shifted_clock_runs_on() -> None:
    with clock.shifted(timedelta(days=365)):
        early, late = clock.now(), clock.now()

    assert early <= late
    assert late - datetime.now(UTC) > timedelta(days=364)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        clock.require_aware(datetime(2026, 4, 30, 12))  # noqa: DTZ001 - the mistake itself


def test_another_zone_is_the_same_moment() -> None:
    beijing = datetime(2026, 4, 30, 20, tzinfo=timezone(timedelta(hours=8)))

    assert clock.require_aware(beijing) == NOON
    assert clock.local(NOON, "Asia/Shanghai").hour == 20


def test_an_hour_that_comes_twice_is_two_moments() -> None:
    """Where clocks go back: 02:30 in Berlin on 25 October 2026 is two different moments, and stays two."""
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    assert [clock.local(at, "Europe/Berlin").hour for at in (first, second)] == [2, 2]
    assert clock.require_aware(clock.local(first, "Europe/Berlin")) == first
    assert clock.require_aware(clock.local(second, "Europe/Berlin")) == second
