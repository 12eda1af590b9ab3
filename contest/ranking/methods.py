"""The scores that each method gives, exact, or the refusal to give any."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from contest.ranking.calibrated import DIGITS, Calibration, calibrate
from contest.ranking.means import medians as medians
from contest.ranking.means import trimmed
from contest.ranking.severity import Severity, fit
from contest.ranking.sheet import Floats, Sheet
from contest.ranking.situation import Method, Said, Situation, warnings, why_not


@dataclass(frozen=True, eq=False)
class Scores:
    """What a method made of a sheet. `of` has one value for each entry of the sheet, None without one.

    Refused, it still has the means of panels that no judge joins, for places within each; `severity` is None where no
    model of judges was possible.
    """

    method: Method
    refused: Said | None
    warnings: tuple[Said, ...]
    of: tuple[Fraction | None, ...]
    severity: Severity | None
    calibration: Calibration | None = None

    def by_name(self, sheet: Sheet) -> Mapping[str, Fraction]:
        """The scores by entry, of those that have one."""
        return {name: score for name, score in zip(sheet.entries, self.of, strict=True) if score is not None}


def scored(sheet: Sheet, method: Method, *, trim: int = 1) -> Scores:
    """The scores of `sheet` by `method`; see `why_not` for what is refused."""
    about = Situation.of(sheet)
    refused = why_not(method, about, trim=trim)
    nothing: tuple[Fraction | None, ...] = (None,) * len(sheet.entries)
    if refused:
        means = trimmed(sheet, trim=0) if method is Method.MEAN else nothing
        return Scores(method, refused, (), means, None)
    advice = tuple(warnings(method, about))
    if method is Method.CALIBRATED:
        model = calibrate(sheet)
        return Scores(method, None, advice, _exact(model.score), model.severity, model)
    severity = fit(sheet)
    if method is Method.ADJUSTED:
        return Scores(method, None, advice, _exact(severity.entry), severity)
    return Scores(method, None, advice, trimmed(sheet, trim=trim if method is Method.TRIMMED else 0), severity)


def _exact(values: Floats) -> tuple[Fraction | None, ...]:
    """Model values as the six decimals they are compared with: what differs less is equal."""
    unit = 10**DIGITS
    return tuple(None if np.isnan(value) else Fraction(round(float(value) * unit), unit) for value in values)
