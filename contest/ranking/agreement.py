"""How far judges agree, by the coefficients that others use, so that our figures can be compared with theirs.

All but the last are computed in whole numbers and fractions from the exact scores: no order of rows and no processor
changes a digit. Entries and judges without any ballot are not part of the design.

- ICC: Shrout and Fleiss 1979, "Intraclass correlations: uses in assessing rater reliability", Psychological Bulletin
  86, 420-428; McGraw and Wong 1996, Psychological Methods 1, 30-46, call ours ICC(1), ICC(A,1), ICC(C,1) and so on.
- Kendall's W: Kendall and Babington Smith 1939, Annals of Mathematical Statistics 10, 275-287; with ties as in Siegel
  and Castellan 1988, Nonparametric Statistics, section 9.8.
- Alpha: Krippendorff 2011, "Computing Krippendorff's alpha-reliability", University of Pennsylvania.
- Generalisability: Brennan 2001, Generalizability Theory, for relative decisions; the variances by REML.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from contest.ranking.crossed import Components, components
from contest.ranking.sheet import Sheet
from contest.ranking.situation import Said, Situation

ICCS = ("icc1", "icc2", "icc3", "icc1k", "icc2k", "icc3k")
ALPHAS = ("alpha_nominal", "alpha_ordinal", "alpha_interval")
NAMES = (*ICCS, "kendall_w", *ALPHAS, "generalisability")

Coefficients = dict[str, Fraction | float | Said]


@dataclass(frozen=True)
class Agreement:
    """Each of NAMES in `values`, None where it is undefined; then `why` says the reason."""

    values: dict[str, float | None]
    why: dict[str, Said] = field(default_factory=dict)


@dataclass(frozen=True)
class Squares:
    """The mean squares of a complete panel: between entries, within entries, between judges, and what is left."""

    entries: int
    judges: int
    between: Fraction
    within: Fraction
    by_judge: Fraction
    left: Fraction


def agreement(sheet: Sheet) -> Agreement:
    """All coefficients of one round."""
    found: Coefficients = {**_of_a_panel(sheet), **_alphas(sheet), "generalisability": _generalisability(sheet)}
    return Agreement(
        values={name: None if isinstance(one := found[name], Said) else round(float(one), 6) for name in NAMES},
        why={name: one for name in NAMES if isinstance(one := found[name], Said)},
    )


def _of_a_panel(sheet: Sheet) -> Coefficients:
    """ICC and W, which need every judge's score for every entry."""
    if reason := _why_no_panel(sheet):
        return dict.fromkeys((*ICCS, "kendall_w"), reason)
    rows = complete_rows(sheet)
    return {**intraclass(mean_squares(rows)), "kendall_w": kendall_w(rows)}


def _why_no_panel(sheet: Sheet) -> Said | None:
    about = Situation.of(sheet)
    if reason := _why_nothing(about):
        return reason
    if about.ballots > about.pairs:
        return Said("agreement_rounds")
    return None if about.is_complete else Said("agreement_incomplete", {"missing": about.missing})


def _why_nothing(about: Situation) -> Said | None:
    if not about.ballots:
        return Said("no_ballots")
    if about.judges < 2:
        return Said("agreement_one_judge")
    return Said("agreement_one_entry") if about.entries < 2 else None


def complete_rows(sheet: Sheet) -> list[tuple[int, ...]]:
    """Entries by judges, in units; the sheet is sorted by entry and judge, so each entry's ballots are a row."""
    return [row for row in sheet.by_entry if row]


def mean_squares(rows: Sequence[Sequence[int]]) -> Squares:
    """The two-way analysis of variance, exact. Two rows and two columns at least."""
    entries, judges = len(rows), len(rows[0])
    total = sum(map(sum, rows))
    centre = Fraction(total * total, entries * judges)
    squares = sum(value * value for row in rows for value in row)
    by_entry = Fraction(sum(sum(row) ** 2 for row in rows), judges) - centre
    by_judge = Fraction(sum(sum(column) ** 2 for column in zip(*rows, strict=True)), entries) - centre
    within = squares - centre - by_entry
    return Squares(
        entries=entries,
        judges=judges,
        between=by_entry / (entries - 1),
        within=within / (entries * (judges - 1)),
        by_judge=by_judge / (judges - 1),
        left=(within - by_judge) / ((entries - 1) * (judges - 1)),
    )


def intraclass(mean: Squares) -> Coefficients:
    """The six forms of Shrout and Fleiss: of one judge and, with a k, of the mean of all judges."""
    n, k = mean.entries, mean.judges
    of_judges = (mean.by_judge - mean.left) * Fraction(k, n)
    tops = {"icc1": mean.between - mean.within, "icc2": mean.between - mean.left, "icc3": mean.between - mean.left}
    single = {
        "icc1": mean.between + (k - 1) * mean.within,
        "icc2": mean.between + (k - 1) * mean.left + of_judges,
        "icc3": mean.between + (k - 1) * mean.left,
    }
    average = {"icc1k": mean.between, "icc2k": mean.between + of_judges / k, "icc3k": mean.between}
    return {
        name: tops[name.removesuffix("k")] / below if below else Said("agreement_no_difference")
        for name, below in (single | average).items()
    }


