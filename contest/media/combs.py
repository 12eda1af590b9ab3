"""Whether the pictures of a film are whole, or two half pictures of different moments, row by row.

The header says what a camera or a program thought, and editing programs get it wrong both ways. In one picture alone,
what moved has combs: each row differs from both its neighbours alike, which agree with one another. Where there are
some, or the header says so, ffmpeg's `idet` decides over some moments.
"""

import re
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np

    Pictures = np.ndarray[Any, np.dtype[np.uint8]]

Fields = Literal["", "top", "bottom", "whole"]
STEP = 12  # of 255, by which a row differs from both neighbours
ALIKE = 6  # and by which those may differ
COMBED_SHARE = 0.004  # of the pixels in the middle; fine stripes of a shirt are fewer
_COUNTS = re.compile(r"Multi frame detection: *TFF: *(\d+) *BFF: *(\d+) *Progressive: *(\d+)")
FEWEST_TOLD = 4  # of some dozens
AGREED = 0.9  # of a film, one half comes first all the time; drawn lines that move are taken for the one and the other


def combed(pictures: "Pictures") -> int:
    """How many of the pictures have combs."""
    return sum(_share(picture) >= COMBED_SHARE for picture in pictures)


def _share(picture: "Pictures") -> float:
    import numpy as np

    if picture.shape[0] < 8:
        return 0.0
    rows = picture.astype(np.int16)
    up, down = rows[1:-1] - rows[:-2], rows[1:-1] - rows[2:]
    is_between = (up > STEP) & (down > STEP) | (up < -STEP) & (down < -STEP)
    is_alike = np.abs(up - down) < ALIKE
    hit = is_between & is_alike
    # A comb has several teeth, turn about; a thin line has one.
    return float((hit[:-2] & hit[1:-1] & hit[2:]).mean())


def fields_in(said: str) -> Fields:
    """Which half comes first, or that the pictures are whole, by the counts of `idet`; nothing where none moved."""
    counts = [[int(number) for number in found] for found in _COUNTS.findall(said)]
    top, bottom, whole = (sum(count[place] for count in counts) for place in range(3))
    if top + bottom + whole < FEWEST_TOLD:
        return ""
    if max(top, bottom) <= whole or max(top, bottom) < AGREED * (top + bottom):
        return "whole"
    return "top" if top >= bottom else "bottom"
