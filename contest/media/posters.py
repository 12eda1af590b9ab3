"""Which moments of a film may stand for it: pictures that show something, and not the same one three times."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# As shares of the length. The beginning is often black or a title, the end too, so they come last.
MOMENTS = (0.1, 0.6, 0.35, 0.85, 0.0)
MOST = 3
THUMB_SIDE = 16  # pixels; what is compared is so small that grain and a trembling hand are not seen
# Of the tenth of the picture that differs most, in levels of 255. The same person half a minute later is about 10,
# who has moved away from the middle about 40; the grain of a dark film stays below 4.
DIFFERS = 24
_STATS = re.compile(r"lavfi\.signalstats\.(YAVG|YLOW|YHIGH)=([\d.]+)")


@dataclass(frozen=True, kw_only=True)
class Try:
    """A picture that was taken: the number it is kept under, what it is worth, and a thumbnail of it in RGB."""

    number: int
    worth: float
    is_good: bool
    thumb: bytes

    @property
    def names(self) -> tuple[str, str]:
        return names_of(self.number)[:2]


def names_of(number: int) -> tuple[str, str, str]:
    """Large picture, small picture and thumbnail of a try."""
    return f"try-{number}.jpg", f"try-{number}-small.jpg", f"try-{number}.rgb"


def judged(number: int, *, stats: str, thumb: bytes) -> Try:
    """How much a picture shows, and whether that is enough: neither black nor white, with light and shade."""
    values = {name: float(value) for name, value in _STATS.findall(stats)}
    average, spread = values.get("YAVG", 0.0), values.get("YHIGH", 0.0) - values.get("YLOW", 0.0)
    worth = min(spread, 120.0) - abs(average - 118) / 2
    return Try(number=number, worth=worth, is_good=45 <= average <= 215 and spread >= 40, thumb=thumb)


def candidates(tried: Sequence[Try]) -> list[Try]:
    """The best ones that differ, the best first; where nothing is good, the least bad one alone."""
    chosen: list[Try] = []
    for one in sorted(tried, key=lambda one: (one.is_good, one.worth), reverse=True):
        if not chosen or (one.is_good and all(_differ(one.thumb, other.thumb) for other in chosen)):
            chosen.append(one)
    return chosen[:MOST]


def _differ(one: bytes, other: bytes) -> bool:
    levels = [abs(here - there) for here, there in zip(one, other, strict=False)]
    most = sorted((max(levels[at : at + 3]) for at in range(0, len(levels), 3)), reverse=True)
    tenth = most[: max(1, len(most) // 10)]
    return bool(tenth) and sum(tenth) / len(tenth) >= DIFFERS
