"""What the sampled pictures and the sound of a film say about its quality. Estimates: they advise, and reject nothing.

The pictures come as raw grey bytes from inside the sandbox; all that is done with them here is arithmetic.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contest.media.clarity_film import sharpness_of_film
from contest.media.samples import CLOSE, EDGE_FPS, END, ROWS, SPREAD, START, Plan

if TYPE_CHECKING:
    import numpy as np

    Pictures = np.ndarray[Any, np.dtype[np.uint8]]
# By code of the finding: the samples that show it, each its number and its time, or the stretch at an end.
Seen = dict[str, list["tuple[int, int] | str"]]

# Of 255. Black of a coded film is not quite even; a dark scene has lights in it.
BLACK_MEAN, BLACK_BRIGHTEST = 10, 32
DARK_MEDIAN, DARK_BRIGHT = 25, 60
FLAT_SPREAD = 8  # between the darkest and the brightest twentieth
STILL_DIFFERENCE = 0.3  # mean over the picture; the noise of any camera is more
BAR_BRIGHTEST = 12  # the dark of a night scene has noise in it, a bar has none
LEAST_BAR = 0.03  # of the side
FEWEST_FOR_BARS = 3
SILENT_LUFS = -55.0
MOST_SEEN = 3
MOMENT_S = 0.25  # a momentary loudness is taken over 0.4 s: before its fourth tenth of a second it says nothing
_MOMENT = re.compile(r"pts_time:([\d.]+)\s+lavfi\.r128\.M=(-?[\d.]+|-?nan|-inf)")


def pictures_of(folder: Path, wanted: Plan) -> dict[str, "Pictures"]:
    """The pictures that came of a plan, by the name of their file; a picture that was broken off is left out."""
    import numpy as np  # of the worker alone, and only once a film has come: it is tens of megabytes

    found = {}
    sizes = dict.fromkeys((START, SPREAD, END), (wanted.width, wanted.height))
    for name, (width, height) in (sizes | {CLOSE: wanted.close, ROWS: wanted.rows or (1, 1)}).items():
        path, size = folder / name, max(1, width * height)
        data = path.read_bytes() if path.exists() else b""
        whole = np.frombuffer(data[: len(data) // size * size], dtype=np.uint8)
        found[name] = whole.reshape(-1, height, width)
    return found


def look(pictures: dict[str, "Pictures"], wanted: Plan) -> tuple[dict[str, Any], "Seen"]:
    """The measures: shares of the samples, times at both ends in ms, bars in percent of the side; and where in the
    film each of them is seen best."""
    start, spread, end = pictures[START], pictures[SPREAD], pictures[END]
    black_start, black_end = _run(_are_black(start)), _run(_are_black(end)[::-1])
    found: dict[str, Any] = {
        "black_start_ms": black_start,
        "black_end_ms": black_end,
        "frozen_start_ms": 0 if black_start else _run(_are_still(start)),
        "frozen_end_ms": 0 if black_end else _run(_are_still(end)[::-1]),
    }
    seen = _at_the_ends(found)
    if not len(spread):
        return found, seen
    black, dark, flat = _are_black(spread), _are_dark(spread), _are_flat(spread)
    flat = [is_flat and not is_dark for is_flat, is_dark in zip(flat, dark, strict=True)]
    still = _are_still(spread)
    sharpness, scores = sharpness_of_film(pictures[CLOSE])
    found |= {
        "samples": len(spread),
        "black_share": _share(black),
        "dark_share": _share(dark),
        "flat_share": _share(flat),
        "still_share": _share(still),
        "bars": _bars(spread[[not is_black for is_black in black]]),
        **sharpness,
    }
    if len(spread) != len(wanted.spread):  # which of them is missing nobody knows
        return found, seen
    at_ms = [round((at - wanted.start_at) * 1000) for at in wanted.spread]
    found["dark_at_ms"] = [at for at, is_dark in zip(at_ms, dark, strict=True) if is_dark]
    brightness = [float(picture.mean()) for picture in spread]
    seen |= {
        # What is black altogether shows nobody where it is, and has a line of its own at the ends.
        "dark": _worst(range(len(spread)), brightness, among=_unless(black, dark)),
        "flat": _worst(range(len(spread)), brightness, among=flat),
        "still": [place for place in range(1, len(spread)) if still[place - 1]][:MOST_SEEN],
        "bars": [max(range(len(spread)), key=brightness.__getitem__)] if any(found["bars"]) else [],
        "clarity": _blurred(wanted.closer, scores),
    }
    return found, {
        code: [place if isinstance(place, str) else (place, at_ms[place]) for place in places]
        for code, places in seen.items()
        if places
    }


def _at_the_ends(found: dict[str, Any]) -> dict[str, list[Any]]:
    names = {"black_start_ms": START, "frozen_start_ms": START, "black_end_ms": END, "frozen_end_ms": END}
    return {key.removesuffix("_ms").replace("_", "-"): [name] for key, name in names.items() if found[key]}


def _worst(places: Iterable[int], levels: Sequence[float], *, among: Sequence[bool]) -> list[int]:
    """The darkest or most blurred of those, in the order of the film."""
    return sorted(sorted((place for place in places if among[place]), key=levels.__getitem__)[:MOST_SEEN])


def _unless(exception: Sequence[bool], holds: Sequence[bool]) -> Sequence[bool]:
    """Where it holds without the exception; all of it where that is nowhere."""
    pure = [one and not other for one, other in zip(holds, exception, strict=True)]
    return pure if any(pure) else holds


def _blurred(places: Sequence[int], scores: Sequence[float | None]) -> list[int]:
    judged = [(score, place) for place, score in zip(places, scores, strict=False) if score is not None]
    return sorted(place for _score, place in sorted(judged)[:MOST_SEEN])


def listen(said: str) -> dict[str, Any]:
    """How much of the sound is silent, from the loudness of each moment as ffmpeg wrote it down."""
    told = [(float(at), text) for at, text in _MOMENT.findall(said)]
    moments = [text.endswith(("nan", "inf")) or float(text) < SILENT_LUFS for at, text in told if at >= MOMENT_S]
    return {"silence_share": _share(moments), "longest_silence_ms": 100 * _longest(moments)}


def _are_black(pictures: "Pictures") -> list[bool]:
    return [bool(picture.mean() < BLACK_MEAN) and _level(picture, 0.98) < BLACK_BRIGHTEST for picture in pictures]


def _are_dark(pictures: "Pictures") -> list[bool]:
    return [_level(picture, 0.5) < DARK_MEDIAN and _level(picture, 0.95) < DARK_BRIGHT for picture in pictures]


def _are_flat(pictures: "Pictures") -> list[bool]:
    return [_level(picture, 0.95) - _level(picture, 0.05) < FLAT_SPREAD for picture in pictures]


def _level(picture: "Pictures", share: float) -> int:
    """The brightness that `share` of the picture does not exceed; counted, for sorting takes ten times as long."""
    import numpy as np

    counted = np.cumsum(np.bincount(picture.ravel(), minlength=256))
    return int(np.searchsorted(counted, share * picture.size))


def _are_still(pictures: "Pictures") -> list[bool]:
    """Of each picture but the first, whether it is the one before it."""
    import numpy as np

    pairs = zip(pictures[:-1].astype(np.int16), pictures[1:].astype(np.int16), strict=True)
    return [bool(np.abs(later - earlier).mean() < STILL_DIFFERENCE) for earlier, later in pairs]


def _bars(lit: "Pictures") -> list[float]:
    """Black above, below, left and right, in percent of the side: what stays dark in all pictures that show something.

    A subtitle in the bar makes it none, which errs on the side of silence.
    """
    import numpy as np

    if len(lit) < FEWEST_FOR_BARS:
        return [0.0, 0.0, 0.0, 0.0]
    brightest = lit.max(axis=0)
    rows = np.percentile(brightest, 98, axis=1) < BAR_BRIGHTEST
    columns = np.percentile(brightest, 98, axis=0) < BAR_BRIGHTEST
    sides = (rows, rows[::-1], columns, columns[::-1])
    shares = (float(np.argmin(side)) / len(side) for side in sides)  # the first that is not dark
    return [round(100 * share, 1) if share >= LEAST_BAR else 0.0 for share in shares]


def _run(holds: list[bool]) -> int:
    """How long it holds from the first one on, in ms."""
    count = next((place for place, one in enumerate(holds) if not one), len(holds))
    return round(count * 1000 / EDGE_FPS)


def _longest(holds: list[bool]) -> int:
    return max((len(list(run)) for holding, run in groupby(holds) if holding), default=0)


def _share(holds: list[bool]) -> float:
    return round(sum(holds) / len(holds), 3) if holds else 0.0