def kendall_w(rows: Sequence[Sequence[int]]) -> Fraction | Said:
    """Kendall's W of entries by judges, corrected for ties: 1 when all judges order all entries alike."""
    n, m = len(rows), len(rows[0])
    columns = [doubled_ranks(column) for column in zip(*rows, strict=True)]
    sums = [sum(ranks) for ranks in zip(*columns, strict=True)]
    spread = sum(one * one for one in sums) - m * m * (n + 1) * (n + 1) * n  # four times S; their mean is m(n + 1)
    ties = sum(count**3 - count for column in zip(*rows, strict=True) for count in Counter(column).values())
    most = m * m * (n**3 - n) - m * ties
    return Fraction(3 * spread, most) if most else Said("agreement_judges_constant")


def doubled_ranks(values: Iterable[int]) -> list[int]:
    """Twice the rank of each value from 1, equal values sharing the mean of their ranks: 10, 30, 30 -> 2, 5, 5."""
    given = list(values)
    middle = _doubled_middles(Counter(given))
    return [middle[value] for value in given]


def _doubled_middles(counts: Counter[int]) -> dict[int, int]:
    middles, below = {}, 0
    for value in sorted(counts):
        middles[value] = 2 * below + counts[value] + 1
        below += counts[value]
    return middles


def _alphas(sheet: Sheet) -> Coefficients:
    units = [row for row in sheet.by_entry if len(row) > 1]
    if not units:
        return dict.fromkeys(ALPHAS, Said("agreement_no_pairs" if len(sheet) else "no_ballots"))
    counts = Counter(value for row in units for value in row)
    if len(counts) == 1:
        return dict.fromkeys(ALPHAS, Said("agreement_all_alike"))
    # The ordinal distance of two values is how many ballots lie between their middles, so it is the interval distance
    # of the middles.
    middles = _doubled_middles(counts)
    return {
        "alpha_nominal": alpha(units, disagreement=_unequal),
        "alpha_ordinal": alpha([[middles[value] for value in row] for row in units], disagreement=_squared),
        "alpha_interval": alpha(units, disagreement=_squared),
    }


def alpha(units: Iterable[Sequence[int]], *, disagreement: Callable[[Sequence[int]], int]) -> Fraction:
    """Krippendorff's alpha; each unit has two values or more and not all values are equal.

    `disagreement` is the sum of the squared distances of all ordered pairs of some values.
    """
    observed: dict[int, int] = defaultdict(int)
    everything: list[int] = []
    for row in units:
        observed[len(row) - 1] += disagreement(row)
        everything += row
    found = sum((Fraction(total, others) for others, total in observed.items()), Fraction(0))
    return 1 - found * (len(everything) - 1) / disagreement(everything)


def _unequal(values: Sequence[int]) -> int:
    return len(values) ** 2 - sum(count * count for count in Counter(values).values())


def _squared(values: Sequence[int]) -> int:
    return 2 * (len(values) * sum(value * value for value in values) - sum(values) ** 2)


def _generalisability(sheet: Sheet) -> Fraction | float | Said:
    """How much of the difference between the entries' scores is real, for the ballots that they have."""
    about = Situation.of(sheet)
    if reason := _why_nothing(about):
        return reason
    if about.ballots == about.entries:
        return Said("agreement_no_pairs")
    if len(set(sheet.units)) == 1:
        return Said("agreement_all_alike")
    if len(set(zip(sheet.judge, sheet.units, strict=True))) == about.judges:
        return Said("agreement_judges_constant")
    if about.is_complete and about.ballots == about.pairs:
        return of_complete(mean_squares(complete_rows(sheet)))
    if about.ballots < about.entries + about.judges:  # nothing is left that could be chance
        return Said("agreement_too_few")
    return of_incomplete(sheet, components(sheet))


def of_complete(mean: Squares) -> Fraction:
    """REML in a complete panel is the analysis of variance; a negative variance is 0, and its share is chance."""
    chance = mean.left if mean.by_judge >= mean.left else mean.within  # judges who are all alike
    return max(mean.between - chance, Fraction(0)) / mean.between if mean.between else Fraction(0)


def of_incomplete(sheet: Sheet, found: Components) -> float:
    """With the harmonic mean of the ballots of an entry, as is usual where they differ.

    Five decimals: the search for the variances knows no more, and processors must not differ in what is shown.
    """
    counts = sheet.per_entry[sheet.per_entry > 0]
    ballots = len(counts) / float((1.0 / counts).sum())
    return round(found.entries / (found.entries + 1 / ballots), 5)
