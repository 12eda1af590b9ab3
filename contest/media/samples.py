"""Which pictures of a film are looked at, and the one command that takes them and hears the sound.

A dozen key pictures, spread over the film, cost about as much as two seconds of it, and the sound as much again. The
beginning is decoded for a moment in any case, to see that it can be. Whether the film begins or ends black or standing
still can only be so where the packets are tiny; there, and only there, a longer stretch is decoded, which is cheap for
the same reason.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import ffmpeg

from contest.media import formats
from contest.media.commands import INPUT, compiled, guard
from contest.media.formats import Format
from contest.media.scan import StreamScan

SIDE = 640  # of the longer side of what is looked at
MOST_SAMPLES, FEWEST_SAMPLES = 12, 4
SAMPLED_BYTES = 900_000  # decoding takes as long as the bytes are many; so large are six key pictures of a phone
SAMPLED_PIXELS = MOST_SAMPLES * 1920 * 1080  # a film in 4K has fewer of them, and one beyond it a single one
UHD = 3840 * 2160
APART_S = 1.5  # where a film is short, one picture would stand for several
EDGE_FPS = 4
FIRST_S, PATIENT_S = 0.2, 5.0  # to see that there is a picture at all, and before it is said that there is none
EDGE_S = 4.0  # how much of a quiet beginning or end is looked at
LONGEST_GROUP_S = 15.0  # to see the end, all since the last key picture has to be decoded
# What a picture takes that is like the one before: a few hundred bytes in Full HD.
QUIET_BITS_PER_PIXEL, QUIET_BYTES, QUIET_SHARE = 0.004, 300, 0.2
QUIET_S = 1.0  # at the very edge: what begins black or still does so for a second at least
_BEFORE_S, _BEHIND_S = 0.1, 0.15
START, SPREAD, END = "start.gray", "spread.gray", "end.gray"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to decode. Times are those of the packets; a seek counts from the beginning of the file, `begins_at`."""

    width: int
    height: int
    begins_at: float
    start_at: float
    start_s: float
    spread: tuple[float, ...]
    end_at: float | None = None  # the key picture from which the end is decoded
    end_s: float = 0.0

    def less(self) -> "Plan":
        """The beginning alone, which decides whether the film can be decoded; the rest must never spoil that."""
        return replace(self, spread=(), end_at=None, start_s=max(self.start_s, PATIENT_S))


def plan(pictures: StreamScan, *, size: tuple[int, int], begins_at: float, can_seek: bool) -> Plan:
    """What to look at in a film of `size` (as shown); of one whose clock starts anew only the beginning."""
    pixels, (width, height) = size[0] * size[1], _within(size)
    keys = sorted((at, size) for at, size, is_key in pictures.shown_at if is_key)
    times = [at for at, _size in keys]
    # A recording that was cut into begins with pictures that cannot be decoded; players pass over them.
    first = times[0] if times else pictures.first or 0.0
    start_s = EDGE_S if _is_quiet(pictures, first, first + QUIET_S, pixels=pixels) else FIRST_S
    if not can_seek:
        return Plan(width=width, height=height, begins_at=begins_at, start_at=first, start_s=start_s, spread=())
    end_at = _end(times, pictures, pixels=pixels)
    return Plan(
        width=width,
        height=height,
        begins_at=begins_at,
        start_at=first,
        start_s=start_s,
        spread=_spread(times, pictures, _most(keys, pixels=pixels)),
        end_at=end_at,
        end_s=0.0 if end_at is None else pictures.end - end_at,
    )


def _end(keys: Sequence[float], pictures: StreamScan, *, pixels: int) -> float | None:
    """Where decoding has to begin to see the end; None when the end moves, or that is too far away."""
    begin = max((at for at in keys if at <= pictures.end - EDGE_S), default=keys[0] if keys else None)
    if begin is None or pictures.end - begin > LONGEST_GROUP_S:
        return None
    return begin if _is_quiet(pictures, pictures.end - QUIET_S, pictures.end, pixels=pixels) else None


def look_and_listen(form: Format, wanted: Plan, *, video: int, audio: int | None) -> list[str]:
    """Grey pictures into files of raw bytes; loudness, silences and peaks of the sound among the messages.

    The silences are read off the loudness of each tenth of a second: ffmpeg's own filter for them costs half as much
    again as the whole measure of loudness.
    """
    brief = _brief(form, wanted)
    after = wanted.start_at - wanted.begins_at - _BEFORE_S
    begin: dict[str, Any] = {"ss": f"{after:.3f}"} if after > 0 else {}
    outputs = [_stretch(form, wanted, begin | brief, wanted.start_s, video=video, name=START)]
    if wanted.spread:
        outputs.append(_spread_out(form, wanted, brief, video=video))
    if wanted.end_at is not None:
        end = _at_key(form, wanted, wanted.end_at) | brief
        outputs.append(_stretch(form, wanted, end, wanted.end_s + 1, video=video, name=END))
    if audio is not None:
        sound = ffmpeg.input(INPUT, vn=None, **brief, **guard(form))[str(audio)]
        sound = sound.filter("volumedetect").filter("ebur128", framelog="info", peak="sample")
        outputs.append(ffmpeg.output(sound, "-", f="null"))
    return compiled(*outputs)


