"""What drawing an assignment costs a processor, and how well it joins the judges, with about 6 in 100 pairs barred."""

import time

import numpy as np

from contest.ranking.assign import Pair, Wanted, assign
from contest.ranking.design import measured
from tests.benchmarks.load import table

# entries, judges, each, goal in seconds; then what the design measured: spectral gap, A-efficiency
SIZES = [(200, 12, 5, 0.1, 0.857, 0.873), (2000, 40, 5, 1.0, 0.811, 0.8205), (20_000, 200, 3, 5.0, 0.660, 0.670)]


def barred(entries: int, judges: int) -> list[Pair]:
    """Judges and works come from 20 units; besides, one pair in a hundred is declared."""
    rng = np.random.default_rng(4)
    of_entry, of_judge = rng.integers(20, size=entries), rng.integers(20, size=judges)
    pairs = (of_entry[:, None] == of_judge) | (rng.random((entries, judges)) < 0.01)
    return [(f"e{entry}", f"j{judge}") for entry, judge in np.argwhere(pairs).tolist()]


def at_random(entries: int, judges: int, each: int) -> float:
    """The spectral gap of a draw without any care."""
    drawn = np.argsort(np.random.default_rng(5).random((entries, judges)), axis=1)[:, :each]
    return measured(np.repeat(np.arange(entries), each), drawn.ravel()).spectral_gap


def main() -> None:
    rows = []
    for entries, judges, each, goal, gap, efficiency in SIZES:
        conflicts = barred(entries, judges)
        wanted = Wanted(
            entries=[f"e{at}" for at in range(entries)],
            judges=[f"j{at}" for at in range(judges)],
            each=each,
            seed="benchmark",
            conflicts=conflicts,
        )
        began = time.process_time()
        found = assign(wanted)
        took = time.process_time() - began
        if set(conflicts) & set(found.pairs):
            raise RuntimeError("a conflict of interest was violated")
        design = found.design
        rows.append(
            [
                f"{entries} x {judges} x {each}",
                f"{took:.2f} s",
                f"{goal:g} s",
                f"{design.load_min}-{design.load_max}",
                f"{design.pairs_min}-{design.pairs_max}",
                f"{design.spectral_gap:.3f} (goal {gap}; at random {at_random(entries, judges, each):.3f})",
                f"{design.a_efficiency:.4f} (goal {efficiency})",
            ]
        )
    columns = ["works x judges x each", "CPU", "goal", "loads", "pairs", "spectral gap", "A-efficiency"]
    table("Assignments", columns, rows)


if __name__ == "__main__":
    main()
