"""Safe calibration: severity, range and steadiness of each judge, estimated and taken out of the scores.

y = b_j + a_j q_i + chance_j. The steps are those of docs/ranking.md; everything is sorted, the rounds are counted and
the result is rounded, so that the same ballots give the same scores.
"""

from dataclasses import dataclass

import numpy as np

from contest.ranking.pairs import Pairs, eliminated
from contest.ranking.severity import Severity, fit
from contest.ranking.sheet import Floats, Sheet, sums

ROUNDS = 25
PSEUDO_BALLOTS = 8.0  # how many ballots of the panel a judge's noise starts with
SLOPE_SD = 0.25  # how far slopes differ beforehand, as a share of their mean
SLOPE_FLOOR = 0.05  # no judge counts as turned round
DIGITS = 6


@dataclass(frozen=True, eq=False)
class Calibration:
    """`score`: on the scale of the plain means, nan without a ballot. The rest is the model behind it.

    `quality` and its `doubt` (variance) are in standard deviations; `base`, `slope` and `noise` (a variance) by judge.
    `used` is what the scores came from, so that each can be explained.
    """

    score: Floats
    quality: Floats
    doubt: Floats
    base: Floats
    slope: Floats
    noise: Floats
    severity: Severity
    used: "Used"


@dataclass(frozen=True, eq=False)
class Used:
    """score = middle + width * (quality - centre), quality = sum of slope / noise * (y - base) over (power + 1)."""

    slope: Floats
    noise: Floats
    centre: float
    middle: float
    width: float


def calibrate(sheet: Sheet) -> Calibration:
    """The calibration of `sheet`, which must have ballots."""
    pairs = Pairs(sheet)
    severity = fit(sheet, pairs=pairs)
    state = _State(sheet, pairs, severity)
    if state.spread > 0:
        for _ in range(ROUNDS):
            state.turn()
    scores, used = state.scores()
    return Calibration(scores, state.quality, state.doubt, state.base, state.slope, state.noise, severity, used)


class _State:
    """The estimates while they improve."""

    def __init__(self, sheet: Sheet, pairs: Pairs, severity: Severity) -> None:
        self.sheet, self.pairs = sheet, pairs
        self.i, self.j, self.y = sheet.i, sheet.j, sheet.y
        self.judges, self.entries = len(sheet.judges), len(sheet.entries)
        self.scored = sheet.per_entry > 0
        self.given = np.maximum(sheet.per_judge, 1).astype(np.float64)
        active = sheet.per_judge > 0
        known, counts = severity.entry[self.scored], sheet.per_entry[self.scored]
        self.mean = float(np.mean(self.y))
        self.spread = np.sqrt(max(np.var(known) - severity.noise * np.mean(1.0 / counts), 0.1 * np.var(known)))
        self.base = self.mean + severity.judge - np.mean(severity.judge[active])
        self.slope = np.full(self.judges, self.spread)
        # Ballots that fit an additive model exactly leave no chance at all; weights need some.
        self.least = max(1e-6 * float(np.var(self.y)), 1e-12)
        self.noise = np.full(self.judges, max(severity.noise, self.least))
        self.prior = max(float(np.var(severity.judge[active])), 0.5)
        self.active = active
        self.quality = np.zeros(self.entries)
        self.doubt = np.ones(self.entries)
        self.used, self.centre = (self.slope, self.noise), 0.0

    def turn(self) -> None:
        """One round: bases, qualities, slopes, noises."""
        self._bases()
        self._qualities()
        self._slopes_and_noises()

    def _by_judge(self, values: Floats) -> Floats:
        return sums(self.j, values, self.judges)

    def _by_entry(self, values: Floats) -> Floats:
        return sums(self.i, values, self.entries)

    def _bases(self) -> None:
        """Least squares with every quality free, so that differences between groups stay with the entries."""
        weight, slope, off = 1.0 / self.noise[self.j], self.slope[self.j], self.y - self.mean
        pull = weight * slope
        power = self._by_entry(pull * slope)
        divisor = np.where(self.scored, power, 1.0)
        matrix = np.diag(self._by_judge(weight) + 1.0 / self.prior) - self.pairs.products(pull, divisor)
        explained = self._by_entry(pull * off) / divisor
        right = self._by_judge(weight * off - pull * explained[self.i])
        self.base = self.mean + eliminated(matrix, right)

    def _qualities(self) -> None:
        pull = self.slope[self.j] / self.noise[self.j]
        power = self._by_entry(pull * self.slope[self.j])
        self.quality = self._by_entry(pull * (self.y - self.base[self.j])) / (power + 1.0)
        self.doubt = 1.0 / (power + 1.0)
        self.used, self.centre = (self.slope, self.noise), float(np.mean(self.quality[self.scored]))
        self.quality = np.where(self.scored, self.quality - self.centre, 0.0)

    def _slopes_and_noises(self) -> None:
        quality, doubts = self.quality[self.i], self._by_judge(self.doubt[self.i])
        x = quality - (self._by_judge(quality) / self.given)[self.j]
        z = self.y - (self._by_judge(self.y) / self.given)[self.j]
        common = float(np.mean(self.slope[self.active]))
        certainty = self.noise / (SLOPE_SD * common) ** 2
        slope = (self._by_judge(x * z) + certainty * common) / (self._by_judge(x * x) + doubts + certainty)
        self.slope = np.maximum(slope, SLOPE_FLOOR * common)
        left = z - self.slope[self.j] * x
        squares = self._by_judge(left * left) + self.slope**2 * doubts
        pooled = float(np.sum(squares)) / len(self.y)
        noise = (squares + PSEUDO_BALLOTS * pooled) / (self.sheet.per_judge + PSEUDO_BALLOTS)
        self.noise = np.maximum(noise, self.least)

    def scores(self) -> tuple[Floats, Used]:
        """Qualities at the mean and the spread of the plain means; the plain means where nothing differs."""
        means = self._by_entry(self.y)[self.scored] / self.sheet.per_entry[self.scored]
        quality = self.quality[self.scored]
        width = float(np.std(quality))
        scaled = means if width <= 0 else np.mean(means) + np.std(means) * (quality - np.mean(quality)) / width
        scores = np.full(self.entries, np.nan)
        scores[self.scored] = np.round(scaled, DIGITS)
        factor = float(np.std(means)) / width if width > 0 else 0.0
        centre = self.centre + float(np.mean(quality))
        return scores, Used(*self.used, centre=centre, middle=float(np.mean(means)), width=factor)
