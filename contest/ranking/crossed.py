"""Entries and judges both as draws: y = mean + entry + judge + chance, the three variances by REML.

This says how much of a round's differences is real; it never scores anybody, for where groups of entries had judges of
their own it would take from the entries what is theirs (see severity.py).

Patterson and Thompson 1971, Biometrika 58, 545-554. Only matrices of judges by judges are made: entries are taken out
by hand (Woodbury), and for each ratio of entries to chance the eigenvalues turn the search for the judges' ratio into
sums.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from contest.ranking.sheet import Floats, Sheet, sums

LOWEST, HIGHEST = math.log(1e-6), math.log(1e7)  # of a variance, over that of chance
GRID = 27
STEPS = 34  # golden sections of two steps of the grid: the logarithm to seven digits
GOLDEN = (math.sqrt(5) - 1) / 2
CHUNK = 4096


@dataclass(frozen=True)
class Components:
    """The variances of entries and of judges, both over that of chance."""

    entries: float
    judges: float


def components(sheet: Sheet) -> Components:
    """Where the restricted likelihood is highest; a variance at its lower end is 0."""
    model = _Model(sheet)
    entries = _lowest(lambda log_ratio: model.profile(math.exp(log_ratio))[0])
    judges = model.profile(math.exp(entries))[1]
    return Components(entries=_ratio(entries), judges=_ratio(judges))


def _ratio(log_ratio: float) -> float:
    return 0.0 if log_ratio <= LOWEST + 1e-6 else math.exp(round(log_ratio, 6))


class _Model:
    """The sums that the likelihood is made of."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.y = sheet.y - float(np.mean(sheet.y))
        self.counts = sheet.per_entry.astype(np.float64)
        self.size = len(sheet.judges)
        self.seen = np.unique(sheet.per_entry[sheet.per_entry > 0])
        self.common = [self._common(int(count)) for count in self.seen]
        self.floor = 1e-12 * float(np.sum(self.y * self.y))

    def _common(self, count: int) -> Floats:
        """For every two judges how many entries with `count` ballots both have scored."""
        sheet, found = self.sheet, np.zeros((self.size, self.size))
        which = np.flatnonzero(sheet.per_entry == count)
        place = np.full(len(sheet.entries), -1)
        place[which] = np.arange(len(which))
        rows = place[sheet.i]
        for first in range(0, len(which), CHUNK):
            part = (rows >= first) & (rows < first + CHUNK)
            block = np.zeros((min(CHUNK, len(which) - first), self.size))
            np.add.at(block, (rows[part] - first, sheet.j[part]), 1.0)
            found += block.T @ block
        return found

    def profile(self, entries: float) -> tuple[float, float]:
        """-2 log of the restricted likelihood for a ratio of entries to chance, and the log of the best for judges."""
        sheet = self.sheet
        shrink = entries / (1 + entries * self.counts)
        matrix = np.diag(sheet.per_judge.astype(np.float64))
        for count, common in zip(self.seen, self.common, strict=True):
            matrix = matrix - entries / (1 + entries * float(count)) * common
        values, vectors = np.linalg.eigh(matrix)
        values = np.maximum(values, 0.0)

        ones = np.ones(len(self.y))
        one = ones - (shrink * self.counts)[sheet.i]
        left = self.y - (shrink * sums(sheet.i, self.y, len(self.counts)))[sheet.i]
        of_one, of_y = (vectors.T @ sums(sheet.j, part, self.size) for part in (one, left))
        plain = (float(np.sum(one)), float(np.sum(left)), float(np.sum(self.y * left)))
        size = float(np.sum(np.log1p(entries * self.counts)))

        def deviance(log_ratio: float) -> float:
            ratio = math.exp(log_ratio)
            weight = ratio / (1 + ratio * values)
            xx = plain[0] - float(np.sum(weight * of_one * of_one))
            xy = plain[1] - float(np.sum(weight * of_one * of_y))
            yy = plain[2] - float(np.sum(weight * of_y * of_y))
            rest = max(yy - xy * xy / xx, self.floor)
            return (len(self.y) - 1) * math.log(rest) + size + float(np.sum(np.log1p(ratio * values))) + math.log(xx)

        best = _lowest(deviance)
        return deviance(best), best


def _lowest(function: Callable[[float], float]) -> float:
    """Where `function` is lowest: the best point of a grid, refined by golden sections between its neighbours."""
    grid = [LOWEST + (HIGHEST - LOWEST) * step / (GRID - 1) for step in range(GRID)]
    found = [function(at) for at in grid]
    best = min(range(GRID), key=found.__getitem__)
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, GRID - 1)]
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(STEPS):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = function(right)
    return grid[0] if found[0] <= min(at_left, at_right) else (low + high) / 2
