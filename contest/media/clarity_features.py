"""How sharp a grey picture is, as numbers that hardly depend on what it shows. Pure NumPy; no file, no threshold.

All are taken at one fixed size, from the tiles where most happens, and free of contrast: a measure of absolute
contrast, such as the variance of the Laplacian, calls fog and night blurred and noise sharp. Sources:

- noise: J. Immerkaer, Fast noise variance estimation, CVIU 64(2), 1996 - here on the calmest tiles only.
- slopes: the second-order structure function, mean (g(x+k) - g(x))^2 over k = 1, 2, 4, 8. A step edge makes it grow
  as k, blur as k^2 up to its own width; its first exponent is the ratio of second to first derivatives in other
  words. Taken in four directions, because a shaken camera blurs one of them.
- spectrum: the fall of power with frequency, as D. Field, JOSA A 4(12), 1987, found it in sharp natural pictures.
- re-blur: F. Crete and others, The blur effect, SPIE 6492, 2007: what a further blur takes away.
- edges: steepness of an edge within the contrast around it, a cheap kin of edge width (P. Marziliano and others,
  A no-reference perceptual blur metric, ICIP 2002).
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]

GRID = 8  # tiles across and down
TAKEN = 16  # so many of the 64 are looked at closely
LEAST_TILE = 12  # pixels: below, nothing can be said
TEXTURED = 40.0  # mean squared change over eight pixels in a tile with something in it, however blurred
TELLING = 0.2  # of a tile's greatest change over eight pixels: a direction with less says nothing about blur
LAGS = (1, 2, 4, 8)
_WINDOW = 8
_PATCH = 64


@dataclass(frozen=True, kw_only=True)
class Tiles:
    """The picture cut into 8 x 8: how much happens in each, and the noise that lies over all of them."""

    noise: float
    textured: NDArray[np.bool_]  # 8 x 8: whether anything happens there
    stack: Floats  # the liveliest tiles, tile x row x column
    places: list[tuple[int, int]]  # row and column of each in the stack


def cut(grey: Floats) -> Tiles | None:
    """None of a picture too small to say anything about."""
    height, width = grey.shape[0] // GRID, grey.shape[1] // GRID
    if min(height, width) < LEAST_TILE:
        return None
    noise = noise_of(grey)
    grey = grey[: GRID * height, : GRID * width]
    tiles = grey.reshape(GRID, height, GRID, width).swapaxes(1, 2).reshape(GRID * GRID, height, width)
    order = np.argsort(_change(tiles, 1))[::-1][:TAKEN]
    textured = (_change(tiles, 8) - noise**2 * 2 > TEXTURED).reshape(GRID, GRID)
    places = [divmod(int(one), GRID) for one in order]
    return Tiles(noise=noise, textured=textured, stack=tiles[order], places=places)


def noise_of(grey: Floats) -> float:
    """Standard deviation of the noise in grey levels: that of the calmest tenth of small tiles that are not clipped."""
    twice = np.diff(np.diff(grey, n=2, axis=1), n=2, axis=0)
    rows, columns = twice.shape[0] // 16, twice.shape[1] // 16
    if not rows or not columns:
        return 0.0
    cut_to = (slice(0, 16 * rows), slice(0, 16 * columns))
    tiles = np.abs(twice[cut_to]).reshape(rows, 16, columns, 16).mean(axis=(1, 3))
    levels = grey[1:-1, 1:-1][cut_to].reshape(rows, 16, columns, 16)[:, ::4, :, ::4].mean(axis=(1, 3))
    usable = tiles[(levels > 8) & (levels < 247)]
    if usable.size < 4:
        return 0.0
    return float(np.sqrt(np.pi / 2) / 6 * np.percentile(usable, 10))


def features(tiles: Tiles) -> dict[str, float]:
    """The numbers of which the score is made; `clarity_weights` was fitted to these names."""
    slopes, telling = _slopes(tiles)
    each = slopes.mean(axis=1)
    worst = np.where(telling[:, :, None], slopes, -1.0).max(axis=1)  # a shaken camera blurs one way in all tiles
    best = np.where(telling[:, :, None], slopes, 9.0).min(axis=1)
    made = {"noise": float(np.log1p(tiles.noise)), "ways": float(telling.mean())}
    for step, name in enumerate(("fine", "middle", "coarse")):
        made[f"{name}-best"] = float(np.percentile(each[:, step], 10))
        made[f"{name}-typical"] = float(np.median(each[:, step]))
        made[f"{name}-worst-way"] = float(np.median(worst[:, step]))
        made[f"{name}-least-worst-way"] = float(np.percentile(worst[:, step], 15))
        made[f"{name}-best-way"] = float(np.median(best[:, step]))
    edges = sorted(_edges(tiles.stack, tiles.noise))
    blurs = sorted(_reblur(tiles.stack))
    made |= {"edge-low": edges[0], "edge-high": edges[1], "reblur-low": blurs[0], "reblur-high": blurs[1]}
    return made | {"spectrum": _spectrum(tiles.stack, tiles.noise)}


def sharpness_by_tile(tiles: Tiles) -> NDArray[np.float64]:
    """Exponents of the fine slope, a tile of the stack each: 1 at a crisp edge, 2 in pure blur."""
    fine: NDArray[np.float64] = _slopes(tiles)[0][:, :, 0].mean(axis=1)
    return fine


def _change(stack: Floats, lag: int) -> Floats:
    """By tile, the mean squared change over so many pixels, across and down."""
    energy: Floats = (_step(stack, lag, 0) + _step(stack, lag, 1)) / np.float32(2)
    return energy


def _slopes(tiles: Tiles) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Exponents of growth by tile, direction (across, down, two diagonals) and step; and which directions tell."""
    steps = np.array([[_step(tiles.stack, lag, way) for lag in LAGS] for way in range(4)], dtype=np.float64)
    energy = np.maximum(steps - 2 * tiles.noise**2, 0.02 * steps + 1e-3)  # way x lag x tile
    exponents = np.log2(energy[:, 1:] / energy[:, :-1]).transpose(2, 0, 1)
    widest = energy[:, -1]
    return exponents, (widest >= TELLING * widest.max(axis=0)).T


