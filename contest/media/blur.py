"""A picture so small that it can stand in the page itself, where it is shown until the real one has come."""

import base64
import struct
import zlib

SIDE = 8  # pixels: 192 bytes of colour; browsers draw it smoothly however large
_HEADER = b"\x89PNG\r\n\x1a\n"


def smaller(rgb: bytes, *, side: int) -> bytes:
    """`rgb`, a square of `side` pixels, as one of SIDE; each pixel is the mean of those it stands for."""
    step = side // SIDE
    means = bytearray()
    for row in range(SIDE):
        for column in range(SIDE):
            lines = range(row * step, (row + 1) * step)
            places = [(line * side + column * step + at) * 3 for line in lines for at in range(step)]
            means += bytes(sum(rgb[place + colour] for place in places) // len(places) for colour in range(3))
    return bytes(means)


def blur_of(rgb: bytes) -> str:
    """The address that holds the square of SIDE pixels itself: a PNG, since everything shows it and it needs no library
    to be written. Its shape is stretched to that of the picture."""
    lines = b"".join(b"\0" + rgb[start : start + 3 * SIDE] for start in range(0, len(rgb), 3 * SIDE))
    size = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    png = _HEADER + _part(b"IHDR", size) + _part(b"IDAT", zlib.compress(lines, 9)) + _part(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
