"""Watching a film for a moment: how it looks and sounds, whether its pictures are whole, and small pictures of what
a report would tell of."""

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contest.media import combs, looks, samples
from contest.media.attempt import TIMEOUT_S, attempt
from contest.media.combs import Fields
from contest.media.facts import Code, Unreadable
from contest.media.formats import Format
from contest.media.header import is_interlaced
from contest.media.peaks import peaks
from contest.media.process import Finished
from contest.media.samples import Plan
from contest.media.sandbox import Limits, Sandbox

# A dozen decoders have their pictures at once.
LOOKING = Limits(memory_mib=3072, stderr_kib=8 * 1024, file_mib=512, output_mib=640)
_LOUDNESS = re.compile(r"^\s+I:\s+(-?[\d.]+) LUFS", re.MULTILINE)
_SILENCE_LUFS = -69.9  # what the measure says when nothing passed its gate
_ENDS = {samples.START: samples.SEEN_START, samples.END: samples.SEEN_END}


@dataclass(frozen=True, kw_only=True)
class Watched:
    """`seen`: by code of a finding, the moments that show it: time in ms (None: the end) and name of a picture."""

    quality: dict[str, Any]
    loudness: float | None
    interlaced: bool
    seen: dict[str, list[tuple[int | None, str]]]


@dataclass(frozen=True, kw_only=True)
class _Try:
    done: Finished
    pictures: dict[str, "looks.Pictures"]
    sound: dict[str, Any]

    @property
    def is_good(self) -> bool:
        return not self.done.returncode and len(self.pictures[samples.START]) > 0


def watch(
    path: Path,
    form: Format,
    wanted: Plan,
    *,
    video: Mapping[str, Any],
    audio: Mapping[str, Any] | None,
    box: Sandbox,
    keep: Path | None = None,
) -> Watched:
    """All of it; refuses a film whose beginning holds no picture that can be decoded.

    `keep`: a folder for the small pictures.
    """
    with tempfile.TemporaryDirectory(prefix="looks-") as folder:
        out = Path(folder)
        tried = _tried(path, form, wanted, video=video, audio=audio, box=box, out=out)
        quality, places = looks.look(tried.pictures, wanted)
        seen = _kept(places, out, keep)
    if audio is not None:
        quality |= tried.sound
    measured = _LOUDNESS.findall(tried.done.stderr)
    loud = measured and float(measured[-1]) > _SILENCE_LUFS
    fields = _fields(path, form, wanted, tried.pictures[samples.ROWS], video=video, box=box)
    return Watched(
        quality=quality | ({"fields": fields} if fields else {}),
        loudness=float(measured[-1]) if loud else None,
        interlaced=fields in ("top", "bottom") if fields else is_interlaced(video),
        seen=seen,
    )


def _tried(
    path: Path,
    form: Format,
    wanted: Plan,
    *,
    video: Mapping[str, Any],
    audio: Mapping[str, Any] | None,
    box: Sandbox,
    out: Path,
) -> _Try:
    def run(plan: Plan) -> _Try:
        for left in out.iterdir():
            left.unlink()
        heard = None if audio is None else int(audio["index"])
        argv = samples.look_and_listen(form, plan, video=int(video["index"]), audio=heard)
        done = attempt(argv, path, box=box, timeout_s=2 * TIMEOUT_S, limits=LOOKING, output=out)
        # ebur128 takes what it cannot mix as it comes; the samples on the disk are as many channels wide.
        channels = int(audio.get("channels") or 0) if audio else 0
        sound = looks.listen(_told(out / samples.LOUD)) | peaks(out / samples.SOUND, channels=channels)
        return _Try(done=done, pictures=looks.pictures_of(out, plan), sound=sound)

    try:
        tried = run(wanted)
    except Unreadable:  # a dozen decoders at once need more than one; that is no fault of the film
        tried = None
    if tried is None or not tried.is_good:
        tried = run(wanted.less())
    if not tried.is_good:
        raise Unreadable(Code.DAMAGED, tried.done.stderr[-300:])
    return tried


def _told(path: Path) -> str:
    return path.read_text("ascii", "replace") if path.exists() else ""


def _fields(
    path: Path, form: Format, wanted: Plan, rows: "looks.Pictures", *, video: Mapping[str, Any], box: Sandbox
) -> Fields:
    """Whole pictures or halves; nothing where it was not looked at, or nothing moved.

    A closer look only where there are combs, or the header speaks of halves: it costs as much as all the rest.
    """
    if not len(rows) or not wanted.rows:
        return ""
    has_combs = combs.combed(rows) > 0
    if not has_combs and not is_interlaced(video):
        return "whole"
    try:
        done = attempt(samples.fields(form, wanted, video=int(video["index"])), path, box=box, limits=LOOKING)
    except Unreadable:
        return ""
    found = combs.fields_in(done.stderr)
    # Each can be deceived, by stripes or by slow motion; where they differ, the header is believed.
    return found if found == "whole" or has_combs else ""


def _kept(places: "looks.Seen", out: Path, keep: Path | None) -> dict[str, list[tuple[int | None, str]]]:
    """The pictures that show something, moved to where they are kept; those that did not come are left out."""
    if keep is None:
        return {}
    seen: dict[str, list[tuple[int | None, str]]] = {}
    for code, several in places.items():
        for one in several:
            at_ms = (0 if one == samples.START else None) if isinstance(one, str) else one[1]
            name = _ENDS[one] if isinstance(one, str) else samples.SEEN % (one[0] + 1)
            if (out / name).exists():
                (out / name).rename(keep / name)
            if (keep / name).exists():
                seen.setdefault(code, []).append((at_ms, name))
    return seen
