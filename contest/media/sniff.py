"""What a file is by its first bytes and its outer structure, before any decoder is let near it.

Plain Python over box headers: no decoding, no seeking by anything but bounds-checked sizes.
"""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

HEAD = 64 * 1024
LARGEST_STILL = 256 * 1024 * 1024  # of a moving photo; a film behind it is not looked for further on
# A mov of before 2001 has no ftyp; these are the boxes it may begin with.
_FIRST_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"moof", b"styp"}
_IMAGE_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"hevc", b"hevx"}
_MOST_BOXES = 100_000
_MOST_TAGS = 500_000

_BY_PREFIX: tuple[tuple[bytes, str], ...] = (
    (b"\x1a\x45\xdf\xa3", "matroska"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF8", "gif"),
    (b"FLV\x01", "flv"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (b"\x00\x00\x01\xba", "mpeg"),
    (b".RMF", "rm"),
    (b"OggS", "ogg"),
    (b"ID3", "audio"),
    (b"fLaC", "audio"),
    (b"#!AMR", "audio"),
    (b"caff", "audio"),
    (b"MThd", "audio"),
    *((bytes((0xFF, second)), "audio") for second in (0xFB, 0xFA, 0xF3, 0xF2, 0xF1, 0xF9)),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"BM", "bmp"),
)


@dataclass(frozen=True, kw_only=True)
class Structure:
    """The outer boxes of an ISO file, the segment of a Matroska file, the chunks of others."""

    has_index: bool = True  # moov
    missing_bytes: int = 0  # a box says it is longer than the file
    restarts: bool = False  # a second beginning of a file follows


def container_of(path: Path) -> str:
    """What kind of file it is, as in Facts.container: mp4, avi, jpeg, webp-animated, audio..., or nothing."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head[4:8] in _FIRST_BOXES:
        brand = head[8:12] if head[4:8] == b"ftyp" else b""
        return "heif" if brand in _IMAGE_BRANDS else "avif" if brand in (b"avif", b"avis") else "mp4"
    if head[:4] == b"RIFF":
        return {b"AVI ": "avi", b"WAVE": "audio", b"WEBP": _webp(head)}.get(head[8:12], "")
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "audio"
    for prefix, name in _BY_PREFIX:
        if head.startswith(prefix):
            return "apng" if name == "png" and b"acTL" in head.partition(b"IDAT")[0] else name
    for first, step in ((0, 188), (4, 192), (0, 204)):  # broadcast, camcorders, broadcast with error correction
        if len(head) > first + 2 * step and all(head[first + n * step] == 0x47 for n in range(3)):
            return "mpegts"
    return ""


def structure_of(path: Path, container: str) -> Structure:
    size = path.stat().st_size
    with path.open("rb") as file:
        if container == "mp4":
            return _iso_structure(file, size)
        if container == "matroska":
            return _matroska_structure(file, size)
        if container == "avi":
            return Structure(missing_bytes=_riff_missing(file, size))
        if container == "asf":
            return Structure(missing_bytes=_asf_missing(file, size))
        if container == "flv":
            return Structure(missing_bytes=_flv_missing(file, size))
    return Structure()


def has_appended_video(path: Path) -> bool:
    """Whether an MP4 follows the end of a JPEG, as in the motion photos of phones."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        begin = data.find(b"ftyp", 0, LARGEST_STILL)
        return begin > 0 and data.rfind(b"\xff\xd9", 0, begin) >= 0


def _webp(head: bytes) -> str:
    animated = head[12:16] == b"VP8X" and len(head) > 20 and head[20] & 0x02
    return "webp-animated" if animated else "webp"


def _boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """(type, offset, declared size) of each outer box; ends at the first that makes no sense."""
    offset = 0
    for _count in range(_MOST_BOXES):
        if offset >= size:  # also what no file could be long enough for, which cannot be sought
            return
        file.seek(offset)
        header = file.read(16)
        if len(header) < 8:
            return
        length, kind = int.from_bytes(header[:4], "big"), header[4:8]
        if length == 1 and len(header) == 16:
            length = int.from_bytes(header[8:16], "big")
        elif length == 0:
            length = size - offset
        if length < 8:
            return
        yield kind, offset, length
        offset += length


def _iso_structure(file: BinaryIO, size: int) -> Structure:
    kinds: list[bytes] = []
    missing = 0
    for kind, offset, length in _boxes(file, size):
        kinds.append(kind)
        if kind in (b"mdat", b"moov", b"moof"):
            missing = max(missing, offset + length - size)
    return Structure(
        has_index=b"moov" in kinds,
        missing_bytes=missing,
        restarts=kinds.count(b"ftyp") > 1 or kinds.count(b"moov") > 1,
    )


def _matroska_structure(file: BinaryIO, size: int) -> Structure:
    """The EBML header, then the segment with its size, which is unknown in a live recording."""
    offset = 0
    missing = 0
    segments = 0
    for _count in range(64):
        if offset >= size:
            break
        file.seek(offset)
        header = file.read(12)
        if len(header) < 5:
            break
        length, taken = _vint(header[4:])
        if header[:4] == b"\x18\x53\x80\x67":
            segments += 1
        elif header[:4] != b"\x1a\x45\xdf\xa3":
            break
        if length is None:
            break
        offset += 4 + taken + length
        missing = max(missing, offset - size)
    return Structure(missing_bytes=missing, restarts=segments > 1)


def _riff_missing(file: BinaryIO, size: int) -> int:
    """How far the last chunk runs beyond the end; a recording that was broken off says 0 and tells nothing."""
    offset = 0
    for _count in range(64):  # long films are made of several RIFF chunks
        file.seek(offset)
        header = file.read(8)
        length = int.from_bytes(header[4:8], "little")
        if len(header) < 8 or header[:4] != b"RIFF" or length == 0:
            return 0
        offset += 8 + length + length % 2
        if offset > size + 1:
            return offset - size
    return 0


def _asf_missing(file: BinaryIO, size: int) -> int:
    """The same of a Windows Media file: its header and the data behind it say how long they are."""
    offset = 0
    for _part in range(2):
        file.seek(offset)
        header = file.read(24)
        length = int.from_bytes(header[16:24], "little")
        if len(header) < 24 or length < 24:
            return 0
        offset += length
        if offset >= size:
            break
    return max(0, offset - size)


def _flv_missing(file: BinaryIO, size: int) -> int:
    """The same of a Flash film, which is a row of tags."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        offset = int.from_bytes(data[5:9], "big") + 4
        for _count in range(_MOST_TAGS):
            if offset + 11 > size:
                break
            offset += 11 + int.from_bytes(data[offset + 1 : offset + 4], "big") + 4
    return max(0, offset - size)


def _vint(data: bytes) -> tuple[int | None, int]:
    """An EBML length and the bytes it took; None when it says unknown."""
    first = data[0]
    taken = 9 - first.bit_length()
    if taken > 8 or len(data) < taken:
        return None, 1
    value = int.from_bytes(data[:taken], "big") & ((1 << (7 * taken)) - 1)
    return (None if value == (1 << (7 * taken)) - 1 else value), taken
