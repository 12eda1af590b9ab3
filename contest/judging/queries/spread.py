"""How a judge's own totals lie, as a small picture with its words. Nobody else's totals are in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from contest.ranking.numbers import shortest

SHOWN_FROM = 5  # fewer say nothing about anybody's habit
STEP = 500  # hundredths of a point in one bar
WIDTH, BASE = 360, 70  # the drawing's own units; words stand below the base line
ROOM = 60  # for the tallest bar


@dataclass(frozen=True)
class Bar:
    """One bar of the drawing, and what it says: `count` totals from `low` to below `high`, in hundredths."""

    low: int
    high: int
    count: int
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Spread:
    """Where the judge's totals lie. `low` and `high`: the ends of the drawing, in hundredths."""

    totals: tuple[int, ...]
    bars: tuple[Bar, ...]
    low: int
    high: int
    middle: int  # the median

    @classmethod
    def of(cls, totals: Sequence[int]) -> "Spread | None":
        """None before there are enough to say anything."""
        if len(totals) < SHOWN_FROM:
            return None
        ranked = sorted(totals)
        low, high = min(ranked[0] // 1000 * 1000, 9000), 10_000
        counts = [0] * ((high - low) // STEP)
        for total in ranked:
            counts[min((total - low) // STEP, len(counts) - 1)] += 1
        middle = (ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]) // 2
        return cls(tuple(ranked), _bars(counts, low), low, high, middle)

    @property
    def marks(self) -> list[tuple[str, int]]:
        """What stands below the base line: a total, and where."""
        tens = range(self.low, self.high + 1, 1000 if self.high - self.low <= 6000 else 2000)
        return [(shortest(total), round((total - self.low) * WIDTH / (self.high - self.low))) for total in tens]


def _bars(counts: Sequence[int], low: int) -> tuple[Bar, ...]:
    most, slot = max(counts), WIDTH / len(counts)
    made = []
    for place, count in enumerate(counts):
        height = round(ROOM * count / most)
        begin = low + place * STEP
        made.append(
            Bar(begin, begin + STEP, count, round(place * slot) + 1, BASE - height, max(1, round(slot) - 3), height)
        )
    return tuple(made)
