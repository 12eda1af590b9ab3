"""Does a judge favour the own unit? One-sided Welch test of what the judge gives beyond what the others let expect.

With seven ballots for the own unit it finds fifteen points in nine of ten cases and five points in one of five: it is
no substitute for never serving a judge what comes from the own unit.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from contest.ranking.diagnostics import expected_scores
from contest.ranking.severity import Severity, fit
from contest.ranking.sheet import Sheet

LEVEL = 0.01


@dataclass(frozen=True)
class Favour:
    """`points` more for the own unit than for others; `chance`: of as much without favour, flagged below 1 %."""

    judge: str
    own: int
    others: int
    points: float
    chance: float

    @property
    def is_flagged(self) -> bool:
        return self.chance < LEVEL


def favours(sheet: Sheet, own: Collection[tuple[str, str]], *, severity: Severity | None = None) -> list[Favour]:
    """Judges with at least two ballots for their own unit and two for others; `own` are pairs of entry and judge."""
    if not len(sheet):
        return []
    model = severity or fit(sheet)
    expected, _spread = expected_scores(sheet, model)
    left = sheet.y - model.judge[sheet.j] - expected
    is_own = np.array([(one.entry, one.judge) in own for one in sheet.ballots()])
    found = []
    for at, name in enumerate(sheet.judges):
        told = (sheet.j == at) & ~np.isnan(left)
        ours, theirs = left[told & is_own], left[told & ~is_own]
        if len(ours) < 2 or len(theirs) < 2:
            continue
        points = float(ours.mean() - theirs.mean())
        one, other = float(ours.var(ddof=1)) / len(ours), float(theirs.var(ddof=1)) / len(theirs)
        if one + other <= 0:
            continue
        degrees = (one + other) ** 2 / (one**2 / (len(ours) - 1) + other**2 / (len(theirs) - 1))
        chance = student_above(points / math.sqrt(one + other), degrees)
        found.append(Favour(name, len(ours), len(theirs), points, chance))
    return found


def student_above(t: float, degrees: float) -> float:
    """The chance that Student's t exceeds `t`."""
    tail = _incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t)) / 2
    return tail if t >= 0 else 1 - tail


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Regularised; by Lentz's continued fraction (Abramowitz and Stegun 26.5.8) on the side where it converges."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    tiny = 1e-300
    above, below = 1.0, 1 / (1 - (a + b) * x / (a + 1) or tiny)
    value = below
    for m in range(1, 300):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            below = 1 / (1 + step * below or tiny)
            above = 1 + step / above or tiny
            value *= below * above
        if abs(below * above - 1) < 1e-15:
            break
    return front * value
