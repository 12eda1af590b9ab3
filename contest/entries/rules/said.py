"""Pieces of sentences that several lines of a check report are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from contest.web.filters import duration

# What says a line: from a finding and the rules it was held against to the parts of a `wording.Line`.
Say = Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Meter:
    """Where a length stands: value and limit in percent of the track, and the same in words."""

    value: int
    limit: int
    label: str


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
