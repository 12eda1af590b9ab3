"""Who scores what: every work gets its number of judges, and judges meet one another as evenly as they can.

Works with the fewest possible judges come first. Each takes judges whose load is at most one above the lowest, and of
those who have met the judges already chosen least; lots from the stored seed decide the rest. Then chains of exchanges
fill what was left short, even out the loads and join what is apart. No solver: flows and integer programs were measured
and buy nothing (200 works, 12 judges, 5 each: spectral gap 0.86; at random 0.82).
"""

import hashlib
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from contest.ranking.design import Design, design_of_pairs
from contest.ranking.joining import joined
from contest.ranking.seats import UNLIMITED, Bools, Seats, levelled
from contest.ranking.sheet import Ints
from contest.ranking.situation import Said

Pair = tuple[str, str]  # entry, judge


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked for.

    `conflicts` are never assigned; `experts` are preferred, and each entry gets one of its own where that is possible.
    `caps` limit the seats of a judge, kept ones included. `reserves` get none, unless an entry is short without.
    `anchors` are scored by everybody but reserves. `kept` are seats whose ballots are in: they stay, and count.
    Where `panel_of` names the group of a judge, that judge scores entries of this group in `group_of` only, but for a
    share `bridging` of the entries of each group, which is open to all.
    """

    entries: Collection[str]
    judges: Collection[str]
    each: int
    seed: str
    conflicts: Collection[Pair] = ()
    experts: Collection[Pair] = ()
    caps: Mapping[str, int] = field(default_factory=dict)
    reserves: Collection[str] = ()
    anchors: Collection[str] = ()
    kept: Collection[Pair] = ()
    group_of: Mapping[str, str] = field(default_factory=dict)
    panel_of: Mapping[str, str] = field(default_factory=dict)
    bridging: Fraction = Fraction(0)


@dataclass(frozen=True)
class Assigned:
    """`pairs`: all seats, kept ones included; `new`: those to be made; `voided`: kept ones lost to a conflict."""

    pairs: tuple[Pair, ...]
    new: tuple[Pair, ...]
    voided: tuple[Pair, ...]
    loads: Mapping[str, int]
    design: Design


class Impossible(ValueError):
    """There is no such assignment; `entries` are those that cannot get their judges."""

    def __init__(self, why: Said, entries: tuple[str, ...]) -> None:
        super().__init__(why.code)
        self.why = why
        self.entries = entries


def assign(wanted: Wanted) -> Assigned:
    """The assignment; the same for the same seed, in whatever order things come in. Raises Impossible."""
    plan = _Plan(wanted)
    plan.keep()
    plan.seat_anchors()
    short = plan.completed(plan.main)
    if short and len(plan.reserves):
        short = plan.completed(np.arange(len(plan.judges)))
    if short:
        raise Impossible(plan.why(short), tuple(plan.entries[entry] for entry in short))
    levelled(plan.seats, plan.main)
    joined(plan.seats, plan.main)
    return plan.result()


class _Plan:
    """Names as numbers, and the seats."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.entries = sorted(set(wanted.entries))
        self.judges = sorted(set(wanted.judges))
        self.entry = {name: at for at, name in enumerate(self.entries)}
        self.judge = {name: at for at, name in enumerate(self.judges)}
        held_back = np.array([name in set(wanted.reserves) for name in self.judges], dtype=bool)
        self.main, self.reserves = np.flatnonzero(~held_back), np.flatnonzero(held_back)
        self.allowed = ~self._table(wanted.conflicts)
        experts = self._table(wanted.experts) if wanted.experts else None
        caps = np.array([wanted.caps.get(name, UNLIMITED) for name in self.judges], dtype=np.int64)
        self.seats = Seats(self.allowed & self._within_panels(), experts=experts, caps=caps)
        self.need = np.full(len(self.entries), wanted.each, dtype=np.int64)
        self.elsewhere: list[Pair] = []  # kept seats of judges who are not among the judges any more
        self.voided: list[Pair] = []

    def _table(self, pairs: Iterable[Pair]) -> Bools:
        """Entries by judges; names that are not taking part are left out."""
        table = np.zeros((len(self.entries), len(self.judges)), dtype=bool)
        for entry, judge in pairs:
            if entry in self.entry and judge in self.judge:
                table[self.entry[entry], self.judge[judge]] = True
        return table

    def _within_panels(self) -> Bools:
        """Which entries the panels leave to which judges."""
        wanted, table = self.wanted, np.ones((len(self.entries), len(self.judges)), dtype=bool)
        groups: dict[str, list[str]] = {}
        for name in self.entries:
            groups.setdefault(wanted.group_of.get(name, ""), []).append(name)
        for group, names in groups.items():
            strangers = [at for at, name in enumerate(self.judges) if wanted.panel_of.get(name, group) != group]
            bridges = math.ceil(len(names) * wanted.bridging)
            for name in sorted(names, key=lambda name: self._lot("bridge", name))[bridges:]:
                table[self.entry[name], strangers] = False
        return table

    def _lot(self, *words: str) -> str:
        return hashlib.sha256("\n".join((self.wanted.seed, *words)).encode()).hexdigest()

    def _lots(self, entry: int) -> Ints:
        """One for each judge, the same on every Python."""
        drawn = hashlib.shake_256(f"{self.wanted.seed}\n{self.entries[entry]}".encode()).digest(4 * len(self.judges))
        return np.frombuffer(drawn, dtype=">u4").astype(np.int64)

    def keep(self) -> None:
        """Seat those whose ballots are in."""
        for entry, judge in sorted(set(self.wanted.kept)):
            if entry not in self.entry:
                continue
            at = self.entry[entry]
            if judge not in self.judge:
                self.elsewhere.append((entry, judge))
            elif not self.allowed[at, self.judge[judge]]:
                self.voided.append((entry, judge))
                continue
            else:
                self.seats.take(at, self.judge[judge], keep=True)
            self.need[at] -= 1

    def seat_anchors(self) -> None:
        """Seat everybody at the anchors. Raises Impossible when caps do not allow it."""
        for name in sorted(set(self.wanted.anchors) & set(self.entry)):
            at = self.entry[name]
            for judge in self.main[self.allowed[at, self.main] & ~self.seats.held[at, self.main]].tolist():
                if self.seats.load[judge] >= self.seats.caps[judge]:
                    raise Impossible(Said("assign_anchors"), (name,))
                self.seats.take(at, judge, keep=True)
                self.need[at] -= 1

    def completed(self, among: Ints) -> list[int]:
        """Fill what is short with judges of `among`; the entries that are still short."""
        takes_part = np.zeros(len(self.judges), dtype=bool)
        takes_part[among] = True
        choice = (self.seats.may & takes_part).sum(axis=1)
        lots = {entry: self._lot(self.entries[entry]) for entry in np.flatnonzero(self.need > 0).tolist()}
        for entry in sorted(lots, key=lambda entry: (choice[entry], lots[entry])):
            self._fill(entry, takes_part)
        return [entry for entry in np.flatnonzero(self.need > 0).tolist() if not self._repaired(entry, takes_part)]

    def _fill(self, entry: int, takes_part: Bools) -> None:
        seats = self.seats
        open_to = np.flatnonzero(seats.may[entry] & takes_part & ~seats.held[entry] & (seats.load < seats.caps))
        lots = self._lots(entry)[open_to]
        experts = None if seats.experts is None else seats.experts[entry]
        while self.need[entry] > 0 and len(open_to):
            among = np.arange(len(open_to))
            cost = seats.met[seats.of(entry)].sum(axis=0)[open_to]
            if experts is not None:
                cost = cost + ~experts[open_to]
                if not (experts & seats.held[entry]).any() and experts[open_to].any():
                    among = np.flatnonzero(experts[open_to])
            loads = seats.load[open_to[among]]
            above = loads - loads.min()
            near = above <= 1
            among, above = among[near], above[near]
            best = among[np.argmin(((2 * cost[among] + above) << 32) + lots[among])]
            seats.take(entry, int(open_to[best]))
            self.need[entry] -= 1
            open_to, lots = np.delete(open_to, best), np.delete(lots, best)

    def _repaired(self, entry: int, takes_part: Bools) -> bool:
        """Make room for an entry that found every judge busy: somebody passes a seat on to somebody who has time."""
        seats = self.seats
        while self.need[entry] > 0:
            sources = np.flatnonzero(seats.may[entry] & takes_part & ~seats.held[entry]).tolist()
            way = seats.path(sources, takes_part & (seats.load < seats.caps))
            if way is None or not seats.shift(way):
                return False
            seats.take(entry, way[0])
            self.need[entry] -= 1
        return True

    def why(self, short: Collection[int]) -> Said:
        """Whether conflicts leave too few judges, or caps too few seats."""
        judges = len(self.judges)
        if judges < self.wanted.each:
            return Said("assign_few_judges", {"judges": judges, "each": self.wanted.each})
        missing = self.need - (self.seats.may & ~self.seats.held).sum(axis=1)
        if any(missing[entry] > 0 for entry in short):
            return Said("assign_conflicts", {"each": self.wanted.each})
        return Said("assign_caps", {"each": self.wanted.each})

    def result(self) -> Assigned:
        seats = self.seats
        held = [(self.entries[entry], self.judges[judge]) for entry, judge in np.argwhere(seats.held).tolist()]
        pairs, before = sorted([*held, *self.elsewhere]), set(self.wanted.kept)
        return Assigned(
            pairs=tuple(pairs),
            new=tuple(pair for pair in pairs if pair not in before),
            voided=tuple(self.voided),
            loads=dict(zip(self.judges, seats.load.tolist(), strict=True)),
            design=design_of_pairs(pairs),
        )