def _brief(form: Format, wanted: Plan) -> dict[str, Any]:
    """Files with a full header are not analysed anew for each of a dozen places, which halves the cost.

    Only when there are such places: that try may fail, the one without them decides.
    """
    return {"probesize": 32} if wanted.spread and form.container in formats.WITH_HEADER else {}


def _stretch(form: Format, wanted: Plan, options: dict[str, Any], length_s: float, *, video: int, name: str) -> Any:
    given = ffmpeg.input(INPUT, an=None, **options, t=f"{length_s:.3f}", **guard(form))
    return ffmpeg.output(_grey(given[str(video)].filter("fps", fps=EDGE_FPS), wanted), name, f="rawvideo")


def _spread_out(form: Format, wanted: Plan, brief: dict[str, Any], *, video: int) -> Any:
    """The first picture at each place, one behind the other. Two threads each would only cost memory."""
    taken = []
    for at in wanted.spread:
        key: dict[str, Any] = {
            "noaccurate_seek": None,
            "skip_frame": "nokey",
            "skip_loop_filter": "all",
            "t": 0.1 if brief else 3,
        }
        given = ffmpeg.input(INPUT, an=None, **key, **_at_key(form, wanted, at), **brief, **guard(form, threads=1))
        taken.append(_grey(given[str(video)].filter("trim", end_frame=1), wanted))
    joined = ffmpeg.filter(taken, "concat", n=len(taken)) if len(taken) > 1 else taken[0]
    return ffmpeg.output(joined.filter("setpts", "N"), SPREAD, f="rawvideo", fps_mode="passthrough")


def _at_key(form: Format, wanted: Plan, at: float) -> dict[str, Any]:
    """A seek that finds the key picture at `at`.

    Where there is an index, ffmpeg takes the last key picture before the aim, and aims 0.13 s early in Matroska.
    Elsewhere it may begin anywhere, and the next one counts.
    """
    after = at - wanted.begins_at + (_BEHIND_S if form.container in formats.WITH_HEADER else -2 * _BEHIND_S)
    return {"ss": f"{after:.3f}"} if after > 0 else {}


def _grey(pictures: Any, wanted: Plan) -> Any:
    pictures = pictures.filter("scale", wanted.width, wanted.height, flags="fast_bilinear")
    return pictures.filter("format", "gray").filter("setsar", 1)


def _is_quiet(pictures: StreamScan, begin: float, end: float, *, pixels: int) -> bool:
    """Whether hardly anything changes between these times, by what the pictures take; key pictures say nothing.

    Where every picture is one (Motion JPEG, ProRes) nothing can be said, and it is looked at.
    """
    between = [size for at, size, is_key in pictures.shown_at if begin <= at < end and not is_key]
    everywhere = [size for _at, size, is_key in pictures.shown_at if not is_key]
    if not between:
        return True
    usual, here = median(everywhere), median(between)
    return here < max(QUIET_BYTES, QUIET_BITS_PER_PIXEL * pixels / 8) or here < QUIET_SHARE * usual


def _most(keys: Sequence[tuple[float, int]], *, pixels: int) -> int:
    """How many samples the time allows."""
    usual = sum(size for _at, size in keys) // max(1, len(keys))
    affordable = min(SAMPLED_PIXELS // max(1, pixels), SAMPLED_BYTES // max(1, usual))
    return min(MOST_SAMPLES, max(FEWEST_SAMPLES if pixels <= UHD else 1, affordable))


def _spread(keys: Sequence[float], pictures: StreamScan, most: int) -> tuple[float, ...]:
    """The key pictures nearest to the middles of equal parts."""
    if not keys or pictures.first is None:
        return ()
    length = pictures.end - pictures.first
    middles = (pictures.first + (number + 0.5) * length / most for number in range(most))
    chosen: list[float] = []
    for at in sorted({_nearest(keys, middle) for middle in middles}):
        if not chosen or at - chosen[-1] >= APART_S:
            chosen.append(at)
    return tuple(chosen)


def _nearest(keys: Sequence[float], at: float) -> float:
    place = bisect_left(keys, at)
    return min(keys[max(0, place - 1) : place + 1], key=lambda key: abs(key - at))


def _within(size: tuple[int, int]) -> tuple[int, int]:
    longest = max(*size, 1)
    width, height = (max(16, round(side * min(1, SIDE / longest))) for side in size)
    return width, height
