"""Drawing for the demo's own films and photos: skies, ridges, suns, soft light. NumPy and Pillow only."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

Colour = tuple[int, int, int]

# Debian's fonts-noto-cjk; without it the films have no written title.
FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
)


@dataclass(frozen=True)
class Size:
    width: int
    height: int

    @property
    def u(self) -> float:
        """A hundredth of the height: the measure in which everything is drawn."""
        return self.height / 100


Scene = Callable[[float, Size], Image.Image]


def smooth(x: float, start: float = 0.0, end: float = 1.0) -> float:
    """0 before `start`, 1 after `end`, without a jerk between."""
    x = min(max((x - start) / (end - start), 0.0), 1.0)
    return x * x * (3 - 2 * x)


def between(a: Colour, b: Colour, x: float) -> Colour:
    return (round(a[0] + (b[0] - a[0]) * x), round(a[1] + (b[1] - a[1]) * x), round(a[2] + (b[2] - a[2]) * x))


def sky(size: Size, *stops: Colour) -> Image.Image:
    """A picture that runs through `stops` from the top to the foot."""
    at = np.linspace(0, len(stops) - 1, size.height)
    columns = [np.interp(at, range(len(stops)), [stop[channel] for stop in stops]) for channel in range(3)]
    strip = np.stack(columns, axis=1).astype(np.uint8)[:, None, :]
    return Image.fromarray(strip, "RGB").resize((size.width, size.height), Image.Resampling.NEAREST)


def glow(picture: Image.Image, x: float, y: float, radius: float, colour: Colour, strength: float = 1.0) -> Image.Image:
    """Light around a point, ending at `radius`."""
    if strength > 0:
        light = _light(max(1, round(radius)), round(min(strength, 1.0) * 20))
        picture.paste(colour, (round(x) - light.width // 2, round(y) - light.height // 2), light)
    return picture


@lru_cache(maxsize=64)
def _light(radius: int, twentieths: int) -> Image.Image:
    """The mask of a glow; it is soft, so that it may be made small and stretched."""
    small = min(radius, 160)
    rows, columns = np.ogrid[-small : small + 1, -small : small + 1]
    fall = np.clip(1 - np.sqrt(rows**2 + columns**2) / small, 0, 1) ** 2
    mask = Image.fromarray((fall * 255 * twentieths / 20).astype(np.uint8), "L")
    return mask.resize((2 * radius + 1, 2 * radius + 1), Image.Resampling.BICUBIC)


def ridge(size: Size, seed: int, base: float, height: float, shift: float = 0.0) -> list[tuple[float, float]]:
    """The outline of a chain of hills, `base` and `height` in parts of the picture; `shift` moves along it."""
    x = np.linspace(0, 1, 120)
    random = np.random.default_rng(seed)
    y = np.zeros_like(x)
    for octave in range(1, 6):
        phase, weight = random.uniform(0, 2 * math.pi), random.uniform(0.6, 1.2) / octave
        y += weight * np.sin(2 * math.pi * octave * 0.9 * (x + shift) + phase)
    top = (base - height * (y / 4 + 0.5)) * size.height
    return [(0.0, size.height), *zip((x * size.width).tolist(), top.tolist(), strict=True), (size.width, size.height)]


def hills(
    picture: Image.Image,
    size: Size,
    layers: Iterable[tuple[int, float, float, Colour]],
    *,
    shift: float = 0.0,
) -> ImageDraw.ImageDraw:
    """Ridges one behind the other, the far ones first; the near ones move more, as when one walks by."""
    draw = ImageDraw.Draw(picture)
    for depth, (seed, base, height, colour) in enumerate(layers, start=1):
        draw.polygon(ridge(size, seed, base, height, shift * depth * 0.25), fill=colour)
    return draw


def stars(size: Size, seed: int, count: int, foot: float = 0.75) -> list[tuple[float, float, float]]:
    """x, y and brightness of stars above `foot` (in parts of the height)."""
    random = np.random.default_rng(seed)
    return list(
        zip(
            (random.random(count) * size.width).tolist(),
            (random.random(count) * size.height * foot).tolist(),
            (random.random(count) ** 2).tolist(),
            strict=True,
        )
    )


def dot(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: Colour) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def soft(picture: Image.Image, radius: float) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(radius))


def grain(picture: Image.Image, seed: int) -> Image.Image:
    """The noise of a real sensor: without it the large soft areas would show steps, and look made."""
    return ImageChops.add(picture, _noise(seed % 4, picture.width, picture.height), offset=-128)


@lru_cache(maxsize=4)
def _noise(seed: int, width: int, height: int) -> Image.Image:
    noise = 128 + np.random.default_rng(seed).normal(0, 2.6, (height, width))
    return Image.fromarray(np.repeat(np.clip(np.rint(noise), 0, 255).astype(np.uint8)[..., None], 3, axis=2), "RGB")


def write(picture: Image.Image, size: Size, text: str, small: str, opacity: float) -> Image.Image:
    """A title and a line under it at the lower left, as films have."""
    if opacity > 0 and (plates := _plates(size, text, small)):
        for colour, plate in zip(((5, 10, 20), (250, 244, 228)), plates, strict=True):
            picture.paste(colour, mask=plate.point([round(value * opacity) for value in range(256)]))
    return picture


@lru_cache(maxsize=2)
def _plates(size: Size, text: str, small: str) -> tuple[Image.Image, Image.Image] | None:
    """The masks of the letters' shadow and of the letters."""
    font, small_font = _font(round(9 * size.u)), _font(round(3.6 * size.u))
    if font is None or small_font is None:
        return None
    plate = Image.new("L", (size.width, size.height), 0)
    draw = ImageDraw.Draw(plate)
    draw.text((8 * size.u, 74 * size.u), text, font=font, fill=255)
    draw.text((8.4 * size.u, 87 * size.u), small, font=small_font, fill=220)
    shadow = soft(plate, 1.2 * size.u).point([min(round(value * 1.6), 255) for value in range(256)])
    return shadow, plate


@lru_cache(maxsize=8)
def _font(pixels: int) -> ImageFont.FreeTypeFont | None:
    for name in FONTS:
        if Path(name).exists():
            return ImageFont.truetype(name, pixels, index=2)  # 2: the Simplified Chinese face of the collection
    return None
