"""The methods that a record may name. A name stands for its results for ever: what changes them gets a new number."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from contest.ranking.exact import Ballot, Exact
from contest.ranking.mean import ENGINE, Criterion, Line, Marks, rank, total
from contest.ranking.means import trimmed
from contest.ranking.numbers import half_up
from contest.ranking.situation import Method, Said, Situation, why_not
from contest.ranking.ties import TieRule, evidence_of, in_stages

# Entries that may have a place, all ballots (also of others: a withdrawn work keeps its ballots), rubric, rules.
Engine = Callable[[Iterable[str], Iterable[Marks], Sequence[Criterion], Mapping[str, Any]], list[Line]]


class NoOrder(ValueError):
    """The method must not be used on these ballots; `why` holds the code and the numbers of its sentence."""

    def __init__(self, why: Said) -> None:
        super().__init__(why.code)
        self.why = why


def _plain(
    entries: Iterable[str], marks: Iterable[Marks], criteria: Sequence[Criterion], rules: Mapping[str, Any]
) -> list[Line]:
    return rank(entries, marks, criteria, quorum=rules["quorum"])


def _by_arithmetic(
    method: Method,
    entries: Iterable[str],
    marks: Iterable[Marks],
    criteria: Sequence[Criterion],
    rules: Mapping[str, Any],
) -> list[Line]:
    """Rules besides `quorum`: `trim` (1), `rank_on` ("exact" or "published"), `ties` (a list of rules, none), `reached`
    (for each round after the first, the entries in it; then a judge may have a ballot a round for an entry)."""
    given, names = list(marks), sorted(set(entries))
    sheet = Exact.of(_ballots(given, criteria), entries=names)
    trim = rules.get("trim", 1) if method is Method.TRIMMED else 0
    if refused := why_not(method, Situation.of(sheet), trim=trim):
        raise NoOrder(refused)
    values = {
        name: value for name, value in zip(sheet.entries, trimmed(sheet, trim=trim), strict=True) if value is not None
    }
    return _lines(sheet, values, names, _heaviest(given, criteria), rules)


def _by_model(
    method: Method,
    entries: Iterable[str],
    marks: Iterable[Marks],
    criteria: Sequence[Criterion],
    rules: Mapping[str, Any],
) -> list[Line]:
    """With the same rules."""
    # Inside, for the web process reads records of means without NumPy.
    from contest.ranking.methods import scored
    from contest.ranking.sheet import Sheet

    given, names = list(marks), sorted(set(entries))
    sheet = Sheet.of(_ballots(given, criteria), entries=names)
    scores = scored(sheet, method)
    if scores.refused:
        raise NoOrder(scores.refused)
    return _lines(sheet, scores.by_name(sheet), names, _heaviest(given, criteria), rules)


def _ballots(marks: Iterable[Marks], criteria: Sequence[Criterion]) -> Iterable[Ballot]:
    return (Ballot(one.entry, one.judge, total(one.values, criteria)) for one in marks)


def _lines(
    sheet: Exact,
    values: Mapping[str, Fraction],
    names: Sequence[str],
    heaviest: Mapping[str, Fraction],
    rules: Mapping[str, Any],
) -> list[Line]:
    spreads = {
        name: max(units) - min(units) for name, units in zip(sheet.entries, sheet.by_entry, strict=True) if units
    }
    counts = {name: len(units) for name, units in zip(sheet.entries, sheet.by_entry, strict=True)}
    quorum = max(rules["quorum"], 1)
    placed = in_stages(
        {name: values[name] for name in names if counts[name] >= quorum},
        [frozenset(stage) for stage in rules.get("reached", [])],
        chain=[TieRule(one) for one in rules.get("ties", [])],
        evidence=evidence_of(sheet, criterion=heaviest),
        published_decimals=rules.get("decimals", 2) if rules.get("rank_on") == "published" else None,
    )
    found = {one.entry: one for one in placed}

    def line(name: str) -> Line:
        place, value = found.get(name), values.get(name)
        return Line(
            entry=name,
            place=place.place if place else None,
            shared=place.shared if place else False,
            exact=value,
            # A score of a model can lie a little outside of 0 to 100; what is published stays within.
            mean_hundredths=None if value is None else half_up(min(max(value, Fraction(0)), Fraction(100))),
            spread_hundredths=half_up(Fraction(spreads[name], sheet.scale)) if name in spreads else None,
            ballots=counts[name],
            decided_by=place.decided_by if place else "",
        )

    return [line(name) for name in [*found, *(name for name in names if name not in found)]]


def _heaviest(marks: Iterable[Marks], criteria: Sequence[Criterion]) -> dict[str, Fraction]:
    """For each entry the mean of the criterion that weighs most, or of all that weigh as much."""
    most = max(criterion.weight_bp for criterion in criteria)
    heavy = [criterion for criterion in criteria if criterion.weight_bp == most]
    found: dict[str, list[Fraction]] = {}
    for one in marks:
        found.setdefault(one.entry, []).append(total(one.values, heavy))
    return {entry: sum(totals, Fraction(0)) / len(totals) for entry, totals in found.items()}


ENGINES: Mapping[str, Engine] = {
    ENGINE: _plain,
    "mean/2": partial(_by_arithmetic, Method.MEAN),  # with rules for ties, and refused where panels share no judge
    "trimmed-mean/1": partial(_by_arithmetic, Method.TRIMMED),
    "severity-adjusted/1": partial(_by_model, Method.ADJUSTED),
    "safe-calibration/1": partial(_by_model, Method.CALIBRATED),
}
# What a result by each method is computed with today.
ENGINE_OF: Mapping[Method, str] = {
    Method.MEAN: "mean/2",
    Method.TRIMMED: "trimmed-mean/1",
    Method.ADJUSTED: "severity-adjusted/1",
    Method.CALIBRATED: "safe-calibration/1",
}
# Whole numbers only: quick, and without NumPy. The others belong into a job.
ARITHMETIC = frozenset({ENGINE, ENGINE_OF[Method.MEAN], ENGINE_OF[Method.TRIMMED]})


def method_of(engine: str) -> Method:
    """The method of a record."""
    return next((method for method, name in ENGINE_OF.items() if name == engine), Method.MEAN)
