"""All ballots of a round, exact and in one order, whatever order they came in."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Ballot(NamedTuple):
    """What one judge gave one entry: an exact number, never a float."""

    entry: str
    judge: str
    score: Fraction


@dataclass(frozen=True, eq=False)
class Sheet:
    """Ballots sorted by entry, judge and score. `units` / `scale` is the exact score; the arrays are for models.

    `entries` and `judges` are sorted and also name those without any ballot.
    """

    entries: tuple[str, ...]
    judges: tuple[str, ...]
    entry: tuple[int, ...]
    judge: tuple[int, ...]
    units: tuple[int, ...]
    scale: int

    @classmethod
    def of(cls, ballots: Iterable[Ballot], *, entries: Iterable[str] = (), judges: Iterable[str] = ()) -> "Sheet":
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

    @cached_property
    def i(self) -> Ints:
        """The entry of each ballot."""
        return np.array(self.entry, dtype=np.int64)

    @cached_property
    def j(self) -> Ints:
        """The judge of each ballot."""
        return np.array(self.judge, dtype=np.int64)

    @cached_property
    def y(self) -> Floats:
        """The score of each ballot, as the nearest float; division of whole numbers rounds alike on every machine."""
        return np.array([units / self.scale for units in self.units], dtype=np.float64)

    @cached_property
    def per_entry(self) -> Ints:
        """How many ballots each entry has."""
        return np.bincount(self.i, minlength=len(self.entries)).astype(np.int64)

    @cached_property
    def per_judge(self) -> Ints:
        """How many ballots each judge gave."""
        return np.bincount(self.j, minlength=len(self.judges)).astype(np.int64)

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

    def without_judge(self, name: str) -> "Sheet":
        """As if `name` had given nothing; the name stays, without ballots."""
        gone = self.judges.index(name)
        rows = [row for row, judge in enumerate(self.judge) if judge != gone]
        entry, judge, units = (tuple(map(cells.__getitem__, rows)) for cells in (self.entry, self.judge, self.units))
        return Sheet(self.entries, self.judges, entry, judge, units, self.scale)


def sums(at: Ints, values: Floats, size: int) -> Floats:
    """`values` added up by the number in `at`, one after the other: the same last digits everywhere."""
    return np.bincount(at, weights=values, minlength=size).astype(np.float64, copy=False)


def joined(rounds: Iterable[Sheet]) -> Sheet:
    """The ballots of several rounds as one sheet: a judge keeps the name and the habits."""
    sheets = list(rounds)
    return Sheet.of(
        (ballot for sheet in sheets for ballot in sheet.ballots()),
        entries=(name for sheet in sheets for name in sheet.entries),
        judges=(name for sheet in sheets for name in sheet.judges),
    )


def by_pair(sheet: Sheet) -> Mapping[tuple[int, int], int]:
    """The units by entry and judge; of several rounds the sum."""
    found: dict[tuple[int, int], int] = {}
    for at, by, units in zip(sheet.entry, sheet.judge, sheet.units, strict=True):
        found[at, by] = found.get((at, by), 0) + units
    return found
