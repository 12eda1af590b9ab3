"""Pieces of sentences that several lines of a check report are made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from contest.web.filters import duration

# What says a line: from a finding and the rules it was held against to the parts of a `wording.Line`.
Say = Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Meter:
    """Where something stands: value and limits in percent of the track, and the same in words."""

    value: int
    limits: tuple[int, ...]
    label: str


def meter(
    title: str,
    value: str,
    *,
    at: float,
    bounds: Sequence[float | None],
    limit: str,
    low: float = 0,
    most: float | None = None,
) -> Meter:
    """A bar from `low` to `most`; without that to a little more than the highest bound, or to the value itself."""
    marks = [bound - low for bound in bounds if bound is not None]
    top = max([*(mark * 7 / 6 for mark in marks), at - low, 1e-9]) if most is None else most - low
    return Meter(
        value=_percent(at - low, top),
        limits=tuple(_percent(mark, top) for mark in marks),
        label=_("%(title)s: %(value)s, limit %(limit)s", title=title, value=value, limit=limit),
    )


def _percent(part: float, whole: float) -> int:
    return max(0, min(100, int(part * 100 / whole)))


def exact(ms: int, limit_ms: int | None = None) -> str:
    """A length; with tenths of a second where they decide, which is within a second of the limit."""
    if limit_ms is None or abs(ms - limit_ms) > 1000 or ms == limit_ms:
        return duration(ms)
    return f"{duration(ms)}.{ms % 1000 // 100}"


def seconds(ms: int) -> str:
    """A stretch of time: minutes as a clock writes them, whole seconds, or tenths below ten; never less than one."""
    if ms >= 60_000:
        return duration(ms + 999)
    tenths = max(1, -(-ms // 100))
    return _("%(number)s s", number=-(-tenths // 10) if tenths >= 100 or tenths % 10 == 0 else f"{tenths / 10:.1f}")


def two(first: str, second: str) -> str:
    """Two sentences, with the space between them that the language has."""
    return _("%(first)s %(second)s", first=first, second=second)