def _step(stack: Floats, lag: int, way: int) -> Floats:
    if way == 0:
        change = stack[:, :, lag:] - stack[:, :, :-lag]
    elif way == 1:
        change = stack[:, lag:] - stack[:, :-lag]
    elif way == 2:
        change = stack[:, lag:, lag:] - stack[:, :-lag, :-lag]
    else:
        change = stack[:, lag:, :-lag] - stack[:, :-lag, lag:]
    energy: Floats = np.einsum("aij,aij->a", change, change) / (change.shape[1] * change.shape[2])
    return energy


def _edges(stack: Floats, noise: float) -> list[float]:
    """Across and down: how much of the contrast around a strong edge one step of two pixels bridges."""
    found = []
    for turned in (stack, stack.transpose(0, 2, 1)):
        rise = np.abs(turned[:, :, 2:] - turned[:, :, :-2])
        reach = rise.shape[2] - _WINDOW + 1
        if reach < 1:
            found.append(0.0)
            continue
        highest, lowest = _running(turned, np.maximum), _running(turned, np.minimum)
        contrast = (highest - lowest)[:, :, : reach - 1]
        steep = rise[:, :, 3 : 3 + contrast.shape[2]]
        strong = contrast > max(16.0, 8 * noise)
        least = np.percentile(contrast[strong], 60) if strong.any() else 0.0
        chosen = strong & (contrast >= least)
        found.append(float(np.percentile(steep[chosen] / contrast[chosen], 80)) if chosen.any() else 0.0)
    return found


def _running(stack: Floats, of: np.ufunc) -> Floats:
    """The extreme of every window of eight pixels, in three doublings."""
    made = stack
    for shift in (1, 2, 4):
        made = of(made[:, :, shift:], made[:, :, :-shift])
    return made


def _reblur(stack: Floats) -> list[float]:
    """Across and down: the share of variation that a blur over nine pixels leaves; near 1 it was blurred before."""
    found = []
    for turned in (stack, stack.transpose(0, 2, 1)):
        sums = np.cumsum(turned, axis=2, dtype=np.float32)
        blurred = (sums[:, :, 9:] - sums[:, :, :-9]) / 9
        before = np.abs(np.diff(turned, axis=2))[:, :, 5 : 4 + blurred.shape[2]]
        after = np.abs(np.diff(blurred, axis=2))
        lost = np.maximum(0, before - after[:, :, : before.shape[2]]).sum()
        total = before.sum()
        found.append(1 - float(lost / total) if total > 0 else 1.0)
    return found


def _spectrum(stack: Floats, noise: float) -> float:
    """The exponent by which power falls with frequency, in the middle of each tile; about 2 in sharp pictures."""
    side = min(_PATCH, stack.shape[1], stack.shape[2])
    top, left = (stack.shape[1] - side) // 2, (stack.shape[2] - side) // 2
    patches = stack[:, top : top + side, left : left + side]
    patches = patches - patches.mean(axis=(1, 2), keepdims=True)
    window = np.hanning(side).astype(np.float32)
    weights = np.outer(window, window)
    power = np.mean(np.abs(np.fft.rfft2(patches * weights)) ** 2, axis=0)
    power = np.maximum(power - noise**2 * float((weights**2).sum()), 1e-2 * power + 1e-6)
    up, along = np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :]
    radius = np.hypot(up, along)
    bands = np.linspace(0.06, 0.48, 8)
    which = np.digitize(radius, bands)
    means = [power[which == band].mean() for band in range(1, len(bands)) if (which == band).any()]
    middles = [np.sqrt(bands[b - 1] * bands[b]) for b in range(1, len(bands)) if (which == b).any()]
    return -float(np.polyfit(np.log(middles), np.log(means), 1)[0])
