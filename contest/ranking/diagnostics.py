"""How each judge judged: numbers and codes to talk about with a judge, never a reason to delete a ballot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from contest.ranking.severity import Severity, fit, standard_errors
from contest.ranking.sheet import Floats, Sheet

Shares = Mapping[tuple[str, str], Sequence[Fraction]]  # entry and judge to the share of each criterion's maximum

NORMAL_95 = 1.959963984540054
ERRATIC, ERRATIC_BALLOTS = 0.2, 8  # correlation with the others below which a judge seems to mark at random
UNEXPECTED = 2.0  # outfit above which the marks of a judge are twice as far off as chance has it
FLAT, FLAT_BALLOTS = 0.6, 10  # share of ballots with all criteria alike
HALO = 0.9  # correlation between criteria that says one impression fills all lines
ODD_SCORE = 3.0  # standard deviations off, from which a score is asked about before it is locked


@dataclass(frozen=True)
class JudgeReport:
    """One judge; None where too few ballots tell.

    `severity`: points above (+) or below (-) the panel, `low` to `high` its 95 % interval. `consistency`: correlation
    with what the other judges let expect. `outfit`: 1 by chance. `same`: share of the commonest score. `flat`: share of
    ballots with all criteria alike. `halo`: how closely criteria go together.
    """

    judge: str
    ballots: int
    severity: float
    low: float
    high: float
    consistency: float | None
    outfit: float | None
    same: float
    flat: float | None
    halo: float | None
    flags: tuple[str, ...]


@dataclass(frozen=True)
class OddScore:
    """A score far from what the others and the judge's own habit let expect."""

    entry: str
    judge: str
    deviations: float


def reports(sheet: Sheet, *, shares: Shares | None = None, severity: Severity | None = None) -> list[JudgeReport]:
    """Each judge with ballots, by name."""
    if not len(sheet):
        return []
    model = severity or fit(sheet)
    errors = standard_errors(sheet, model)
    expected, spread = expected_scores(sheet, model)
    centre = float(np.mean(model.judge[sheet.per_judge > 0]))
    own = sheet.y - model.judge[sheet.j]
    found = []
    for at in np.flatnonzero(sheet.per_judge > 0):
        mine = sheet.j == at
        told = mine & ~np.isnan(expected)
        level, margin = float(model.judge[at]) - centre, NORMAL_95 * float(errors[at])
        report = JudgeReport(
            judge=sheet.judges[at],
            ballots=int(sheet.per_judge[at]),
            severity=level,
            low=level - margin,
            high=level + margin,
            consistency=_correlation(own[told], expected[told]),
            outfit=_outfit(own[told] - expected[told], spread[told]),
            same=float(np.unique(sheet.y[mine], return_counts=True)[1].max() / mine.sum()),
            flat=_flat(shares, sheet.judges[at]),
            halo=_halo(shares, sheet.judges[at]),
            flags=(),
        )
        found.append(_flagged(report))
    return found


def odd_scores(sheet: Sheet, *, severity: Severity | None = None) -> list[OddScore]:
    """Scores more than three standard deviations off, the oddest first."""
    model = severity or fit(sheet)
    if model.noise <= 0:
        return []
    expected, spread = expected_scores(sheet, model)
    off = (sheet.y - model.judge[sheet.j] - expected) / spread
    rows = [int(row) for row in np.flatnonzero(np.abs(off) > ODD_SCORE)]
    names = [(sheet.entries[sheet.entry[row]], sheet.judges[sheet.judge[row]], float(off[row])) for row in rows]
    return [OddScore(*one) for one in sorted(names, key=lambda one: (-abs(one[2]), one[:2]))]


def expected_scores(sheet: Sheet, model: Severity) -> tuple[Floats, Floats]:
    """For each ballot the entry as the other judges put it, nan without others, and how far off chance alone may be."""
    others = (sheet.per_entry[sheet.i] - 1).astype(np.float64)
    alone = others < 1
    sums = model.entry[sheet.i] * sheet.per_entry[sheet.i] - (sheet.y - model.judge[sheet.j])
    expected: Floats = np.where(alone, np.nan, sums / np.where(alone, 1.0, others))
    spread: Floats = np.sqrt(model.noise * (1.0 + 1.0 / np.where(alone, 1.0, others)))
    return expected, spread


def _correlation(one: Floats, other: Floats) -> float | None:
    """None where it is undefined: with fewer than three pairs, or when either does not vary."""
    if len(one) < 3 or np.ptp(one) < 1e-9 or np.ptp(other) < 1e-9:
        return None
    return float(np.corrcoef(one, other)[0, 1])


def _outfit(off: Floats, spread: Floats) -> float | None:
    if not len(off) or spread[0] <= 0:
        return None
    return float(np.mean((off / spread) ** 2))


def _flat(shares: Shares | None, judge: str) -> float | None:
    """The share of the judge's ballots with the same share of every criterion."""
    rows = [marks for (_entry, by), marks in (shares or {}).items() if by == judge and len(marks) > 1]
    return sum(len(set(marks)) == 1 for marks in rows) / len(rows) if rows else None


def _halo(shares: Shares | None, judge: str) -> float | None:
    """The mean correlation between criteria of what the judge gives beyond the entry's panel in each."""
    table: dict[str, list[Sequence[Fraction]]] = {}
    for (entry, _by), marks in (shares or {}).items():
        table.setdefault(entry, []).append(marks)
    rows = [
        [float(mark) - sum(float(one[at]) for one in table[entry]) / len(table[entry]) for at, mark in enumerate(marks)]
        for (entry, by), marks in sorted((shares or {}).items())
        if by == judge and len(table[entry]) > 1
    ]
    if len(rows) < FLAT_BALLOTS or len(rows[0]) < 2:
        return None
    columns = np.array(rows).T
    pairs = [
        value
        for one in range(len(columns))
        for other in range(one)
        if (value := _correlation(columns[one], columns[other])) is not None
    ]
    return sum(pairs) / len(pairs) if pairs else None


def _flagged(report: JudgeReport) -> JudgeReport:
    """The report with the codes of what an organiser should look at."""
    checks = {
        "strict": report.high < 0,
        "generous": report.low > 0,
        "erratic": report.ballots >= ERRATIC_BALLOTS
        and report.consistency is not None
        and report.consistency < ERRATIC,
        "unexpected": report.ballots >= ERRATIC_BALLOTS and report.outfit is not None and report.outfit > UNEXPECTED,
        "constant": report.ballots >= FLAT_BALLOTS and report.same == 1.0,
        "straight_lining": report.ballots >= FLAT_BALLOTS and report.flat is not None and report.flat > FLAT,
        "halo": report.halo is not None and report.halo > HALO,
    }
    return replace(report, flags=tuple(code for code, holds in checks.items() if holds))
