"""The fingerprints of a film, made from our own small version of it.

There a picture that is whole by itself comes every two seconds, whatever the original was like, so that two copies
are looked at in the same moments, for a tenth of what decoding either of them would cost.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from contest.media import commands, likeness
from contest.media.capabilities import can_know_sounds
from contest.media.encode import GROUP_S
from contest.media.formats import OURS
from contest.media.process import Cut, Stopped
from contest.media.sandbox import Limits, Sandbox

SIDE = 96  # pixels; the prints are made of 32 x 32
MOST = 600  # pictures: of longer films only the first twenty minutes are compared
BAR_BRIGHTEST, ENOUGH_LIT = 12, 0.02  # of 255, and of a line: a bar of a coded film is not quite black
_PICTURES, _SOUND = "pictures.gray", "sound.raw"
_LIMITS = Limits(nice=15, cpu_s=240)


class NoFingerprint(Exception):
    """None can be made of the file; says why, for the log."""


@dataclass(frozen=True, kw_only=True)
class Prints:
    """Of the pictures one every `GROUP_S` seconds; of the sound the marks, None where this ffmpeg cannot make them."""

    pictures: bytes
    sound: bytes | None


def of_rendition(path: Path, *, has_sound: bool, box: Sandbox) -> Prints:
    """The prints of a film that we have made ourselves; raises NoFingerprint, or Stopped by `box.stop`."""
    heard = has_sound and can_know_sounds()
    with tempfile.TemporaryDirectory(prefix="prints-") as folder:
        out = Path(folder)
        try:
            done = box.run(
                _command(with_sound=heard), inputs={"media": path}, output=out, timeout_s=300, limits=_LIMITS
            )
        except Stopped:
            raise
        except Cut as error:
            raise NoFingerprint(str(error)) from error
        if done.returncode:
            raise NoFingerprint(done.stderr[-300:])
        sound = out / _SOUND
        taken = sound.read_bytes() if heard and sound.exists() else b""
        return Prints(pictures=_pictures(out / _PICTURES), sound=taken if heard or not has_sound else None)


def _command(*, with_sound: bool) -> list[str]:
    keys: dict[str, Any] = {"skip_frame": "nokey", "skip_loop_filter": "all"}
    pictures = ffmpeg.input(commands.INPUT, an=None, **keys, **commands.guard(OURS, threads=1))["v:0"]
    pictures = pictures.filter("fps", fps=f"1/{GROUP_S}", start_time=0, round="near", eof_action="pass")
    pictures = pictures.filter("scale", SIDE, SIDE, flags="area").filter("format", "gray")
    outputs = [ffmpeg.output(pictures, _PICTURES, f="rawvideo", **{"frames:v": MOST})]
    if with_sound:
        sound = ffmpeg.input(commands.INPUT, vn=None, **commands.guard(OURS, threads=1))["a:0"]
        form = {"f": "chromaprint", "fp_format": "raw", "t": MOST * GROUP_S}
        outputs.append(ffmpeg.output(sound, _SOUND, **form))
    return commands.compiled(*outputs)


def _pictures(path: Path) -> bytes:
    import numpy as np

    data = path.read_bytes() if path.exists() else b""
    frames = np.frombuffer(data[: len(data) // SIDE**2 * SIDE**2], dtype=np.uint8).reshape(-1, SIDE, SIDE)
    if not len(frames):
        return b""
    bars = _bars(frames.max(axis=0))
    return likeness.pack([likeness.of_picture(frame, bars=bars) for frame in frames])


def _bars(brightest: Any) -> tuple[float, float, float, float]:
    """What stays dark all through: above, below, left and right, in percent of the side."""
    import numpy as np

    lit = brightest >= BAR_BRIGHTEST
    rows, columns = (np.flatnonzero(lit.mean(axis=axis) > ENOUGH_LIT) for axis in (1, 0))
    if len(rows) < SIDE / 4 or len(columns) < SIDE / 4:
        return 0.0, 0.0, 0.0, 0.0
    edges = (rows[0], SIDE - 1 - rows[-1], columns[0], SIDE - 1 - columns[-1])
    above, below, left, right = (round(100 * int(edge) / SIDE, 1) for edge in edges)
    return above, below, left, right
