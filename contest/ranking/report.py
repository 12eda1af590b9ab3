"""What `flask ranking compute` answers: one document for programs, one table for people."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from contest.ranking.methods import Scores, scored
from contest.ranking.numbers import decimal_text
from contest.ranking.panels import panels_of
from contest.ranking.sentences import sentence
from contest.ranking.sheet import Sheet, joined
from contest.ranking.situation import Method, Situation, proposed
from contest.ranking.ties import Placed, TieRule, evidence_of, in_stages


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What was asked for. Without a method, the one that suits; without a quorum, 2 ballots, or 1 of a single judge."""

    method: Method | None = None
    decimals: int = 2
    on_published: bool = False
    trim: int = 1
    quorum: int | None = None
    chain: tuple[TieRule, ...] = ()
    within_panels: bool = False


@dataclass(frozen=True)
class Answer:
    """The document, and the sentences that stand above the table."""

    document: dict[str, Any]
    remarks: tuple[str, ...]


def document(rounds: Sequence[Sheet], wanted: Wanted) -> Answer:
    """The scores and places of one round, or of several as one, as plain values."""
    sheet = joined(rounds) if len(rounds) > 1 else rounds[0]
    reached = [frozenset(later.entries) for later in rounds[1:]]
    about = Situation.of(sheet)
    remarks: list[str] = []
    method = wanted.method
    if method is None:
        proposal = proposed(about, at_random=False)
        method = proposal.method
        remarks.append(sentence(proposal.why))
    quorum = wanted.quorum or (1 if about.judges < 2 else 2)
    by_panel = wanted.within_panels and about.components > 0
    parts = panels_of(sheet) if by_panel else [sheet]
    entries: list[dict[str, Any]] = []
    severity: dict[str, float] = {}
    refused: str | None = None
    for number, part in enumerate(parts, start=1):
        scores = scored(part, method, trim=wanted.trim)
        if scores.refused:
            refused = sentence(scores.refused)
        remarks += [text for one in scores.warnings if (text := sentence(one)) not in remarks]
        panel = {"panel": number} if by_panel else {}
        entries += [{**row, **panel} for row in _entries(part, scores, wanted, quorum, reached)]
        severity |= _severities(part, scores)
    if by_panel:
        without = [name for name, ballots in zip(sheet.entries, sheet.per_entry, strict=True) if not ballots]
        entries += [{"entry": name, "score": None, "place": None, "ballots": 0, "panel": None} for name in without]
    judges = [
        {"judge": name, "ballots": int(ballots), "severity": severity.get(name)}
        for name, ballots in zip(sheet.judges, sheet.per_judge, strict=True)
    ]
    found = {"method": method.value, "refused": refused, "entries": entries, "judges": judges}
    return Answer(found, tuple(remarks))


def _entries(
    sheet: Sheet, scores: Scores, wanted: Wanted, quorum: int, reached: Sequence[frozenset[str]]
) -> list[dict[str, Any]]:
    """Those with a place first, by place; then those without, by name."""
    ballots = {name: int(count) for name, count in zip(sheet.entries, sheet.per_entry, strict=True)}
    values = scores.by_name(sheet)
    placed = (
        []
        if scores.refused
        else _placed(sheet, {name: values[name] for name in values if ballots[name] >= quorum}, wanted, reached)
    )
    with_place = {one.entry for one in placed}
    rows: list[tuple[str, int | None, str | None]] = [(one.entry, one.place, one.decided_by) for one in placed]
    rows += [(name, None, None) for name in sheet.entries if name not in with_place]
    return [
        {
            "entry": name,
            "score": decimal_text(values[name], wanted.decimals) if name in values else None,
            "place": place,
            "ballots": ballots[name],
            **({"decided_by": decided_by} if wanted.chain else {}),
        }
        for name, place, decided_by in rows
    ]


def _placed(
    sheet: Sheet, values: Mapping[str, Fraction], wanted: Wanted, reached: Sequence[frozenset[str]]
) -> list[Placed]:
    return in_stages(
        values,
        reached,
        chain=wanted.chain,
        evidence=evidence_of(sheet) if wanted.chain else None,
        published_decimals=wanted.decimals if wanted.on_published else None,
    )


def _severities(sheet: Sheet, scores: Scores) -> dict[str, float]:
    if scores.severity is None:
        return {}
    given = zip(sheet.judges, scores.severity.judge, sheet.per_judge, strict=True)
    return {name: round(float(value), 6) + 0.0 for name, value, ballots in given if ballots}


def as_text(answer: Answer) -> str:
    """The document as a table that a terminal shows straight, Chinese names included."""
    found = answer.document
    entries = [
        [*("" if row[key] is None else str(row[key]) for key in ("place", "entry", "score", "ballots"))]
        for row in found["entries"]
    ]
    judges = [
        [row["judge"], str(row["ballots"]), "" if row["severity"] is None else f"{row['severity']:+.2f}"]
        for row in found["judges"]
    ]
    lines = [f"Method: {found['method']}", *answer.remarks, ""]
    lines += _table(["place", "entry", "score", "ballots"], entries)
    lines += ["", *_table(["judge", "ballots", "severity"], judges)]
    return "\n".join(lines)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    all_rows = [list(head), *(list(row) for row in rows)]
    widths = [max(_width(row[at]) for row in all_rows) for at in range(len(head))]
    return [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in all_rows
    ]


def _width(text: str) -> int:
    """How many columns of a terminal `text` takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
