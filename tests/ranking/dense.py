"""Safe calibration again, straight from its description with whole matrices, to hold the fast one to."""

import numpy as np

from contest.ranking.severity import fit
from contest.ranking.sheet import Floats, Sheet


def dense_calibration(sheet: Sheet) -> Floats:
    """The scores, not rounded. Bases and qualities are solved for together, in n x (N + J) numbers."""
    i, j, y = sheet.i, sheet.j, sheet.y
    n, entries, judges = len(y), len(sheet.entries), len(sheet.judges)
    severity = fit(sheet)
    of_entry, of_judge = np.eye(entries)[i], np.eye(judges)[j]
    mu, v, s = y.mean(), severity.judge, severity.entry
    b = mu + v - v.mean()
    a = np.full(judges, np.sqrt(max(s.var() - severity.noise * (1 / sheet.per_entry).mean(), 0.1 * s.var())))
    noise, prior = np.full(judges, severity.noise), max(v.var(), 0.5)
    q = np.zeros(entries)
    for _ in range(25):
        w = 1 / noise[j]
        design = np.hstack([of_judge, a[j, None] * of_entry])
        ridge = np.diag(np.concatenate([np.full(judges, 1 / prior), np.zeros(entries)]))
        b = mu + np.linalg.solve(design.T @ (w[:, None] * design) + ridge, design.T @ (w * (y - mu)))[:judges]
        power = of_entry.T @ (w * a[j] ** 2)
        q, doubt = of_entry.T @ (w * a[j] * (y - b[j])) / (power + 1), 1 / (power + 1)
        q -= q.mean()
        common, squares = a.mean(), np.zeros(judges)
        for judge in range(judges):
            mine = j == judge
            x, z, unsure = q[i[mine]], y[mine], doubt[i[mine]].sum()
            x, z = x - x.mean(), z - z.mean()
            pull = noise[judge] / (0.25 * common) ** 2
            a[judge] = max((x @ z + pull * common) / (x @ x + unsure + pull), 0.05 * common)
            squares[judge] = ((z - a[judge] * x) ** 2).sum() + a[judge] ** 2 * unsure
        noise = (squares + 8 * squares.sum() / n) / (sheet.per_judge + 8)
    means = of_entry.T @ y / sheet.per_entry
    scores: Floats = means.mean() + means.std() * (q - q.mean()) / q.std()
    return scores
