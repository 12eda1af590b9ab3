"""The table of who scores what while it is being made: entries by judges, with loads and how often two judges met.

Judges take seats at entries. A seat that is kept (the ballot is in, or everybody scores the entry) is never moved.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from contest.ranking.sheet import Ints

Bools = npt.NDArray[np.bool_]
UNLIMITED = np.iinfo(np.int64).max


class Seats:
    """`open`: who may score what. `held` and `kept`: who does. `load` and `met` count seats of judges and of pairs."""

    def __init__(self, may: Bools, *, experts: Bools | None, caps: Ints) -> None:
        self.may = may
        self.experts = experts
        self.caps = caps
        self.held = np.zeros_like(may)
        self.kept = np.zeros_like(may)
        self.load = np.zeros(may.shape[1], dtype=np.int64)
        self.met = np.zeros((may.shape[1], may.shape[1]), dtype=np.int64)
        self._ways: dict[int, Bools] = {}

    def of(self, entry: int) -> Ints:
        """The judges of an entry."""
        return np.flatnonzero(self.held[entry])

    def take(self, entry: int, judge: int, *, keep: bool = False) -> None:
        """Give `judge` a seat at `entry`."""
        others = self.of(entry)
        self.met[others, judge] += 1
        self.met[judge, others] += 1
        self.held[entry, judge] = True
        self.kept[entry, judge] = keep
        self.load[judge] += 1
        self._forget([*others.tolist(), judge])

    def leave(self, entry: int, judge: int) -> None:
        """Take the seat back."""
        self.held[entry, judge] = False
        others = self.of(entry)
        self.met[others, judge] -= 1
        self.met[judge, others] -= 1
        self.load[judge] -= 1
        self._forget([*others.tolist(), judge])

    def _forget(self, judges: Sequence[int]) -> None:
        if self._ways:
            for judge in judges:
                self._ways.pop(judge, None)

    def movable(self, judge: int) -> tuple[Ints, Bools]:
        """The entries at which `judge` could make room, and who could have the seat instead."""
        entries = np.flatnonzero(self.held[:, judge] & ~self.kept[:, judge])
        others = self.may[entries] & ~self.held[entries]
        if self.experts is not None:
            known = self.experts[entries]
            last = known[:, judge] & ((known & self.held[entries]).sum(axis=1) == 1)
            others &= ~last[:, None] | known  # the only expert makes room for another one only
        return entries, others

    def path(self, sources: Sequence[int], goals: Bools) -> list[int] | None:
        """Judges from one of `sources` to one of `goals`, each of whom can give a seat to the next; the shortest."""
        came: dict[int, int] = dict.fromkeys(sources, -1)
        waiting = list(came)
        for judge in waiting:  # grows while it is walked through
            if goals[judge]:
                way = [judge]
                while came[way[-1]] >= 0:
                    way.append(came[way[-1]])
                return way[::-1]
            if judge not in self._ways:
                self._ways[judge] = np.logical_or.reduce(self.movable(judge)[1], axis=0)
            for other in np.flatnonzero(self._ways[judge]).tolist():
                if other not in came:
                    came[other] = judge
                    waiting.append(other)
        return None

    def shift(self, way: Sequence[int]) -> bool:
        """Move one seat along each step of `way`, the last first; False when a step has become impossible."""
        for giver, taker in reversed(list(pairwise(way))):
            entries, others = self.movable(giver)
            found = entries[others[:, taker]]
            if not len(found):
                return False
            meetings = self.held[found] @ self.met[taker] - self.met[taker, giver]
            entry = int(found[np.argmin(meetings)])
            self.leave(entry, giver)
            self.take(entry, taker)
        return True


def levelled(seats: Seats, among: Ints) -> None:
    """Even out the loads of the judges `among`: no chain of seats leads from one to another with two seats fewer.

    Such chains are all that can lower the sum of the squares of loads, so the loads are as even as conflicts permit.
    """
    takes_part = np.zeros(len(seats.load), dtype=bool)
    takes_part[among] = True
    done: set[tuple[int, int]] = set()
    while True:
        loads = seats.load
        sources = [int(judge) for judge in among[np.argsort(-loads[among], kind="stable")]]
        for source in sources:
            goals = takes_part & (loads <= loads[source] - 2) & (loads < seats.caps)
            if (source, int(loads[source])) in done or not goals.any():
                continue
            way = seats.path([source], goals)
            if way is None:
                continue
            before = int(np.sum(loads * loads))
            if seats.shift(way) and int(np.sum(loads * loads)) < before:
                break
            done.add((source, int(loads[source])))
        else:
            return
