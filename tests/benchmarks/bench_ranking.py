"""Whether the methods reach what the design measured, whether chances are honest, and what both cost a processor.

python -m tests.benchmarks.bench_ranking          # speed, then everything (about two minutes)
python -m tests.benchmarks.bench_ranking speed
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from contest.ranking.calibrated import calibrate
from contest.ranking.methods import scored
from contest.ranking.sheet import Sheet, joined
from contest.ranking.situation import Method
from contest.ranking.stability import without_each_judge
from contest.ranking.ties import places
from contest.ranking.uncertainty import drawn as chances_drawn
from contest.ranking.uncertainty import outlooks
from tests.benchmarks.load import table
from tests.ranking.dense import dense_calibration
from tests.ranking.worlds import WORLDS, F, World, drawn, drawn_twice, plain_means, tau

# Safe calibration's tau in the design's table 2a, and the replicates here. N is not said exactly enough to be drawn.
KNOWN = {
    "A": (0.78, 120), "B": (0.81, 60), "C": (0.80, 60), "D": (0.80, 60), "E": (0.66, 60), "F": (0.74, 40),
    "G": (0.74, 40), "H": (0.72, 40), "I": (0.72, 40), "J": (0.75, 40), "K": (0.72, 40), "L": (0.72, 40),
    "M": (0.72, 40), "O": (0.68, 40), "P": (0.71, 40), "Q": (0.71, 24), "R": (0.75, 6), "S": (0.68, 6),
}  # fmt: skip
PANELS = {
    "K3 fixed panels, groups differ": (replace(F, each=3, panels=True, groups_differ=True), 0.612),
    "the same, 10 % bridging": (replace(F, each=3, panels=True, groups_differ=True, bridging=0.1), 0.638),
    "the same, 20 % bridging": (replace(F, each=3, panels=True, groups_differ=True, bridging=0.2), 0.628),
    "K3 fixed panels, groups alike": (replace(F, each=3, panels=True), 0.638),
    "K3 balanced, groups alike": (replace(F, each=3), 0.668),
}


def main(arguments: list[str]) -> None:
    speed()
    if arguments[:1] != ["speed"]:
        validity()
        rounds()
        honesty()


def speed() -> None:
    large = drawn(World(entries=10_000, judges=200, each=5), seed=1)[1]
    ballots = large.ballots()
    middle = drawn(WORLDS["R"], seed=1)[1]
    small = drawn(World(entries=1000, judges=40, each=5), seed=1)[1]
    model = calibrate(middle)
    ours, dense = cpu(lambda: calibrate(fresh(small))), cpu(lambda: dense_calibration(fresh(small)), times=1)
    rows = [
        [
            "10,000 x 5 ballots, 200 judges: calibrated and placed",
            f"{cpu(lambda: placed(fresh(large))):.2f} s",
            "0.5 s",
        ],
        ["the same, sorting the ballots into a sheet", f"{cpu(lambda: Sheet.of(ballots)):.2f} s", ""],
        ["the same, severity-adjusted mean", f"{cpu(lambda: scored(fresh(large), Method.ADJUSTED)):.2f} s", ""],
        ["1,000 x 5, 40 judges: against whole matrices", f"{ours:.3f} s, 1/{dense / ours:.0f}", ""],
        ["2,000 x 5, 40 judges: chances of an award", f"{cpu(lambda: chances(middle, model)):.2f} s", "1 s"],
        ["the same, without each judge", f"{cpu(lambda: without(middle), times=1):.2f} s", "3 s"],
    ]
    table("Ranking: processor time, best of three", ["what", "measured", "goal"], rows)


def fresh(sheet: Sheet) -> Sheet:
    """The same ballots without anything that was computed and kept."""
    return replace(sheet)


def placed(sheet: Sheet) -> object:
    return places(scored(sheet, Method.CALIBRATED).by_name(sheet))


def chances(sheet: Sheet, model: Any) -> object:
    return outlooks(chances_drawn(fresh(sheet), seed=1, model=model), seats=200)


def without(sheet: Sheet) -> object:
    return without_each_judge(sheet, Method.CALIBRATED, seats=200)


def cpu(work: Callable[[], object], *, times: int = 3) -> float:
    """Seconds of processor time, the best of `times`."""
    took = []
    for _ in range(times):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took)


def validity() -> None:
    columns = ["world", "mean", "adjusted", "calibrated", "in the design", "off"]
    rows = [reached(name, WORLDS[name], known, count) for name, (known, count) in KNOWN.items()]
    rows += [reached(name, world, known, 60) for name, (world, known) in PANELS.items()]
    table("Kendall's tau with the true quality", columns, rows)


def reached(name: str, world: World, known: float, count: int) -> list[str]:
    taus = []
    for seed in range(count):
        quality, sheet = drawn(world, seed=1000 + seed)
        kept = sheet.per_entry > 0  # an entry that lost all its ballots has no place
        model = calibrate(sheet)
        scores = (plain_means(sheet), model.severity.entry, model.score)
        taus.append([tau(quality[kept], score[kept]) for score in scores])
    mean, adjusted, calibrated = np.mean(taus, axis=0)
    off = f"{calibrated - known:+.3f}"
    return [name, f"{mean:.3f}", f"{adjusted:.3f}", f"{calibrated:.3f}", f"{known:.3f}", off]


def rounds() -> None:
    """The same 1,000 ballots spent evenly, or 3 each and 7 more for the best 57."""
    kept: dict[str, list[list[float]]] = {"evenly": [], "second round afresh": [], "both rounds as one": []}
    for seed in range(60):
        quality, first, second = drawn_twice(
            replace(F, each=3), seed=seed, more=7, best=lambda sheet: np.argsort(-calibrate(sheet).score)[:57]
        )
        best = np.argsort(-quality)[:20]
        for name, sheet in zip(kept, (drawn(F, seed=seed)[1], second, joined([first, second])), strict=True):
            chosen = np.argsort(-np.nan_to_num(calibrate(sheet).score, nan=-np.inf))[:20]
            lost = (quality[best].mean() - quality[chosen].mean()) / quality.std()
            kept[name].append([len(set(best) & set(chosen)) / 20, lost])
    design = {"evenly": "0.72, 0.139", "second round afresh": "0.73, 0.125", "both rounds as one": "0.80, 0.078"}
    rows = [[name, *(f"{value:.3f}" for value in np.mean(found, axis=0)), design[name]] for name, found in kept.items()]
    table("20 awards of 200 entries", ["ballots", "overlap with the best 20", "quality lost", "in the design"], rows)


def honesty() -> None:
    edges = [0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.01]
    rows = []
    for name, world in (("F", F), ("K3 fixed panels, groups differ", PANELS["K3 fixed panels, groups differ"][0])):
        said, came, inside = [], [], []
        for seed in range(40):
            quality, sheet = drawn(world, seed=2000 + seed)
            rank = np.empty(len(quality), dtype=int)
            rank[np.argsort(-quality)] = np.arange(1, len(quality) + 1)
            for at, one in enumerate(outlooks(chances_drawn(sheet, seed=seed), seats=20)):
                said.append(one.chance)
                came.append(rank[at] <= 20)
                inside.append(one.low <= rank[at] <= one.high)
        chance, hit = np.array(said), np.array(came)
        cells = []
        for low, high in pairwise(edges):
            among = (chance >= low) & (chance < high)
            cells.append(f"{chance[among].mean():.2f} → {hit[among].mean():.2f}")
        rows.append([name, *cells, f"{100 * np.mean(inside):.1f} %"])
    table(
        "Chance of an award: said → came true", ["world", *(f"from {low}" for low in edges[:-1]), "90 % interval"], rows
    )


if __name__ == "__main__":
    main(sys.argv[1:])
