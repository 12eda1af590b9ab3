"""What is made of a film, as numbers and as ffmpeg command lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import ffmpeg

from contest.media.commands import INPUT, compiled, guard
from contest.media.facts import AiLabel, Facts
from contest.media.formats import OURS, Format
from contest.media.posters import THUMB_SIDE

HLS_FOLDER = "hls"
MASTER = "hls/master.m3u8"
FALLBACK = "video.mp4"
FALLBACK_HEIGHT = 480
SEGMENT_S = 4
GROUP_S = 2
MOST_FPS = 60
LEAST_FPS = 10  # a slide show of a picture every ten seconds would seek badly
POSTER_SIDE, POSTER_SMALL_SIDE = 1280, 480
# Of the short side: constant rate factor and the most kilobits a second.
_QUALITY = {1080: (23, 5000), 720: (23, 2800), 480: (23, 1200)}


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One size of the film."""

    name: str
    width: int
    height: int
    crf: int
    most_kbps: int


def rung(facts: Facts, height: int) -> Rung:
    """The film with `height` lines, counted on its short side so that portrait stays portrait; never enlarged."""
    share = min(Fraction(1), Fraction(height, facts.short_side))
    crf, most_kbps = _QUALITY[height]
    return Rung(
        name=f"{height}p",
        width=_even(facts.width * share),
        height=_even(facts.height * share),
        crf=crf,
        most_kbps=most_kbps,
    )


def ladder(facts: Facts, highest: int | None = None) -> list[Rung]:
    """The sizes of the stream, largest first: what the film has of 720 lines and 480, nothing enlarged."""
    heights = [height for height in (720, FALLBACK_HEIGHT) if height <= min(facts.short_side, highest or 720)]
    return [rung(facts, height) for height in heights or [FALLBACK_HEIGHT]]


def target_fps(facts: Facts) -> Fraction:
    """A steady rate near the film's own: halved until 60 or less, and the average where the nominal one is no rate."""
    average = Fraction(round(facts.fps * 1000), 1000)
    try:
        nominal = Fraction(facts.frame_rate)
    except (ValueError, ZeroDivisionError):
        nominal = average
    rate = nominal if Fraction(4, 5) * average <= nominal <= Fraction(5, 4) * average else Fraction(round(average))
    while rate > MOST_FPS:
        rate /= 2
    return max(rate, Fraction(LEAST_FPS))


def film(
    facts: Facts,
    *,
    form: Format,
    rungs: Sequence[Rung],
    length_s: float,
    can_tone_map: bool,
    threads: int,
) -> list[str]:
    """Decode once and write the stream in all sizes, each scaled from the pictures of the one before."""
    given = ffmpeg.input(INPUT, **guard(form, threads=threads))
    pictures = _prepared(given[str(facts.video_stream)], facts, length_s=length_s)
    pictures = _scaled(pictures, rungs[0].width, rungs[0].height)
    pictures = _standard_range(pictures, facts, can_tone_map=can_tone_map)
    sound = _sound(given, facts)
    sounds = [sound] if sound is None or len(rungs) == 1 else list(_copies(sound, "asplit", len(rungs)))
    outputs = []
    for place, size in enumerate(rungs):
        smaller = None
        if place + 1 < len(rungs):
            pictures, smaller = _copies(pictures, "split", 2)
        heard = sounds[place] if sound is not None else None
        outputs.append(_stream(_some(pictures, heard), facts, size, length_s=length_s, threads=threads))
        if smaller is not None:
            pictures = _scaled(smaller, rungs[place + 1].width, rungs[place + 1].height)
    return compiled(*outputs)


def _copies(stream: Any, name: str, number: int) -> list[Any]:
    """The same for several outputs."""
    several = stream.filter_multi_output(name)
    return [several[place] for place in range(number)]


def remuxed_fallback(label: AiLabel | None) -> list[str]:
    """The fallback from the joined segments of the smallest size of the stream."""
    given = ffmpeg.input(INPUT, **guard(OURS))
    return compiled(ffmpeg.output(given, FALLBACK, c="copy", map_metadata=-1, fflags="+bitexact", **_file(label)))


def poster(
    facts: Facts,
    *,
    form: Format,
    at_s: float,
    names: tuple[str, str, str],
    at_key_frame: bool = False,
    can_tone_map: bool,
) -> list[str]:
    """One picture of the film in two sizes and as a thumbnail of plain RGB; its brightness is printed among the
    progress. `at_key_frame`: the next one that is whole by itself, which saves decoding up to it."""
    skip = {"skip_frame": "nokey"} if at_key_frame else {}
    given = ffmpeg.input(INPUT, ss=f"{at_s:.3f}", **skip, **guard(form))
    width, height = _within(facts, POSTER_SIDE)
    pictures = given[str(facts.video_stream)]
    if facts.interlaced:
        pictures = pictures.filter("yadif")
    pictures = _standard_range(_scaled(pictures, width, height), facts, can_tone_map=can_tone_map)
    pictures = pictures.filter("signalstats").filter("metadata", "print", file="-")
    large, small, thumb = (pictures.filter_multi_output("split", 3)[place] for place in range(3))
    small = small.filter("scale", *_within(facts, POSTER_SMALL_SIDE))
    thumb = thumb.filter("scale", THUMB_SIDE, THUMB_SIDE, flags="area")
    options = {"frames:v": 1, "map_metadata": -1, "fflags": "+bitexact"}
    jpeg = {"q:v": 3, "f": "image2", "update": 1, **options}
    return compiled(
        ffmpeg.output(_full_range(large), names[0], **jpeg),
        ffmpeg.output(_full_range(small), names[1], **jpeg),
        ffmpeg.output(thumb, names[2], f="rawvideo", pix_fmt="rgb24", **options),
    )


