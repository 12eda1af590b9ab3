"""What time it is. The one place that asks, so that a test can stand at the deadline."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_shift: timedelta | None = None
_frozen_at: datetime | None = None


def now() -> datetime:
    """The present moment, aware and in UTC."""
    if _frozen_at is not None:
        return _frozen_at
    present = datetime.now(UTC)
    return present + _shift if _shift else present


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock at one moment, for every thread of this process."""
    global _frozen_at
    before, _frozen_at = _frozen_at, require_aware(at)
    try:
        yield
    finally:
        _frozen_at = before


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Let the clock run on, but earlier or later than it is."""
    global _shift
    before, _shift = _shift, by
    try:
        yield
    finally:
        _shift = before


def require_aware(at: datetime) -> datetime:
    """`at` in UTC; ValueError when it does not say its zone, since then nobody knows what moment it is."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise ValueError(f"{at!r} has no time zone; use contest.clock.now()")
    return at.astimezone(UTC)


def local(at: datetime, zone: str) -> datetime:
    """`at` as a clock on the wall in `zone` (an IANA name) shows it."""
    return require_aware(at).astimezone(ZoneInfo(zone))
