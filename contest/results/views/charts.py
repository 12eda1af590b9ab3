"""Where things stand in a chart: geometry in whole numbers of the drawing's own units, colours are the template's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH = 480
ROW = 26
LEFT = 124  # for names
RIGHT = 34
AROUND = 3  # works shown beyond the close ones
MOST_ROWS = 36


@dataclass(frozen=True)
class IntervalRow:
    """A work: its name, the bar of its ranks, the dot of its place, and whether it is too close to call."""

    name: str
    y: int
    bar_x: int
    bar_width: int
    dot_x: int
    is_close: bool


@dataclass(frozen=True)
class Tick:
    x: int
    text: str


@dataclass(frozen=True)
class IntervalChart:
    """Works around an award line. `cut_x`: between the last seat and the next place; `band`: y and height, or None.
    `floor`: where the line ends; `foot`: that of the figures."""

    height: int
    rows: list[IntervalRow]
    ticks: list[Tick]
    cut_x: int | None
    band: tuple[int, int] | None
    label: str
    floor: int
    foot: int


def interval_chart(
    entries: Sequence[Mapping[str, Any]], *, seats: int, close: Sequence[str], label: str
) -> IntervalChart | None:
    """`entries` by place, each with entry, place, low and high."""
    if not entries:
        return None
    first, last = _window(entries, seats, close)
    shown = entries[first:last]
    low = max(1, min(min(one["low"], one["place"]) for one in shown))
    high = max(max(one["high"], one["place"]) for one in shown)
    wide = max(high - low, 1)

    def x(place: float) -> int:
        return int(LEFT + (place - low) * (WIDTH - LEFT - RIGHT) / wide + 0.5)

    rows = [
        IntervalRow(
            name=f"{one['place']} · {one['entry']}",
            y=ROW * number + ROW // 2,
            bar_x=x(one["low"]) - 3,
            bar_width=x(one["high"]) - x(one["low"]) + 6,
            dot_x=x(one["place"]),
            is_close=one["entry"] in close,
        )
        for number, one in enumerate(shown)
    ]
    near = [row.y for row in rows if row.is_close]
    band = (min(near) - ROW // 2, max(near) - min(near) + ROW) if near else None
    cut = x(seats + 0.5) if low <= seats < high else None
    floor = ROW * len(rows) + 4
    return IntervalChart(floor + 28, rows, _ticks(low, high, x), cut, band, label, floor, floor + 20)


def _window(entries: Sequence[Mapping[str, Any]], seats: int, close: Sequence[str]) -> tuple[int, int]:
    at = [number for number, one in enumerate(entries) if one["entry"] in close]
    first, last = (min(at), max(at) + 1) if at else (seats, seats)
    first = max(0, min(first, seats) - AROUND)
    last = min(len(entries), max(last, seats) + AROUND)
    if last - first > MOST_ROWS:
        first = max(0, min(seats - MOST_ROWS // 2, len(entries) - MOST_ROWS))
        last = min(len(entries), first + MOST_ROWS)
    return first, last


def _ticks(low: int, high: int, x: Any) -> list[Tick]:
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10_000) if (high - low) / step <= 8)
    places = [place for place in range(low, high + 1) if place % step == 0 or place == low]
    if len(places) > 1 and places[1] - places[0] < step / 2:
        places.pop(1)
    return [Tick(x(place), str(place)) for place in places]


@dataclass(frozen=True)
class SeverityRow:
    """A judge: the bar from 0, the whisker of the interval, the figure at its end."""

    judge: str
    y: int
    bar_x: int
    bar_width: int
    low_x: int
    high_x: int
    text: str
    text_x: int
    is_left: bool
    is_flagged: bool  # for more than being strict or generous


@dataclass(frozen=True)
class SeverityChart:
    """`floor`: where the axis ends; `foot`: the line of its words."""

    height: int
    rows: list[SeverityRow]
    zero_x: int
    floor: int
    foot: int


def severity_chart(judges: Sequence[Mapping[str, Any]], text: Any) -> SeverityChart | None:
    """Judges from the most generous to the strictest."""
    if not judges:
        return None
    widest = max(max(abs(one["low"]), abs(one["high"])) for one in judges) or 1.0
    zero = (60 + WIDTH - 10) // 2
    scale = (WIDTH - 70) / 2 * 0.72 / widest

    def x(value: float) -> int:
        return round(zero + value * scale)

    rows = []
    for number, one in enumerate(sorted(judges, key=lambda one: (-one["severity"], one["judge"]))):
        end = x(one["severity"])
        rows.append(
            SeverityRow(
                judge=one["judge"],
                y=ROW * number + ROW // 2,
                bar_x=min(zero, end),
                bar_width=abs(end - zero),
                low_x=x(one["low"]),
                high_x=x(one["high"]),
                text=text(one["severity"]),
                text_x=x(one["high"]) + 8 if one["severity"] >= 0 else x(one["low"]) - 8,
                is_left=one["severity"] < 0,
                is_flagged=bool({*one["flags"]} - {"strict", "generous"}),
            )
        )
    floor = ROW * len(rows) + 4
    return SeverityChart(floor + 28, rows, zero, floor, floor + 20)
