"""Captions as people have them, SRT or WebVTT in whatever encoding, made into WebVTT that can do no harm.

Written anew and not filtered: what comes out are times and plain text, so that nothing of the original's markup,
styles, positions or scripts can survive (https://www.w3.org/TR/webvtt1/, and SubRip as players read it).
"""

import html
import re
from dataclasses import dataclass
from enum import StrEnum

MOST_BYTES = 512 * 1024
MOST_CUES = 5000
MOST_CHARACTERS = 600  # of one cue: four long lines
# Controls, and signs that turn round or hide what follows them.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMES = re.compile(rf"^\s*{_TIME}\s*-+>\s*{_TIME}(?:\s.*)?$")
_MARKUP = re.compile(r"<[^<>]{0,200}>|\{[^{}]{0,200}\}")  # of HTML and WebVTT; and {\an8} of ASS in SRT
_BLANK = re.compile(r"\n[ \t]*\n")


class Fault(StrEnum):
    """Why a file gives no captions."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    NOT_TEXT = "not-text"
    NO_CUES = "no-cues"
    TOO_MANY_CUES = "too-many-cues"
    BEYOND_THE_FILM = "beyond-the-film"  # no cue begins before its end: the captions are of another one


class BadCaptions(Exception):
    """`fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True, order=True)
class Cue:
    """A text between two moments, in ms from the beginning."""

    start: int
    end: int
    text: str


def clean_captions(data: bytes, *, length_ms: int) -> str:
    """WebVTT of the cues that begin before the end of the film; raises BadCaptions."""
    cues = cues_of(data)
    if not cues:
        raise BadCaptions(Fault.NO_CUES)
    within = [cue for cue in cues if cue.start < length_ms]
    if not within:
        raise BadCaptions(Fault.BEYOND_THE_FILM)
    return as_vtt([Cue(cue.start, min(cue.end, length_ms), cue.text) for cue in within])


def cues_of(data: bytes) -> list[Cue]:
    """The cues of an SRT or WebVTT file in the order of their times; those that make no sense are left out."""
    if not data.strip():
        raise BadCaptions(Fault.EMPTY)
    if len(data) > MOST_BYTES:
        raise BadCaptions(Fault.TOO_LARGE)
    text = _decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    found = [cue for block in _BLANK.split(text) if (cue := _cue(block.strip("\n").split("\n"))) is not None]
    if len(found) > MOST_CUES:
        raise BadCaptions(Fault.TOO_MANY_CUES)
    return sorted(found)


def as_vtt(cues: list[Cue]) -> str:
    """The file, with nothing in it but times and text."""
    blocks = [f"{_clock(cue.start)} --> {_clock(cue.end)}\n{html.escape(cue.text, quote=False)}\n" for cue in cues]
    return "\n".join(["WEBVTT\n", *blocks])


def _decoded(data: bytes) -> str:
    """Editing programs in China write GBK as often as UTF-8; some write UTF-16."""
    codecs = ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for codec in codecs:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise BadCaptions(Fault.NOT_TEXT)


def _cue(lines: list[str]) -> Cue | None:
    """The block as a cue: perhaps a number or name, the times, then its text."""
    for place, line in enumerate(lines[:2]):
        if times := _TIMES.match(line):
            start, end = _ms(times.groups()[:4]), _ms(times.groups()[4:])
            text = _plain(lines[place + 1 :])
            return Cue(start, end, text) if text and end > start else None
    return None


def _plain(lines: list[str]) -> str:
    unmarked = html.unescape("\n".join(_MARKUP.sub("", line) for line in lines))
    kept = [_UNPRINTABLE.sub("", line).strip() for line in re.split(r"[\r\n]", unmarked)]
    text = "\n".join(line for line in kept if line)
    return text[:MOST_CHARACTERS].replace("-->", "→").strip()


def _ms(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, fraction = parts
    return ((int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)) * 1000 + int(
        (fraction or "0").ljust(3, "0")
    )


def _clock(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"
