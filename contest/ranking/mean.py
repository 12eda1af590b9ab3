"""The plain mean: every judge's weighted total counts the same, places follow the exact value."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from contest.ranking.numbers import half_up

ENGINE = "plain-mean/1"


@dataclass(frozen=True)
class Criterion:
    """A line of the rubric; the weights of all lines sum to 10,000 basis points."""

    key: str
    weight_bp: int
    max_hundredths: int


@dataclass(frozen=True)
class Marks:
    """One judge's complete marks for one entry, in hundredths by criterion key."""

    entry: str
    judge: str
    values: Mapping[str, int]


@dataclass(frozen=True)
class Line:
    """One entry's outcome. `place` is None under quorum; `exact` is None without any ballot."""

    entry: str
    place: int | None
    shared: bool
    exact: Fraction | None
    mean_hundredths: int | None
    spread_hundredths: int | None  # highest total minus lowest: how far the judges were apart
    ballots: int
    decided_by: str | None = None  # what parted it from its equals, where the method has rules for that


def total(values: Mapping[str, int], criteria: Iterable[Criterion]) -> Fraction:
    """The weighted total on a scale of 0..100, exact; KeyError when a criterion has no mark."""
    shares = (Fraction(values[c.key] * c.weight_bp, c.max_hundredths * 100) for c in criteria)
    return sum(shares, Fraction(0))


def partial_total(values: Mapping[str, int], criteria: Iterable[Criterion]) -> Fraction:
    """The total of what is marked so far; what is not marked adds nothing, without being a zero."""
    return total(values, [c for c in criteria if c.key in values])


def rank(entries: Iterable[str], marks: Iterable[Marks], criteria: Iterable[Criterion], *, quorum: int) -> list[Line]:
    """All `entries` in order: places first (1, 2, 2, 4 on the exact mean), then those under `quorum` by name.

    Marks for an entry that is not among `entries` are left out: a withdrawn work keeps its ballots and loses its place.
    """
    rubric = list(criteria)
    totals: dict[str, list[Fraction]] = defaultdict(list)
    for given in marks:
        totals[given.entry].append(total(given.values, rubric))
    lines = [_line(entry, totals.get(entry, [])) for entry in sorted(set(entries))]
    placed = [line for line in lines if line.ballots >= max(quorum, 1)]
    return [*_with_places(placed), *(line for line in lines if line.ballots < max(quorum, 1))]


def _line(entry: str, totals: list[Fraction]) -> Line:
    if not totals:
        return Line(entry, None, False, None, None, None, 0)
    exact = sum(totals, Fraction(0)) / len(totals)
    return Line(entry, None, False, exact, half_up(exact), half_up(max(totals) - min(totals)), len(totals))


def _with_places(lines: list[Line]) -> list[Line]:
    def exact(line: Line) -> Fraction:
        return line.exact or Fraction(0)

    placed: list[Line] = []
    # sorted() is stable, so equal means stay in the order of their names and the record never changes by chance.
    for _, tied in groupby(sorted(lines, key=exact, reverse=True), key=exact):
        group, place = list(tied), len(placed) + 1
        placed += [
            Line(
                line.entry,
                place,
                len(group) > 1,
                line.exact,
                line.mean_hundredths,
                line.spread_hundredths,
                line.ballots,
            )
            for line in group
        ]
    return placed