def _prepared(pictures: Any, facts: Facts, *, length_s: float) -> Any:
    """A steady row of full pictures from first to last, also where the sound starts earlier or runs on."""
    if facts.interlaced:
        pictures = pictures.filter("yadif")
    rate = target_fps(facts)
    pictures = pictures.filter("fps", fps=f"{rate.numerator}/{rate.denominator}", start_time=0)
    missing_s = length_s - facts.pictures_ms / 1000
    if missing_s > 0.25:
        pictures = pictures.filter("tpad", stop_mode="clone", stop_duration=f"{missing_s:.3f}")
    return pictures


def _scaled(pictures: Any, width: int, height: int) -> Any:
    return pictures.filter("scale", width, height).filter("setsar", 1)


def _standard_range(pictures: Any, facts: Facts, *, can_tone_map: bool) -> Any:
    """HDR brought into the range of ordinary screens; without it the colours are washed out."""
    if facts.hdr and can_tone_map:
        pictures = pictures.filter("zscale", tin=facts.transfer, pin="bt2020", min="bt2020nc", t="linear", npl=100)
        pictures = pictures.filter("format", "gbrpf32le").filter("zscale", p="bt709")
        pictures = pictures.filter("tonemap", "hable", desat=0).filter("zscale", t="bt709", m="bt709", r="tv")
    return pictures.filter("format", "yuv420p")


def _full_range(pictures: Any) -> Any:
    return pictures.filter("scale", out_range="pc").filter("format", "yuvj420p")


def _sound(given: Any, facts: Facts) -> Any | None:
    if facts.audio_stream is None:
        return None
    return given[str(facts.audio_stream)].filter("aresample", **{"async": 1, "first_pts": 0})


def _some(*streams: Any | None) -> list[Any]:
    return [stream for stream in streams if stream is not None]


def _stream(streams: Sequence[Any], facts: Facts, size: Rung, *, length_s: float, threads: int) -> Any:
    return ffmpeg.output(
        *streams,
        f"{HLS_FOLDER}/{size.name}.m3u8",
        **_codecs(facts, size, length_s=length_s, threads=threads),
        f="hls",
        hls_time=SEGMENT_S,
        hls_playlist_type="vod",
        hls_segment_type="fmp4",
        hls_flags="independent_segments",
        hls_fmp4_init_filename=f"{size.name}-init.mp4",
        hls_segment_filename=f"{HLS_FOLDER}/{size.name}-%03d.m4s",
    )


def _codecs(facts: Facts, size: Rung, *, length_s: float, threads: int) -> dict[str, Any]:
    """H.264 and AAC that any phone plays, key frames every two seconds, and no word about who, where or when."""
    options: dict[str, Any] = {
        "c:v": "libx264",
        "preset": "veryfast",
        "profile:v": "high",
        "crf": size.crf,
        "maxrate": f"{size.most_kbps}k",
        "bufsize": f"{2 * size.most_kbps}k",
        "g": round(target_fps(facts) * GROUP_S),
        "sc_threshold": 0,
        "force_key_frames": f"expr:gte(t,n_forced*{GROUP_S})",
        "threads": threads,
        "t": f"{length_s:.3f}",
        "map_metadata": -1,
        "map_chapters": -1,
        "fflags": "+bitexact",
        "flags:v": "+bitexact",
    }
    if facts.audio_stream is not None:
        channels = min(2, facts.audio_channels)
        options |= {"c:a": "aac", "b:a": "128k", "ar": 48000, "ac": channels, "flags:a": "+bitexact"}
    return options


def _file(label: AiLabel | None) -> dict[str, Any]:
    """An MP4 that plays while it loads; the AI label has to be carried on, and ffmpeg would drop it."""
    flags = "+faststart"
    return {"movflags": flags} if label is None else {"movflags": f"{flags}+use_metadata_tags", "metadata": _tag(label)}


def _tag(label: AiLabel) -> str:
    return f"AIGC={label.raw}"


def _within(facts: Facts, side: int) -> tuple[int, int]:
    share = min(Fraction(1), Fraction(side, max(facts.width, facts.height)))
    return _even(facts.width * share), _even(facts.height * share)


def _even(length: Fraction | int) -> int:
    """The nearest even number of pixels, as 4:2:0 needs; at least two."""
    return max(2, 2 * round(length / 2))
