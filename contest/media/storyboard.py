"""The little pictures above the seek bar: all on one sheet, and a WebVTT file that says which is shown when."""

from dataclasses import dataclass

from contest.media.facts import Facts
from contest.media.filters import within

SHEET, TIMES = "storyboard.jpg", "storyboard.vtt"
SIDE, COLUMNS, MOST = 160, 10, 100
LEAST_EVERY_MS = 2000  # our key pictures are as far apart


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """How many pictures of which size, and of which moments."""

    count: int
    every_ms: int
    length_ms: int
    width: int
    height: int

    @property
    def columns(self) -> int:
        return min(COLUMNS, self.count)

    @property
    def rows(self) -> int:
        return -(-self.count // COLUMNS)


def sheet_of(facts: Facts) -> Sheet:
    """A picture every two seconds, or a hundred of a longer film; 160 pixels on their longer side."""
    length_ms = max(1, facts.length_ms)
    every_ms = max(LEAST_EVERY_MS, -(-length_ms // MOST))
    width, height = within(facts, SIDE)
    return Sheet(count=-(-length_ms // every_ms), every_ms=every_ms, length_ms=length_ms, width=width, height=height)


def times(sheet: Sheet) -> str:
    """The WebVTT: from when to when, and the place on the sheet."""
    cues = []
    for place in range(sheet.count):
        begins, ends = place * sheet.every_ms, min((place + 1) * sheet.every_ms, sheet.length_ms)
        left, top = place % COLUMNS * sheet.width, place // COLUMNS * sheet.height
        area = f"{left},{top},{sheet.width},{sheet.height}"
        cues.append(f"{_moment(begins)} --> {_moment(ends)}\n{SHEET}#xywh={area}\n")
    return "WEBVTT\n\n" + "\n".join(cues)


def _moment(ms: int) -> str:
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"
