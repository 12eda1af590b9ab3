"""The simulated juries of the design: what methods reach there is known, so an implementation can be held to it.

score = top + severity_j + scale_j * 6 * quality + noise_j, clipped to 0..100, whole points.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from contest.ranking.sheet import Ballot, Floats, Ints, Sheet


@dataclass(frozen=True, kw_only=True)
class World:
    """A jury and how its ballots are spent. `odd`: what one judge does besides."""

    entries: int
    judges: int
    each: int
    severity: float = 4.0
    scale: float = 0.2
    noise: float = 6.0
    unsteady: float = 0.3
    odd: str = ""  # strategic, random, wild, favour
    missing: float = 0.0
    step: int = 1
    panels: bool = False  # fixed panels: each group of entries has its own judges
    bridging: float = 0.0  # share of entries that are assigned at random in spite of panels
    groups_differ: bool = False  # half the variance of quality is between groups
    top: float = 78.0


F = World(entries=200, judges=12, each=5)
WORLDS = {
    "A": World(entries=20, judges=7, each=7),
    "B": World(entries=60, judges=9, each=9),
    "C": World(entries=60, judges=9, each=9, odd="strategic"),
    "D": World(entries=60, judges=9, each=9, odd="random"),
    "E": World(entries=100, judges=10, each=3),
    "F": F,
    "G": replace(F, severity=8.0),
    "H": replace(F, severity=0.0, scale=0.0, unsteady=0.0),
    "I": replace(F, odd="random+wild"),
    "J": replace(F, odd="favour"),
    "K": replace(F, odd="strategic"),
    "L": replace(F, missing=0.1),
    "M": replace(F, step=10),
    "O": replace(F, each=4, panels=True),
    "P": replace(F, each=4),
    "Q": World(entries=500, judges=20, each=4),
    "R": World(entries=2000, judges=40, each=5),
    "S": World(entries=2000, judges=40, each=3),
}


def drawn(world: World, *, seed: int) -> tuple[Floats, Sheet]:
    """The true qualities and the ballots."""
    rng = np.random.default_rng(seed)
    jury = Jury(world, rng)
    return jury.quality, jury.ballots(_assigned(world, jury.group, rng), rng)


def drawn_twice(world: World, *, seed: int, more: int, best: Callable[[Sheet], Ints]) -> tuple[Floats, Sheet, Sheet]:
    """Qualities, a first round, and a second one by the same jury: `more` ballots for those that `best` chooses."""
    rng = np.random.default_rng(seed)
    jury = Jury(world, rng)
    first = jury.ballots(_assigned(world, jury.group, rng), rng)
    chosen = set(best(first).tolist())
    again = [pair for pair in _assigned(replace(world, each=more), jury.group, rng) if pair[0] in chosen]
    return jury.quality, first, jury.ballots(again, rng)


class Jury:
    """The truth of a world: qualities of its works and habits of its judges."""

    def __init__(self, world: World, rng: np.random.Generator) -> None:
        self.world = world
        self.group = np.arange(world.entries) * (world.judges // world.each) // world.entries
        self.quality = rng.standard_normal(world.entries)
        if world.groups_differ:
            groups = rng.standard_normal(self.group.max() + 1)
            self.quality = np.sqrt(0.5) * self.quality + np.sqrt(0.5) * groups[self.group]
        self.base = world.top + world.severity * rng.standard_normal(world.judges)
        self.slope = 6.0 * np.exp(world.scale * rng.standard_normal(world.judges))
        self.noise = world.noise * np.exp(world.unsteady * rng.standard_normal(world.judges))
        if "wild" in world.odd:
            self.slope[1], self.noise[1] = self.slope[1] * 3, self.noise[1] * 2

    def ballots(self, assigned: list[tuple[int, int]], rng: np.random.Generator) -> Sheet:
        world, found = self.world, []
        for entry, judge in assigned:
            if world.missing and rng.random() < world.missing:
                continue
            score = self.base[judge] + self.slope[judge] * self.quality[entry]
            score += self.noise[judge] * rng.standard_normal()
            if judge == 0:
                score = _odd(world.odd, score, entry, rng)
            points = int(np.clip(round(score / world.step) * world.step, 0, 100))
            found.append(Ballot(f"{entry:05d}", f"{judge:03d}", Fraction(points)))
        return Sheet.of(found, entries=(f"{entry:05d}" for entry in range(world.entries)))


def _odd(kind: str, score: float, entry: int, rng: np.random.Generator) -> float:
    if "random" in kind:
        return float(rng.uniform(40, 100))
    if kind == "strategic":  # pushes a tenth up to the top and presses the rest to the bottom half
        return 100.0 if entry % 10 == 0 else score - 25.0
    if kind == "favour" and entry % 12 == 0:
        return score + 15.0
    return score


def _assigned(world: World, group: Ints, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Pairs of entry and judge, judges with the fewest entries first."""
    load = np.zeros(world.judges)
    found = []
    for entry in rng.permutation(world.entries):
        if world.panels and rng.random() >= world.bridging:
            chosen = np.arange(world.each) + group[entry] * world.each
        else:
            chosen = np.argsort(load + 0.9 * rng.random(world.judges))[: world.each]
        load[chosen] += 1
        found += [(int(entry), int(judge)) for judge in chosen]
    return found


def plain_means(sheet: Sheet) -> Floats:
    """Of the entries, as floats."""
    means: Floats = np.bincount(sheet.i, weights=sheet.y, minlength=len(sheet.entries)) / np.maximum(sheet.per_entry, 1)
    return means


def tau(one: Floats, other: Floats) -> float:
    """Kendall's tau-b."""
    a, b = np.sign(one[:, None] - one[None, :]), np.sign(other[:, None] - other[None, :])
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def average_tau(world: World, score: Callable[[Sheet], Floats], *, seeds: range) -> float:
    """Mean tau of `score` with the truth over `seeds`."""
    taus = []
    for seed in seeds:
        quality, sheet = drawn(world, seed=seed)
        taus.append(tau(quality, score(sheet)))
    return float(np.mean(taus))
