"""How strict each judge is: y = entry + judge + chance, entries fixed and judges random, fitted by REML.

Entries are fixed, so that what differs between groups of works stays with the works, however they were assigned. Judges
are random: the fewer ballots a judge gave, the nearer the estimate stays to the panel.
"""

import math
from dataclasses import dataclass

import numpy as np

from contest.ranking.pairs import Pairs, eliminated
from contest.ranking.sheet import Floats, Sheet, sums

STRICTEST, LOOSEST = math.log(1e-6), math.log(1e9)  # where the ratio of the variances is looked for
GRID = 60
HALVINGS = 60


@dataclass(frozen=True, eq=False)
class Severity:
    """`judge`: points given above (+) or below (-) the panel, summing to 0. `entry`: the mean without, or nan.

    `ratio` is the variance of chance over that of judges; `noise` the variance of chance, `spread` that of judges.
    """

    judge: Floats
    entry: Floats
    noise: float
    spread: float
    ratio: float
    matrix: Floats


def fit(sheet: Sheet, *, pairs: Pairs | None = None) -> Severity:
    """The severities in `sheet`. Where nothing can be told (no entry has two ballots), all are 0."""
    i, j, y = sheet.i, sheet.j, sheet.y
    counts = sheet.per_entry.astype(np.float64)
    judges = len(sheet.judges)
    means = _per_entry(sheet, y)
    inner = y - means[i]
    degrees = len(sheet) - int(np.count_nonzero(counts))
    right = sums(j, inner, judges)
    divisor = np.maximum(counts, 1.0)
    matrix = np.diag(sheet.per_judge.astype(np.float64)) - (pairs or Pairs(sheet)).products(np.ones(len(y)), divisor)
    total = float(np.sum(inner * inner))
    # Where every judge gave an entry the same, what is left is rounding, and nobody is strict.
    nothing = total <= 1e-18 * max(float(np.sum(y * y)), 1.0)
    if degrees < 1 or nothing:
        return Severity(np.zeros(judges), means, 0.0, 0.0, math.inf, matrix)
    ratio = _ratio(matrix, right, total, degrees)
    judge = eliminated(matrix + np.diag(np.full(judges, ratio)), right)
    entry = _per_entry(sheet, y - judge[j])
    left = y - entry[i] - judge[j]
    used = len(sheet) - int(np.count_nonzero(counts)) - int(np.count_nonzero(sheet.per_judge)) + 1
    noise = float(np.sum(left * left)) / max(used, 1)
    restricted = (total - float(np.sum(right * judge))) / degrees
    return Severity(judge, entry, noise, restricted / ratio, ratio, matrix)


def standard_errors(sheet: Sheet, severity: Severity) -> Floats:
    """Of each judge's severity against the mean of the panel, from the inverse of the whole mixed model.

    Judges count as at least as different as their ballots could tell: where the likelihood is highest for judges who
    are all alike, that is a guess as well, and an interval without width would hide it.
    """
    judges = len(sheet.judges)
    if math.isinf(severity.ratio):
        return np.zeros(judges)
    ratio = min(severity.ratio, len(sheet) / max(int(np.count_nonzero(sheet.per_judge)), 1))
    inverse = eliminated(severity.matrix + np.diag(np.full(judges, ratio)), np.eye(judges))
    contrast = np.eye(judges) - 1.0 / judges
    variance = np.einsum("ij,jk,ik->i", contrast, inverse, contrast, optimize=True)
    chance: float = severity.spread * severity.ratio
    errors: Floats = np.sqrt(np.maximum(variance * chance, 0.0))
    return errors


def _per_entry(sheet: Sheet, values: Floats) -> Floats:
    """The mean over each entry's ballots; nan where there is none."""
    totals = sums(sheet.i, values, len(sheet.entries))
    means: Floats = np.where(sheet.per_entry > 0, totals / np.maximum(sheet.per_entry, 1), np.nan)
    return means


def _ratio(matrix: Floats, right: Floats, total: float, degrees: int) -> float:
    """Variance of chance over variance of judges, where the restricted likelihood is highest.

    With the eigenvalues the likelihood is a sum over judges. The best point of a grid is refined by halving the
    interval where the slope changes its sign, and rounded: the last digits of the eigenvalues must not matter.
    """
    values, vectors = np.linalg.eigh(matrix)
    values = np.maximum(values, 0.0)
    squares = (vectors.T @ right) ** 2

    def deviance(log_ratio: float) -> float:
        ratio = math.exp(log_ratio)
        left = max(total - float(np.sum(squares / (values + ratio))), 1e-12 * total)
        return degrees * math.log(left) + float(np.sum(np.log1p(values / ratio)))

    def slope(log_ratio: float) -> float:
        ratio = math.exp(log_ratio)
        left = max(total - float(np.sum(squares / (values + ratio))), 1e-12 * total)
        gain = float(np.sum(squares * ratio / (values + ratio) ** 2))
        return degrees * gain / left - float(np.sum(values / (values + ratio)))

    grid = [STRICTEST + (LOOSEST - STRICTEST) * step / GRID for step in range(GRID + 1)]
    best = min(range(GRID + 1), key=lambda at: deviance(grid[at]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, GRID)]
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if slope(middle) < 0:
            low = middle
        else:
            high = middle
    return math.exp(round((low + high) / 2, 9))
