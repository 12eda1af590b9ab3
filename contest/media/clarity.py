"""How a photo looks, in numbers: sharpness as one calibrated score, exposure, contrast, noise, traces of compression.

Pure NumPy on grey arrays, without a file and without an opinion: what is too little is decided by whoever holds the
numbers against rules. Where sharpness cannot be told - a drawing, a screenshot, a wall - it says so.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from contest.media.clarity_features import GRID, Floats, Tiles, cut, features, noise_of, sharpness_by_tile
from contest.media.clarity_weights import score

SIDE = 1024  # the longest side at which photos are compared
NATIVE = 1024  # and the part of it that is looked at as it is
LEAST_TEXTURED = 2  # tiles of 64 in which anything happens
BRIGHT = 250
# As a screen draws and no lens: neighbours exactly alike, and most of the picture in two greys. In 84 photographs, dim
# and grey copies among them, the two commonest had 0.37 at most; in drawings and pages of text 0.5 to 0.97.
SAME_SHARE = 0.45
TWO_GREYS = 0.45
BLACKEST = 5  # levels that a night sky may fill
ROUGH = 30  # below this JPEG quality flat areas come from the coding
# The luminance table of ITU-T T.81, annex K.1, from which encoders scale theirs by quality; sorted, for any order.
_LUMINANCE = np.sort(
    np.array(
        [
            *(16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56),
            *(14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92),
            *(49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99),
        ]
    )
)


def measure(grey: Floats, native: Floats, *, longest: int, stated: int | None = None) -> dict[str, Any]:
    """All of it, ready for JSON.

    `grey`: the whole, at most SIDE long; `native`: a part at full size; `longest` side of the photo; `stated`: the
    quality of a JPEG by its tables.
    """
    tiles = cut(grey)
    noise = tiles.noise if tiles else noise_of(grey)
    found: dict[str, Any] = {**light(grey), "noise": round(noise, 2)}
    if reason := why_not_judged(grey, tiles, rough=stated is not None and stated < ROUGH):
        found["not_judged"] = reason
    elif tiles is not None:
        found["sharpness"] = round(score(features(tiles)), 1)
        found |= places(tiles)
    found["blocking"] = round(blocking(native), 2)
    detail = fine_detail(native)
    found |= {"fine_detail": round(detail, 3)} if detail is not None and longest > SIDE else {}
    return found | ({"jpeg_quality": stated} if stated is not None else {})


def light(grey: Floats) -> dict[str, float]:
    """Brightness by percentiles, which a small lamp or a dark corner does not move, and the share that is white."""
    dark, middle, light, bright = (float(value) for value in np.percentile(grey[::2, ::2], (2, 50, 95, 98)))
    return {
        "p2": round(dark),
        "p50": round(middle),
        "p95": round(light),
        "p98": round(bright),
        "contrast": round(bright - dark),
        "white": round(float((grey >= BRIGHT).mean()), 3),
    }


def why_not_judged(grey: Floats, tiles: Tiles | None, *, rough: bool) -> str | None:
    """small, flat or drawn: of these, sharpness and contrast mean nothing."""
    if tiles is None:
        return "small"
    if int(tiles.textured.sum()) < LEAST_TEXTURED:
        return "flat"
    levels = np.bincount(grey.astype(np.uint8).ravel(), minlength=256)
    levels[:BLACKEST] = 0
    is_drawn = np.sort(levels)[-2:].sum() > TWO_GREYS * grey.size
    if is_drawn and not rough and float((grey[:, 1:] == grey[:, :-1]).mean()) > SAME_SHARE:
        return "drawn"
    return None


def places(tiles: Tiles) -> dict[str, list[float]]:
    """Where it is sharpest and softest among the lively parts: left, top, width and height as shares of the picture."""
    by_tile = sharpness_by_tile(tiles)
    lively = [at for at, place in enumerate(tiles.places) if tiles.textured[place]] or [0]
    sharpest = min(lively, key=lambda at: by_tile[at])
    softest = max(lively, key=lambda at: by_tile[at])
    return {"sharpest": _box(tiles.places[sharpest]), "softest": _box(tiles.places[softest])}


def _box(place: tuple[int, int]) -> list[float]:
    row, column = place
    return [column / GRID, row / GRID, 1 / GRID, 1 / GRID]


def blocking(native: Floats) -> float:
    """How much larger steps are every eighth pixel than elsewhere; 1 in a picture that was not coded in blocks.

    Z. Wang and others, No-reference perceptual quality assessment of JPEG compressed images, ICIP 2002.
    """
    return min(_grid_steps(native), _grid_steps(native.T))  # a fence has a grid one way, a JPEG both ways


def _grid_steps(grey: Floats) -> float:
    if grey.shape[1] < 4 * GRID or grey.shape[0] < GRID:
        return 1.0
    steps = np.abs(np.diff(grey, axis=1)).mean(axis=0)
    steps = np.median(steps[: len(steps) // 8 * 8].reshape(-1, 8), axis=0)  # no single edge counts
    most = int(steps.argmax())  # a cut or turned picture has its grid elsewhere
    others = np.delete(steps, most)
    return float((steps[most] + 0.05) / (others.mean() + 0.05))


def fine_detail(native: Floats) -> float | None:
    """Power of second to first derivatives at full size: hardly any where a picture was enlarged."""
    tiles = cut(native)
    if tiles is None or int(tiles.textured.sum()) < LEAST_TEXTURED:
        return None
    exponents = np.sort(sharpness_by_tile(tiles))[: len(tiles.places) // 2]
    return float(4 - 2 ** np.mean(exponents))


def jpeg_quality(table: Sequence[int]) -> int:
    """The quality from 1 to 100 at which common encoders use this table; without regard to clipped entries."""
    ratios = np.sort(np.array(table[:64], dtype=float))[:32] / _LUMINANCE[:32]
    scale = 100 * float(np.median(ratios))
    return max(1, min(100, round((200 - scale) / 2 if scale <= 100 else 5000 / scale)))
