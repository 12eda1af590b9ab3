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
from contest.media.filters import copies, tone_mapped
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
FIELDS_S = 0.6  # a dozen pictures and more
_JPEG: dict[str, Any] = {"f": "image2", "q:v": 5, "map_metadata": -1, "fflags": "+bitexact", "flags:v": "+bitexact"}
START, SPREAD, END = "start.gray", "spread.gray", "end.gray"
CLOSE, ROWS, SOUND, LOUD = "close.gray", "rows.gray", "sound.s16", "loud.txt"
CLOSE_SIDE, MOST_CLOSE = 1024, 4  # sharpness is judged at the size at which photos are, of some of the samples
ROWS_WIDTH, ROWS_HEIGHT = 640, 360  # of the middle as it is stored: half pictures are seen only there
SEEN_SIDE = 320  # of the small pictures in colour that a report shows
SEEN, SEEN_START, SEEN_END = "seen-%02d.jpg", "seen-start.jpg", "seen-end.jpg"
MOST_SOUND = 128 * 1024 * 1024  # bytes of it, for its peaks: a quarter of an hour of stereo
HEADROOM = 4  # by which it is divided: decoded sound may go beyond full scale, which 16 bits cannot hold


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
    rows: tuple[int, int] | None = None  # width and height of the part that is looked at for half pictures
    close: tuple[int, int] = (0, 0)  # size of those whose sharpness is judged
    seen: tuple[int, int] = (0, 0)
    hdr: str = ""  # the transfer from which the pictures in colour are brought into the range of a screen

    @property
    def closer(self) -> tuple[int, ...]:
        """Which of `spread` are judged for sharpness, evenly chosen."""
        count = len(self.spread)
        most = min(count, MOST_CLOSE)
        return tuple((2 * place + 1) * count // (2 * most) for place in range(most))

    def less(self) -> "Plan":
        """The beginning alone, which decides whether the film can be decoded; the rest must never spoil that."""
        return replace(self, spread=(), end_at=None, start_s=max(self.start_s, PATIENT_S))


def plan(
    pictures: StreamScan,
    *,
    size: tuple[int, int],
    begins_at: float,
    can_seek: bool,
    stored: tuple[int, int] | None = None,
    hdr: str = "",
) -> Plan:
    """What to look at in a film of `size` (as shown); of one whose clock starts anew only the beginning.

    `stored`: its size as it is coded, where its rows are not turned into columns before we see them.
    """
    pixels, (width, height) = size[0] * size[1], within(size, SIDE)
    keys = sorted((at, size) for at, size, is_key in pictures.shown_at if is_key)
    times = [at for at, _size in keys]
    # A recording that was cut into begins with pictures that cannot be decoded; players pass over them.
    first = times[0] if times else pictures.first or 0.0
    start_s = EDGE_S if _is_quiet(pictures, first, first + QUIET_S, pixels=pixels) else FIRST_S
    whole = Plan(
        width=width,
        height=height,
        begins_at=begins_at,
        start_at=first,
        start_s=start_s,
        spread=(),
        rows=_rows(stored),
        close=within(size, CLOSE_SIDE),
        seen=_even(within(size, SEEN_SIDE)),
        hdr=hdr,
    )
    if not can_seek:
        return whole
    end_at = _end(times, pictures, pixels=pixels)
    return replace(
        whole,
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
    """Grey pictures into files of raw bytes, small ones in colour, the sound as it is, and the loudness of each tenth
    of a second as text; that of the whole is among the messages.

    The silences are read off that text, which costs less than a message each; ffmpeg's own filter for them costs half
    as much again as the whole measure of loudness. Its measure of true peaks costs more than the rest of the sound
    together, and is done on the loudest parts alone (`contest.media.peaks`).
    """
    brief = _brief(form, wanted)
    after = wanted.start_at - wanted.begins_at - _BEFORE_S
    begin: dict[str, Any] = {"ss": f"{after:.3f}"} if after > 0 else {}
    outputs = _stretch(form, wanted, begin | brief, wanted.start_s, video=video, names=(START, SEEN_START))
    if wanted.spread:
        outputs += _spread_out(form, wanted, brief, video=video)
    if wanted.end_at is not None:
        end = _at_key(form, wanted, wanted.end_at) | brief
        outputs += _stretch(form, wanted, end, wanted.end_s + 1, video=video, names=(END, SEEN_END))
    if audio is not None:
        given = ffmpeg.input(INPUT, vn=None, **brief, **guard(form))[str(audio)]
        heard, kept = copies(given, "asplit", 2)
        heard = heard.filter("ebur128", framelog="verbose", metadata=1)
        heard = heard.filter("ametadata", "print", key="lavfi.r128.M", file=LOUD)
        kept = kept.filter("volume", 1 / HEADROOM, precision="float").filter("aformat", "s16")
        outputs += [ffmpeg.output(heard, "-", f="null"), ffmpeg.output(kept, SOUND, f="s16le", fs=MOST_SOUND)]
    return compiled(*outputs)


def fields(form: Format, wanted: Plan, *, video: int) -> list[str]:
    """ffmpeg's own look at whether pictures are whole, over a moment at some places; the counts are among the
    messages."""
    outputs = []
    for at in (wanted.spread[place] for place in wanted.closer):
        given = ffmpeg.input(INPUT, an=None, **_at_key(form, wanted, at), t=FIELDS_S, **guard(form))
        outputs.append(ffmpeg.output(given[str(video)].filter("idet"), "-", f="null"))
    return compiled(*outputs)


def _brief(form: Format, wanted: Plan) -> dict[str, Any]:
    """Files with a full header are not analysed anew for each of a dozen places, which halves the cost.

    Only when there are such places: that try may fail, the one without them decides.
    """
    return {"probesize": 32} if wanted.spread and form.container in formats.WITH_HEADER else {}


def _stretch(
    form: Format, wanted: Plan, options: dict[str, Any], length_s: float, *, video: int, names: tuple[str, str]
) -> list[Any]:
    """Grey pictures of a stretch, and its first or last in colour: each is written over the one before. A moment that
    is too short to have a fault at all leaves none."""
    is_moment = length_s < QUIET_S
    # A second thread would begin with pictures that nobody asked for.
    given = ffmpeg.input(INPUT, an=None, **options, t=f"{length_s:.3f}", **guard(form, threads=1 if is_moment else 2))
    pictures = given[str(video)].filter("fps", fps=EDGE_FPS)
    if is_moment:
        return [ffmpeg.output(_grey(pictures, wanted.width, wanted.height), names[0], f="rawvideo")]
    grey, seen = copies(pictures, "split", 2)
    only_first = {"frames:v": 1} if names[1] == SEEN_START else {}
    return [
        ffmpeg.output(_grey(grey, wanted.width, wanted.height), names[0], f="rawvideo"),
        ffmpeg.output(_small(seen, wanted), names[1], update=1, **_JPEG, **only_first),
    ]


def _spread_out(form: Format, wanted: Plan, brief: dict[str, Any], *, video: int) -> list[Any]:
    """The first picture at each place, one behind the other. Two threads each would only cost memory."""
    taken: dict[str, list[Any]] = {SPREAD: [], CLOSE: [], ROWS: [], SEEN: []}
    for place, at in enumerate(wanted.spread):
        key: dict[str, Any] = {
            "noaccurate_seek": None,
            "skip_frame": "nokey",
            "skip_loop_filter": "all",
            "t": 0.1 if brief else 3,
        }
        given = ffmpeg.input(INPUT, an=None, **key, **_at_key(form, wanted, at), **brief, **guard(form, threads=1))
        picture = given[str(video)].filter("trim", end_frame=1)
        names = [SPREAD, SEEN]
        if place in wanted.closer:
            names += [CLOSE, *([ROWS] if wanted.rows else [])]
        for name, copy in zip(names, copies(picture, "split", len(names)), strict=True):
            taken[name].append(_looked_at(copy, name, wanted))
    outputs = []
    for name, pictures in taken.items():
        if pictures:
            joined = ffmpeg.filter(pictures, "concat", n=len(pictures)) if len(pictures) > 1 else pictures[0]
            options = _JPEG if name == SEEN else {"f": "rawvideo"}
            outputs.append(ffmpeg.output(joined.filter("setpts", "N/TB"), name, fps_mode="passthrough", **options))
    return outputs


def _looked_at(picture: Any, name: str, wanted: Plan) -> Any:
    if name == SEEN:
        return _small(picture, wanted)
    if name == ROWS and wanted.rows:
        return picture.filter("crop", *wanted.rows).filter("format", "gray").filter("setsar", 1)
    return _grey(picture, *(wanted.close if name == CLOSE else (wanted.width, wanted.height)))


def _at_key(form: Format, wanted: Plan, at: float) -> dict[str, Any]:
    """A seek that finds the key picture at `at`.

    Where there is an index, ffmpeg takes the last key picture before the aim, and aims 0.13 s early in Matroska.
    Elsewhere it may begin anywhere, and the next one counts.
    """
    after = at - wanted.begins_at + (_BEHIND_S if form.container in formats.WITH_HEADER else -2 * _BEHIND_S)
    return {"ss": f"{after:.3f}"} if after > 0 else {}


def _grey(pictures: Any, width: int, height: int) -> Any:
    pictures = pictures.filter("scale", width, height, flags="fast_bilinear")
    return pictures.filter("format", "gray").filter("setsar", 1)


def _small(pictures: Any, wanted: Plan) -> Any:
    if wanted.hdr:
        pictures = tone_mapped(pictures.filter("scale", *wanted.seen, flags="fast_bilinear"), wanted.hdr)
    pictures = pictures.filter("scale", *wanted.seen, flags="fast_bilinear", out_range="pc")
    return pictures.filter("format", "yuvj420p").filter("setsar", 1)


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


def _rows(stored: tuple[int, int] | None) -> tuple[int, int] | None:
    return None if stored is None else _even((min(ROWS_WIDTH, stored[0]), min(ROWS_HEIGHT, stored[1])))


def within(size: tuple[int, int], side: int) -> tuple[int, int]:
    longest = max(*size, 1)
    width, height = (max(16, round(one * min(1, side / longest))) for one in size)
    return width, height


def _even(size: tuple[int, int]) -> tuple[int, int]:
    return max(2, size[0] // 2 * 2), max(2, size[1] // 2 * 2)
