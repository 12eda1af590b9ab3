"""The playlist of playlists: which sizes of a film there are, and what a player must know to choose one (RFC 8216)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

SOUND = "mp4a.40.2"  # AAC-LC, which is all we make and all we copy


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One size: its playlist in the folder, and how large it is shown."""

    playlist: str
    width: int
    height: int
    fps: Fraction


def master(folder: Path, variants: Sequence[Variant], *, has_sound: bool) -> str:
    """The text, in the order given: players that do not choose by themselves begin with the first."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for one in variants:
        peak, average = rates(folder / one.playlist)
        codecs = ",".join([video_codec(folder / begin_of(folder / one.playlist)), *([SOUND] if has_sound else [])])
        lines.append(
            f"#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={average},RESOLUTION={one.width}x{one.height},"
            f'FRAME-RATE={float(one.fps):.3f},CODECS="{codecs}"'
        )
        lines.append(one.playlist)
    return "\n".join(lines) + "\n"


def parts(playlist: Path) -> list[tuple[float, str]]:
    """Seconds and file name of each segment."""
    text = playlist.read_text(encoding="utf-8")
    return [(float(seconds), name) for seconds, name in re.findall(r"#EXTINF:([\d.]+),[^\n]*\n([^#\n]+)\n", text)]


def begin_of(playlist: Path) -> str:
    """The file with what all segments need before them."""
    found = re.search(r'#EXT-X-MAP:URI="([^"/]+)"', playlist.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{playlist.name} names no beginning")
    return found[1]


def rates(playlist: Path) -> tuple[int, int]:
    """The most bits a second in any segment, and those of the whole."""
    measured = [(seconds, (playlist.parent / name).stat().st_size * 8) for seconds, name in parts(playlist)]
    whole_s = sum(seconds for seconds, _bits in measured)
    # A last segment of a few pictures would look like a flood; a player loads it in a blink.
    peak = max(bits / seconds for seconds, bits in measured if seconds >= min(1.0, whole_s))
    return round(peak), round(sum(bits for _seconds, bits in measured) / whole_s)


def video_codec(begin: Path) -> str:
    """Such as avc1.64001f: profile, constraints and level, as the decoder's settings in the file say them."""
    data = begin.read_bytes()
    at = data.find(b"avcC")
    if at < 0 or len(data) < at + 8:
        raise ValueError(f"{begin.name} holds no H.264")
    return f"avc1.{data[at + 5]:02x}{data[at + 6]:02x}{data[at + 7]:02x}"
