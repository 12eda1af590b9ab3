"""By what the sound of a film is known again, and where in two films the same is heard.

Chromaprint (L. Lalinsky, 2010) makes of each eighth of a second 32 bits about the notes in it. They stay nearly the
same when a sound is coded anew, made louder, or trimmed; in another key it is another sound. Where a few of mine
occur in another film at one and the same distance, the two are laid over each other there and their bits compared.
Which thresholds find copies and nothing else: `docs/decisions.md`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Marks = np.ndarray[Any, np.dtype[np.uint32]]
    Numbers = np.ndarray[Any, np.dtype[np.int64]]

STEP_S = 1365 / 11025  # from one mark to the next
HEARD_S = 2.6  # what one mark is taken from: the last begins so long before the end
LEAST_S = 10.0  # that has to be the same: a jingle, and the ring of a telephone, are shorter
WINDOW = 24  # marks over which differing bits are averaged: three seconds
MOST_DIFFERING = 8.0  # of 32 bits. Any two sounds differ in about 16
FEWEST_SHARED = 3  # marks, to the bit, before two films are laid over each other
MOST_REPEATED = 4  # a mark that is heard more often says nothing: silence, a tone, a machine
LEAST_CHANGE = 5.0  # bits between marks of one sound some seconds apart; a tone has hardly any
CLOSER = 0.6  # two sounds to each other than each to itself some seconds later; else any noise is like any other
LEAST_VARIETY = 0.5  # different marks among all: what repeats itself is as good as a tone
APART = (17, 31, 53)  # marks: two to seven seconds
DISTANCES_TRIED = 2  # for each film
_TABLE_BITS, _SCATTER = 22, 2654435761  # Knuth's multiplier: neighbours fall into different places


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """The same is heard in mine from `mine_s` on and in theirs from `theirs_s` on, for `length_s` seconds."""

    mine_s: float
    theirs_s: float
    length_s: float
    differing: float  # of the bits, on average: 0 the same, 0.5 nothing in common


def marks_of(raw: bytes) -> "Marks":
    """What the raw form of ffmpeg's chromaprint holds; bytes of a mark that was broken off are left out."""
    import numpy as np

    return np.frombuffer(raw[: len(raw) // 4 * 4], dtype="<u4")


def same_sound(mine: bytes, others: Sequence[bytes]) -> list[Stretch | None]:
    """Of each of the others the longest stretch that sounds the same, None where nothing does."""
    ours, theirs = marks_of(mine), [marks_of(other) for other in others]
    best: list[Stretch | None] = [None] * len(others)
    for place, distance in _candidates(ours, theirs):
        found = _laid_over(ours, theirs[place], distance)
        before = best[place]
        if found and (before is None or found.length_s > before.length_s):
            best[place] = found
    return best


def _candidates(ours: "Marks", theirs: Sequence["Marks"]) -> Iterator[tuple[int, int]]:
    """Films, and how much later than in mine the shared marks are in them; the likeliest distances of each."""
    import numpy as np

    values, counts = np.unique(ours, return_counts=True)
    telling = counts <= MOST_REPEATED
    values, counts = values[telling], counts[telling]
    if not len(values) or not theirs or not any(map(len, theirs)):
        return
    everything = np.concatenate(theirs)
    table = np.zeros(1 << _TABLE_BITS, dtype=bool)
    table[_places(values)] = True
    at = np.flatnonzero(table[_places(everything)])
    found = np.minimum(np.searchsorted(values, everything[at]), len(values) - 1)
    at, found = (one[values[found] == everything[at]] for one in (at, found))
    order = np.argsort(ours, kind="stable")
    begins = np.searchsorted(ours[order], values)
    mine = np.concatenate([order[begins[found[counts[found] > k]] + k] for k in range(MOST_REPEATED)])
    at = np.concatenate([at[counts[found] > k] for k in range(MOST_REPEATED)])
    lengths = np.array([len(one) for one in theirs])
    starts = np.cumsum(lengths) - lengths
    film = np.searchsorted(starts, at, side="right") - 1
    yield from _most_shared(film, at - starts[film] - mine)


def _places(values: "Marks") -> "Marks":
    import numpy as np

    places: Marks = (values * np.uint32(_SCATTER)) >> np.uint32(32 - _TABLE_BITS)
    return places


def _most_shared(film: "Numbers", distance: "Numbers") -> Iterator[tuple[int, int]]:
    """The distances at which most marks are shared, those next to each other counted together."""
    import numpy as np

    span = 1 << 24
    keys, counts = np.unique(film * span + distance + span // 2, return_counts=True)
    together = counts.copy()
    beside = np.flatnonzero(np.diff(keys) == 1)
    together[beside] += counts[beside + 1]
    together[beside + 1] += counts[beside]
    enough = together >= FEWEST_SHARED
    keys, together = keys[enough], together[enough]
    tried: dict[int, int] = {}
    for place in np.argsort(-together, kind="stable"):
        which, offset = divmod(int(keys[place]), span)
        if tried.setdefault(which, 0) < DISTANCES_TRIED:
            tried[which] += 1
            yield which, offset - span // 2


def _laid_over(ours: "Marks", theirs: "Marks", distance: int) -> Stretch | None:
    """The longest stretch in which hardly any bit differs."""
    import numpy as np

    begin, end = max(0, -distance), min(len(ours), len(theirs) - distance)
    if end - begin < LEAST_S / STEP_S - HEARD_S / STEP_S:
        return None
    here = ours[begin:end]
    differing = np.bitwise_count(here ^ theirs[begin + distance : end + distance]).astype(np.float64)
    summed = np.concatenate([[0.0], np.cumsum(differing)])
    alike = (summed[WINDOW:] - summed[:-WINDOW]) <= MOST_DIFFERING * WINDOW
    edges = np.flatnonzero(np.diff(np.concatenate([[False], alike, [False]]).astype(np.int8)))
    best = max(zip(edges[::2], edges[1::2], strict=True), key=lambda run: run[1] - run[0], default=None)
    if best is None:
        return None
    first, last = int(best[0]), int(best[1]) - 1 + WINDOW
    near = np.flatnonzero(differing[first:last] <= MOST_DIFFERING)  # a window reaches beyond what is the same
    first, last = first + int(near[0]), first + int(near[-1]) + 1
    length_s = (last - first - 1) * STEP_S + HEARD_S
    differs = float(differing[first:last].mean())
    if length_s < LEAST_S or not _says_something(here[first:last], differs):
        return None
    return Stretch(
        mine_s=round((begin + first) * STEP_S, 1),
        theirs_s=round((begin + first + distance) * STEP_S, 1),
        length_s=round(length_s, 1),
        differing=round(differs / 32, 3),
    )


def _says_something(marks: "Marks", differs: float) -> bool:
    """Whether that two sounds differ by so many bits tells them from silence, tones, noise and what repeats itself."""
    import numpy as np

    change = float(np.mean([np.bitwise_count(marks[apart:] ^ marks[:-apart]).mean() for apart in APART]))
    if change < LEAST_CHANGE or differs > CLOSER * change:
        return False
    return len(np.unique(marks)) >= LEAST_VARIETY * len(marks)
