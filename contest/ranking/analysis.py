"""What a record tells besides its order: how sure it is, how each judge judged, how far the panel agrees.

Plain values, to be kept beside the record and read by pages. Nothing official rests on them.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from contest.ranking.agreement import agreement
from contest.ranking.diagnostics import odd_scores, reports
from contest.ranking.engines import method_of
from contest.ranking.favour import favours
from contest.ranking.mean import Criterion, Marks
from contest.ranking.methods import scored
from contest.ranking.record import criteria_of, exact_of, fingerprint, marks_of, recompute
from contest.ranking.severity import fit
from contest.ranking.sheet import Sheet
from contest.ranking.situation import Method, Said, Situation, proposed, warnings, why_not
from contest.ranking.stability import without_each_judge
from contest.ranking.uncertainty import Draws, Outlook, drawn, extra_ballots, outlooks

EXTRA_EACH = 2  # ballots proposed for each close call
Pair = tuple[str, str]  # entry and judge


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the record does not say. `seats`: prizes down to each line, counted from the top. `own`: pairs of one unit;
    `barred`: further pairs that must not be; `judges`: who may still score."""

    seats: Sequence[int]
    own: Collection[Pair] = ()
    barred: Collection[Pair] = ()
    judges: Sequence[str] | None = None
    at_random: bool = True


def analysis_of(body: str, asked: Asked) -> dict[str, Any]:
    """The analysis of a record, as plain values."""
    document = json.loads(body)
    criteria, marks = criteria_of(document), marks_of(document)
    entries = [row["entry"] for row in document["result"] if row["place"] is not None]
    exact = exact_of(document)
    sheet = Sheet(exact.entries, exact.judges, exact.entry, exact.judge, exact.units, exact.scale)
    about, method = Situation.of(sheet), method_of(document["engine"])
    proposal = proposed(about, at_random=asked.at_random)
    severity = fit(sheet) if len(sheet) else None
    return {
        "sha256": fingerprint(body),
        "recomputes": recompute(body) == body,
        "seats": list(asked.seats),
        "situation": asdict(about) | {"missing": about.missing},
        "method": method.value,
        "proposed": {"method": proposal.method.value, "why": said(proposal.why)},
        "warnings": [said(one) for one in warnings(method, about)],
        **_outlook(sheet, entries, method, document, asked),
        "judges": [_finite(asdict(one)) for one in reports(sheet, shares=_shares(marks, criteria), severity=severity)],
        "odd": [asdict(one) for one in odd_scores(sheet, severity=severity)] if len(sheet) else [],
        "favours": [{**asdict(one), "flagged": one.is_flagged} for one in favours(sheet, asked.own, severity=severity)],
        "panel": _panel(sheet),
        "model": _model(sheet, method, trim=document["rules"].get("trim", 1)),
    }


def said(one: Said) -> dict[str, Any]:
    """A code and its numbers, as plain values."""
    return {"code": one.code, "numbers": dict(one.numbers)}


def _finite(values: dict[str, Any]) -> dict[str, Any]:
    return {key: round(value, 6) if isinstance(value, float) else value for key, value in values.items()}


def _shares(marks: Sequence[Marks], criteria: Sequence[Criterion]) -> dict[Pair, list[Fraction]]:
    return {
        (one.entry, one.judge): [Fraction(one.values[line.key], line.max_hundredths) for line in criteria]
        for one in marks
    }


def _outlook(
    sheet: Sheet, entries: Sequence[str], method: Method, document: Mapping[str, Any], asked: Asked
) -> dict[str, Any]:
    """Chances, intervals, close calls at each line, ballots that would help, and what each judge decides."""
    # Draws are of the model of judges, so they need what it needs, whatever the method.
    if why := why_not(Method.CALIBRATED, Situation.of(sheet)):
        return {"unsure": said(why), "entries": [], "close": [], "extra": [], "without": []}
    columns = [sheet.entries.index(name) for name in sorted(entries)]
    seed = int(fingerprint(str(document["round"].get("seed", ""))), 16) % 2**32
    draws = drawn(sheet, seed=seed)
    lines = [_by_name(draws, columns, seats) for seats in asked.seats]
    return {
        "unsure": None,
        "entries": [
            {
                "entry": name,
                "low": lines[0][name].low,
                "high": lines[0][name].high,
                "chances": [round(line[name].chance, 4) for line in lines],
            }
            for name in entries
        ],
        "close": [[name for name in entries if line[name].is_close] for line in lines],
        "extra": _extra(sheet, lines, asked),
        "without": [
            {
                "judge": one.judge,
                "entering": list(one.entering),
                "leaving": list(one.leaving),
                "refused": said(one.refused) if one.refused else None,
            }
            for one in without_each_judge(
                sheet, method, seats=asked.seats[-1], trim=document["rules"].get("trim", 1), among=entries
            )
        ],
    }


def _by_name(draws: Draws, columns: Sequence[int], seats: int) -> dict[str, Outlook]:
    return {one.entry: one for one in outlooks(draws, seats=seats, among=columns)}


def _extra(sheet: Sheet, lines: Sequence[Mapping[str, Outlook]], asked: Asked) -> list[dict[str, Any]]:
    """For works that are close at some line, at the line where they are closest."""
    closest: dict[str, Outlook] = {}
    for line in lines:
        for name, one in line.items():
            if name not in closest or abs(one.chance - 0.5) < abs(closest[name].chance - 0.5):
                closest[name] = one
    forbidden: dict[str, set[str]] = {}
    for entry, judge in [*asked.own, *asked.barred]:
        forbidden.setdefault(entry, set()).add(judge)
    plan = extra_ballots(
        sheet,
        [closest[name] for name in sorted(closest)],
        each=EXTRA_EACH,
        forbidden={entry: frozenset(judges) for entry, judges in forbidden.items()},
        judges=asked.judges,
    )
    return [{"entry": entry, "judges": list(judges)} for entry, judges in plan.items()]


def _panel(sheet: Sheet) -> dict[str, Any]:
    found = agreement(sheet)
    return {
        name: {"value": value, "why": said(found.why[name]) if name in found.why else None}
        for name, value in found.values.items()
    }


def _model(sheet: Sheet, method: Method, *, trim: int) -> dict[str, Any] | None:
    """What the method took out for each judge, in as many digits as it counted with."""
    if method not in (Method.ADJUSTED, Method.CALIBRATED):
        return None
    scores = scored(sheet, method, trim=trim)
    if scores.severity is None:
        return None
    judges: dict[str, dict[str, float]] = {
        name: {"severity": float(value)} for name, value in zip(sheet.judges, scores.severity.judge, strict=True)
    }
    if scores.calibration is None:
        return {"judges": judges}
    model, used = scores.calibration, scores.calibration.used
    for at, name in enumerate(sheet.judges):
        judges[name] |= {
            "base": float(model.base[at]),
            "slope": float(used.slope[at]),
            "noise": float(used.noise[at]),
        }
    return {"judges": judges, "centre": used.centre, "middle": used.middle, "width": used.width}
