"""Whether who scores what lets judges be compared, before or after a mark is given.

Two judges are joined by the works that both score. M = D^-1/2 A' E^-1 A D^-1/2 is that net, of judges by judges: A says
who scores what, D counts the works of a judge, E the judges of a work. Its largest eigenvalue is 1; how far the next
is below it, the spectral gap, says how far a judge's severity can be told from the works he happened to get. The
A-efficiency is the harmonic mean of all 1 - eigenvalue but the first: how much of the information about judges is kept,
in block designs the harmonic mean of the canonical efficiency factors (John and Williams 1995, Cyclic and
Computer Generated Designs).
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from contest.ranking.sheet import Floats, Ints, Sheet

CHUNK = 4096
JOINED = 1e-9  # smaller than any gap of a connected net that people could judge


@dataclass(frozen=True)
class Design:
    """A design in numbers. Judges and works without any ballot are not part of it, and have no load.

    `components`: parts that no judge joins. `load`: works of a judge. `pairs`: works that two judges both score.
    """

    components: int
    spectral_gap: float
    a_efficiency: float
    load_min: int
    load_max: int
    pairs_min: int
    pairs_max: int

    @property
    def document(self) -> dict[str, int | float]:
        """What programs are told; the A-efficiency goes with the gap and is for those who plan."""
        return {name: value for name, value in asdict(self).items() if name != "a_efficiency"}


EMPTY = Design(0, 0.0, 0.0, 0, 0, 0, 0)


def design_of(sheet: Sheet) -> Design:
    """The design of the ballots given."""
    return measured(sheet.i, sheet.j)


def design_of_pairs(pairs: Iterable[tuple[str, str]]) -> Design:
    """The design of who is to score what, as (entry, judge)."""
    given = sorted(set(pairs))
    entries = {name: at for at, name in enumerate(sorted({entry for entry, _ in given}))}
    judges = {name: at for at, name in enumerate(sorted({judge for _, judge in given}))}
    return measured(
        np.array([entries[entry] for entry, _ in given], dtype=np.int64),
        np.array([judges[judge] for _, judge in given], dtype=np.int64),
    )


def measured(i: Ints, j: Ints) -> Design:
    """The design of ballots by the numbers of their entries and judges."""
    if not len(i):
        return EMPTY
    common, net = _nets(np.unique(i, return_inverse=True)[1], np.unique(j, return_inverse=True)[1])
    loads, judges = np.diag(common), len(common)
    apart = common[~np.eye(judges, dtype=bool)]
    parts = parts_of(common > 0)
    gap, efficiency = (0.0, 0.0) if parts.max() else _gauges(net)
    return Design(
        components=int(parts.max()) + 1,
        spectral_gap=gap,
        a_efficiency=efficiency,
        load_min=int(loads.min()),
        load_max=int(loads.max()),
        pairs_min=int(apart.min(initial=2**53)) if judges > 1 else 0,
        pairs_max=int(apart.max(initial=0)),
    )


def _nets(i: Ints, j: Ints) -> tuple[Floats, Floats]:
    """Of judges by judges: the works in common (each judge's own on the diagonal), and M."""
    entries, judges = int(i.max()) + 1, int(j.max()) + 1
    order = np.argsort(i, kind="stable")
    i, j = i[order], j[order]
    common, shares = np.zeros((judges, judges)), np.zeros((judges, judges))
    for first in range(0, entries, CHUNK):
        low, high = np.searchsorted(i, [first, first + CHUNK])
        block = np.zeros((min(CHUNK, entries - first), judges))
        block[i[low:high] - first, j[low:high]] = 1.0
        common += block.T @ block
        shares += block.T @ (block / block.sum(axis=1, keepdims=True))
    root = np.sqrt(np.diag(common))
    return common, shares / root[:, None] / root


def parts_of(joined: npt.NDArray[np.bool_]) -> Ints:
    """For each judge the number of its part, counted from 0; `joined` says which two share a work."""
    parts = np.full(len(joined), -1, dtype=np.int64)
    for judge in range(len(joined)):
        if parts[judge] >= 0:
            continue
        number, waiting = int(parts.max(initial=-1)) + 1, [judge]
        parts[judge] = number
        while waiting:
            new = np.flatnonzero(joined[waiting.pop()] & (parts < 0))
            parts[new] = number
            waiting += new.tolist()
    return parts


def _gauges(net: Floats) -> tuple[float, float]:
    """Spectral gap and A-efficiency of a connected net. With one judge there is nothing to be joined: both are 1."""
    if len(net) == 1:
        return 1.0, 1.0
    factors = np.maximum(1.0 - np.linalg.eigvalsh(net)[:-1], JOINED)
    return round(float(factors.min()), 6), round(len(factors) / float(np.sum(1.0 / factors)), 6)
