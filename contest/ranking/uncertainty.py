"""How sure an order is: the model of safe calibration drawn again and again, as its ballots allow.

Each sweep of the sampler draws bases (with qualities free, as in calibration), qualities, slopes and noises, each given
the others. An entry's share of draws within the seats is its chance of an award: how sure it is that it belongs
there. Nothing official is computed from draws.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contest.ranking.calibrated import PSEUDO_BALLOTS, SLOPE_FLOOR, SLOPE_SD, Calibration, calibrate
from contest.ranking.pairs import Pairs
from contest.ranking.sheet import Floats, Ints, Sheet, sums

SWEEPS, BURN_IN = 550, 50
CLOSE = (0.1, 0.9)  # between these chances an award is too close to call


@dataclass(frozen=True, eq=False)
class Draws:
    """Qualities as they might be: one row for each draw, one column for each entry of the sheet."""

    sheet: Sheet
    quality: npt.NDArray[np.float32]

    def ranks(self, among: Sequence[int] | None = None) -> npt.NDArray[np.int32]:
        """The place of each entry in each draw, among those of `among` (columns), or all that have ballots."""
        columns = np.flatnonzero(self.sheet.per_entry > 0) if among is None else np.array(among, dtype=np.int64)
        order = np.argsort(-self.quality[:, columns], axis=1)
        places = np.empty_like(order, dtype=np.int32)
        np.put_along_axis(places, order, np.arange(1, len(columns) + 1, dtype=np.int32)[None, :], axis=1)
        ranks = np.zeros(self.quality.shape, dtype=np.int32)
        ranks[:, columns] = places
        return ranks


@dataclass(frozen=True)
class Outlook:
    """What the draws say of one entry: its chance of one of the seats, and where nine draws of ten place it."""

    entry: str
    chance: float
    low: int
    high: int

    @property
    def is_close(self) -> bool:
        """Would another jury just as good perhaps decide otherwise?"""
        return CLOSE[0] <= self.chance <= CLOSE[1]


def outlooks(draws: Draws, *, seats: int, among: Sequence[int] | None = None, level: float = 0.9) -> list[Outlook]:
    """For each entry with ballots (or of `among`), in the order of the sheet."""
    ranks = draws.ranks(among)
    columns = np.flatnonzero(draws.sheet.per_entry > 0) if among is None else np.array(among, dtype=np.int64)
    chances = np.mean(ranks <= seats, axis=0)
    ordered = np.sort(ranks, axis=0)
    last = len(ordered) - 1
    low, high = ordered[round(last * (1 - level) / 2)], ordered[round(last * (1 + level) / 2)]
    names = draws.sheet.entries
    return [Outlook(names[at], float(chances[at]), int(low[at]), int(high[at])) for at in columns]


def drawn(sheet: Sheet, *, seed: int, model: Calibration | None = None, sweeps: int = SWEEPS) -> Draws:
    """Draws for `sheet`, which must have ballots; the same `seed` gives the same."""
    sampler = _Sampler(sheet, model or calibrate(sheet), np.random.default_rng(seed))
    kept = np.empty((max(sweeps - BURN_IN, 1), len(sheet.entries)), dtype=np.float32)
    for sweep in range(sweeps):
        quality = sampler.sweep()
        kept[max(sweep - BURN_IN, 0)] = quality
    return Draws(sheet, kept)


class _Sampler:
    """The state of one chain, begun at the calibration."""

    def __init__(self, sheet: Sheet, model: Calibration, rng: np.random.Generator) -> None:
        self.sheet, self.rng, self.pairs = sheet, rng, Pairs(sheet)
        self.i, self.j, self.y = sheet.i, sheet.j, sheet.y
        self.judges, self.entries = len(sheet.judges), len(sheet.entries)
        self.given: Ints = sheet.per_judge
        self.mean = float(np.mean(self.y))
        self.slope, self.noise = model.slope.copy(), model.noise.copy()
        self.common = max(float(np.mean(model.slope)), 1e-9)
        self.pooled = float(np.average(model.noise, weights=self.given))
        self.prior = max(float(np.var(model.base[self.given > 0])), 0.5)

    def sweep(self) -> Floats:
        """The qualities of one more draw."""
        weight, slope = 1.0 / self.noise[self.j], self.slope[self.j]
        pull = weight * slope
        power = sums(self.i, pull * slope, self.entries)
        left = self.y - self._bases(weight, pull, power)[self.j]
        certainty = power + 1.0
        normal = self.rng.standard_normal(self.entries)
        quality = sums(self.i, pull * left, self.entries) / certainty + normal / np.sqrt(certainty)
        self._slopes_and_noises(quality[self.i], left)
        return quality

    def _bases(self, weight: Floats, pull: Floats, power: Floats) -> Floats:
        off = self.y - self.mean
        divisor = np.where(power > 0, power, 1.0)
        matrix = np.diag(sums(self.j, weight, self.judges) + 1.0 / self.prior) - self.pairs.products(pull, divisor)
        explained = sums(self.i, pull * off, self.entries) / divisor
        right = sums(self.j, weight * off - pull * explained[self.i], self.judges)
        # For draws the last digits do not matter, so this may use the library.
        lower = np.linalg.cholesky(matrix)
        half = np.linalg.solve(lower, right) + self.rng.standard_normal(self.judges)
        base: Floats = self.mean + np.linalg.solve(lower.T, half)
        return base

    def _slopes_and_noises(self, quality: Floats, left: Floats) -> None:
        prior = 1.0 / (SLOPE_SD * self.common) ** 2
        certainty = sums(self.j, quality * quality, self.judges) / self.noise + prior
        middle = (sums(self.j, quality * left, self.judges) / self.noise + prior * self.common) / certainty
        slope = middle + self.rng.standard_normal(self.judges) / np.sqrt(certainty)
        self.slope = np.maximum(slope, SLOPE_FLOOR * self.common)
        rest = left - self.slope[self.j] * quality
        squares = sums(self.j, rest * rest, self.judges) + PSEUDO_BALLOTS * self.pooled
        self.noise = np.maximum(squares / self.rng.chisquare(self.given + PSEUDO_BALLOTS), 1e-9 * self.pooled)


def extra_ballots(
    sheet: Sheet,
    outlook: Sequence[Outlook],
    *,
    each: int,
    forbidden: Mapping[str, frozenset[str]] | None = None,
    judges: Sequence[str] | None = None,
) -> dict[str, tuple[str, ...]]:
    """Who should still score what, so that close calls are decided by more ballots: up to `each` judges an entry.

    Only entries that are too close to call, the closest first; judges who have not scored the entry and may
    (`forbidden`: entry to judges with a conflict), those with the least to do first, then by name.
    """
    load = dict(zip(sheet.judges, map(int, sheet.per_judge), strict=True))
    new = dict.fromkeys(judges or sheet.judges, 0)
    done: dict[str, set[str]] = {}
    for at, by in zip(sheet.entry, sheet.judge, strict=True):
        done.setdefault(sheet.entries[at], set()).add(sheet.judges[by])
    plan: dict[str, tuple[str, ...]] = {}
    for one in sorted((one for one in outlook if one.is_close), key=lambda one: (abs(one.chance - 0.5), one.entry)):
        barred = done.get(one.entry, set()) | (forbidden or {}).get(one.entry, frozenset())
        free = sorted(
            (name for name in new if name not in barred), key=lambda name: (new[name], load.get(name, 0), name)
        )
        plan[one.entry] = tuple(free[:each])
        for name in plan[one.entry]:
            new[name] += 1
    return plan
