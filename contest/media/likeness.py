"""Fingerprints of pictures that stay nearly the same when a picture is saved anew, shrunk, brightened or trimmed.

The discrete cosine transform of 32 x 32 mean brightnesses, and of its 64 lowest frequencies whether each is above
zero: the perceptual hash of C. Zauner, Implementation and benchmarking of perceptual image hash functions, 2010. The
signs are taken rather than what exceeds the median, since the fingerprint of the mirrored or turned picture then
follows from that of the upright one. How far apart alike and unlike pictures are: `docs/decisions.md`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Grey = np.ndarray[Any, np.dtype[Any]]
    Bits = np.ndarray[Any, np.dtype[np.uint64]]

CELLS, WAVES = 32, 8
ENOUGH = 256  # pixels of the longer side; more are put together first, for nothing so fine is looked at
LEAST_STRUCTURE = (
    1.0  # of 255: the median strength of the 64 waves. 4.4 at least in 84 photographs, 0.3 in a noisy wall
)
# What is cut off left, above, right and below, in shares: a copy may lack some of its edge, or have what ours lacks.
TRIMS = (
    (0.0, 0.0, 0.0, 0.0),
    *((share,) * 4 for share in (0.025, 0.05, 0.075)),
    *((0.07, 0.0, 0.0, 0.0), (0.0, 0.07, 0.0, 0.0), (0.0, 0.0, 0.07, 0.0), (0.0, 0.0, 0.0, 0.07)),
)
NEAR_PHOTO = 6  # bits of 64 that may differ
NEAR_PICTURE = 10  # of a film, where several pictures have to agree, and a copy was looked at a moment later
FEWEST_PICTURES, LEAST_SHARE = 4, 0.3  # that agree: two films of the same people share a title and the credits


def of_photo(grey: "Grey") -> tuple[str, ...]:
    """The fingerprints of the whole and of trimmed versions; none of a picture in which nothing is to be seen."""
    grey = _less(grey)
    whole = fingerprint(grey)
    return (whole, *filter(None, (fingerprint(_trimmed(grey, trim)) for trim in TRIMS[1:]))) if whole else ()


def of_picture(picture: "Grey", *, bars: Sequence[float] = ()) -> str:
    """Of one picture of a film, without the `bars` above, below, left and right, in percent; empty where nothing is to
    be seen."""
    above, below, left, right = (share / 100 for share in bars or (0, 0, 0, 0))
    return fingerprint(_less(_trimmed(picture, (left, above, right, below))))


def fingerprint(grey: "Grey") -> str:
    """64 bits in hex; empty when the picture is too even for its bits to mean anything."""
    import numpy as np

    waves = _waves(grey.shape[0]) @ grey.astype(np.float32) @ _waves(grey.shape[1]).T
    if float(np.median(np.abs(waves))) < LEAST_STRUCTURE:
        return ""
    return np.packbits(waves > 0).tobytes().hex()


def alike_photos(mine: bytes, others: Sequence[bytes]) -> list[bool]:
    """Of each of the others, whether it is the same photo, be it trimmed a little, or else mirrored or turned."""
    if not mine or not others:
        return [False] * len(others)
    turned = _bits(mine + pack(_turned(mine[:8].hex())))
    seen, _theirs = _agreeing(turned, [_bits(other) for other in others], near=NEAR_PHOTO)
    return [count > 0 for count in seen]


def alike_films(mine: bytes, others: Sequence[bytes]) -> list[tuple[int, int] | None]:
    """Of each of the others, how many pictures of how many agree, counted in whichever film is more of the other's.

    None where they are too few. A copy that was trimmed is looked at in other moments, so that half of them or less
    may be the same.
    """
    ours = _bits(mine)
    if len(ours) < FEWEST_PICTURES or not others:
        return [None] * len(others)
    found: list[tuple[int, int] | None] = []
    theirs = [_bits(other) for other in others]
    for seen, of_theirs, other in zip(*_agreeing(ours, theirs, near=NEAR_PICTURE), theirs, strict=True):
        count, of = max((seen, len(ours)), (of_theirs, len(other)), key=lambda pair: pair[0] / max(1, pair[1]))
        enough = min(seen, of_theirs) >= FEWEST_PICTURES and count >= LEAST_SHARE * of
        found.append((count, of) if enough else None)
    return found


def pack(prints: Sequence[str]) -> bytes:
    """In eight bytes each; one of which nothing is to be seen is all zero, so that places stay moments."""
    return bytes.fromhex("".join(one or "0" * 16 for one in prints))


def first_alike(mine: bytes, theirs: bytes) -> tuple[int, int]:
    """Where two films begin to agree: the places of the first pictures at the distance that most of them have."""
    import numpy as np

    one, other = (np.frombuffer(packed, dtype=np.uint64) for packed in (mine, theirs))
    are_near = (np.bitwise_count(one[:, None] ^ other[None, :]) <= NEAR_PICTURE) & (one > 0)[:, None]
    here, there = np.nonzero(are_near & (other > 0)[None, :])
    if not len(here):
        return 0, 0
    distances, counts = np.unique(there - here, return_counts=True)
    at = int(np.flatnonzero(there - here == distances[counts.argmax()])[0])
    return int(here[at]), int(there[at])


def _agreeing(mine: "Bits", others: Sequence["Bits"], *, near: int) -> tuple[list[int], list[int]]:
    """Of each of the others: how many of mine are near to one of its own, and how many of those to one of mine."""
    import numpy as np

    lengths = np.array([len(other) for other in others])
    seen, theirs = np.zeros(len(others), dtype=int), np.zeros(len(others), dtype=int)
    full = lengths > 0
    if full.any():
        begins = np.cumsum(lengths[full]) - lengths[full]
        bits = np.concatenate(others)
        are_near = np.bitwise_count(mine[:, None] ^ bits[None, :]) <= near
        seen[full] = np.logical_or.reduceat(are_near, begins, axis=1).sum(axis=0)
        theirs[full] = np.add.reduceat(are_near.any(axis=0), begins, dtype=int)
    return seen.tolist(), theirs.tolist()


def _turned(upright: str) -> list[str]:
    """The fingerprints of the picture mirrored, turned, and both: seven of them.

    Mirroring changes the sign of every second wave and of no other; a quarter turn swaps the directions besides.
    """
    import numpy as np

    bits = np.unpackbits(np.frombuffer(bytes.fromhex(upright), dtype=np.uint8)).reshape(WAVES, WAVES)
    odd = np.arange(WAVES, dtype=np.uint8) % 2
    turned = [
        way ^ (odd * across)[None, :] ^ (odd * down)[:, None]
        for way in (bits, bits.T)
        for across in (0, 1)
        for down in (0, 1)
    ]
    return [np.packbits(way).tobytes().hex() for way in turned[1:]]


def _bits(packed: bytes) -> "Bits":
    """Without those of which nothing is to be seen."""
    import numpy as np

    bits = np.frombuffer(packed, dtype=np.uint64)
    return bits[bits > 0]


def _waves(pixels: int) -> "Grey":
    """What makes of a line of pixels its WAVES lowest frequencies: means of CELLS equal parts, and their cosines."""
    import numpy as np

    edges, place = np.linspace(0, pixels, CELLS + 1), np.arange(pixels)
    inside = np.minimum(edges[1:, None], place + 1) - np.maximum(edges[:-1, None], place)
    means = np.clip(inside, 0, None) * (CELLS / pixels)
    cosines = np.cos(np.pi / CELLS * np.arange(WAVES)[:, None] * (np.arange(CELLS) + 0.5)) * np.sqrt(2 / CELLS)
    waves: Grey = (cosines @ means).astype(np.float32)
    return waves


def _less(grey: "Grey") -> "Grey":
    """Squares of pixels put together; a rest at the edge is left out."""
    step = max(grey.shape) // ENOUGH
    if step < 2 or min(grey.shape) < step:
        return grey
    height, width = (side // step for side in grey.shape)
    squares = grey[: height * step, : width * step].reshape(height, step, width, step)
    smaller: Grey = squares.mean(axis=(1, 3))
    return smaller


def _trimmed(grey: "Grey", shares: Sequence[float]) -> "Grey":
    left, above, right, below = shares
    height, width = grey.shape
    return grey[int(height * above) : height - int(height * below), int(width * left) : width - int(width * right)]
