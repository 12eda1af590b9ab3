"""What the sampled pictures and the sound of a film say about its quality. Estimates: they advise, and reject nothing.

The pictures come as raw grey bytes from inside the sandbox; all that is done with them here is arithmetic.
"""

import re
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contest.media import likeness
from contest.media.samples import EDGE_FPS, END, SPREAD, START, Plan

if TYPE_CHECKING:
    import numpy as np

    Pictures = np.ndarray[Any, np.dtype[np.uint8]]

# Of 255. Black of a coded film is not quite even; a dark scene has lights in it.
BLACK_MEAN, BLACK_BRIGHTEST = 10, 32
DARK_MEDIAN, DARK_BRIGHT = 25, 60
FLAT_SPREAD = 8  # between the darkest and the brightest twentieth
STILL_DIFFERENCE = 0.3  # mean over the picture; the noise of any camera is more
BAR_BRIGHTEST = 12  # the dark of a night scene has noise in it, a bar has none
LEAST_BAR = 0.03  # of the side
FEWEST_FOR_BARS = 3
SILENT_LUFS = -55.0
MOMENT_S = 0.4  # what a momentary loudness is taken over; before that it says nothing
_MOMENT = re.compile(r"\bt: *([\d.]+) .*?\bM: *(-?[\d.]+|nan|-inf)")
_PEAKS = re.compile(r"(n_samples|max_volume|histogram_0db): (-?[\d.]+)")


def pictures_of(folder: Path, wanted: Plan) -> dict[str, "Pictures"]:
    """The pictures that came of a plan, by the name of their file; a picture that was broken off is left out."""
    import numpy as np  # of the worker alone, and only once a film has come: it is tens of megabytes

    found = {}
    for name in (START, SPREAD, END):
        path, size = folder / name, wanted.width * wanted.height
        data = path.read_bytes() if path.exists() else b""
        whole = np.frombuffer(data[: len(data) // size * size], dtype=np.uint8)
        found[name] = whole.reshape(-1, wanted.height, wanted.width)
    return found


def look(pictures: dict[str, "Pictures"], wanted: Plan) -> dict[str, Any]:
    """The measures: shares of the samples, times at both ends in ms, bars in percent of the side."""
    start, spread, end = pictures[START], pictures[SPREAD], pictures[END]
    black_start, black_end = _run(_are_black(start)), _run(_are_black(end)[::-1])
    found: dict[str, Any] = {
        "black_start_ms": black_start,
        "black_end_ms": black_end,
        "frozen_start_ms": 0 if black_start else _run(_are_still(start)),
        "frozen_end_ms": 0 if black_end else _run(_are_still(end)[::-1]),
    }
    if not len(spread):
        return found
    black, dark, flat = _are_black(spread), _are_dark(spread), _are_flat(spread)
    found |= {
        "samples": len(spread),
        "black_share": _share(black),
        "dark_share": _share(dark),
        "flat_share": _share([is_flat and not is_dark for is_flat, is_dark in zip(flat, dark, strict=True)]),
        "still_share": _share(_are_still(spread)),
        "bars": _bars(spread[[not is_black for is_black in black]]),
    }
    if len(spread) == len(wanted.spread):
        found["dark_at_ms"] = [
            round((at - wanted.start_at) * 1000) for at, is_dark in zip(wanted.spread, dark, strict=True) if is_dark
        ]
    return found


def fingerprints(pictures: dict[str, "Pictures"], found: dict[str, Any]) -> tuple[str, ...]:
    """By which the film is known again: of its very first picture, which every copy has, and of the samples."""
    return likeness.of_film([*pictures[START][:1], *pictures[SPREAD]], bars=found.get("bars", ()))


def listen(said: str) -> dict[str, Any]:
    """The measures of the sound from what ffmpeg's filters said: silence, and samples at full scale."""
    told = [(float(at), text) for at, text in _MOMENT.findall(said)]
    moments = [text in ("nan", "-inf") or float(text) < SILENT_LUFS for at, text in told if at >= MOMENT_S]
    found: dict[str, Any] = {"silence_share": _share(moments), "longest_silence_ms": 100 * _longest(moments)}
    # A filter that is set up anew says what it has heard so far, which is nothing: the last word counts.
    last = dict(_PEAKS.findall(said))
    if int(last.get("n_samples", 0)) and "max_volume" in last:
        full = int(last.get("histogram_0db", 0)) / int(last["n_samples"])
        found |= {"peak_db": float(last["max_volume"]), "full_share": round(full, 4)}
    return found


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
