"""The ballots of a round as models of judges need them: arrays beside the exact numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from contest.ranking.exact import Ballot as Ballot
from contest.ranking.exact import Exact, Tally
from contest.ranking.exact import by_pair as by_pair

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Sheet(Exact):
    """Exact ballots, and the arrays that models of judges are made of."""

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

    @property
    def tally(self) -> Tally:
        """The same by arrays, for whoever counts a sheet again and again."""
        per_entry, per_judge = self.per_entry[self.per_entry > 0], self.per_judge[self.per_judge > 0]
        return Tally(
            entries=len(per_entry),
            judges=len(per_judge),
            least_per_entry=int(np.min(per_entry, initial=len(self))),
            least_per_judge=int(np.min(per_judge, initial=len(self))),
            pairs=len(np.unique(self.i * len(self.judges) + self.j)),
        )


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
