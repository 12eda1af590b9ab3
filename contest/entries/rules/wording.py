"""A check report in words: what was found, how it stands to the limit, and how to change it.

Kept apart from the findings, so that a report reads in the language of whoever opens it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contest.entries.models import CheckReport
from contest.entries.rules import lines_counted, lines_film, lines_noted, lines_photo
from contest.entries.rules.limits import ESTIMATED, OF_PHOTO, OF_VIDEO
from contest.entries.rules.said import Meter, Say

MEASURED = (*OF_VIDEO, *OF_PHOTO, "playable")
KINDS = {"ok": "ok", "info": "info", "advice": "warn", "must_fix": "bad"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line as it is shown. kind: ok, info, warn or bad."""

    code: str
    kind: str
    title: str
    value: str = ""
    detail: str = ""
    fix: str = ""
    meter: Meter | None = None
    frame: tuple[float, ...] | None = None  # left, top, width and height, as shares of a picture that shows it


@dataclass(frozen=True, kw_only=True)
class Words:
    """A report in three parts: what must be met, how it looks and sounds, and what is good to know."""

    must: list[Line]
    quality: list[Line]
    notes: list[Line]


def words(report: CheckReport) -> Words:
    """All lines of a report in the reader's language."""
    lines = [line(finding, report.limits) for finding in report.findings]
    return Words(
        must=[line for line in lines if line.code in MEASURED or line.kind == "bad"],
        quality=[
            line
            for line in lines
            if line.kind != "bad" and (line.code in ESTIMATED or (line.kind == "warn" and line.code not in MEASURED))
        ],
        notes=[line for line in lines if line.kind == "info" and line.code not in ESTIMATED],
    )


def line(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> Line:
    """One finding in words; a code of another version is shown as it is."""
    say = LINES.get(finding["code"])
    if say is None:
        return Line(code=finding["code"], kind=KINDS[finding["outcome"]], title=finding["code"])
    return Line(code=finding["code"], kind=KINDS[finding["outcome"]], **say(finding, limits))


LINES: dict[str, Say] = {**lines_counted.LINES, **lines_noted.LINES, **lines_photo.LINES, **lines_film.LINES}
