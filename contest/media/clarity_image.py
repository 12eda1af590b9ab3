"""From an opened photo to the two grey arrays that `clarity` looks at: the whole at a fixed size, a part as it is."""

from typing import Any

import numpy as np
from PIL import Image, ImageOps

from contest.media import likeness
from contest.media.clarity import NATIVE, SIDE, jpeg_quality, measure
from contest.media.clarity_features import Floats


def prepare(image: Image.Image) -> None:
    """Before it is loaded: of a JPEG only the brightness is worked out, which is all that is looked at.

    At its full size: every bit of the file is read all the same, which proves that it is whole, and what upscaling
    and compression leave behind can be seen only there. Not much dearer than a decode at a quarter of the size.
    """
    if image.format in ("JPEG", "MPO"):
        image.draft("L", image.size)


def quality_of(image: Image.Image) -> dict[str, Any]:
    """What `clarity.measure` finds in a loaded photo."""
    return measured(image)[0]


def measured(image: Image.Image) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What `clarity.measure` finds in a loaded photo, and its fingerprints."""
    tables = getattr(image, "quantization", None) if image.format in ("JPEG", "MPO") else None
    stated = jpeg_quality(list(tables[0])) if tables else None
    whole, part = greys(image)
    return measure(whole, part, longest=max(image.size), stated=stated), likeness.of_photo(whole)


def greys(image: Image.Image) -> tuple[Floats, Floats]:
    """The whole, upright and at most SIDE pixels long, and a part from the middle as it is stored."""
    image = _plain(image)
    native = _grey(image.crop(_middle(*image.size)))
    factor = max(1, max(image.size) // (2 * SIDE))
    small = ImageOps.exif_transpose(_fitted(_grey(image.reduce(factor) if factor > 1 else image)))
    return np.asarray(small, dtype=np.float32), np.asarray(native, dtype=np.float32)


def _plain(image: Image.Image) -> Image.Image:
    """In one of the modes that Pillow can shrink; nothing else is done at full size, where it costs memory."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if (image.mode in ("L", "LA", "RGB", "CMYK") and "transparency" not in image.info) or image.mode == "RGBA":
        return image
    return image.convert("RGBA" if image.mode in ("PA", "La", "RGBa") or "transparency" in image.info else "RGB")


def _fitted(image: Image.Image) -> Image.Image:
    """At most SIDE pixels long; shrunk, never enlarged."""
    longest = max(image.size)
    if longest <= SIDE:
        return image
    size = [max(1, round(side * SIDE / longest)) for side in image.size]
    return image.resize((size[0], size[1]), Image.Resampling.BOX if longest > 2 * SIDE else Image.Resampling.BILINEAR)


def _middle(width: int, height: int) -> tuple[int, int, int, int]:
    """A part in the middle, on the grid of eight pixels that a JPEG was coded in."""
    left, top = max(0, (width - NATIVE) // 16 * 8), max(0, (height - NATIVE) // 16 * 8)
    return (left, top, min(width, left + NATIVE), min(height, top + NATIVE))


def _grey(image: Image.Image) -> Image.Image:
    """8-bit brightness; what is transparent lies on white."""
    if image.mode in ("RGBA", "LA"):
        layers = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers)
    return image.convert("L")
