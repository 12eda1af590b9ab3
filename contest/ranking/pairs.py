"""What judges share: sums over the works that two judges have both scored, and equations between judges.

Elementwise arithmetic in a fixed order, without a linear algebra library, whose results differ in the last digits
between processors: a result must recompute byte for byte on any machine.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from contest.ranking.sheet import Floats, Ints, Sheet, sums

CHUNK = 1_000_000  # pairs of ballots added up at once
MANY = 20_000_000  # pairs; with more, as in huge complete panels, memory would not do


@dataclass(frozen=True, eq=False)
class Pairs:
    """Every two ballots of the same entry, once: `one` and `other` are rows of the sheet."""

    sheet: Sheet

    @cached_property
    def _steps(self) -> list[tuple[Ints, Ints, Ints]]:
        """For each distance d: ballots d rows apart that are of the same entry, and the cell of the two judges."""
        i, j, judges = self.sheet.i, self.sheet.j, len(self.sheet.judges)
        rows: list[tuple[Ints, Ints]] = []
        at = np.arange(len(i), dtype=np.int64)
        for apart in range(1, int(self.sheet.per_entry.max(initial=0))):
            one = at[:-apart][i[:-apart] == i[apart:]]
            rows.append((one, one + apart))
        steps, waiting, size = [], [], 0
        for pair in rows:
            waiting.append(pair)
            size += len(pair[0])
            if size >= CHUNK or pair is rows[-1]:
                one = np.concatenate([first for first, _ in waiting])
                other = np.concatenate([second for _, second in waiting])
                steps.append((one, other, j[one] * judges + j[other]))
                waiting, size = [], 0
        return steps

    def products(self, factor: Floats, divisor: Floats) -> Floats:
        """Judges by judges: the sum over common entries of factor * factor / divisor, the divisor one for each entry.

        The diagonal holds each judge's own squares.
        """
        judges = len(self.sheet.judges)
        if int(np.sum(self.sheet.per_entry * (self.sheet.per_entry - 1))) > 2 * MANY:
            return self._dense(factor, divisor)
        half = np.zeros(judges * judges)
        for one, other, cell in self._steps:
            shares = factor[one] * factor[other] / divisor[self.sheet.i[one]]
            half += sums(cell, shares, judges * judges)
        square = half.reshape(judges, judges)
        own = sums(self.sheet.j, factor * factor / divisor[self.sheet.i], judges)
        return square + square.T + np.diag(own)

    def _dense(self, factor: Floats, divisor: Floats) -> Floats:
        """The same by a product of matrices: not the same last digits everywhere, but possible."""
        table = np.zeros((len(self.sheet.entries), len(self.sheet.judges)))
        np.add.at(table, (self.sheet.i, self.sheet.j), factor)
        product: Floats = table.T @ (table / divisor[:, None])
        return product


def eliminated(matrix: Floats, right: Floats) -> Floats:
    """The solution of matrix @ x = right for a symmetric positive definite matrix; `right` may have several columns."""
    size = len(matrix)
    columns = right.reshape(size, -1)
    work = np.concatenate([matrix, columns], axis=1)
    for at in range(size):
        row = work[at, at:] / work[at, at]
        work[at, at:] = row
        work[at + 1 :, at:] -= work[at + 1 :, at, None] * row
    for at in range(size - 1, 0, -1):
        work[:at, size:] -= work[:at, at, None] * work[at, size:]
    return work[:, size:].reshape(right.shape)
