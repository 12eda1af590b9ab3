"""All ballots of a round, exact and in one order, whatever order they came in. Whole numbers only, without NumPy: the
web process ranks by means with it."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple, Self


class Ballot(NamedTuple):
    """What one judge gave one entry: an exact number, never a float."""

    entry: str
    judge: str
    score: Fraction


class Tally(NamedTuple):
    """A sheet counted, without entries and judges that have no ballot; `pairs` are of an entry and a judge."""

    entries: int
    judges: int
    least_per_entry: int
    least_per_judge: int
    pairs: int


@dataclass(frozen=True, eq=False)
class Exact:
    """Ballots sorted by entry, judge and score. `units` / `scale` is the exact score.

    `entries` and `judges` are sorted and also name those without any ballot.
    """

    entries: tuple[str, ...]
    judges: tuple[str, ...]
    entry: tuple[int, ...]
    judge: tuple[int, ...]
    units: tuple[int, ...]
    scale: int

    @classmethod
    def of(cls, ballots: Iterable[Ballot], *, entries: Iterable[str] = (), judges: Iterable[str] = ()) -> Self:
        """The sheet of `ballots`; `entries` and `judges` add those that have none."""
        given = sorted(ballots)
        all_entries = tuple(sorted({*entries, *(one.entry for one in given)}))
        all_judges = tuple(sorted({*judges, *(one.judge for one in given)}))
        at_entry = {name: at for at, name in enumerate(all_entries)}
        at_judge = {name: at for at, name in enumerate(all_judges)}
        scale = math.lcm(*{one.score.denominator for one in given})
        return cls(
            entries=all_entries,
            judges=all_judges,
            entry=tuple(at_entry[one.entry] for one in given),
            judge=tuple(at_judge[one.judge] for one in given),
            units=tuple(one.score.numerator * (scale // one.score.denominator) for one in given),
            scale=scale,
        )

    def __len__(self) -> int:
        return len(self.units)

    @property
    def tally(self) -> "Tally":
        """How many entries and judges have ballots, and the fewest that one of them has."""
        per_entry, per_judge = Counter(self.entry), Counter(self.judge)
        return Tally(
            entries=len(per_entry),
            judges=len(per_judge),
            least_per_entry=min(per_entry.values(), default=0),
            least_per_judge=min(per_judge.values(), default=0),
            pairs=len(set(zip(self.entry, self.judge, strict=True))),
        )

    @cached_property
    def by_entry(self) -> tuple[tuple[int, ...], ...]:
        """The units of each entry's ballots."""
        found: list[list[int]] = [[] for _ in self.entries]
        for at, units in zip(self.entry, self.units, strict=True):
            found[at].append(units)
        return tuple(tuple(one) for one in found)

    @cached_property
    def panels(self) -> tuple[int, ...]:
        """For each entry the number of its panel, -1 without ballots: works that a chain of common judges joins."""
        leader = list(range(len(self.judges)))

        def head(judge: int) -> int:
            while leader[judge] != judge:
                leader[judge] = leader[leader[judge]]
                judge = leader[judge]
            return judge

        first: dict[int, int] = {}
        for at, judge in zip(self.entry, self.judge, strict=True):
            leader[head(judge)] = head(first.setdefault(at, judge))
        numbers: dict[int, int] = {}
        return tuple(
            numbers.setdefault(head(first[at]), len(numbers)) if at in first else -1 for at in range(len(self.entries))
        )

    @property
    def components(self) -> int:
        """How many panels have no judge in common; 0 without ballots."""
        return max(self.panels, default=-1) + 1

    def ballots(self) -> list[Ballot]:
        """The ballots again, in order."""
        rows = zip(self.entry, self.judge, self.units, strict=True)
        return [Ballot(self.entries[at], self.judges[by], Fraction(units, self.scale)) for at, by, units in rows]

    def without_judge(self, name: str) -> Self:
        """As if `name` had given nothing; the name stays, without ballots."""
        gone = self.judges.index(name)
        rows = [row for row, judge in enumerate(self.judge) if judge != gone]
        entry, judge, units = (tuple(map(cells.__getitem__, rows)) for cells in (self.entry, self.judge, self.units))
        return type(self)(self.entries, self.judges, entry, judge, units, self.scale)


def by_pair(sheet: Exact) -> Mapping[tuple[int, int], int]:
    """The units by entry and judge; of several rounds the sum."""
    found: dict[tuple[int, int], int] = {}
    for at, by, units in zip(sheet.entry, sheet.judge, sheet.units, strict=True):
        found[at, by] = found.get((at, by), 0) + units
    return found
